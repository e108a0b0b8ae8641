"""Rows of either door as pupils and staff (reference §3, §4.2, §5).

The ids are the same by both doors, so that a school may change the interface and nobody is taken for new: a
pupil's SchoolId, an employee's Id.  A person's GUID is told in capitals by one and small by the other; it is
the same GUID.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.isams.declaration import DECLARATION
from connectors.isams.listing import Rows
from connectors.records import Pupil, PupilStatus, Report, Staff
from connectors.values import Faults, Row, day, first_of, flag, moment, no_object, text

Keys = Mapping[str, tuple[str, ...]]
# Our field → the keys of the row, the first that holds something counts.
PLACES: Mapping[tuple[str, Report], Keys] = {
    ("rest", Report.STUDENTS): {
        "source_id": ("schoolId",), "upi": ("personGuid",), "title": ("title",),
        "given_name": ("preferredName", "forename"), "legal_given_name": ("forename",),
        "family_name": ("surname",), "middle_names": ("middlenames", "middleNames"),
        "date_of_birth": ("dob",), "email": ("schoolEmailAddress",), "upn": ("uniquePupilNumber",),
        "admission_number": ("schoolCode",), "nc_year": ("yearGroup",), "registration_group": ("formGroup",),
        "house": ("academicHouse",), "admission_date": ("enrolmentDate",), "leaving_date": ("leavingDate",),
        "photo_id": ("latestPhotoId",),
    },
    ("batch", Report.STUDENTS): {
        "source_id": ("SchoolId",), "upi": ("@PersonGuid",), "title": ("Title",),
        "given_name": ("Preferredname", "PreferredName", "Forename"), "legal_given_name": ("Forename",),
        "family_name": ("Surname",), "middle_names": ("Middlename", "MiddleNames"),
        "date_of_birth": ("DOB",), "email": ("EmailAddress",), "upn": ("UPN",),
        "admission_number": ("SchoolCode",), "nc_year": ("NCYear",), "registration_group": ("Form",),
        "house": ("AcademicHouse",), "admission_date": ("EnrolmentDate",),
    },
    ("rest", Report.STAFF): {
        "source_id": ("id",), "upi": ("personGuid",), "title": ("title",),
        "given_name": ("preferredName", "forename"), "legal_given_name": ("forename",),
        "family_name": ("surname",), "middle_names": ("middleNames", "middlenames"),
        "date_of_birth": ("dateOfBirth",), "email": ("schoolEmailAddress",),
        "phone": ("schoolTelephoneNumber", "schoolMobileNumber"), "initials": ("schoolInitials",),
        "teaching": ("isTeachingStaff",), "start_date": ("enrolmentDate",), "end_date": ("leavingDate",),
        "photo_id": ("latestPhotoId",),
    },
    ("batch", Report.STAFF): {
        "source_id": ("@Id",), "upi": ("@PersonGuid",), "title": ("Title",),
        "given_name": ("PreferredName", "Forename"), "legal_given_name": ("Forename",),
        "family_name": ("Surname",), "middle_names": ("MiddleNames",), "date_of_birth": ("DOB",),
        "email": ("SchoolEmailAddress",), "phone": ("SchoolMobileNumber",), "initials": ("Initials",),
        "teaching": ("TeachingStaff",),
    },
}  # fmt: skip
DATES = frozenset({"date_of_birth", "admission_date", "leaving_date", "start_date", "end_date"})
DECIDING = frozenset({"source_id", "admission_date", "leaving_date", "start_date", "end_date"})
BESIDE = {Report.STAFF: frozenset({"mis_id", "current", "roles"}), Report.STUDENTS: frozenset({"mis_id"})}
NEVER = {Report.STAFF: frozenset({"reports_to"}), Report.STUDENTS: frozenset[str]()}  # E4
_APART = re.compile(r"[;,\s]+")


@dataclass(slots=True)
class Sorted:
    """What one page brought; ``later``: first days of people still to come (E8)."""

    records: list[Any] = field(default_factory=list)
    later: list[date] = field(default_factory=list)


@dataclass(slots=True)
class People:
    """Reads the rows of one report.  ``dropped`` fields are not kept; ``status`` marks staff on the books.

    ``statuses`` counts staff with a status and those among them on the books; ``two_addresses`` e-mail
    fields with more than one address.
    """

    report: Report
    shape: str
    today: date
    dropped: frozenset[str]
    admission: str
    status: str
    faults: Faults = field(init=False)
    wanted: frozenset[str] = field(init=False)
    unknown: frozenset[str] = field(init=False)
    places: Keys = field(init=False)
    statuses: list[int] = field(default_factory=lambda: [0, 0])
    two_addresses: int = 0

    def __post_init__(self) -> None:
        self.faults = Faults(self.report)
        self.wanted = DECLARATION.offered(self.report) - self.dropped
        known = PLACES[self.shape, self.report]
        told = self.wanted & (known.keys() | BESIDE[self.report])
        self.unknown = (DECLARATION.offered(self.report) - told) | NEVER[self.report]
        self.places = {name: keys for name, keys in known.items() if name in self.wanted | DECIDING}
        if self.admission == "schoolId" and "admission_number" in self.places:
            self.places = {**self.places, "admission_number": known["source_id"]}

    def read(self, page: Rows) -> Sorted:
        found = Sorted()
        for where, row in page:
            self.faults.at(where)
            if not isinstance(row, dict):
                no_object(self.faults, row)
                continue
            own = first_of(row, self.places["source_id"], self.faults, "source_id")
            if own is None:
                key = self.places["source_id"][0]
                self.faults.whole(
                    key, f"The record has no {key}; it was left out.", code="no_id", value=row.get(key)
                )
                continue
            self.faults.source_id = own
            self._sort(row, own, self._values(row), found)
        return found

    def _values(self, row: Row) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, keys in self.places.items():
            value = self._value(row, name, keys)
            if value is not None and name != "source_id":
                values[name] = value
        return values

    def _value(self, row: Row, name: str, keys: tuple[str, ...]) -> Any:
        if name in DATES:
            return next((d for key in keys if (d := day(row, key, self.faults, name))), None)
        if name == "teaching":
            return flag(row, keys[0], self.faults, name)
        value = first_of(row, keys, self.faults, name)
        if value is None:
            return None
        if name == "upi":
            return value.strip("{} ").lower()
        if name == "email":
            return self._address(value)
        return None if name == "photo_id" and value == "0" else value

    def _address(self, value: str) -> str:
        """The first of several addresses in one field."""
        several = [one for one in _APART.split(value) if "@" in one]
        if len(several) < 2:
            return value
        self.two_addresses += 1
        return several[0]

    def _sort(self, row: Row, own: str, values: dict[str, Any], found: Sorted) -> None:
        begins = values.get("admission_date" if self.report is Report.STUDENTS else "start_date")
        if begins is not None and begins > self.today:
            found.later.append(begins)
            return
        updated = moment(row.get("lastUpdated") or row.get("LastUpdated"))
        if self.report is Report.STUDENTS:
            left = values.get("leaving_date")
            status = PupilStatus.LEAVER if left is not None and left < self.today else PupilStatus.CURRENT
            kept = self._kept(own, values)
            found.records.append(Pupil(source_id=own, status=status, updated_at=updated, **kept))
            return
        values["current"] = self._current(row, values.get("end_date"))
        roles = tuple(row.get("Roles") or ()) if "roles" in self.wanted else ()
        kept = self._kept(own, values)
        found.records.append(Staff(source_id=own, roles=roles, updated_at=updated, **kept))

    def _kept(self, own: str, values: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in values.items() if name in self.wanted}
        if "mis_id" in self.wanted:
            kept["mis_id"] = own
        return {**kept, "unknown": self.unknown}

    def _current(self, row: Row, left: date | None) -> bool | None:
        """By the leaving date, then the status; the Batch list holds staff on the books only."""
        if left is not None and left < self.today:
            return False
        if self.shape == "batch":
            return True
        told = text(row, "systemStatus", self.faults, "current")
        if told is None or self.status == "any":
            return None
        on = told.strip().casefold() in (self.status.casefold(), "current")
        self.statuses[0] += 1
        self.statuses[1] += on
        return on
