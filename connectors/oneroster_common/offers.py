"""The reports and fields any OneRoster delivery can supply, and the settings that say how to read them."""

from __future__ import annotations

from connectors.base import FieldOffer, FieldStatus, ReportOffer, SettingField
from connectors.records import Report

_M, _O = FieldStatus.MANDATORY, FieldStatus.OPTIONAL


def _fields(*offers: tuple[str, str, FieldStatus]) -> tuple[FieldOffer, ...]:
    return tuple(FieldOffer(name=name, title=title, status=status) for name, title, status in offers)


_NAMES = (
    ("given_name", "Given name", _M),
    ("family_name", "Family name", _M),
    ("legal_given_name", "Legal given name", _O),
    ("legal_family_name", "Legal family name", _O),
    ("middle_names", "Middle names", _O),
    ("email", "E-mail address", _O),
    ("mis_id", "MIS id", _O),
    ("upi", "Master identifier", _O),
    ("updated_at", "Last modified", _O),
)

STUDENTS = ReportOffer(
    report=Report.STUDENTS,
    purpose="Pupils, for their accounts.",
    fields=_fields(
        ("source_id", "sourcedId", _M),
        *_NAMES,
        ("date_of_birth", "Date of birth", _M),
        ("nc_year", "Year group", _M),
        ("upn", "UPN", _O),
        ("local_upn", "Local UPN", _O),
        ("former_upn", "Former UPN", _O),
        ("uln", "ULN", _O),
        ("admission_number", "Admission number", _O),
        ("registration_group", "Registration group", _O),
        ("admission_date", "Admission date", _O),
        ("leaving_date", "Leaving date", _O),
        ("status", "Admission status", _M),
    ),
)
STAFF = ReportOffer(
    report=Report.STAFF,
    purpose="Staff, for their accounts.",
    fields=_fields(
        ("source_id", "sourcedId", _M),
        *_NAMES,
        ("date_of_birth", "Date of birth", _O),
        ("phone", "Telephone", _O),
        ("staff_code", "Staff code", _O),
        ("roles", "Roles", _O),
        ("teaching", "Teaching staff", _O),
        ("start_date", "Start date", _O),
        ("end_date", "End date", _O),
    ),
)
CONTACTS = ReportOffer(
    report=Report.CONTACTS,
    purpose="Parents, carers and their links to pupils.",
    fields=_fields(
        ("source_id", "sourcedId", _M),
        ("given_name", "Given name", _M),
        ("family_name", "Family name", _M),
        ("email", "E-mail address", _O),
        ("phone", "Telephone", _O),
        ("upi", "Master identifier", _O),
        ("updated_at", "Last modified", _O),
        ("relationship", "Relationship", _O),
    ),
)
GROUPS = ReportOffer(
    report=Report.GROUPS_CLASSES,
    purpose="Classes, registration groups, subjects and who is in them.",
    fields=_fields(
        ("source_id", "sourcedId", _M),
        ("name", "Name", _M),
        ("code", "Code", _O),
        ("description", "Description", _O),
        ("kind", "Type", _M),
        ("subject_id", "Subject", _O),
        ("part", "Part in the class", _M),
    ),
)

OFFERS = (STUDENTS, STAFF, CONTACTS, GROUPS)

GRADES = SettingField(
    name="grades", title="Meaning of grades", default="auto", pattern="nc|ceds|auto",
    hint="nc, ceds or auto",
    help="nc: National Curriculum years. ceds: American grades, grade n is Year n + 1. "
    "auto: whichever fits the dates of birth.",
)  # fmt: skip
USERNAME = SettingField(
    name="username", title="Use of username", default="ignore", pattern="ignore|email",
    hint="ignore or email",
    help="email: a username that is an e-mail address is taken where the e-mail address is blank.",
)  # fmt: skip
