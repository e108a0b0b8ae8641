"""Which reports SIMS is asked to write, and which columns each of them has.

The one list that the consent screens, the reader, the simulator and ``docs/sims-export.md`` are made from.
SIMS names a column as whoever built the report typed it, so each has several captions: the first is the one
we ask for, the others are spellings seen in real reports; a school adds its own with the setting
``captions``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.errors import BadSettings
from connectors.records import Report

THIRD_PARTY = "Third Party Reporting"
PERSONNEL = "Personnel Officer"
ADMINISTRATOR = "School Administrator"
EXTERNAL, PERSON = "external", "person"  # the setting ``key``
_WORD = re.compile(r"[a-z_]{2,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``field``: attribute of the record, or a word of ours; ``must``: without it the file is refused.

    ``group``: the SIMS group without which the column is left out in silence; ``many``: rows of one person
    may differ here; ``asked``: only where the school asks for it.  ``offered`` is False for what holds the
    data together and is no field to decline.
    """

    field: str
    title: str
    captions: tuple[str, ...]
    must: bool = False
    group: str = ""
    many: bool = False
    asked: bool = False
    offered: bool = True
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One report.  ``names``: what its file may be called, without the suffix and a date."""

    report: Report
    names: tuple[str, ...]
    title: str
    purpose: str
    columns: tuple[Column, ...]
    rows: str  # what a row is, for whoever builds the report

    def of(self, field: str) -> Column | None:
        return next((column for column in self.columns if column.field == field), None)


def plain(caption: str) -> str:
    """As captions are compared: without case, blanks and signs."""
    return "".join(c for c in caption.casefold() if c.isalnum())


_TITLES = {
    "title": "Title", "given_name": "Forename", "family_name": "Surname",
    "legal_given_name": "Legal forename",
    "legal_family_name": "Legal surname", "middle_names": "Middle names", "date_of_birth": "Date of birth",
    "staff_code": "Staff code", "start_date": "Start of employment", "end_date": "End of employment",
    "roles": "Job title", "teaching": "Teaching staff", "reports_to": "Line manager", "phone": "Telephone",
    "admission_number": "Admission number", "upn": "UPN", "former_upn": "Former UPN",
    "uln": "Unique learner number", "nc_year": "Year group", "registration_group": "Registration group",
    "house": "House", "admission_date": "Admission date", "leaving_date": "Leaving date",
    "part_time": "Part time", "email": "E-mail", "relationship": "Relationship", "priority": "Priority",
    "parental_responsibility": "Parental responsibility", "name": "Name", "description": "Description",
    "subject_id": "Subject", "day": "Day", "session": "Session", "code": "Mark",
}  # fmt: skip


def _c(field: str, captions: str, title: str = "", **more: object) -> Column:
    words = tuple(captions.split("|"))
    return Column(field=field, title=title or _TITLES[field], captions=words, **more)  # type: ignore[arg-type]


def _ids(of: str, person: str) -> tuple[Column, ...]:
    return (
        _c("external_id", "ID|External ID", f"External ID of the {of}", group=THIRD_PARTY,
           offered=False),
        _c("mis_id", person, f"Number of the {of} in this database", group=THIRD_PARTY,
           purpose="Finds the record again"),
    )  # fmt: skip


def _legal(purpose: str = "Matching only") -> tuple[Column, ...]:
    return (
        _c("legal_given_name", "Legal Forename", purpose=purpose),
        _c("legal_family_name", "Legal Surname", purpose=purpose),
        _c("middle_names", "Middle Name(s)|Middle Names|Middle Name", purpose="Tells namesakes apart"),
    )


def _staff(*, future: bool) -> tuple[Column, ...]:
    return (
        *_ids("person", "primary_id|Person ID|multiple_id"),
        _c("title", "Title Code|Title"),
        _c("given_name", "Preferred Forename|Chosen Name|Chosen Forename|Forename", must=True),
        _c("family_name", "Preferred Surname|Surname", must=True),
        *_legal(),
        _c("date_of_birth", "DOB|Date of Birth|Birth Date", purpose="Matching; never shown to others"),
        _c("staff_code", "Staff Code|Initials", purpose="Matching"),
        _c("start_date", "Employment Start Date|Employment Start", must=future,
           purpose="Decides when an account is due"),
        _c("end_date", "Employment End Date|Employment End", purpose="Decides when an account ends"),
        _c("roles", "Role Text|Role|Roles|Post", many=True, group=PERSONNEL, purpose="Job title"),
        _c("teaching", "Teaching Staff|Teaching|Teacher", group=PERSONNEL,
           purpose="User names and groups differ by it"),
        _c("reports_to", "Line Manager ID|Line Manager", group=PERSONNEL, purpose="Who reports to whom"),
        _c("email", "Work Email|Work E-mail", asked=True, purpose="Matching, single sign-on"),
        _c("phone", "Work Telephone|Work Phone", asked=True, purpose="Contact sheet"),
    )  # fmt: skip


def _students(*, future: bool) -> tuple[Column, ...]:
    return (
        *_ids("pupil", "primary_id|Person ID"),
        _c("admission_number", "Adno|Admission Number|Adm No", purpose="Matching"),
        _c("upn", "UPN|Unique Pupil Number", purpose="Matching"),
        _c("former_upn", "Former UPN", purpose="Matching"),
        _c("uln", "ULN|Unique Learner Number", purpose="Matching"),
        _c("given_name", "Preferred Forename|Chosen Name|Chosen Forename|Forename", must=True),
        _c("family_name", "Preferred Surname|Surname", must=True),
        *_legal(),
        _c("date_of_birth", "DOB|Date of Birth|Birth Date", must=True,
           purpose="Matching; never shown to others"),
        _c("nc_year", "Year taught in Code|Year taught in|Year|Year Group|NC Year", must=not future,
           purpose="Year of entry, user names, groups"),
        _c("registration_group", "Reg|Registration Group|Reg Group", purpose="Groups, hand-out slips"),
        _c("house", "House", purpose="Groups"),
        _c("admission_date", "Start date|Date of Admission|Admission Date", must=future,
           purpose="Decides when an account is due"),
        _c("leaving_date", "Leaving Date|Date of Leaving", purpose="Decides when an account ends"),
        _c("part_time", "Part Time|Part-time"),
        _c("email", "Primary Email|Email|E-mail", purpose="Matching"),
    )  # fmt: skip


_PUPIL = _c("pupil", "Pupil ID|Student ID|Pupil External ID|Adno", "External ID of the pupil", must=True,
            group=THIRD_PARTY, offered=False)  # fmt: skip
LAYOUTS = (
    Layout(
        report=Report.STUDENTS, names=("students", "pupils"), title="Students (Current)",
        purpose="Names and dates of birth of pupils on roll, for their accounts",
        rows="one for each pupil on roll", columns=_students(future=False),
    ),
    Layout(
        report=Report.STAFF, names=("staff",), title="Staff (Current)",
        purpose="Names of staff employed now, for their accounts",
        rows="one for each role of each member of staff employed now", columns=_staff(future=False),
    ),
    Layout(
        report=Report.STUDENTS_FUTURE, names=("students-future", "future-students", "pupils-future"),
        title="Students (Future)", purpose="Pupils before admission, so that their logins are ready",
        rows="one for each pupil accepted or admitted who has not started", columns=_students(future=True),
    ),
    Layout(
        report=Report.STAFF_FUTURE, names=("staff-future", "future-staff"), title="Staff (Future)",
        purpose="Staff who have not started yet, so that their logins are ready",
        rows="one for each role of each member of staff whose employment begins later",
        columns=_staff(future=True),
    ),
    Layout(
        report=Report.CONTACTS, names=("contacts",), title="Contacts",
        purpose="Parents and carers with their relationship",
        rows="one for each contact of each pupil on roll",
        columns=(
            _c("external_id", "ID|External ID", "External ID of the contact", group=THIRD_PARTY,
               offered=False),
            _c("base_id", "primary_id|Contact ID|Person ID", "Number of the contact", group=THIRD_PARTY,
               offered=False),
            _c("title", "Title|Title Code"),
            _c("given_name", "Forename"),
            _c("family_name", "Surname", must=True),
            _c("email", "Primary Email|Email|Home Email|E-mail"),
            _c("phone", "Main Telephone|Telephone|Phone"),
            _PUPIL,
            _c("relationship", "Relationship|Relationship Type", purpose="Who the contact is to the pupil"),
            _c("parental_responsibility", "Parental Responsibility"),
            _c("priority", "Priority|Contact Priority", purpose="Who is called first"),
        ),
    ),
    Layout(
        report=Report.GROUPS_CLASSES, names=("groups-classes", "groups", "classes"), title="Groups & Classes",
        purpose="Who teaches and belongs to what, for class and group provisioning",
        rows="one for each pupil and one for each member of staff of each group",
        columns=(
            _c("external_id", "ID|External ID", "External ID of the group", group=THIRD_PARTY, offered=False),
            _c("base_id", "primary_id|Base Group ID|Group ID", "Number of the group", group=THIRD_PARTY,
               offered=False),
            _c("name", "Short Name|Class|Name|Group", must=True),
            _c("description", "Description|Group Description"),
            _c("kind", "Type|Group Type", "Type: class, registration, year, house, user defined",
               offered=False),
            _c("subject_id", "Subject|Subject Name", asked=True, purpose="Subjects, and who teaches them"),
            _c("pupil", "Pupil ID|Student ID|Pupil External ID|Adno", "External ID of the pupil",
               must=True, group=THIRD_PARTY, offered=False),
            _c("staff", "Staff ID|Teacher ID|Staff Code", "External ID of the member of staff",
               group=THIRD_PARTY, offered=False),
            _c("main", "Main Teacher|Main", "Main teacher, or tutor: yes or no", offered=False),
        ),
    ),
    Layout(
        report=Report.ATTENDANCE, names=("attendance",), title="Attendance",
        purpose="Marks of the last days, for what reads them",
        rows="one for each mark",
        columns=(
            _PUPIL,
            _c("day", "Date|Mark Date", must=True),
            _c("session", "Session|AM/PM", must=True),
            _c("code", "Mark|Code|Attendance Code", must=True),
        ),
    ),
)  # fmt: skip
BY_REPORT: Mapping[Report, Layout] = {layout.report: layout for layout in LAYOUTS}
BY_NAME: Mapping[str, Report] = {name: layout.report for layout in LAYOUTS for name in layout.names}


def own_captions(text: str) -> dict[tuple[Report, str], str]:
    """The setting ``captions``: ``students.admission_number=Adm. No; staff.roles=Post title``."""
    found: dict[tuple[Report, str], str] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        left, _, caption = part.partition("=")
        name, _, field = left.strip().partition(".")
        layout = BY_REPORT[BY_NAME[name]] if name in BY_NAME else None
        if layout is None or not _WORD.fullmatch(field) or not layout.of(field) or not plain(caption):
            raise BadSettings(
                f"captions: “{part[:60]}” names no column of a report.",
                mend="Write report.field=Caption, parted by semicolons; docs/sims-export.md lists both.",
            )
        found[layout.report, field] = caption.strip()
    return found
