"""Rows of ``Staff`` as people: one row a post, so that the same person comes several times (reference §3).

Roles keep Bromcom's order (Z14).  Who manages whom stands in ``StaffLineManagers``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.bromcom.declaration import DECLARATION
from connectors.bromcom.words import plain, plain_id
from connectors.records import Report, Staff
from connectors.values import Faults, Row, day, no_object

TEXTS = {
    "title": "title", "legal_given_name": "firstname", "legal_family_name": "lastname",
    "given_name": "preferredfirstname", "family_name": "preferredlastname", "email": "workemail",
    "staff_code": "staffcode",
}  # fmt: skip
DATES = {"date_of_birth": "dateofbirth", "start_date": "startdate", "end_date": "enddate"}


@dataclass(slots=True)
class Person:
    """Somebody's posts put together.  ``end`` is the last of them, None while one is open."""

    source_id: str
    texts: dict[str, str] = field(default_factory=dict)
    roles: dict[str, None] = field(default_factory=dict)
    born: date | None = None
    starts: list[date] = field(default_factory=list)
    ends: list[date | None] = field(default_factory=list)

    @property
    def start(self) -> date | None:
        return min(self.starts, default=None)

    @property
    def end(self) -> date | None:
        known = [one for one in self.ends if one is not None]
        return max(known) if known and len(known) == len(self.ends) else None


@dataclass(slots=True)
class StaffReader:
    """Gathers rows into people.  ``columns``: what any row had; ``rows`` read; ``codeless`` left out."""

    faults: Faults
    columns: set[str] = field(default_factory=set)
    people: dict[str, Person] = field(default_factory=dict)

    def add(self, row: Any, where: str) -> None:
        self.faults.at(where)
        if not isinstance(row, dict):
            no_object(self.faults, row)
            return
        source_id = plain_id(row, "staffid")
        if source_id is None:
            told = "The record has no staffId; it was left out."
            self.faults.whole("staffId", told, code="no_id", value=row.get("staffid"))
            return
        self.faults.source_id = source_id
        self.columns |= row.keys()
        self._merge(self.people.setdefault(source_id, Person(source_id)), row)

    def _merge(self, person: Person, row: Row) -> None:
        for name, key in TEXTS.items():
            value = plain(row, key, self.faults, name)
            if value is not None:
                person.texts.setdefault(name, value)
        role = plain(row, "jobtitle", self.faults, "roles")
        if role is not None:
            person.roles[role] = None
        dates = {name: day(row, key, self.faults, name) for name, key in DATES.items()}
        person.born = person.born or dates["date_of_birth"]
        if dates["start_date"] is not None:
            person.starts.append(dates["start_date"])
        person.ends.append(dates["end_date"])


@dataclass(slots=True)
class Managers:
    """Person → line manager.  ``of`` None: not told; ``several`` people with more than one."""

    of: dict[str, str] | None = None
    several: int = 0

    def add(self, row: Any) -> None:
        """Somebody's first manager counts; nobody is his own."""
        own = plain_id(row, "employeeid") if isinstance(row, dict) else None
        above = plain_id(row, "linemanageremployeeid") if isinstance(row, dict) else None
        if self.of is None or own is None or above is None or own == above:
            return
        self.several += self.of.setdefault(own, above) != above

    def fits(self, people: Iterable[str]) -> bool:
        """Whether the ids are those of the staff at all; else nothing is told."""
        return not self.of or not self.of.keys().isdisjoint(people)


class Employees:
    """Makes records for one report."""

    def __init__(
        self, report: Report, wanted: frozenset[str], managers: Managers, *, teaching_by_code: bool
    ) -> None:
        self.wanted, self.managers, self.teaching_by_code = wanted, managers, teaching_by_code
        self._dropped = DECLARATION.offered(report) - wanted

    def record(self, person: Person, columns: set[str], *, current: bool) -> Staff:
        values: dict[str, Any] = dict(person.texts)
        for name in ("given_name", "family_name"):
            values[name] = values.get(name) or values.get(f"legal_{name}")
        values |= {
            "mis_id": person.source_id, "roles": tuple(person.roles), "date_of_birth": person.born,
            "start_date": person.start, "end_date": person.end, "current": current,
        }  # fmt: skip
        if self.teaching_by_code and "staffcode" in columns:
            values["teaching"] = "staff_code" in person.texts
        if self.managers.of is not None:
            values["reports_to"] = self.managers.of.get(person.source_id)
        told = {name: value for name, value in values.items() if name in self.wanted}
        return Staff(source_id=person.source_id, unknown=self._unknown(columns), **told)

    def _unknown(self, columns: set[str]) -> frozenset[str]:
        places = {**TEXTS, **DATES, "roles": "jobtitle"}
        names = ("given_name", "family_name")
        missing = {name for name, key in places.items() if key not in columns and name not in names}
        if self.managers.of is None:
            missing.add("reports_to")
        if not self.teaching_by_code:
            missing.add("teaching")
        return frozenset(missing) | self._dropped
