"""Rows of the simulated MIS: people, classes and groups of one school, as its office would hold them.

Plain and mutable, because days pass (``days.py``); the Wonde face turns them into answers.
All times are aware UTC, computed from the world's own day, never from a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

from connectors.simulator.schools import DemoSchool

KINDS = ("student", "employee", "contact", "class", "group", "subject", "photo", "mark", "school")


def wonde_id(school: DemoSchool, kind: str, serial: int) -> str:
    """``A`` and ten digits, unique per record and role; scrambled so that order tells nothing."""
    return f"A{school.number:02d}{KINDS.index(kind):d}{serial * 7_919_311 % 10_000_000:07d}"


def upi(school: DemoSchool, key: str) -> str:
    """32 hex characters over school and person: the same on one person's two records (wonde.md §8)."""
    return blake2b(f"{school.wonde_id}/{key}".encode(), digest_size=16).hexdigest()


def moment(day: date, serial: int) -> datetime:
    """When the aggregator's early-morning read of ``day`` met record ``serial``."""
    return datetime.combine(day, time(4, 10), UTC) + timedelta(seconds=serial % 9000)


@dataclass(slots=True, kw_only=True)
class PersonRow:
    """What pupils, staff and contacts have in common."""

    serial: int
    id: str
    upi: str
    mis_id: str
    forename: str | None
    surname: str | None
    gender: str
    created: datetime
    updated: datetime
    title: str | None = None
    middle: str | None = None
    legal_forename: str | None = None
    legal_surname: str | None = None
    born: date | None = None
    email: str | None = None
    phone: str | None = None
    photo: bool = False
    restored: datetime | None = None
    community: str = "british"

    @property
    def initials(self) -> str | None:
        letters = [name[0] for name in (self.forename, self.surname) if name]
        return "".join(letters).upper() or None


@dataclass(slots=True, kw_only=True)
class PupilRow(PersonRow):
    """``status`` says which collection holds the pupil: "current", "pre" (admission) or "leaver"."""

    stage: int
    family: int
    status: str = "current"
    upn: str | None = None
    local_upn: str | None = None
    former_upn: str | None = None
    uln: str | None = None
    admission_number: str | None = None
    year_text: str | None = None
    part_time: bool | None = False
    part_time_rate: float | None = None
    admitted: date | None = None
    leaving: date | None = None
    registration: str | None = None
    house: str | None = None


@dataclass(slots=True, kw_only=True)
class StaffRow(PersonRow):
    roles: tuple[str, ...] = ()
    teaching: bool | None = None
    staff_code: str | None = None
    current: bool | None = True
    start: date | None = None
    end: date | None = None
    manager: str | None = None  # id of another row
    subject: str | None = None  # code of the main subject


@dataclass(slots=True, kw_only=True)
class ContactRow(PersonRow):
    """A parent or carer; joint records keep both people's words in one row (Z13)."""

    family: int = 0


@dataclass(frozen=True, slots=True)
class Tie:
    """Pupil to contact: the words differ from sibling to sibling (wonde.md §12.2)."""

    contact: str
    relationship: str
    responsible: bool
    priority: int | None
    lives_with: bool = True


@dataclass(slots=True, kw_only=True)
class SetRow:
    """A class or a group with its members. ``kind``: "CLASS" or the group type (wonde.md §9)."""

    serial: int
    id: str
    mis_id: str
    name: str
    code: str | None
    kind: str
    created: datetime
    updated: datetime
    description: str | None = None
    subject: str | None = None
    stage: int | None = None
    pupils: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SubjectRow:
    id: str
    mis_id: str
    code: str
    name: str
    created: datetime


@dataclass(slots=True)
class Deletion:
    kind: str
    id: str
    mis_id: str
    at: datetime
    restored: datetime | None = None


@dataclass(slots=True)
class Roll:
    """Everything one school's MIS holds. ``version`` rises whenever a row changes."""

    school: DemoSchool
    today: date
    pupils: dict[str, PupilRow] = field(default_factory=dict)
    staff: dict[str, StaffRow] = field(default_factory=dict)
    contacts: dict[str, ContactRow] = field(default_factory=dict)
    ties: dict[str, list[Tie]] = field(default_factory=dict)
    classes: dict[str, SetRow] = field(default_factory=dict)
    groups: dict[str, SetRow] = field(default_factory=dict)
    subjects: dict[str, SubjectRow] = field(default_factory=dict)
    deletions: list[Deletion] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)
    version: int = 0

    def next_serial(self, kind: str) -> int:
        self.serials[kind] = self.serials.get(kind, 0) + 1
        return self.serials[kind]

    def of_status(self, status: str) -> list[PupilRow]:
        return [pupil for pupil in self.pupils.values() if pupil.status == status]

    def group(self, kind: str, code: str | None) -> SetRow | None:
        wanted = (row for row in self.groups.values() if row.kind == kind and row.code == code)
        return next(wanted, None)

    def sets_of(self, person_id: str) -> tuple[list[SetRow], list[SetRow]]:
        """The classes and the groups a pupil or member of staff is in."""
        return (
            [row for row in self.classes.values() if person_id in row.pupils or person_id in row.staff],
            [row for row in self.groups.values() if person_id in row.pupils or person_id in row.staff],
        )
