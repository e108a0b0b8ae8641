"""Rows of ``StudentFlatView`` as pupils (reference §3, entities).

The view's columns come whole, so declined ones are dropped here; dates decide who is on roll and are read
whether or not the school lets us keep them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.bromcom.declaration import DECLARATION
from connectors.bromcom.words import NO_TUTOR_GROUP, plain, plain_id
from connectors.records import Pupil, PupilStatus, Report
from connectors.values import Faults, Row, day, no_object

TEXTS = {
    "legal_given_name": "firstname", "legal_family_name": "lastname", "email": "studentemail", "upn": "upn",
    "admission_number": "admissionnumber", "nc_year": "yeargroup", "registration_group": "tutorgroupname",
}  # fmt: skip
DATES = {
    "date_of_birth": "dateofbirth", "admission_date": "enrolmentstartdate",
    "leaving_date": "enrolmentenddate",
}  # fmt: skip
NAMES = {"given_name": "preferredfirstname", "family_name": "preferredlastname"}
GUEST = "G"
KNOWN_CODES = frozenset("CMSG")


@dataclass(slots=True)
class Flat:
    """A row of the view as read.  ``values`` all our fields, kept or not; ``code`` of the enrolment."""

    source_id: str
    row: Row
    values: dict[str, Any]
    code: str = ""


@dataclass(slots=True)
class FlatReader:
    """``codes`` counts the enrolment codes met."""

    faults: Faults
    codes: dict[str, int] = field(default_factory=dict)

    def read(self, row: Any, where: str) -> Flat | None:
        self.faults.at(where)
        if not isinstance(row, dict):
            no_object(self.faults, row)
            return None
        source_id = plain_id(row, "studentid")
        if source_id is None:
            told = "The record has no studentId; it was left out."
            self.faults.whole("studentId", told, code="no_id", value=row.get("studentid"))
            return None
        self.faults.source_id = source_id
        return Flat(source_id, row, self._values(row), (plain_id(row, "enrolmentstatename") or "").upper())

    def _values(self, row: Row) -> dict[str, Any]:
        values: dict[str, Any] = {name: plain(row, key, self.faults, name) for name, key in TEXTS.items()}
        values |= {name: day(row, key, self.faults, name) for name, key in DATES.items()}
        for name, key in NAMES.items():
            values[name] = plain(row, key, self.faults, name) or values[f"legal_{name}"]
        tutor = values["registration_group"]
        if tutor is not None and tutor.replace(" ", "").lower() == NO_TUTOR_GROUP:
            values["registration_group"] = None
        return values

    def count(self, flat: Flat) -> None:
        if flat.code:
            self.codes[flat.code] = self.codes.get(flat.code, 0) + 1


def standing(flat: Flat, today: date, asked: PupilStatus) -> PupilStatus:
    """What the row's own dates say, so that a condition nobody heeded makes no leaver a pupil (Z20)."""
    start, end = flat.values["admission_date"], flat.values["leaving_date"]
    if start is not None and start > today:
        return PupilStatus.ADMITTED
    if end is not None and end < today:
        return PupilStatus.LEAVER
    return asked if start is None or asked is not PupilStatus.ADMITTED else PupilStatus.CURRENT


class Pupils:
    """Makes records for one report.  ``houses`` by pupil's id; None where they are not told."""

    def __init__(
        self, report: Report, wanted: frozenset[str], houses: Mapping[str, str] | None, *, guests: bool
    ) -> None:
        self.report, self.wanted, self.houses, self.guests = report, wanted, houses, guests
        self._dropped = DECLARATION.offered(report) - wanted
        self._unknowns: dict[frozenset[str], frozenset[str]] = {}

    def record(self, flat: Flat, status: PupilStatus) -> Pupil:
        values = {name: value for name, value in flat.values.items() if name in self.wanted}
        if "mis_id" in self.wanted:
            values["mis_id"] = flat.source_id
        if "house" in self.wanted and self.houses is not None:
            values["house"] = self.houses.get(flat.source_id)
        if flat.code == GUEST and not self.guests and status is not PupilStatus.LEAVER:
            status = PupilStatus.OTHER
        return Pupil(source_id=flat.source_id, status=status, unknown=self._unknown(flat.row), **values)

    def _unknown(self, row: Row) -> frozenset[str]:
        """Columns that Bromcom did not show are not the same as empty ones."""
        places = {**TEXTS, **DATES}
        missing = {name for name, key in places.items() if key not in row}
        if self.houses is None:
            missing.add("house")
        key = frozenset(missing) | self._dropped
        return self._unknowns.setdefault(key, key)
