"""Where a value in the store is from, in words: a MIS and its report, an imported file, somebody, us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from data import schools as school_rows
from data.tables import Connection, Decision, Journal, School

DERIVED = {
    "person": ("search_name", "year_group", "year_of_entry", "gate", "gate_detail", "flags", "unknown"),
    "account": ("username_key", "state"),
}  # fmt: skip
FROM_MIS = ("person", "identifier", "contact", "contact_link", "membership", "attendance_mark")
REPORT_OF = {
    "contact": "contacts", "contact_link": "contacts", "membership": "groups-classes",
    "attendance_mark": "attendance",
}  # fmt: skip
COMPUTED = {
    "candidate": "worked out by the last run", "problem": "told by the last run",
    "alias": "kept when the name changed", "reserved_name": "kept when the name was given",
    "target_account": "written to the directory by us", "target_change": "written to the directory by us",
    "journal": "kept with every change",
}  # fmt: skip
Key = tuple[str, int]


@dataclass(slots=True)
class Past:
    """What the journal knows of a row: when it came, when each column changed last, by whom."""

    since: datetime | None = None
    by: str = ""
    run: int | None = None
    decision: int | None = None
    changed: dict[str, datetime | None] = field(default_factory=dict)


def past(s: Session, keys: Iterable[Key]) -> dict[Key, Past]:
    """By row; a row whose changes were tidied away is simply not there."""
    wanted: dict[str, list[int]] = {}
    for table, row_id in keys:
        wanted.setdefault(table, []).append(row_id)
    found: dict[Key, Past] = {}
    for table, ids in wanted.items():
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            asked = select(Journal).where(Journal.table_name == table, col(Journal.row_id).in_(part))
            for each in s.execute(asked.order_by(col(Journal.id))).scalars():
                _take(found.setdefault((table, each.row_id), Past()), each)
    return found


def _take(known: Past, entry: Journal) -> None:
    if entry.before is None:
        known.since, known.by = entry.at, entry.actor
        known.run, known.decision = entry.run_id, entry.decision_id
    elif entry.after is not None:
        known.changed.update(dict.fromkeys(entry.after, entry.at))


class Sources:
    """Says it for one school, whose MIS is asked of the store once."""

    def __init__(self, s: Session, school: School) -> None:
        self.s = s
        self.mis = _mis(s, school)

    def of(self, table: str, column: str, row: dict[str, Any], known: Past | None) -> str:
        if column in DERIVED.get(table, ()):
            return "worked out by us"
        if table == "person" and column == "room":
            return self._typed(known)
        if table in FROM_MIS:
            return f"{self.mis}, report {self._report(table, row)}"
        if table == "account":
            return self._account(row, known)
        if table == "link":
            return f"linked by {row['linked_by'] or 'a run'} ({row['how'] or 'unknown'})"
        if table == "contact_use":
            return f"asked of {self.mis} by {row['by']}"
        return COMPUTED.get(table) or self._typed(known, row)

    def _report(self, table: str, row: dict[str, Any]) -> str:
        if table in REPORT_OF:
            return REPORT_OF[table]
        role = row.get("role")
        return {"pupil": "students", "staff": "staff"}.get(str(role), "of their role")

    def _account(self, row: dict[str, Any], known: Past | None) -> str:
        if row["origin"] == "created":
            return f"made here from the MIS record{f' by run {known.run}' if known and known.run else ''}"
        if row["origin"] == "manual":
            return self._typed(known)
        return f"imported file of accounts{self._signed(known)}"

    def _typed(self, known: Past | None, row: dict[str, Any] | None = None) -> str:
        own = row or {}
        by = own.get("by") or own.get("author") or own.get("actor") or (known.by if known else "")
        return f"typed here by {by}" if by else "typed here"

    def _signed(self, known: Past | None) -> str:
        decided = self.s.get(Decision, known.decision) if known and known.decision else None
        return f", by {decided.actor}" if decided else ""


def _mis(s: Session, school: School) -> str:
    """The MIS in use, else the last one."""
    found = school_rows.active_connection(s, school.id or 0)
    if found is None:
        asked = select(Connection).where(Connection.school_id == school.id)
        found = s.execute(asked.order_by(col(Connection.id).desc()).limit(1)).scalars().first()
    if found is None:
        return "the MIS"
    from misconsole.services import catalogue

    entry = catalogue.find(found.mis)
    route = catalogue.choose_route(entry, found.route)
    return f"{entry.title} by {route.title}"
