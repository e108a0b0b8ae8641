"""Rows of ``/students/`` and ``/staff/`` as our records, with contracts beside the staff.

Dates and flags that tell who is here now are read whether or not the school lets us keep them, and dropped
before a record is handed on.  People whose first day is to come are left out (checklist E8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from connectors.records import Pupil, PupilStatus, Report, Staff
from connectors.scholarpack.fieldmap import FieldMap
from connectors.scholarpack.scopes import PHOTOS
from connectors.values import Faults, Row, no_object

LEAVERS = timedelta(days=60)  # how long a leaver is still read, so that it can be told why somebody is gone
LINK = frozenset({"relationship", "parental_responsibility", "priority"})


@dataclass(slots=True)
class Sorted:
    """What one page brought.  ``later``: first days of people still to come."""

    records: list[Any] = field(default_factory=list)
    later: list[date] = field(default_factory=list)
    long_gone: int = 0


class Reader:
    """One kind of row.  ``offered`` fields of the report, ``dropped`` those not to be kept."""

    report: Report
    kind: str

    def __init__(self, fields: FieldMap, offered: Iterable[str], dropped: frozenset[str], today: date):
        self.map, self.today, self.dropped = fields, today, dropped
        self.faults = Faults(self.report)
        self.wanted = frozenset(offered) - dropped
        self._unknown: dict[frozenset[str], frozenset[str]] = {}

    def key(self, row: Any) -> Any:
        """What makes two rows the same; None where that can't be told."""
        value = self.map.raw(self.kind, row, "id") if isinstance(row, dict) else None
        return str(value) if isinstance(value, str | int) and str(value).strip() else None

    def begin(self, row: Any, where: str) -> str | None:
        """The row's id, once it is known to be an object that has one."""
        self.faults.at(where)
        if not isinstance(row, dict):
            no_object(self.faults, row)
            return None
        own = self.map.identity(self.kind, row, "id", self.faults)
        self.faults.source_id = own
        return own

    def unknown(self, row: Row, told: Iterable[str] = ()) -> frozenset[str]:
        """Fields wanted for which the row has no place, and those that were dropped."""
        known = set(told) | LINK
        names = {n for n in self.wanted - known if not self.map.has(self.kind, row, n)}
        key = frozenset(names) | self.dropped
        return self._unknown.setdefault(key, key)

    def kept(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if name in self.wanted}

    def read(self, page: Iterable[tuple[int, Any]], what: str) -> Sorted:
        found = Sorted()
        for index, row in page:
            own = self.begin(row, f"{what}[{index}]")
            if own is not None:
                self.sort(row, own, found)
        return found

    def sort(self, row: Row, own: str, found: Sorted) -> None:
        raise NotImplementedError

    def away(self, start: date | None, end: date | None, found: Sorted) -> bool:
        """Still to come, or gone for long: not handed on."""
        if start is not None and start > self.today:
            found.later.append(start)
            return True
        if end is not None and end < self.today - LEAVERS:
            found.long_gone += 1
            return True
        return False


class Pupils(Reader):
    report, kind = Report.STUDENTS, "pupil"

    def sort(self, row: Row, own: str, found: Sorted) -> None:
        names = self.wanted - PHOTOS | {"admission_date", "leaving_date", "off_roll"}
        values = self.map.fill(self.kind, row, names, self.faults)
        left = values.get("leaving_date")
        if self.away(values.get("admission_date"), left, found):
            return
        gone = bool(values.get("off_roll")) or (left is not None and left < self.today)
        found.records.append(
            Pupil(
                source_id=own,
                status=PupilStatus.LEAVER if gone else PupilStatus.CURRENT,
                unknown=self.unknown(row, PHOTOS),
                **self.kept(values),
            )
        )


class Employees(Reader):
    """``contracts``: member of staff → what the contracts say, once they were read."""

    report, kind = Report.STAFF, "staff"

    def __init__(self, fields: FieldMap, offered: Iterable[str], dropped: frozenset[str], today: date):
        super().__init__(fields, offered, dropped, today)
        self.contracts: Contracts | None = None
        self.telling = False  # whether anything told who has left

    def sort(self, row: Row, own: str, found: Sorted) -> None:
        names = self.wanted - PHOTOS - {"roles", "teaching"} | {"start_date", "end_date", "current"}
        values = self.map.fill(self.kind, row, names, self.faults)
        told = set(PHOTOS)
        if self.contracts is not None:
            told |= {"start_date", "end_date", "current"}
            values = self.contracts.of(own) | values
        start, end = values.get("start_date"), values.get("end_date")
        self.telling |= self.map.has(self.kind, row, "current") or self.contracts is not None
        if self.away(start, end, found):
            return
        if end is not None and end < self.today:
            values["current"] = False
        if self.map.has(self.kind, row, "roles"):
            told.add("teaching")
            values["roles"] = roles = self._roles(row)
            values["teaching"] = teaches(roles)
        found.records.append(Staff(source_id=own, unknown=self.unknown(row, told), **self.kept(values)))

    def _roles(self, row: Row) -> tuple[str, ...]:
        """As ScholarPack words them, in its order; one text is one role."""
        value = self.map.raw(self.kind, row, "roles")
        if isinstance(value, list):
            return tuple(one for one in value if isinstance(one, str) and one.strip())
        told = self.map.read(self.kind, row, "roles", self.faults)
        return (told,) if told else ()


def teaches(roles: tuple[str, ...]) -> bool | None:
    """A teacher's role names the word Teacher (reference §5); without any role it is unknown (F4)."""
    return any("teacher" in role.casefold() for role in roles) if roles else None


class Contracts:
    """Start, end and current by contracts: the first start, and no end while one is open."""

    def __init__(self, fields: FieldMap, today: date) -> None:
        self.map, self.today = fields, today
        self._silent = Faults(Report.STAFF)
        self._of: dict[str, dict[str, Any]] = {}

    def add(self, page: Iterable[tuple[int, Any]]) -> None:
        for _, row in page:
            owner = self.map.raw("contract", row, "staff") if isinstance(row, dict) else None
            if isinstance(owner, str | int) and str(owner).strip():
                self._add(self._of.setdefault(str(owner), {}), row)

    def _add(self, kept: dict[str, Any], row: Row) -> None:
        start = self.map.read("contract", row, "start_date", self._silent)
        end = self.map.read("contract", row, "end_date", self._silent)
        kept["starts"] = [*kept.get("starts", ()), *([start] if start else ())]
        kept["ends"] = [*kept.get("ends", ()), end or date.max]
        running = (start is None or start <= self.today) and (end is None or end >= self.today)
        kept["current"] = kept.get("current", False) or running

    def of(self, own: str) -> dict[str, Any]:
        """Nothing for somebody without any contract: volunteers have none."""
        kept = self._of.get(own)
        if kept is None:
            return {}
        last = max(kept["ends"])
        told = {
            "start_date": min(kept["starts"], default=None),
            "end_date": None if last == date.max else last,
            "current": kept["current"],
        }
        return {name: value for name, value in told.items() if value is not None}
