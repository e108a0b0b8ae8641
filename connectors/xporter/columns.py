"""Which of Xporter's columns hold each of our fields, and which scope lets them through (reference §7, §8).

Answers and documentation spell some columns differently (``DateofBirth``), so rows are read by lower-case
names; ``select`` asks for them as answers spell them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from connectors.records import Report
from connectors.values import Faults, Row, day, first_of, flag
from connectors.xporter.answers import lowered

Places = dict[str, tuple[str, ...]]

_PERSON: Places = {
    "given_name": ("Forename", "LegalForename"),
    "family_name": ("Surname", "LegalSurname"),
    "mis_id": ("Id",),
    "middle_names": ("MiddleName",),
    "legal_given_name": ("LegalForename",),
    "legal_family_name": ("LegalSurname",),
}
PUPIL: Places = {
    **_PERSON,
    "date_of_birth": ("DateofBirth",),
    "nc_year": ("YearGroup",),
    "registration_group": ("RegGroup",),
    "house": ("HouseGroup",),
    "upn": ("UPN",),
    "former_upn": ("FormerUPN",),
    "uln": ("UniqueLearnerNumber",),
    "admission_number": ("AdmissionNo",),
    "admission_date": ("EntryDate",),
    "leaving_date": ("LeavingDate",),
    "email": ("WorkEmail",),
}
STAFF: Places = {
    **_PERSON,
    "title": ("Title",),
    "date_of_birth": ("DateOfBirth",),
    "start_date": ("EmploymentStart",),
    "end_date": ("EmploymentEnd",),
    "staff_code": ("StaffCode",),
    "roles": ("Roles",),
    "teaching": ("IsTeacher",),
    "email": ("WorkEmail",),
    "phone": ("WorkPhone",),
}
CONTACT: Places = {
    "title": ("Title",),
    "given_name": ("Forename",),
    "family_name": ("Surname",),
    "email": ("HomeEmail", "WorkEmail"),
    "phone": ("MobilePhone", "HomePhone", "WorkPhone"),
}
LINK: Places = {
    "relationship": ("Relationship",),
    "parental_responsibility": ("ParResp",),
    "priority": ("Priority",),
}
DATES = frozenset({"date_of_birth", "admission_date", "leaving_date", "start_date", "end_date"})
FLAGS = frozenset({"teaching", "parental_responsibility"})

# Column → the scope that lets it through, where that is more than the collection's own.
_PUPIL_SCOPES = {
    "StudentExtended": ("DateofBirth", "UniqueLearnerNumber", "LegalForename", "LegalSurname", "MiddleName",
                        "EntryDate", "LeavingDate"),
    "UPN": ("UPN", "FormerUPN"),
    "Student": ("AdmissionNo",),
}  # fmt: skip
_STAFF_SCOPES = {
    "StaffExtended": ("DateOfBirth", "LegalForename", "LegalSurname", "MiddleName"),
    "StaffEmployment": ("EmploymentStart", "EmploymentEnd", "Roles"),
}
SCOPES = {Report.STUDENTS: _PUPIL_SCOPES, Report.STAFF: _STAFF_SCOPES}


def select(places: Places, wanted: Collection[str], always: Iterable[str]) -> str:
    """The columns to ask for: what the wanted fields need and no more (X2)."""
    asked = [column for name, columns in places.items() if name in wanted for column in columns]
    return ",".join(dict.fromkeys(("Id", *always, *asked)))


def delivered(row: Row, places: Places) -> frozenset[str]:
    """The fields of which this row has at least one column, be it empty."""
    return frozenset(n for n, columns in places.items() if any(c.lower() in row for c in columns))


def by_lower(row: Any) -> Row | None:
    return lowered(row) if isinstance(row, dict) else None


def fill(row: Row, places: Places, wanted: Collection[str], faults: Faults) -> dict[str, Any]:
    """The wanted fields of a row (by lower-case names); blank ones are left out."""
    values: dict[str, Any] = {}
    for name, columns in places.items():
        if name in wanted:
            value = _read(row, columns, name, faults)
            if value is not None:
                values[name] = value
    return values


def _read(row: Row, columns: tuple[str, ...], name: str, faults: Faults) -> Any:
    keys = tuple(column.lower() for column in columns)
    if name in DATES:
        return day(row, keys[0], faults, name)
    if name in FLAGS:
        return flag(row, keys[0], faults, name)
    return first_of(row, keys, faults, name)


def scope_for(report: Report, fields: Iterable[str]) -> list[str]:
    """The scopes that would let these fields through."""
    places = PUPIL if report is Report.STUDENTS else STAFF
    columns = {column for name in fields for column in places.get(name, ())[:1]}
    return [scope for scope, held in SCOPES.get(report, {}).items() if columns & set(held)]
