"""One school's people as iSAMS would show them: JSON objects for REST, an XML document for Batch.

The oddities are those seen in real answers: blank names as a single space, elements that are absent, GUIDs
in capitals by one door, numbers and words for the same thing (isams.md §3, §4.2).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

from connectors.simulator.people import PersonRow, PupilRow, Roll, StaffRow

Json = dict[str, Any]
STAFF_METHOD, PUPIL_METHOD = "HumanResources_GetCurrentStaff", "Pupil_GetCurrentPupils"


def school_id(row: PupilRow) -> str:
    return f"22{int(row.mis_id):08d}"


def pupils(roll: Roll) -> list[PupilRow]:
    """Current pupils; applicants are a list of their own."""
    return sorted(roll.of_status("current"), key=lambda row: row.serial)


def staff(roll: Roll) -> list[StaffRow]:
    return sorted(roll.staff.values(), key=lambda row: row.serial)


def on_books(row: StaffRow, today: date) -> bool:
    return row.current is not False and (row.end is None or row.end >= today)


def started(row: StaffRow, today: date) -> bool:
    return row.start is None or row.start <= today


def _guid(row: PersonRow) -> str:
    return str(UUID(row.upi))


def _stamp(day: date | None) -> str | None:
    return None if day is None else f"{day}T00:00:00"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def _names(row: PersonRow) -> tuple[str | None, str | None]:
    """Forename and preferred name; the latter a single space where nobody typed one."""
    legal = row.legal_forename or row.forename
    return legal, row.forename if row.forename != legal else (" " if row.serial % 3 else None)


def _form(roll: Roll, row: PupilRow) -> str | None:
    group = roll.groups.get(row.registration or "")
    return group.code if group else None


def _house(roll: Roll, row: PupilRow) -> str | None:
    group = roll.groups.get(row.house or "")
    return group.name if group else None


def student(roll: Roll, row: PupilRow) -> Json:
    forename, preferred = _names(row)
    return {
        "schoolId": school_id(row), "personGuid": _guid(row), "schoolCode": row.admission_number,
        "uniquePupilNumber": row.upn, "title": row.title, "forename": forename, "middlenames": row.middle,
        "surname": row.surname, "preferredName": preferred, "officialName": None,
        "fullName": f"{forename or ''} {row.surname or ''}".strip(), "previousName": None,
        "dob": _stamp(row.born), "gender": row.gender[:1].upper(), "yearGroup": row.stage,
        "formGroup": _form(roll, row), "academicHouse": _house(roll, row), "boardingHouse": "",
        "tutorEmployeeId": None, "enrolmentDate": _stamp(row.admitted), "leavingDate": _stamp(row.leaving),
        "schoolEmailAddress": row.email, "personalEmailAddress": None, "mobileNumber": None,
        "familyId": row.family, "latestPhotoId": 5000 + row.serial if row.photo else None,
        "lastUpdated": _moment(row.updated), "homeAddresses": [], "languages": [], "nationalities": [],
    }  # fmt: skip


def employee(row: StaffRow, today: date) -> Json:
    forename, preferred = _names(row)
    return {
        "id": int(row.mis_id), "personGuid": _guid(row), "title": row.title, "forename": forename,
        "middleNames": row.middle, "surname": row.surname, "preferredName": preferred,
        "schoolInitials": row.staff_code, "isTeachingStaff": bool(row.teaching), "isPartTime": False,
        "dateOfBirth": _stamp(row.born), "gender": row.gender[:1].upper(), "schoolEmailAddress": row.email,
        "schoolTelephoneNumber": row.phone, "schoolMobileNumber": None, "enrolmentDate": _stamp(row.start),
        "leavingDate": _stamp(row.end), "systemStatus": 1 if on_books(row, today) else 2, "divisions": [],
        "latestPhotoId": 7000 + row.serial if row.photo else None, "lastUpdated": _moment(row.updated),
        "customFields": [],
    }  # fmt: skip


def roles(row: StaffRow) -> list[Json]:
    return [{"id": 10 + number, "name": name} for number, name in enumerate(row.roles)]


def document(roll: Roll, methods: list[str], rows: Any) -> bytes:
    """``rows`` thins a list.  The declaration claims utf-16, the bytes are UTF-8, as they often are."""
    root = Element("iSAMS")
    if STAFF_METHOD in methods:
        inside = SubElement(SubElement(root, "HRManager"), "CurrentStaff")
        for member in rows(_current(roll)):
            _member(inside, member)
    if PUPIL_METHOD in methods:
        inside = SubElement(SubElement(root, "PupilManager"), "CurrentPupils")
        for pupil in rows(pupils(roll)):
            _pupil(inside, roll, pupil)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-16"?>\n' + body


def _current(roll: Roll) -> list[StaffRow]:
    """The document lists current people only (§5)."""
    return [row for row in staff(roll) if on_books(row, roll.today) and started(row, roll.today)]


def _put(parent: Element, **texts: str | None) -> None:
    """What nobody typed is empty, or, for some, not there at all."""
    for number, (name, text) in enumerate(texts.items()):
        if text or number % 2:
            SubElement(parent, name).text = text


def _member(inside: Element, row: StaffRow) -> None:
    forename, preferred = _names(row)
    one = SubElement(inside, "StaffMember", Id=row.mis_id, PersonId=f"8{row.mis_id}")
    one.set("PersonGuid", _guid(row).upper())
    _put(
        one, Initials=row.staff_code, UserName=None, Title=row.title, Forename=forename,
        MiddleNames=row.middle, Surname=row.surname, PreferredName=preferred, DOB=_stamp(row.born),
        SchoolEmailAddress=row.email, SchoolMobileNumber=row.phone,
        TeachingStaff="1" if row.teaching else "0",
    )  # fmt: skip
    held = SubElement(one, "Roles")
    for number, name in enumerate(row.roles):
        SubElement(SubElement(held, "Role", Id=str(10 + number)), "Name").text = name


def _pupil(inside: Element, roll: Roll, row: PupilRow) -> None:
    forename, preferred = _names(row)
    one = SubElement(inside, "Pupil", Id=row.mis_id, PersonId=f"9{row.mis_id}", PersonGuid=_guid(row))
    SubElement(one, "SchoolId", Legacy="True").text = "0"
    _put(
        one, UPN=row.upn, SchoolCode=row.admission_number, SchoolId=school_id(row), Title=row.title,
        Forename=forename, Surname=row.surname, Middlename=row.middle, Preferredname=preferred,
        DOB=_stamp(row.born), AcademicHouse=_house(roll, row), Form=_form(roll, row), NCYear=str(row.stage),
        EmailAddress=row.email, EnrolmentDate=_stamp(row.admitted),
    )  # fmt: skip
