"""What CSV files with a mapping can supply, and what the operator sets."""

from __future__ import annotations

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.delimited.connector import MAX_AGE
from connectors.records import Report

_M, _O = FieldStatus.MANDATORY, FieldStatus.OPTIONAL


def _fields(mandatory: str, optional: str, on_request: str = "") -> tuple[FieldOffer, ...]:
    """From ``name:Title|name:Title``."""
    parts = [(_M, False, mandatory), (_O, False, optional), (_O, True, on_request)]
    return tuple(
        FieldOffer(name=name, title=title, status=status, on_request=asked)
        for status, asked, text in parts
        for name, _, title in (pair.partition(":") for pair in text.split("|") if pair)
    )


_PEOPLE = (
    "legal_given_name:Legal given name|legal_family_name:Legal family name|middle_names:Middle names|"
    "title:Title|initials:Initials"
)
STUDENTS = ReportOffer(
    report=Report.STUDENTS,
    purpose="Pupils, for their accounts.",
    fields=_fields(
        "source_id:Id|given_name:Given name|family_name:Family name|date_of_birth:Date of birth|"
        "nc_year:Year group|status:Admission status",
        f"{_PEOPLE}|email:E-mail address|upn:UPN|local_upn:Local UPN|former_upn:Former UPN|uln:ULN|"
        "admission_number:Admission number|registration_group:Registration group|house:House|"
        "part_time:Part-time|admission_date:Admission date|leaving_date:Leaving date",
    ),
)
STAFF = ReportOffer(
    report=Report.STAFF,
    purpose="Staff, for their accounts.",
    fields=_fields(
        "source_id:Id|given_name:Given name|family_name:Family name",
        f"{_PEOPLE}|date_of_birth:Date of birth|phone:Telephone|staff_code:Staff code|roles:Roles|"
        "teaching:Teaching staff|current:Still employed|start_date:Start date|end_date:End date|"
        "reports_to:Line manager",
        "email:E-mail address",
    ),
)
CONTACTS = ReportOffer(
    report=Report.CONTACTS,
    purpose="Parents, carers and their links to pupils.",
    fields=_fields(
        "source_id:Id|family_name:Family name",
        "given_name:Given name|title:Title|email:E-mail address|phone:Telephone|relationship:Relationship|"
        "parental_responsibility:Parental responsibility|priority:Priority",
    ),
)
GROUPS = ReportOffer(
    report=Report.GROUPS_CLASSES,
    purpose="Classes, registration and house groups, and who is in them.",
    fields=_fields(
        "source_id:Id|name:Name|kind:Type|part:Part in the class",
        "code:Code|description:Description",
        "subject_id:Subject",
    ),
)

DECLARATION = Declaration(
    slug="csv_mapped",
    route="csv",
    title="CSV files with a mapping",
    kind="files",
    reports=(STUDENTS, STAFF, CONTACTS, GROUPS),
    settings=(
        SettingField(
            name="path", title="Folder, ZIP or file", required=True,
            help="Whole path of the folder, ZIP or single file that the MIS exports.",
        ),
        SettingField(
            name="mapping", title="Confirmed columns", pattern=r"\{.*\}",
            hint="what “misconsole columns SCHOOL --accept” writes",
            help="What each column is, as somebody accepted it. Until then nothing is read.",
        ),
        MAX_AGE,
    ),
)  # fmt: skip
