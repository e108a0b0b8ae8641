"""Wonde's student and employee rows as our records (reference §9).

Keeps what the school accepted and nothing else; tells apart *not delivered* (``unknown``) and
*empty* (None) down to single keys, because permissions decide which keys exist (§12.5).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connectors.records import Pupil, PupilStatus, Report, Staff
from connectors.wonde.shapes import (
    MISSING,
    Faults,
    Row,
    day,
    first_of,
    flag,
    identity,
    moment,
    number,
    one,
    text,
    texts,
)

PERSON_KEYS = {
    "mis_id": "mis_id",
    "upi": "upi",
    "title": "title",
    "initials": "initials",
    "forename": "given_name",
    "surname": "family_name",
    "legal_forename": "legal_given_name",
    "legal_surname": "legal_family_name",
    "middle_names": "middle_names",
}
EDUCATION_KEYS = {
    "upn": "upn",
    "local_upn": "local_upn",
    "former_upn": "former_upn",
    "learner_number": "uln",
    "admission_number": "admission_number",
    "current_nc_year": "nc_year",
    "part_time": "part_time",
    "part_time_rate": "part_time_rate",
    "admission_date": "admission_date",
    "leaving_date": "leaving_date",
}
EDUCATION_TEXTS = tuple(EDUCATION_KEYS.items())[:6]  # the others are flags, numbers and dates
EMPLOYMENT_KEYS = {
    "staff_code": "staff_code",
    "role_text": "roles",
    "teaching_staff": "teaching",
    "current": "current",
    "employment_start_date": "start_date",
    "employment_end_date": "end_date",
}
PHOTO = ("photo_id", "photo_hash")

# Which include brings which fields; also what to ask for (§7).
PUPIL_INCLUDES: dict[str, tuple[str, ...]] = {
    "education_details": tuple(EDUCATION_KEYS.values()),
    "year": ("nc_year",),
    "registration": ("registration_group",),
    "house": ("house",),
    "contact_details": ("email",),
    "photo": PHOTO,
}
STAFF_INCLUDES: dict[str, tuple[str, ...]] = {
    "employment_details": tuple(EMPLOYMENT_KEYS.values()),
    "line_manager": ("reports_to",),
    "contact_details": ("email", "phone"),
    "photo": PHOTO,
}


def absent(row: Row, keys: Mapping[str, str]) -> Collection[str]:
    """The field names whose keys were not delivered at all."""
    if keys.keys() <= row.keys():
        return ()
    return [name for key, name in keys.items() if key not in row]


def work_email(details: Row | None, faults: Faults) -> str | None:
    """``work``, else ``email`` or ``primary`` unless that is the private one (§12.4)."""
    emails = details.get("emails") if details else None
    if not isinstance(emails, dict):
        return None
    home = emails.get("home")
    for key in ("work", "email", "primary"):
        found = text(emails, key, faults, "email")
        if found is not None and (key == "work" or found != home):
            return found
    return None


def part(details: Row | None, key: str) -> Row:
    """A nested plain object of an include, such as ``emails``; empty when there is none."""
    found = details.get(key) if details else None
    return found if isinstance(found, dict) else {}


class PersonReader:
    """Reads the rows of one report.  ``dropped`` are the optional fields the school left out:
    they are not kept even if Wonde sends them."""

    def __init__(self, report: Report, *, dropped: frozenset[str], faults: Faults) -> None:
        self.report, self.faults = report, faults
        self._dropped = dropped
        self._unknowns: dict[frozenset[str], frozenset[str]] = {}

    def _person(self, row: Row, source_id: str) -> tuple[dict[str, Any], set[str]]:
        values: dict[str, Any] = {"source_id": source_id}
        texts(row, PERSON_KEYS.items(), self.faults, values)
        values["date_of_birth"] = day(row, "date_of_birth", self.faults, "date_of_birth")
        values["updated_at"] = moment(row.get("updated_at"))
        missing = set(absent(row, PERSON_KEYS))
        if "date_of_birth" not in row:
            missing.add("date_of_birth")
        return values, missing

    def _photo(self, row: Row, values: dict[str, Any], missing: set[str]) -> None:
        photo = one(row, "photo", self.faults)
        if photo is MISSING:
            missing.update(PHOTO)
        elif photo:
            values["photo_id"] = text(photo, "id", self.faults, "photo_id")
            values["photo_hash"] = text(photo, "hash", self.faults, "photo_hash")

    def _close(self, values: dict[str, Any], missing: set[str]) -> dict[str, Any]:
        """Drop what was declined; what was neither asked for nor delivered is unknown."""
        for name in self._dropped:
            values.pop(name, None)
        key = frozenset(missing | self._dropped)
        values["unknown"] = self._unknowns.setdefault(key, key)
        return values


class PupilReader(PersonReader):
    """Rows of ``students`` and ``students-pre-admission``."""

    def __init__(self, report: Report, *, dropped: frozenset[str], faults: Faults) -> None:
        super().__init__(report, dropped=dropped, faults=faults)
        future = report is Report.STUDENTS_FUTURE
        self._status = PupilStatus.ACCEPTED if future else PupilStatus.CURRENT

    def read(self, row: Row) -> Pupil | None:
        source_id = identity(row, self.faults)
        if source_id is None:
            return None
        self.faults.source_id = source_id
        values, missing = self._person(row, source_id)
        values["status"] = self._status
        self._education(row, values, missing)
        for key, name in (("registration", "registration_group"), ("house", "house")):
            group = one(row, key, self.faults)
            if group is MISSING:
                missing.add(name)
            elif group:
                values[name] = first_of(group, ("name", "code"), self.faults, name)
        details = one(row, "contact_details", self.faults)
        if details is MISSING:
            missing.add("email")
        else:
            values["email"] = work_email(details, self.faults)
        self._photo(row, values, missing)
        return Pupil(**self._close(values, missing))

    def _education(self, row: Row, values: dict[str, Any], missing: set[str]) -> None:
        details, faults = one(row, "education_details", self.faults), self.faults
        if details is MISSING:
            missing.update(EDUCATION_KEYS.values())
        elif details:
            missing.update(absent(details, EDUCATION_KEYS))
            texts(details, EDUCATION_TEXTS, faults, values)
            values["part_time"] = flag(details, "part_time", faults, "part_time")
            values["part_time_rate"] = number(details, "part_time_rate", faults, "part_time_rate")
            values["admission_date"] = day(details, "admission_date", faults, "admission_date")
            values["leaving_date"] = day(details, "leaving_date", faults, "leaving_date")
        if values.get("nc_year") is None:
            year = one(row, "year", faults)
            if year is not MISSING and year:
                values["nc_year"] = first_of(year, ("code", "name"), faults, "nc_year")
                missing.discard("nc_year")


class StaffReader(PersonReader):
    """Rows of ``employees``.  ``limited`` names what the MIS behind Wonde is known not to supply:
    there, no teaching flag means unknown, never non-teaching (E2, F4)."""

    def __init__(
        self, report: Report, *, dropped: frozenset[str], faults: Faults, limited: frozenset[str]
    ) -> None:
        super().__init__(report, dropped=dropped, faults=faults)
        self._limited = limited

    def read(self, row: Row) -> Staff | None:
        source_id = identity(row, self.faults)
        if source_id is None:
            return None
        self.faults.source_id = source_id
        values, missing = self._person(row, source_id)
        self._employment(row, values, missing)
        details = one(row, "contact_details", self.faults)
        if details is MISSING:
            missing.update(("email", "phone"))
        else:
            values["email"] = work_email(details, self.faults)
            values["phone"] = text(part(details, "phones"), "work", self.faults, "phone")
        manager = one(row, "line_manager", self.faults)
        if manager is MISSING or (not manager and "reports_to" in self._limited):
            missing.add("reports_to")
        elif manager:
            values["reports_to"] = text(manager, "id", self.faults, "reports_to")
        self._photo(row, values, missing)
        return Staff(**self._close(values, missing))

    def _employment(self, row: Row, values: dict[str, Any], missing: set[str]) -> None:
        details, faults = one(row, "employment_details", self.faults), self.faults
        if details is MISSING:
            missing.update(EMPLOYMENT_KEYS.values())
            return
        details = details or {}
        missing.update(absent(details, EMPLOYMENT_KEYS))
        values["staff_code"] = text(details, "staff_code", faults, "staff_code")
        role = text(details, "role_text", faults, "roles")
        values["roles"] = (role,) if role else ()  # one title; commas in it are its own (Z14)
        values["teaching"] = flag(details, "teaching_staff", faults, "teaching")
        values["current"] = flag(details, "current", faults, "current")
        values["start_date"] = day(details, "employment_start_date", faults, "start_date")
        values["end_date"] = day(details, "employment_end_date", faults, "end_date")
        if "teaching" in self._limited and values["teaching"] is not True:
            values["teaching"] = None
            missing.add("teaching")
        if "roles" in self._limited and not role:
            missing.add("roles")
