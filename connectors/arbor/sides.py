"""What stands beside people in collections of its own: enrolments, UPNs, houses, contracts, positions.

Each is read once and kept as a small map from a person's id to values, never as rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.arbor.fields import link, on, read, running
from connectors.arbor.source import Source
from connectors.errors import ScopeMissing
from connectors.records import Report
from connectors.values import Faults, Row


@dataclass(slots=True)
class Side:
    """Values by person's id and field; ``fields`` those that were readable."""

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)

    def put(self, owner: str | None, name: str, value: Any) -> None:
        if owner and value is not None:
            self.values.setdefault(owner, {})[name] = value

    def of(self, owner: str) -> dict[str, Any]:
        return self.values.get(owner, {})


def rows(source: Source, entity: str, paths: Sequence[str]) -> Iterator[Row]:
    for page in source.read(entity, paths).pages:
        yield from (row for _, row in page if isinstance(row, dict))


def readable(source: Source, entity: str, needed: Sequence[str]) -> bool:
    return source.has_entity(entity) and all(source.has(entity, path) for path in needed)


# Field → its membership entity, the link to the group, and the group's names in order of preference.
MEMBERSHIPS = {
    "house": ("HouseMembership", "house", "House", ("houseName", "displayName")),
    "registration_group": (
        "RegistrationFormMembership", "registrationForm", "RegistrationForm",
        ("shortName", "registrationFormName"),
    ),
    "nc_year": (
        "AcademicLevelMembership", "academicLevel", "AcademicLevel", ("academicLevelName", "shortName"),
    ),
}  # fmt: skip


def pupils(source: Source, missing: frozenset[str], today: date) -> Side:
    """The fields of ``missing`` that memberships, UPNs and enrolments can tell."""
    side = Side()
    for name in sorted(missing & MEMBERSHIPS.keys()):
        _guarded(side, {name}, lambda name=name: _membership(source, side, name, today))
    if missing & {"upn", "former_upn"}:
        _guarded(side, {"upn", "former_upn"}, lambda: _upns(source, side))
    if missing & {"admission_date", "leaving_date"}:
        _guarded(side, {"admission_date", "leaving_date"}, lambda: _enrolments(source, side, today))
    return side


def _guarded(side: Side, names: set[str], work: Any) -> None:
    """A collection that is not shared, or is not there, leaves its fields unknown and nothing else."""
    from connectors.http_errors import NotFound

    try:
        if work():
            side.fields |= names
    except (ScopeMissing, NotFound):
        pass


def _membership(source: Source, side: Side, name: str, today: date) -> bool:
    entity, group, target, labels = MEMBERSHIPS[name]
    label = next((one for one in labels if source.has(target, one)), None)
    if label is None or not readable(source, entity, (group, "student")):
        return False
    silent = Faults(Report.STUDENTS)
    for row in rows(source, entity, ["student.id", f"{group}.{label}", "startDate", "endDate"]):
        if running(row, today):
            side.put(link(row, "student"), name, read(row, f"{group}.{label}", name, silent))
    return True


def _upns(source: Source, side: Side) -> bool:
    """Current is the one without an end; former the one that ended last (G5, G7)."""
    entity = "UkDfe_UpnAssignment"
    if not readable(source, entity, ("upn", "student", "endDatetime")):
        return False
    silent, ended = Faults(Report.STUDENTS), dict[str, date]()
    for row in rows(source, entity, ["student.id", "upn", "startDatetime", "endDatetime"]):
        owner, upn, end = link(row, "student"), read(row, "upn", "upn", silent), on(row, "endDatetime")
        if owner is None or upn is None:
            continue
        if end is None:
            side.put(owner, "upn", upn)
        elif end >= ended.get(owner, date.min):
            ended[owner] = end
            side.put(owner, "former_upn", upn)
    for values in side.values.values():
        if values.get("former_upn") == values.get("upn"):
            values.pop("former_upn", None)
    return True


def _enrolments(source: Source, side: Side, today: date) -> bool:
    """The latest entry that has begun, else the next one; its leaving date goes with it."""
    entity = "EducationalInstitutionEnrolment"
    if not readable(source, entity, ("student", "entryDate", "leavingDate")):
        return False
    best: dict[str, tuple[bool, int]] = {}
    for row in rows(source, entity, ["student.id", "entryDate", "leavingDate"]):
        owner, entry = link(row, "student"), on(row, "entryDate")
        begun = entry is None or entry <= today
        days = entry.toordinal() if entry else 0
        rank = (begun, days if begun else -days)
        if owner is None or (owner in best and rank <= best[owner]):
            continue
        best[owner] = rank
        kept = side.values.setdefault(owner, {})
        kept["admission_date"], kept["leaving_date"] = entry, on(row, "leavingDate")
    return True


def contracts(source: Source, today: date) -> Side:
    """Start, end and current from contracts, where the member of staff's own row does not tell.

    Current: a contract that has begun and has no past end (the vendor's own way, reference §3.3).
    """
    side = Side()

    def work() -> bool:
        if not readable(source, "StaffContract", ("staff", "startDate", "endDate")):
            return False
        for row in rows(source, "StaffContract", ["staff.id", "startDate", "endDate"]):
            owner = link(row, "staff")
            if owner is not None:
                _contract(side.values.setdefault(owner, {}), row, today)
        return True

    _guarded(side, {"start_date", "end_date", "current"}, work)
    return side


def _contract(kept: dict[str, Any], row: Row, today: date) -> None:
    start, end = on(row, "startDate"), on(row, "endDate")
    starts = [one for one in (kept.get("start_date"), start) if one is not None]
    kept["start_date"] = min(starts) if starts else None
    if not kept.get("open"):
        ends = [one for one in (kept.get("end_date"), end) if one is not None]
        kept["end_date"] = max(ends) if ends else None
    if end is None:
        kept["open"], kept["end_date"] = True, None
    kept["current"] = bool(kept.get("current")) or running(row, today)
