"""History as pictures: the figures of a school or of the estate, for the screen, the shell and CSV."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from data import plot_rows
from misconsole.errors import Usage
from misconsole.private_file import private_file
from misconsole.rules import figures
from misconsole.rules.figures import NAMES, Figure
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.text import csv_safe

if TYPE_CHECKING:
    from sqlmodel import Session

WEEKS = 26


def figure(desk: Desk, name: str, school: str | None = None, *, weeks: int = WEEKS) -> Figure:
    """One of ``NAMES`` over the last ``weeks``; ``school`` None: of all of them. Raises NotFound, Usage."""
    if name not in NAMES:
        raise Usage(f"There is no figure “{name[:40]}”.", mend=f"Figures: {', '.join(NAMES)}.")
    if not 1 <= weeks <= 156:
        raise Usage("Weeks from 1 to 156.")
    with desk.store.read() as s:
        school_id = resolve(s, school).id if school else None
        return _figure(s, desk, name, school_id, weeks)


def _figure(s: Session, desk: Desk, name: str, school_id: int | None, weeks: int) -> Figure:
    monday = desk.today - timedelta(days=desk.today.weekday())
    first = monday - timedelta(weeks=weeks - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    if name == "runs":
        return figures.durations(plot_rows.lengths(s, school_id, since=since))
    if name == "changes":
        return figures.churn(plot_rows.by_week(s, school_id, first=first), first=first, last=monday)
    if name == "match":
        return figures.matched(plot_rows.told_runs(s, school_id, since=since))
    if name == "waiting":
        return figures.ages(plot_rows.waiting_since(s, school_id), now=desk.now())
    return figures.decisions(list(plot_rows.decided(s, school_id, since=since)))


def write_csv(found: Figure, path: Path) -> None:
    """The same figures as CSV, 0600, whole or not at all. Raises MisconsoleError."""
    with private_file(path) as file:
        writer = csv.writer(file)
        for row in found.rows():
            writer.writerow([csv_safe("" if cell is None else str(cell)) for cell in row])


__all__ = ["NAMES", "WEEKS", "Figure", "figure", "write_csv"]
