"""The seeded world: every school's roll and its account directory, the same for the same seed and day.

No clock and no other randomness than ``random.Random`` on the seed: two processes given the same seed,
day and schools serve the same bytes.  The draws do not depend on the day, so tomorrow's world has the
same people, a day older.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from connectors.simulator import days, oddities, timetable
from connectors.simulator.differences import Account
from connectors.simulator.directory import Directory
from connectors.simulator.families import Enrolment
from connectors.simulator.identifiers import Issuer
from connectors.simulator.people import Roll
from connectors.simulator.schools import ESTATE, DemoSchool
from connectors.simulator.staffing import Appointments


class World:
    """``schools`` in order; ``today`` is the simulated day, moved only by ``advance``."""

    def __init__(self, *, seed: int, today: date, schools: Sequence[DemoSchool]) -> None:
        self.seed, self.today = seed, today
        self.schools = tuple(schools)
        self._rolls: dict[str, Roll] = {}
        self._accounts: dict[str, list[Account]] = {}
        self._issuers: dict[str, Issuer] = {}
        self._frozen: set[str] = set()
        for school in self.schools:
            self._build(school)

    def _random(self, school: DemoSchool, purpose: str) -> Random:
        return Random(f"{self.seed}/{school.slug}/{purpose}")  # noqa: S311  not for secrets

    def _build(self, school: DemoSchool) -> None:
        roll = Roll(school=school, today=self.today)
        issuer = self._issuers[school.urn] = Issuer(school.number)
        enrol = Enrolment(roll, issuer, self._random(school, "families"))
        enrol.fill(school.pupils)
        appoint = Appointments(roll, self._random(school, "staff"))
        appoint.fill(school.pupils)
        oddities.plant(roll, enrol, appoint, self._random(school, "oddities"))
        self._shared_staff(roll)
        timetable.arrange(roll)
        self._rolls[school.urn] = roll
        self._accounts[school.urn] = Directory(roll, self._random(school, "directory")).build()

    def _shared_staff(self, roll: Roll) -> None:
        """One music teacher works at two schools of the trust (Z16): two records, one human being."""
        sisters = [
            other
            for other in self._rolls.values()
            if other.school.trust and other.school.trust == roll.school.trust
        ]
        if not sisters or len(sisters) > 1:
            return
        theirs = list(sisters[0].staff.values())[:13][-1]  # a school of thirty has fewer
        ours = list(roll.staff.values())[-3:][0]
        ours.forename, ours.surname, ours.born = theirs.forename, theirs.surname, theirs.born
        ours.legal_forename, ours.legal_surname = theirs.legal_forename, theirs.legal_surname
        ours.gender, ours.title = theirs.gender, theirs.title

    def school(self, key: str) -> DemoSchool:
        """By URN, slug or Wonde id; raises ``KeyError``."""
        for school in self.schools:
            if key in (school.urn, school.slug, school.wonde_id):
                return school
        raise KeyError(key)

    def roll(self, key: str) -> Roll:
        return self._rolls[self.school(key).urn]

    def directory(self, key: str) -> list[dict[str, str]]:
        """Rows of the account file (docs: account import), as the school exports them today."""
        return [account.row() for account in self.truth(key)]

    def truth(self, key: str) -> list[Account]:
        """The same accounts with whom each belongs to and how it differs: for tests and benchmarks only."""
        return self._accounts[self.school(key).urn]

    def exclusions(self, key: str) -> list[dict[str, str]]:
        """Names this school would never give an account: one without, one with a live account (Z25), one
        whose review fell due yesterday. Keys: given_name, family_name, role, reason, review_on.
        Schools whose directory matches have no such names, so that one can be seen with nothing to do."""
        if self.school(key).matching == "full":
            return []
        roll, owned = self.roll(key), {account.person for account in self.truth(key)}
        named = [row for row in roll.of_status("current") if row.forename and row.surname and row.born]
        without = [row for row in named if row.id not in owned] or named
        chosen = (
            (without[-1], "Family asked for no online account", self.today + timedelta(days=90)),
            (named[len(named) // 2], "Court order, head's decision", self.today + timedelta(days=30)),
            (named[len(named) // 3], "Transferring at half-term", self.today - timedelta(days=1)),
        )
        return [
            {"given_name": row.forename or "", "family_name": row.surname or "", "role": "pupil",
             "reason": reason, "review_on": review.isoformat()}
            for row, reason, review in chosen
        ]  # fmt: skip

    def advance(self, count: int = 1) -> None:
        """Lets ``count`` days pass; advancing by 3 is the same as by 1 three times."""
        self.today += timedelta(days=count)
        for school in self.schools:
            if school.urn not in self._frozen:
                self._catch_up(school)

    def freeze(self, key: str, *, on: bool) -> None:
        """While its MIS link is down a school's data stands still; the missed days pass afterwards."""
        school = self.school(key)
        (self._frozen.add if on else self._frozen.discard)(school.urn)
        if not on:
            self._catch_up(school)

    def _catch_up(self, school: DemoSchool) -> None:
        roll = self._rolls[school.urn]
        while roll.today < self.today:
            morrow = roll.today + timedelta(days=1)
            days.pass_one(roll, self._issuers[school.urn], self._random(school, morrow.isoformat()))


def build_world(
    *, seed: int = 2026, today: date, schools: Sequence[str] | None = None, scale: float = 1.0
) -> World:
    """The demo estate, or the schools named by URN, slug or MIS id; ``scale`` multiplies the rolls."""
    chosen = [
        school if scale == 1.0 else replace(school, pupils=max(30, round(school.pupils * scale)))
        for school in ESTATE
        if schools is None or {school.urn, school.slug, school.mis} & set(schools)
    ]
    if schools is not None:
        known = {word for school in ESTATE for word in (school.urn, school.slug, school.mis)}
        if unknown := sorted(set(schools) - known):
            raise KeyError(f"no such demo school: {', '.join(unknown)}")
    return World(seed=seed, today=today, schools=chosen)


def build_bulk_world(*, people: int, seed: int = 2026, today: date) -> World:
    """One secondary school with about ``people`` pupils and staff, for benchmarks."""
    school = replace(ESTATE[0], slug="bulk", name="Bulk Academy", pupils=max(100, people - 210), trust="")
    return World(seed=seed, today=today, schools=(school,))
