"""Attendance: the morning and afternoon marks of whole weeks, as Xporter recommends asking for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from connectors.records import Mark
from connectors.values import Faults, day, no_object, text
from connectors.xporter.columns import by_lower
from connectors.xporter.groups import plain

PATH, NAME = "AttendanceForDateRange/", "AttendMarks"


def span(today: date, weeks: int) -> dict[str, str]:
    """Monday to Friday, this week and those before it; whole weeks are answered from Xporter's store."""
    monday = today - timedelta(days=today.weekday())
    first, last = monday - timedelta(weeks=weeks - 1), monday + timedelta(days=4)
    return {
        "DateFrom": first.isoformat(),
        "DateTo": last.isoformat(),
        "options": "excludeNoMarks,excludeClosed",
    }


def mark(raw: Any, where: str, faults: Faults) -> Mark | None:
    """One mark; the signs for "no mark" and "closed" are none."""
    faults.at(where)
    row = by_lower(raw)
    if row is None:
        no_object(faults, raw)
        return None
    person = text(row, "studentid", faults, "pupil_id")
    on = day(row, "date", faults, "day")
    session, code = text(row, "session", faults, "session"), text(row, "mark", faults, "code")
    if code in ("-", "#"):
        return None
    if person is None or on is None or session is None or code is None:
        faults.whole("", "A mark lacks its pupil, day, session or code; it was left out.", code="incomplete")
        return None
    return Mark(pupil_id=plain(person), day=on, session=session, code=code)
