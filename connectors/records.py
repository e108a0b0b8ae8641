"""The normalised records every connector yields, whatever the MIS calls things.

All text is stored exactly as delivered (untrusted: display passes ``misconsole.text``).
``None`` means *not supplied*; ``""`` never appears (connectors turn blanks into ``None``).
``unknown`` names the fields that this route, scope or permission does not deliver at all, so
that "not asked" is never read as "empty" (reference: wonde.md §12.5).
Dates are plain ``date`` values taken from the first ten characters delivered, never
converted between time zones (G8, Z22).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Report(StrEnum):
    """The data sets a school accepts or declines (checklist C1)."""

    STAFF = "staff"
    STUDENTS = "students"
    STAFF_FUTURE = "staff-future"
    STUDENTS_FUTURE = "students-future"
    GROUPS_CLASSES = "groups-classes"
    CONTACTS = "contacts"
    ATTENDANCE = "attendance"


class PupilStatus(StrEnum):
    """Admission status; only CURRENT, ADMITTED and ACCEPTED are transferred (J1)."""

    CURRENT = "current"
    ADMITTED = "admitted"
    ACCEPTED = "accepted"
    LEAVER = "leaver"
    OTHER = "other"


class ClassKind(StrEnum):
    """I5, I6: the types that come through as classes."""

    TEACHING = "class"
    REGISTRATION = "registration"
    CUSTOM = "custom group"
    OTHER = "other"


class GroupKind(StrEnum):
    """I10: student, house and year groups; anything else is OTHER and not allowed through."""

    STUDENT = "student group"
    HOUSE = "house group"
    YEAR = "year group"
    OTHER = "other"


class Part(StrEnum):
    """What a person is in a class (I7, I8)."""

    PUPIL = "pupil"
    TEACHER = "teacher"
    MAIN = "main teacher"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pupil:
    """One pupil. ``source_id`` is unique among the pupils of one school and route.

    ``nc_year`` is the year as text in the MIS's own words ("7", "R", "N2", "P3", "Year 7");
    rules/year.py reads it.  ``admission_number`` and all UPN kinds are text with leading zeros (G6).
    """

    source_id: str
    mis_id: str | None = None
    upi: str | None = None
    title: str | None = None
    initials: str | None = None
    given_name: str | None = None  # preferred or known name where the MIS has one
    family_name: str | None = None
    legal_given_name: str | None = None
    legal_family_name: str | None = None
    middle_names: str | None = None
    date_of_birth: date | None = None
    email: str | None = None
    upn: str | None = None
    local_upn: str | None = None
    former_upn: str | None = None
    uln: str | None = None
    admission_number: str | None = None
    nc_year: str | None = None
    registration_group: str | None = None
    house: str | None = None
    part_time: bool | None = None
    part_time_rate: float | None = None
    admission_date: date | None = None
    leaving_date: date | None = None
    status: PupilStatus = PupilStatus.CURRENT
    photo_id: str | None = None
    photo_hash: str | None = None
    updated_at: datetime | None = None
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One member of staff. ``roles`` in MIS order; ``teaching`` is None where not supplied (F4)."""

    source_id: str
    mis_id: str | None = None
    upi: str | None = None
    title: str | None = None
    initials: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    legal_given_name: str | None = None
    legal_family_name: str | None = None
    middle_names: str | None = None
    date_of_birth: date | None = None
    email: str | None = None
    phone: str | None = None
    staff_code: str | None = None
    roles: tuple[str, ...] = ()
    teaching: bool | None = None
    current: bool | None = None
    start_date: date | None = None
    end_date: date | None = None
    reports_to: str | None = None  # source_id of the line manager
    photo_id: str | None = None
    photo_hash: str | None = None
    updated_at: datetime | None = None
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A parent, carer or next of kin; joint records are split by rules/contacts.py (H5, Z13)."""

    source_id: str
    upi: str | None = None
    title: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    phone: str | None = None
    updated_at: datetime | None = None
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLink:
    """Contact to pupil (H9). Key: (contact_id, pupil_id). ``priority`` None = not supplied (H6)."""

    contact_id: str
    pupil_id: str
    relationship: str | None = None
    parental_responsibility: bool | None = None
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    source_id: str
    code: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolClass:
    source_id: str
    name: str
    code: str | None = None
    description: str | None = None
    kind: ClassKind = ClassKind.TEACHING
    subject_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    source_id: str
    name: str
    code: str | None = None
    kind: GroupKind = GroupKind.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """Person in a class or group. ``person_role`` is "staff" or "pupil"; ``container`` "class" or "group"."""

    container: str
    container_id: str
    person_role: str
    person_id: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One attendance mark; kept only where Attendance is accepted."""

    pupil_id: str
    day: date
    session: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A removal a delta names. ``kind``: "pupil", "staff", "contact", "class", "group"."""

    kind: str
    source_id: str
    at: datetime | None = None


Record = Pupil | Staff | Contact | ContactLink | Subject | SchoolClass | Group | Membership | Mark | Gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record, or a field of one, that was left out; the rest was kept.

    ``where`` is a path into the answer (``students[12].date_of_birth``) or ``users.csv:41``.
    ``field`` None: the whole record was left out.  ``value`` is a short excerpt, at most 80 characters.
    """

    report: Report
    where: str
    message: str
    mend: str
    code: str
    source_id: str | None = None
    field: str | None = None
    value: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A page of records of one report. ``total`` as counted by the MIS, where known."""

    report: Report
    records: tuple[Record, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A report was read to its end.

    ``delta``      only changes were delivered; the unseen are unchanged, not gone
    ``counted``    people the MIS says it holds, for the short-extract check; None if unknown
    ``high_water`` opaque text to pass as ``ExtractRequest.since`` next time
    """

    report: Report
    delta: bool = False
    counted: int | None = None
    high_water: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the operator should read (U3, V4). ``level``: info, warning, error."""

    level: str
    code: str
    message: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractRequest:
    """What to fetch: only accepted reports, only accepted optional fields (C, X2).

    ``declined`` maps a report to the optional field names the school opted out of: the connector
    must not ask for them where the interface allows that, and must drop them in any case; it names
    on-request fields (``FieldOffer.on_request``) that nobody asked for, too (C14).
    ``since`` maps a report to the ``high_water`` of the last complete read; absent = full read.
    ``last`` is the same for every report read before, whatever is asked for now: it never makes a read
    smaller, but lets files be known again as those of last time.
    """

    reports: frozenset[Report]
    declined: dict[Report, frozenset[str]] = field(default_factory=dict)
    since: dict[Report, str] = field(default_factory=dict)
    last: dict[Report, str] = field(default_factory=dict)
    today: date | None = None
