"""The accounts a school already has, differing from its MIS the way real directories do.

``Account.kind`` is the truth nobody else may see: which person it belongs to and how it was made to
differ.  Tests and benchmarks of matching read it; the product is given only ``Account.row()``.

Kinds that agree: exact, identifier (other name, same UPN or MIS id), accent.
Kinds that must wait for a person: no_birth_date, nickname, maiden, misspelt, swapped, hyphen_half,
middle, birth_date_typo, legal_name.  Kinds without a person: leaver, ex_staff, ex_pupil, governor,
visitor, shared, case_clash.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from connectors.simulator import names
from connectors.simulator.name_lists import NICKNAMES
from connectors.simulator.people import PersonRow, PupilRow, Roll, StaffRow
from connectors.simulator.schools import academic_start, year_of_entry

COLUMNS = (
    "username", "given_name", "family_name", "preferred_given_name", "preferred_family_name",
    "date_of_birth", "role", "email", "year_of_entry", "upn", "mis_id", "staff_code",
)  # fmt: skip
_STAFF_KINDS = (
    ("no_birth_date", 9), ("nickname", 4), ("maiden", 3), ("misspelt", 3), ("swapped", 1), ("middle", 1),
)  # fmt: skip
_PUPIL_KINDS = (
    ("misspelt", 4), ("nickname", 3), ("birth_date_typo", 4), ("legal_name", 2), ("maiden", 2),
    ("swapped", 2), ("hyphen_half", 3), ("no_birth_date", 2), ("middle", 1),
)  # fmt: skip
_UPN_SCHOOLS = frozenset({"larkmere", "eastmarsh", "kingsdyke"})
_MIS_ID_SCHOOLS = frozenset({"stonebeck", "glenarvon"})
_STAFF_CODE_SCHOOLS = frozenset({"larkmere", "ridgemoor", "deepdale"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
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
        """The columns of the account file; blanks are empty text."""
        year = str(self.year_of_entry) if self.year_of_entry else ""
        born = self.born.isoformat() if self.born else ""
        values = (
            self.username, self.given, self.family, "", "", born, self.role,
            f"{self.username}@{self.domain}", year, self.upn, self.mis_id, self.staff_code,
        )  # fmt: skip
        return dict(zip(COLUMNS, (value or "" for value in values), strict=True))


class Directory:
    """Makes the accounts of one roll; ``accounts`` is the result, in order of user name."""

    def __init__(self, roll: Roll, rng: Random) -> None:
        self.roll, self.rng = roll, rng
        self.taken: set[str] = set()
        self.accounts: list[Account] = []
        self.start = academic_start(roll.today, country=roll.school.country)

    def build(self) -> list[Account]:
        pupils = [row for row in self.roll.of_status("current") if row.born]
        staff = [row for row in self.roll.staff.values() if row.current and not _ahead(row, self.roll.today)]
        full = self.roll.school.matching == "full"
        waiting = 0 if full else wanted(len(pupils))
        spared = (
            set()
            if full
            else {id(row) for row in (*_share(self.rng, pupils, 0.06), *_share(self.rng, staff, 0.05))}
        )
        new: list[PupilRow | StaffRow] = [row for row in pupils if id(row) in spared]
        new += [row for row in staff if id(row) in spared]
        self._people([row for row in staff if id(row) not in spared], round(waiting * 0.4), _STAFF_KINDS)
        self._people(
            [row for row in pupils if id(row) not in spared], waiting - round(waiting * 0.4), _PUPIL_KINDS
        )
        if not full:
            self._without_person(new)
        return sorted(self.accounts, key=lambda account: account.username.lower())

    def _people(
        self, rows: list[PupilRow] | list[StaffRow], waiting: int, kinds: tuple[tuple[str, int], ...]
    ) -> None:
        """``waiting`` of the rows get an account that differs, the rest one that agrees."""
        words, weights = [kind for kind, _ in kinds], [weight for _, weight in kinds]
        differ = {id(row) for row in self.rng.sample(list(rows), min(waiting, len(rows) * 2 // 3))}
        for row in rows:
            kind = self.rng.choices(words, weights)[0] if id(row) in differ else "exact"
            self._account(row, kind)

    def _account(self, row: PupilRow | StaffRow, kind: str) -> None:
        account = self._agreeing(row)
        if kind == "exact":
            account = self._variant(row, account)
            self._mail(row, account)
        else:
            account = self._differing(row, account, kind)
        self.accounts.append(account)

    def _agreeing(self, row: PupilRow | StaffRow) -> Account:
        given, family = row.forename or row.legal_forename, row.surname or row.legal_surname
        common = Account(
            username=self._username(row, given, family), kind="exact", person=row.id, given=given,
            family=family, born=row.born, domain=self.roll.school.domain,
        )  # fmt: skip
        if isinstance(row, PupilRow):
            return replace(common, year_of_entry=year_of_entry(row.stage, self.start))
        born = row.born if self.rng.random() < 0.9 or self.roll.school.matching == "full" else None
        code = row.staff_code if born is None or row.born is None else None
        return replace(common, role="staff", born=born, staff_code=code)

    def _variant(self, row: PupilRow | StaffRow, account: Account) -> Account:
        """Agreeing accounts with an identifier too, or another surname under the same identifier."""
        slug, draw = self.roll.school.slug, self.rng.random()
        if isinstance(row, PupilRow) and slug in _UPN_SCHOOLS and row.upn and draw < 0.6:
            account = replace(account, upn=row.upn)
        elif slug in _MIS_ID_SCHOOLS and draw < 0.5:
            account = replace(account, mis_id=row.mis_id)
        elif isinstance(row, StaffRow) and slug in _STAFF_CODE_SCHOOLS and draw < 0.5:
            account = replace(account, staff_code=row.staff_code)
        if (account.upn or account.mis_id) and draw < 0.02 and row.middle:
            return replace(account, kind="identifier", given=f"{account.given} {row.middle}")
        if not (account.given or "").isascii() and draw < 0.5:
            plain = names.plain(account.given or "").title()
            return replace(account, kind="accent", given=plain) if plain else account
        return account

    def _differing(self, row: PupilRow | StaffRow, account: Account, kind: str) -> Account:
        rng, given, family = self.rng, account.given or "", account.family or ""
        bare = replace(account, staff_code=None, born=row.born, kind=kind)
        if kind == "no_birth_date" or row.born is None:
            return replace(bare, born=None, kind="no_birth_date")
        if kind == "birth_date_typo":
            return replace(bare, born=_typo(row.born))
        if kind == "nickname" and given in NICKNAMES:
            return replace(bare, given=NICKNAMES[given])
        if kind == "legal_name" and row.legal_surname not in (None, family):
            return replace(bare, family=row.legal_surname)
        if kind == "maiden" and row.gender == "female":
            return replace(bare, family=names.surname(rng, row.community))
        if kind == "swapped" and given and family and given != family:
            return replace(bare, given=family, family=given)
        if kind == "hyphen_half" and "-" in family:
            return replace(bare, family=family.split("-")[0])
        if kind == "middle" and row.middle and row.middle != given:
            return replace(bare, given=row.middle)
        if len(family) > 3:
            return replace(bare, family=names.misspelt(rng, family), kind="misspelt")
        return replace(bare, born=_typo(row.born), kind="birth_date_typo")

    def _mail(self, row: PupilRow | StaffRow, account: Account) -> None:
        """Where the MIS has a school address, it is the account's; those that differ have none yet."""
        if isinstance(row, StaffRow) or self.roll.school.quirks.pupil_emails:
            row.email = f"{account.username}@{account.domain}"

    def _username(self, row: PersonRow, given: str | None, family: str | None) -> str:
        first, last = names.plain(given or ""), names.plain(family or "")
        style = self.roll.school.usernames
        if isinstance(row, PupilRow):
            admitted = row.admitted or self.start
            entry = year_of_entry(row.stage, self.start)
            base = {
                "year": f"{admitted.year % 100:02d}{first[:1]}{last}",
                "yearinitial": f"{entry % 100:02d}{first[:1]}{last}",
                "dotted": f"{first}.{last}",
                "plain": f"{first}{last[:1]}",
            }[style]
        else:
            base = {"dotted": f"{first}.{last}", "plain": f"{first[:1]}{last}"}.get(
                style, f"{first[:1]}.{last}"
            )
        return self.free(base.strip(".") or f"user{row.serial}")

    def free(self, base: str) -> str:
        """``base`` or ``base`` with the lowest number, at most 20 characters, unique ignoring case."""
        name, number = base[:20], 0
        while name.lower() in self.taken:
            number += 1
            name = f"{base[: 20 - len(str(number))]}{number}"
        self.taken.add(name.lower())
        return name

    def _without_person(self, new: list[PupilRow | StaffRow]) -> None:
        for leaver in self.roll.of_status("leaver"):
            if self.rng.random() < 0.6:
                self.accounts.append(replace(self._agreeing(leaver), kind="leaver", person=None))
        for row in self.roll.staff.values():
            if not row.current:
                self.accounts.append(replace(self._agreeing(row), kind="ex_staff", person=None))
        self._named("governor", 3 + self.roll.school.pupils // 400)
        self._named("visitor", 2)
        for shared in ("reception", "library", f"exams{self.start.year % 100}")[
            : 2 + self.roll.school.number % 2
        ]:
            self._add(Account(username=self.free(shared), kind="shared", role="other"))
        self._traps(new)

    def _named(self, kind: str, count: int) -> None:
        for _ in range(count):
            sex = self.rng.choice(names.SEXES)
            given, family = (
                names.given(self.rng, "british", sex, adult=True),
                names.surname(self.rng, "british"),
            )
            base = (
                f"{names.plain(given)[:1]}{names.plain(family)}"
                if kind == "governor"
                else f"visitor.{names.plain(family)}"
            )
            self._add(Account(username=self.free(base), kind=kind, given=given, family=family, role="other"))

    def _traps(self, new: list[PupilRow | StaffRow]) -> None:
        """An ex-pupil with the name of a pupil who has no account yet (Z17), and a user name that
        differs from the one a newcomer would get only in its case (kept in capitals)."""
        pupils = [
            row for row in new if isinstance(row, PupilRow) and row.born and row.forename and row.surname
        ]
        if pupils and pupils[0].born:
            older = pupils[0].born - timedelta(days=1900)
            self._add(Account(
                username=self._username(pupils[0], pupils[0].forename, pupils[0].surname), kind="ex_pupil",
                given=pupils[0].forename, family=pupils[0].surname, born=older,
                year_of_entry=year_of_entry(pupils[0].stage, self.start) - 5,
            ))  # fmt: skip
        staff = [row for row in new if isinstance(row, StaffRow) and row.surname and row.forename]
        if staff:
            base = f"{names.plain(staff[0].forename or '')[:1]}{names.plain(staff[0].surname or '')}"
            self._add(Account(username=self.free(base.upper()), kind="case_clash", role="other"))

    def _add(self, account: Account) -> None:
        self.accounts.append(replace(account, domain=self.roll.school.domain))


def wanted(pupils: int) -> int:
    """How many people should wait for a decision: 40-80 at a large school, 3-15 at a small one."""
    return 40 + (pupils - 500) // 40 if pupils >= 500 else 3 + pupils * 10 // 400


def _share(rng: Random, rows: list[PupilRow] | list[StaffRow], share: float) -> list[PupilRow | StaffRow]:
    return rng.sample(list(rows), max(1, round(len(rows) * share)))


def _ahead(row: StaffRow, today: date) -> bool:
    return row.start is not None and row.start > today


def _typo(born: date) -> date:
    """Day and month the wrong way round where that is another date, else the day off by ten."""
    if born.day <= 12 and born.day != born.month:
        return born.replace(month=born.day, day=born.month)
    return born.replace(day=born.day - 10 if born.day > 10 else born.day + 10)
