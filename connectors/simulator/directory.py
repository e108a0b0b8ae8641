"""The accounts a school already has, differing from its MIS the way real directories do.

``Account.kind`` is the truth nobody else may see: which person it belongs to and how it was made to
differ.  Tests and benchmarks of matching read it; the product is given only ``Account.row()``.

Kinds that agree: exact, identifier (other name, same UPN or MIS id), accent.
Kinds that must wait for a person: no_birth_date, nickname, maiden, misspelt, swapped, hyphen_half,
middle, birth_date_typo, legal_name.  Kinds without a person: leaver, ex_staff, ex_pupil, governor,
visitor, shared, case_clash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from connectors.simulator import names
from connectors.simulator.differences import Account, differing
from connectors.simulator.people import PersonRow, PupilRow, Roll, StaffRow
from connectors.simulator.schools import academic_start, year_of_entry

_UPN_SCHOOLS = frozenset({"larkmere", "eastmarsh", "kingsdyke"})
_MIS_ID_SCHOOLS = frozenset({"stonebeck", "glenarvon"})
_STAFF_CODE_SCHOOLS = frozenset({"larkmere", "ridgemoor", "deepdale"})


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
        self._people([row for row in staff if id(row) not in spared], round(waiting * 0.4))
        self._people([row for row in pupils if id(row) not in spared], waiting - round(waiting * 0.4))
        if not full:
            self._without_person(new)
        return sorted(self.accounts, key=lambda account: account.username.lower())

    def _people(self, rows: Sequence[PupilRow | StaffRow], waiting: int) -> None:
        """``waiting`` of the rows get an account that differs, the rest one that agrees."""
        chosen = {id(row) for row in self.rng.sample(rows, min(waiting, len(rows) * 2 // 3))}
        for row in rows:
            account = self._agreeing(row)
            if id(row) in chosen:
                account = differing(account, row, self.rng)
            else:
                account = self._variant(row, account)
                self._mail(row, account)
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
