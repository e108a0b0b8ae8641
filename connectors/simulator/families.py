"""Fills a school's roll with families: siblings, twins, their contacts and what each is to each.

Draws come from one ``random.Random``, so that the same seed gives the same families on any day; only
the dates move with the school year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from connectors.simulator import identifiers, names
from connectors.simulator.name_lists import NICKNAMES
from connectors.simulator.people import ContactRow, PupilRow, Roll, Tie, moment, upi, wonde_id
from connectors.simulator.schools import DemoSchool, academic_start, year_text

_SIZES = ((1, 2, 3), (64, 93, 100))
_HOMES = (("both", "mother", "joint", "father", "grandmother"), (54, 74, 86, 91, 100))
_JOINT = ("Mr and Mrs", "Mr & Mrs", "Dr & Mrs", "Mr and Dr")
_NUMBER = "07700900"


@dataclass(frozen=True, slots=True)
class Family:
    number: int
    community: str
    surname: str
    mother_surname: str
    home: str


def born_in(stage: int, start: date, offset: int, *, country: str) -> date:
    """A birthday in the cohort that is in ``stage`` this school year (March to February in Scotland)."""
    if country == "scotland":
        return date(start.year - 4 - stage, 3, 1) + timedelta(days=offset % 365)
    return date(start.year - 5 - stage, 9, 1) + timedelta(days=offset % 365)


def places(school: DemoSchool, count: int, rng: Random) -> list[int]:
    """One entry a pupil, its stage; nurseries and sixth forms are smaller years."""
    stages = range(school.stages[0], school.stages[1] + 1)
    share = [0.5 if stage < 0 or stage > 11 else 1.0 for stage in stages]
    taken = [int(count * part / sum(share)) for part in share]
    for extra in range(count - sum(taken)):
        taken[extra % len(taken)] += 1
    slots = [stage for stage, size in zip(stages, taken, strict=True) for _ in range(size)]
    rng.shuffle(slots)
    return slots


class Enrolment:
    """Adds families to one roll. Also used when joiners arrive later."""

    def __init__(self, roll: Roll, issuer: identifiers.Issuer, rng: Random) -> None:
        self.roll, self.issuer, self.rng = roll, issuer, rng
        self.start = academic_start(roll.today, country=roll.school.country)

    def fill(self, count: int) -> None:
        slots = places(self.roll.school, count, self.rng)
        while slots:
            size = self.rng.choices(_SIZES[0], cum_weights=_SIZES[1])[0]
            self.family([slots.pop() for _ in range(min(size, len(slots)))])

    def family(self, stages: list[int], *, status: str = "current") -> list[PupilRow]:
        family = self._family()
        children, used = [], set[str]()
        for stage in stages:
            children.append(self._child(family, stage, used, status))
        self._twin_dates(children)
        self._contacts(family, children)
        return children

    def _family(self) -> Family:
        rng = self.rng
        community = names.community(rng, self.roll.school.profile)
        surname = names.surname(rng, community)
        other = surname if rng.random() < 0.72 else names.surname(rng, community)
        if other != surname and "-" not in surname + other and rng.random() < 0.25:
            surname = f"{surname}-{other}"
        home = rng.choices(_HOMES[0], cum_weights=_HOMES[1])[0]
        return Family(self.roll.next_serial("family"), community, surname, other, home)

    def _child(self, family: Family, stage: int, used: set[str], status: str) -> PupilRow:
        rng, school = self.rng, self.roll.school
        serial = self.roll.next_serial("student")
        sex = rng.choice(names.SEXES)
        community = family.community if rng.random() < 0.9 else "british"
        forename = names.given(rng, community, sex)
        while forename in used:
            forename = names.given(rng, community, sex)
        used.add(forename)
        admitted = self._admitted(stage)
        day = min(admitted, self.roll.today)
        pupil = PupilRow(
            serial=serial, id=wonde_id(school, "student", serial), upi=upi(school, f"pupil{serial}"),
            mis_id=str(10_400 + serial), forename=forename, surname=family.surname, gender=sex,
            legal_forename=forename, legal_surname=family.surname, community=community,
            middle=names.given(rng, community, sex) if rng.random() < 0.55 else None,
            born=born_in(stage, self.start, rng.randrange(365), country=school.country),
            created=moment(day, serial),
            updated=moment(max(day, self.roll.today - timedelta(days=rng.randrange(2, 200))), serial),
            stage=stage, family=family.number, status=status, admitted=admitted,
            year_text=year_text(stage, country=school.country),
            admission_number=identifiers.admission_number(serial), photo=school.supplies("photo"),
        )  # fmt: skip
        self._other_names(pupil)
        self._numbers(pupil)
        self.roll.pupils[pupil.id] = pupil
        return pupil

    def _admitted(self, stage: int) -> date:
        """Most came at the start of the first year taught, some in the middle of a later one."""
        years = stage - self.roll.school.stages[0]
        late = self.rng.random() < 0.12 and years > 0
        years = self.rng.randrange(years) if late else years
        first = self.start.replace(year=self.start.year - years)
        return first + timedelta(days=self.rng.randrange(40, 250)) if late else first

    def _other_names(self, pupil: PupilRow) -> None:
        """Preferred and legal names differ for some; for some one of them was never filled in."""
        draw = self.rng.random()
        if draw < 0.03 and pupil.forename in NICKNAMES:
            pupil.forename = NICKNAMES[pupil.forename]
        elif draw < 0.05 and pupil.middle:
            pupil.forename = pupil.middle
        elif draw < 0.07:
            pupil.legal_surname = names.surname(self.rng, pupil.community)
        elif draw < 0.11:
            pupil.legal_forename = pupil.legal_surname = None
        elif draw < 0.115:
            pupil.forename = None

    def _numbers(self, pupil: PupilRow) -> None:
        rng, school, issuer = self.rng, self.roll.school, self.issuer
        if pupil.stage >= 9 and school.country != "scotland":
            pupil.uln = issuer.uln()
        draw = rng.random()
        if not school.la_code or (school.independent and draw < 0.6):
            return
        year = identifiers.allocated_in(pupil.stage, self.roll.today, country=school.country)
        allocator = identifiers.feeder(school, rng.randrange(40))
        pupil.upn = issuer.upn(school.la_code, allocator, year, temporary=draw > 0.985)
        if 0.6 < draw < 0.625:
            pupil.former_upn = issuer.upn(school.la_code, allocator, year, temporary=True)
        elif 0.625 < draw < 0.645:
            pupil.local_upn = issuer.upn(school.la_code, school.establishment_number, year, temporary=True)
        if draw > 0.995 or (pupil.stage < 0 and draw < 0.9):
            pupil.upn = None

    def _twin_dates(self, children: list[PupilRow]) -> None:
        """Siblings who drew the same year are twins: same birthday, as there are no other ways."""
        by_stage: dict[int, PupilRow] = {}
        for child in children:
            twin = by_stage.setdefault(child.stage, child)
            child.born, child.admitted = twin.born, twin.admitted

    def _contacts(self, family: Family, children: list[PupilRow]) -> None:
        if family.home == "joint":
            row = self._contact(family, "male", family.surname)
            row.title = self.rng.choice(_JOINT)
            row.forename = row.forename[0] if row.forename and self.rng.random() < 0.6 else None
            self._tie(children, row, "Parent", True, 1)
            return
        if family.home != "father":
            self._tie(children, self._contact(family, "female", family.mother_surname), "Mother", True, 1)
        if family.home in ("both", "father"):
            order = 2 if family.home == "both" else 1
            self._tie(children, self._contact(family, "male", family.surname), "Father", True, order)
        if family.home == "grandmother":
            self._tie(children, self._contact(family, "female", family.surname), "Grandmother", False, 2)

    def _contact(self, family: Family, sex: str, surname: str) -> ContactRow:
        rng, school = self.rng, self.roll.school
        serial = self.roll.next_serial("contact")
        forename = names.given(rng, family.community, sex, adult=True)
        title = "Mr" if sex == "male" else rng.choice(("Mrs", "Ms", "Miss", "Dr"))
        blank = rng.random()
        day = self.roll.today - timedelta(days=rng.randrange(2, 400))
        row = ContactRow(
            serial=serial, id=wonde_id(school, "contact", serial), upi=upi(school, f"contact{serial}"),
            mis_id=str(20_800 + serial), forename=forename, surname=surname, gender=sex,
            title=None if blank < 0.02 else title,
            phone=f"{_NUMBER}{serial % 1000:03d}" if rng.random() < 0.85 else None,
            created=moment(day, serial), updated=moment(day, serial),
            family=family.number, community=family.community,
        )  # fmt: skip
        if rng.random() < 0.7:
            local = f"{names.plain(forename) or 'parent'}.{names.plain(surname) or 'family'}{serial}"
            row.email = f"{local}@mail.example"
        if 0.02 < blank < 0.03:
            row.forename = None
        self.roll.contacts[row.id] = row
        return row

    def _tie(
        self, children: list[PupilRow], row: ContactRow, word: str, responsible: bool, order: int
    ) -> None:
        """Every sibling gets its own words for the same contact; some schools hold no priority (H6)."""
        has_order = self.roll.school.supplies("priority")
        for child in children:
            other = self.rng.random() < 0.06
            tie = Tie(row.id, "Parent" if other and responsible else word, responsible,
                      None if not has_order or other else order, not other)  # fmt: skip
            self.roll.ties.setdefault(child.id, []).append(tie)
