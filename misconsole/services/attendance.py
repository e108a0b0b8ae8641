"""Attendance marks of a school: how much is kept, and the whole of it as CSV.

The marks are the MIS's own report, kept only while the school accepts it.  The file is for people with
spreadsheets: no cell runs as a formula, only its owner can read it, and it is there whole or not at all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data import marks as mark_rows
from misconsole.errors import NotFound, Usage
from misconsole.private_file import private_file
from misconsole.services import permits
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.text import csv_safe

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import School

COLUMNS = (
    "day", "session", "code", "pupil", "upn", "admission_number", "given_name", "family_name", "year_group",
    "registration_group",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceView:
    """``first`` and ``last`` are the days of the oldest and newest mark; ``file`` where they were written."""

    school: str
    school_name: str
    marks: int
    pupils: int
    first: date | None
    last: date | None
    file: str | None = None


def held(
    desk: Desk, school: str, *, first: date | None = None, last: date | None = None
) -> AttendanceView:  # fmt: skip
    """What is kept of those days, both included."""
    with desk.store.read() as s:
        return _view(s, resolve(s, school), first, last)


def export(
    desk: Desk, school: str, path: Path, *, first: date | None = None, last: date | None = None
) -> AttendanceView:
    """Write the marks of those days to a file. NotFound where there are none; then no file is touched."""
    permits.need(desk, "export", school)
    with desk.store.read() as s:
        found = resolve(s, school)
        view = _view(s, found, first, last)
        if not view.marks:
            raise NotFound(
                f"{found.name} has no attendance marks of these days.",
                mend="They are kept from the first sync after the report Attendance is accepted.",
                code="no_marks",
            )
        with private_file(path) as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_rows(s, found, first, last))
    return AttendanceView(
        school=view.school, school_name=view.school_name, marks=view.marks, pupils=view.pupils,
        first=view.first, last=view.last, file=str(path),
    )  # fmt: skip


def _view(s: Session, school: School, first: date | None, last: date | None) -> AttendanceView:
    if first and last and first > last:
        raise Usage(f"{first} is after {last}.", mend="Name the earlier day with --from.")
    kept = mark_rows.held(s, school.id or 0, first=first, last=last)
    return AttendanceView(
        school=school.urn, school_name=school.name, marks=kept.marks, pupils=kept.pupils, first=kept.first,
        last=kept.last,
    )  # fmt: skip


def _rows(s: Session, school: School, first: date | None, last: date | None) -> Iterator[list[str]]:
    for row in mark_rows.listed(s, school.id or 0, first=first, last=last):
        named: dict[str, Any] = {**row, "pupil": row["source_id"], "day": row["day"].isoformat()}
        yield [csv_safe(named.get(column)) for column in COLUMNS]
