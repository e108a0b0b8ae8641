"""One school as Xporter would tell it: rows of its collections, each with scope, change time and hash.

Columns stand under the scope that lets them through; a column outside the approved scopes is absent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from hashlib import sha1
from typing import Any

from connectors.simulator import shapes
from connectors.simulator.people import ContactRow, PersonRow, PupilRow, Roll, SetRow, StaffRow
from connectors.simulator.schools import year_name

Row = dict[str, Any]
PREFIXES = {"YEAR": "GY", "HOUSE": "GH", "REGISTRATION": "GR", "CLASS": "GC"}
TYPES = {"YEAR": "YearGrp", "HOUSE": "HouseGrp", "REGISTRATION": "RegGrp", "CLASS": "TeachingGrp"}
STATUS = {"current": "OnRoll", "pre": "PreAdmission", "leaver": "Leaver"}
EXTENDED = {
    "Students": {
        "StudentExtended": ("DateofBirth", "UniqueLearnerNumber", "LegalForename", "LegalSurname",
                            "MiddleName", "EntryDate", "LeavingDate", "EnrolmentStatus"),
        "UPN": ("UPN", "FormerUPN"),
        "StudentFunding": ("FSMEligible", "PupilPremium", "EAL", "Gifted"),
    },
    "Staff": {
        "StaffExtended": ("DateOfBirth", "LegalForename", "LegalSurname", "MiddleName"),
        "StaffEmployment": ("EmploymentStart", "EmploymentEnd", "Roles"),
    },
}  # fmt: skip
SCOPES = frozenset({
    "School", "Student", "StudentExtended", "UPN", "Staff", "StaffExtended", "StaffEmployment", "Contact",
    "Photos", "Attendance", "StudentFunding",
})  # fmt: skip


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _updated(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _flag(value: bool | None) -> int | None:
    return None if value is None else int(value)


def hashed(row: Row) -> Row:
    told = json.dumps(row, sort_keys=True, ensure_ascii=True).encode("utf-8", "surrogatepass")
    return {**row, "RowHash": sha1(told, usedforsecurity=False).hexdigest().upper()}


class Rows:
    """Rows of a roll; ``photos`` of pupils and staff, ``marks`` of the days asked for."""

    def __init__(self, roll: Roll) -> None:
        self.roll, self.school = roll, roll.school
        self._sets = {row.id: row for row in (*roll.groups.values(), *roll.classes.values())}

    def _person(self, row: PersonRow, prefix: str) -> Row:
        return {
            "Id": row.mis_id, "XID": f"x{row.upi[:6].upper()}", "ExternalId": row.upi,
            "IdaasId": f"{prefix}-{row.mis_id}", "Forename": row.forename, "Surname": row.surname,
            "DisplayName": f"{row.forename or ''} {row.surname or ''}".strip(),
            "MiddleName": row.middle, "LegalForename": row.legal_forename or row.forename,
            "LegalSurname": row.legal_surname or row.surname, "Gender": row.gender[:1].upper(),
            "LastUpdated": _updated(row.updated),
        }  # fmt: skip

    def students(self) -> Iterator[Row]:
        """Whoever has two records is told once, and as being on roll if one of them says so."""
        told = {row.mis_id: row for row in self.roll.pupils.values()}
        told |= {row.mis_id: row for row in self.roll.of_status("current")}
        for row in told.values():
            form, house = self._sets.get(row.registration or ""), self._sets.get(row.house or "")
            year = year_name(row.stage, country=self.school.country).replace(" ", "  ", 1)
            yield {
                **self._person(row, "PL"), "AdmissionNo": row.admission_number, "UPN": row.upn,
                "FormerUPN": row.former_upn, "UniqueLearnerNumber": row.uln, "DateofBirth": _day(row.born),
                "RegGroupId": form.mis_id if form else None, "RegGroup": form.name if form else None,
                "YearGroup": year if row.year_text else None, "HouseGroup": house.name if house else None,
                "WorkEmail": row.email, "IdaasEmail": None, "EnrolmentStatus": "C", "Boarder": 1,
                "EntryDate": _day(row.admitted), "LeavingDate": _day(row.leaving),
                "FSMEligible": int(row.family % 6 == 0), "PupilPremium": 0, "EAL": 0, "Gifted": 0,
                "ServiceChild": "0", "StudentStatus": STATUS[row.status],
            }  # fmt: skip

    def staff(self) -> Iterator[Row]:
        for row in self.roll.staff.values():
            forms = [one.name for one in self.roll.groups.values() if row.id in one.staff]
            yield {
                **self._person(row, "PWT"), "Title": row.title, "Suffix": None, "StaffCode": row.staff_code,
                "StaffStatus": self.standing(row), "DateOfBirth": _day(row.born), "WorkEmail": row.email,
                "IdaasEmail": None, "WorkPhone": row.phone, "EmploymentStart": _day(row.start),
                "EmploymentEnd": _day(row.end), "Roles": ",".join(row.roles) or None,
                "IsTeacher": _flag(row.teaching), "IsSupport": _flag(row.teaching is False),
                "RegGroup": ",".join(forms) or None,
            }  # fmt: skip

    def standing(self, row: StaffRow) -> str:
        today = self.roll.today
        if row.start is not None and row.start > today:
            return "Future"
        return "Previous" if (row.end is not None and row.end < today) or row.current is False else "Current"

    def contacts(self) -> Iterator[Row]:
        linked = {link["ContactId"] for link in self.links()}
        for row in self.roll.contacts.values():
            if row.mis_id in linked:
                yield self._contact(row)

    def _contact(self, row: ContactRow) -> Row:
        return {
            "Id": row.mis_id, "IdaasId": f"PC-{row.mis_id}", "ExternalId": row.upi, "Title": row.title,
            "Forename": row.forename, "Surname": row.surname, "WorkEmail": None, "WorkPhone": None,
            "HomeEmail": row.email, "HomePhone": None, "MobilePhone": row.phone, "TranslatorRequired": 0,
            "LastUpdated": _updated(row.updated),
        }  # fmt: skip

    def links(self) -> Iterator[Row]:
        for pupil in self.roll.of_status("current"):
            for tie in self.roll.ties.get(pupil.id, ()):
                contact = self.roll.contacts.get(tie.contact)
                if contact is not None:
                    yield {
                        "Id": f"PL-{pupil.mis_id}.PC-{contact.mis_id}", "StudentId": pupil.mis_id,
                        "ContactId": contact.mis_id, "Relationship": tie.relationship,
                        "Priority": tie.priority, "ParResp": int(tie.responsible),
                        "LastUpdated": _updated(contact.updated),
                    }  # fmt: skip

    def groups(self) -> Iterator[Row]:
        """Groups without any member are not told."""
        for row in self._sets.values():
            if row.kind in TYPES:
                found = self._group(row)
                if found["StudentIds"] or found["StaffIds"]:
                    yield found

    def _group(self, row: SetRow) -> Row:
        pupils = [self.roll.pupils[one] for one in row.pupils if one in self.roll.pupils]
        staff = [self.roll.staff[one] for one in row.staff if one in self.roll.staff]
        subject = self.roll.subjects.get(row.subject or "")
        here = [one.mis_id for one in pupils if one.status == "current"]
        return {
            "Id": row.mis_id, "ExternalId": row.id, "IdaasId": f"{PREFIXES[row.kind]}-{row.mis_id}",
            "Type": TYPES[row.kind], "Code": row.code or row.name,
            "Name": row.name.replace(" ", "  ", 1) if row.kind == "YEAR" else row.name,
            "PrimaryStaffId": staff[0].mis_id if staff else None,
            "Staff": ",".join(one.staff_code or "" for one in staff), "NumStudents": len(here),
            "StudentIds": ",".join(here), "StaffIds": ",".join(one.mis_id for one in staff),
            "SubjectLocalId": subject.mis_id if subject else None,
            "SubjectCode": subject.code if subject else None,
            "SubjectName": subject.name if subject else None,
            "LastUpdated": _updated(row.updated),
        }  # fmt: skip

    def photos(self) -> Iterator[Row]:
        people: list[tuple[str, PupilRow | StaffRow]] = [
            ("Student", one) for one in self.roll.pupils.values()
        ]
        people += [("Staff", one) for one in self.roll.staff.values()]
        for number, (kind, row) in enumerate(people, start=1):
            photo = shapes.photo(row)
            if photo is not None:
                yield {
                    "Id": str(number), "PersonId": row.mis_id, "PersonType": kind,
                    "PersonName": f"{row.forename} {row.surname}", "Photo": photo["content"],
                    "LastUpdated": _updated(row.updated),
                }  # fmt: skip

    def marks(self, first: date, last: date) -> Iterator[Row]:
        """Two marks a school day up to today; the afternoon of today is not taken yet."""
        day = first
        while day <= min(last, self.roll.today):
            for pupil in self.roll.of_status("current") if day.weekday() < 5 else ():
                for session, usual in (("AM", "/"), ("PM", "\\")):
                    absent = (pupil.serial + day.toordinal()) % 23 == 0
                    code = "-" if day == self.roll.today and session == "PM" else "I" if absent else usual
                    yield {
                        "Id": f"{pupil.mis_id}.{day.isoformat()}.{session}", "Date": day.isoformat(),
                        "StudentId": pupil.mis_id, "Mark": code, "Type": "S", "Session": session,
                    }  # fmt: skip
            day += timedelta(days=1)

    def counts(self) -> list[Row]:
        made: dict[str, Callable[[], Iterator[Row]]] = {
            "Contacts": self.contacts, "Groups": self.groups, "Photos": self.photos,
        }  # fmt: skip
        staff = [row for row in self.roll.staff.values() if self.standing(row) == "Current"]
        here = {row.mis_id for row in self.roll.of_status("current")}
        counted = {"Students": len(here), "Staff": len({row.mis_id for row in staff})}
        counted |= {area: sum(1 for _ in rows()) for area, rows in made.items()}
        return [{"Area": area, "Count": count} for area, count in counted.items()]
