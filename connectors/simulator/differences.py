"""The ways in which an account fails to agree with its person: pure functions from account to account.

Each returns None where it does not apply (a nickname needs a name that has one), so that the directory
draws another way.  Kinds and weights are those of real directories: staff accounts lack birth dates most
of all; pupils' are misspelt or carry a wrong date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from connectors.simulator import names
from connectors.simulator.name_lists import NICKNAMES
from connectors.simulator.people import PupilRow, StaffRow

Row = PupilRow | StaffRow
STAFF_KINDS = (
    ("no_birth_date", 9), ("nickname", 4), ("maiden", 3), ("misspelt", 3), ("swapped", 1), ("middle", 1),
)  # fmt: skip
PUPIL_KINDS = (
    ("misspelt", 4), ("nickname", 4), ("birth_date_typo", 4), ("legal_name", 2), ("maiden", 2),
    ("swapped", 2), ("hyphen_half", 4), ("no_birth_date", 2), ("middle", 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """``kind`` and ``person`` are the truth, for tests and benchmarks; ``row()`` is what the school sees."""

    username: str
    kind: str
    person: str | None = None  # Wonde id of the one it belongs to
    given: str | None = None
    family: str | None = None
    born: date | None = None
    role: str = "pupil"
    year_of_entry: int | None = None
    upn: str | None = None
    mis_id: str | None = None
    staff_code: str | None = None
    domain: str = ""

    def row(self) -> dict[str, str]:
        """The columns of the account file (headless.md); blanks are empty text."""
        year = str(self.year_of_entry) if self.year_of_entry else ""
        born = self.born.isoformat() if self.born else ""
        values = (
            self.username, self.given, self.family, "", "", born, self.role,
            f"{self.username}@{self.domain}", year, self.upn, self.mis_id, self.staff_code,
        )  # fmt: skip
        return dict(zip(COLUMNS, (value or "" for value in values), strict=True))


Maker = Callable[[Account, Row, Random], Account | None]
MAKERS: dict[str, Maker] = {}
COLUMNS = (
    "username", "given_name", "family_name", "preferred_given_name", "preferred_family_name",
    "date_of_birth", "role", "email", "year_of_entry", "upn", "mis_id", "staff_code",
)  # fmt: skip


def differing(account: Account, row: Row, rng: Random) -> Account:
    """The account made to differ in a way that fits the person."""
    kinds = PUPIL_KINDS if isinstance(row, PupilRow) else STAFF_KINDS
    bare = replace(account, staff_code=None, born=row.born)
    if row.born is None:
        return replace(bare, kind="no_birth_date")
    words, weights = [kind for kind, _ in kinds], [weight for _, weight in kinds]
    for kind in (*rng.choices(words, weights, k=6), "misspelt"):
        changed = MAKERS[kind](bare, row, rng)
        if changed is not None:
            return replace(changed, kind=kind)
    return replace(bare, born=None, kind="no_birth_date")


def swapped_date(born: date) -> date:
    """Day and month the wrong way round where that is another date, else the day off by ten."""
    if born.day <= 12 and born.day != born.month:
        return born.replace(month=born.day, day=born.month)
    return born.replace(day=born.day - 10 if born.day > 10 else born.day + 10)


def _maker(kind: str) -> Callable[[Maker], Maker]:
    def register(make: Maker) -> Maker:
        MAKERS[kind] = make
        return make

    return register


@_maker("no_birth_date")
def _no_birth_date(account: Account, _row: Row, _rng: Random) -> Account:
    return replace(account, born=None)


@_maker("birth_date_typo")
def _birth_date_typo(account: Account, row: Row, _rng: Random) -> Account | None:
    return replace(account, born=swapped_date(row.born)) if row.born else None


@_maker("nickname")
def _nickname(account: Account, _row: Row, _rng: Random) -> Account | None:
    short = NICKNAMES.get(account.given or "")
    return replace(account, given=short) if short else None


@_maker("legal_name")
def _legal_name(account: Account, row: Row, _rng: Random) -> Account | None:
    if row.legal_surname and row.legal_surname != account.family:
        return replace(account, family=row.legal_surname)
    if row.legal_forename and row.legal_forename != account.given:
        return replace(account, given=row.legal_forename)
    return None


@_maker("maiden")
def _maiden(account: Account, row: Row, rng: Random) -> Account | None:
    other = names.surname(rng, row.community)
    return replace(account, family=other) if row.gender == "female" and other != account.family else None


@_maker("swapped")
def _swapped(account: Account, _row: Row, _rng: Random) -> Account | None:
    if not account.given or not account.family or account.given == account.family:
        return None
    return replace(account, given=account.family, family=account.given)


@_maker("hyphen_half")
def _hyphen_half(account: Account, _row: Row, _rng: Random) -> Account | None:
    first, mark, _ = (account.family or "").partition("-")
    return replace(account, family=first) if mark and first else None


@_maker("middle")
def _middle(account: Account, row: Row, _rng: Random) -> Account | None:
    return replace(account, given=row.middle) if row.middle and row.middle != account.given else None


@_maker("misspelt")
def _misspelt(account: Account, _row: Row, rng: Random) -> Account | None:
    for part in ("family", "given"):
        name = getattr(account, part) or ""
        slip = names.misspelt(rng, name) if len(name) > 3 else name
        if slip != name:
            return replace(account, family=slip) if part == "family" else replace(account, given=slip)
    return None
