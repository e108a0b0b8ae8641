"""What the Datashare file set supplies, field by field, and what the operator sets (C16)."""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.delimited.connector import MAX_AGE
from connectors.records import Report

_M, _O = FieldStatus.MANDATORY, FieldStatus.OPTIONAL


def _offer(report: Report, purpose: str, *fields: tuple[str, str, FieldStatus]) -> ReportOffer:
    """A work e-mail address is asked for by the school, or it does not come (C14)."""
    return ReportOffer(
        report=report, purpose=purpose,
        fields=tuple(
            FieldOffer(
                name=name, title=title, status=status, on_request=(report, name) == (Report.STAFF, "email")
            )
            for name, title, status in fields
        ),
    )  # fmt: skip


OFFERS = (
    _offer(
        Report.STUDENTS, "Pupils, for their accounts.",
        ("source_id", "Student ID", _M), ("given_name", "Known name", _M), ("family_name", "Surname", _M),
        ("date_of_birth", "Date of birth", _M), ("nc_year", "Current year group", _M),
        ("registration_group", "Current class", _O),
    ),
    _offer(
        Report.STAFF, "Teachers with a class, for their accounts.",
        ("source_id", "Staff ID", _M), ("title", "Title", _M), ("given_name", "Forename", _M),
        ("family_name", "Surname", _M), ("email", "Primary e-mail address", _O),
    ),
    _offer(
        Report.CONTACTS, "Parents and carers, and whose they are.",
        ("source_id", "Contact ID", _M), ("title", "Title", _M), ("given_name", "First name", _M),
        ("family_name", "Surname", _M), ("email", "E-mail address", _O), ("phone", "Phone number", _O),
        ("relationship", "Relationship", _O), ("parental_responsibility", "Parental responsibility", _O),
    ),
    _offer(
        Report.GROUPS_CLASSES, "Registration classes, teaching sets, custom groups, and who is in them.",
        ("source_id", "Id", _M), ("name", "Name", _M), ("kind", "Type", _M),
        ("part", "Part in the class", _M), ("code", "Class code", _O), ("description", "Description", _O),
    ),
    _offer(
        Report.ATTENDANCE, "Marks, where the file set has them.",
        ("pupil_id", "Student ID", _M), ("day", "Date", _M), ("session", "Session", _M), ("code", "Mark", _M),
    ),
)  # fmt: skip

DECLARATION = Declaration(
    slug="datashare",
    route="datashare",
    title="Integris Datashare file set",
    kind="files",
    reports=OFFERS,
    settings=(
        SettingField(
            name="path", title="Folder, ZIP or JSON file", required=True,
            help="Whole path of the folder, ZIP or JSON file with the file set.",
        ),
        SettingField(
            name="columns", title="Columns by other names",
            pattern=r"[^;=.]+\.[^;=.]+=[^;=]+(?:;[^;=.]+\.[^;=.]+=[^;=]+)*;?\s*",
            hint="students.studentId=Pupil No; teachers.email=Work address",
            help="Only where the file set calls a column otherwise than the guide lists it.",
        ),
        MAX_AGE,
    ),
)  # fmt: skip
