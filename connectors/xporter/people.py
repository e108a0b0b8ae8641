"""Rows of ``Students`` and ``Staff`` as our records (reference §7).

Whose record belongs to which report is told by ``StudentStatus`` and ``StaffStatus``: a change of status
changes the row, so that following changes misses nobody who starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.records import Pupil, PupilStatus, Report, Staff
from connectors.values import Faults, Row, identity, moment, no_object
from connectors.xporter.columns import PUPIL, STAFF, Places, by_lower, delivered, fill
from connectors.xporter.paging import Rows

PHOTO = frozenset({"photo_id", "photo_hash"})
Photo = tuple[str, str | None]  # reference and checksum


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What sets pupils and staff apart.  ``option`` lets the future ones through."""

    current: Report
    future: Report
    path: str
    list: str
    places: Places
    status: str
    option: str
    gone: str
    what: str
    person_type: str


PUPILS = Kind(
    current=Report.STUDENTS, future=Report.STUDENTS_FUTURE, path="Students/", list="Students", places=PUPIL,
    status="StudentStatus", option="includePreAdmissions", gone="pupil", what="pupils", person_type="Student",
)  # fmt: skip
EMPLOYEES = Kind(
    current=Report.STAFF, future=Report.STAFF_FUTURE, path="Staff/", list="Staff", places=STAFF,
    status="StaffStatus", option="includeFuture", gone="staff", what="staff", person_type="Staff",
)  # fmt: skip
PUPIL_STATUS = {
    "onroll": PupilStatus.CURRENT, "preadmission": PupilStatus.ACCEPTED, "leaver": PupilStatus.LEAVER,
}  # fmt: skip


class Reader:
    """``wanted`` fields by report asked for.  ``told``: fields that any row had a column for; ``now``: people
    who are here now; ``elsewhere``: ids that belong to a report nobody asked for."""

    def __init__(
        self, kind: Kind, wanted: dict[Report, frozenset[str]], dropped: dict[Report, frozenset[str]],
        photos: dict[str, Photo] | None, today: date,
    ) -> None:  # fmt: skip
        self.kind, self.wanted, self.dropped, self.photos, self.today = kind, wanted, dropped, photos, today
        self.faults = {report: Faults(report) for report in wanted}
        self.told: set[str] = set()
        self.elsewhere: list[str] = []
        self.now = 0
        self._unknown: dict[tuple[Report, frozenset[str]], frozenset[str]] = {}

    def read(self, page: Rows) -> dict[Report, list[Pupil | Staff]]:
        """The records of a page, by report."""
        found: dict[Report, list[Pupil | Staff]] = {report: [] for report in self.wanted}
        for index, raw in page:
            row = by_lower(raw)
            status = str((row or {}).get(self.kind.status.lower()) or "").strip().lower()
            future = status in ("preadmission", "future")
            report = self.kind.future if future else self.kind.current
            self.now += status in ("", "onroll", "current")
            if report not in self.wanted:
                self.elsewhere += [str(row["id"])] if row and row.get("id") else []
                continue
            faults = self.faults[report]
            faults.at(f"{self.kind.what}[{index}]")
            if row is None:
                no_object(faults, raw)
                continue
            source_id = identity(row, faults)
            if source_id is not None:
                faults.source_id = source_id
                found[report].append(self._person(report, row, source_id.strip(), status))
        return found

    def _person(self, report: Report, row: Row, source_id: str, status: str) -> Pupil | Staff:
        values = fill(row, self.kind.places, self.wanted[report], self.faults[report])
        here = delivered(row, self.kind.places)
        self.told |= here
        values["unknown"] = self._unknowns(report, here)
        values["updated_at"] = moment(row.get("lastupdated"))
        self._photo(report, source_id, values)
        make = self._pupil if self.kind is PUPILS else self._employee
        return make(source_id, values, status)

    def _unknowns(self, report: Report, here: frozenset[str]) -> frozenset[str]:
        """Fields not asked for and fields not delivered, one set for all alike."""
        key = (report, here)
        if key not in self._unknown:
            missing = (self.wanted[report] & self.kind.places.keys()) - here
            if self.photos is None:
                missing |= PHOTO & self.wanted[report]
            self._unknown[key] = frozenset(missing) | self.dropped[report]
        return self._unknown[key]

    def _photo(self, report: Report, source_id: str, values: dict[str, Any]) -> None:
        if self.photos and source_id in self.photos:
            told = dict(zip(("photo_id", "photo_hash"), self.photos[source_id], strict=True))
            values |= {n: v for n, v in told.items() if n in self.wanted[report] and v is not None}

    def _pupil(self, source_id: str, values: dict[str, Any], status: str) -> Pupil:
        if "nc_year" in values:  # "Year  7" with two blanks
            values["nc_year"] = " ".join(values["nc_year"].split())
        state = PUPIL_STATUS.get(status, PupilStatus.OTHER) if status else PupilStatus.CURRENT
        return Pupil(source_id=source_id, status=state, **values)

    def _employee(self, source_id: str, values: dict[str, Any], status: str) -> Staff:
        """Without a status the interface gives only those who are here now."""
        if "roles" in values:
            roles = (role.strip() for role in values["roles"].split(","))
            values["roles"] = tuple(dict.fromkeys(role for role in roles if role))
        end = values.get("end_date")
        current = status == "current" if status else end is None or end >= self.today
        return Staff(source_id=source_id, current=current, **values)
