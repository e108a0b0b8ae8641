"""Tutor groups, classes, year groups, houses and other collections, with their members (checklist I).

Classes and tutor groups have no ids in v2, so they are known by their names; a class's name may end with its
academic year, which is taken off, and classes of another year are left out (reference §3, traps).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connectors.bromcom.collections import Collections
from connectors.bromcom.entities import EVERYTHING, Entities
from connectors.bromcom.options import Options
from connectors.bromcom.words import class_name, plain, plain_id, school_year, yes
from connectors.records import (
    ClassKind,
    Group,
    GroupKind,
    Membership,
    Part,
    Record,
    Report,
    SchoolClass,
    Subject,
)
from connectors.values import Faults, no_object

CLASSES = "YearGroupSubjectStudents"
Roll = Mapping[str, tuple[str | None, str | None]]  # pupil → tutor group, year


@dataclass(slots=True)
class Taught:
    pupils: dict[str, None] = field(default_factory=dict)
    subject: str | None = None


@dataclass(slots=True)
class Groups:
    """``old``: classes of another academic year that were left out."""

    entities: Entities
    options: Options
    wanted: frozenset[str]
    roll: Roll
    collections: Collections
    faults: Faults = field(default_factory=lambda: Faults(Report.GROUPS_CLASSES))
    old: set[str] = field(default_factory=set)
    _classes: dict[str, Taught] = field(default_factory=dict)
    _staff: dict[str, dict[str, Part]] = field(default_factory=dict)

    def read(self) -> None:
        """Raises ScopeMissing where classes, or who teaches them, are not granted: else a class would lose
        its members or its teachers by it."""
        pending = self.entities.start(self.options.timetable, EVERYTHING) if self.options.timetable else None
        for page in self.entities.start(CLASSES, EVERYTHING):
            for index, row in page:
                self.faults.at(f"{CLASSES}[{index}]")
                if isinstance(row, dict):
                    self._taught(row)
                else:
                    no_object(self.faults, row)
        for page in pending or ():
            for _, row in page:
                name = self._name(row) if isinstance(row, dict) and not yes(row.get("iscover")) else None
                teacher = plain_id(row, "staffid") if name else None
                if name and teacher:
                    self._staff.setdefault(name.lower(), {}).setdefault(teacher, Part.TEACHER)

    def _name(self, row: dict[str, object]) -> str | None:
        told = plain(row, "classname", self.faults, "name")
        name, year = class_name(told) if told else ("", None)
        if year not in (None, school_year(self.options.today)):
            self.old.add(str(told))
            return None
        return name or None

    def _taught(self, row: dict[str, object]) -> None:
        name, pupil = self._name(row), plain_id(row, "studentid")
        if name is None or pupil is None or pupil not in self.roll:
            return
        taught = self._classes.setdefault(name, Taught())
        taught.pupils[pupil] = None
        taught.subject = taught.subject or plain(row, "subjectdescription", self.faults, "subject_id")

    # -- records ------------------------------------------------------------------

    def records(self) -> Iterator[list[Record]]:
        """One list a set: the set before its members, a subject before its class."""
        for name, pupils in self._by(0).items():
            yield self._class(f"tutor-{name}", name, ClassKind.REGISTRATION, pupils)
        yield list(self._subjects())
        for name, taught in self._classes.items():
            subject = self._subject_id(taught.subject)
            yield self._class(f"class-{name}", name, ClassKind.TEACHING, taught.pupils, subject)
        for name, pupils in self._by(1).items():
            title = f"Year {name}" if name.isdigit() else name
            yield self._group(f"year-{name}", title, GroupKind.YEAR, pupils, code=name)
        yield from self._others()

    def _by(self, place: int) -> dict[str, dict[str, None]]:
        """Tutor groups (0) or years (1), as the pupils' own rows tell them."""
        found: dict[str, dict[str, None]] = {}
        for pupil, told in self.roll.items():
            if (name := told[place]) is not None:
                found.setdefault(name, {})[pupil] = None
        return found

    def _subjects(self) -> Iterator[Subject]:
        if "subject_id" in self.wanted:
            names = dict.fromkeys(one.subject for one in self._classes.values() if one.subject)
            yield from (Subject(source_id=f"subject-{name}", name=name) for name in names)

    def _subject_id(self, name: str | None) -> str | None:
        return f"subject-{name}" if name and "subject_id" in self.wanted else None

    def _class(
        self, own: str, name: str, kind: ClassKind, pupils: Iterable[str], subject: str | None = None
    ) -> list[Record]:
        key = name.lower()
        teachers = self._staff.get(key, {}) | self.collections.staff.get(key, {})
        return [
            SchoolClass(source_id=own, name=name, kind=kind, subject_id=subject),
            *members("class", own, "pupil", dict.fromkeys(pupils, Part.PUPIL)),
            *members("class", own, "staff", teachers),
        ]

    def _group(
        self, own: str, name: str, kind: GroupKind, pupils: Iterable[str], code: str | None = None
    ) -> list[Record]:
        return [
            Group(source_id=own, name=name, kind=kind, code=code if "code" in self.wanted else None),
            *members("group", own, "pupil", dict.fromkeys(pupils, Part.PUPIL)),
        ]

    def _others(self) -> Iterator[list[Record]]:
        """Houses, then what is neither tutor group, class nor year: with staff among its people a class,
        of pupils alone a group (I5, I10)."""
        tutors, years = self._by(0), self._by(1)
        known = {name.lower() for name in (*tutors, *self._classes, *years)}
        known |= {f"year {name}".lower() for name in years}
        for own, one in self.collections.found.items():
            key = one.name.lower()
            pupils = [person for person in one.people if person in self.roll]
            if key in self.options.houses:
                yield self._group(f"house-{own}", one.name, GroupKind.HOUSE, pupils)
            elif self.options.collections and key not in known and own not in self.collections.taught:
                yield self._custom(f"collection-{own}", one.name, pupils)

    def _custom(self, own: str, name: str, pupils: list[str]) -> list[Record]:
        if pupils and self.collections.staff.get(name.lower()):
            return self._class(own, name, ClassKind.CUSTOM, pupils)
        return self._group(own, name, GroupKind.STUDENT if pupils else GroupKind.OTHER, pupils)


def members(container: str, own: str, role: str, people: Mapping[str, Part]) -> list[Membership]:
    return [
        Membership(container=container, container_id=own, person_role=role, person_id=one, part=part)
        for one, part in people.items()
    ]
