"""How a school stands in one line: its lamp, its queues, and what keeps it from being synced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from misconsole.services.rows import Lamp, SchoolRow
from screens import glyphs
from screens.showing import short_count
from screens.widgets.columns import Column
from screens.widgets.lines import Span, span
from screens.widgets.order import Rows

STALE = timedelta(seconds=60)  # what only the time changes (overdue) shows within this

#: What an operator looks at first comes first when sorted by status.
SEVERITY = {Lamp.PROBLEM: 0, Lamp.ATTENTION: 1, Lamp.WORKING: 2, Lamp.OK: 3, Lamp.UNKNOWN: 4}

#: Words of the lamp that would not fit a narrow list.
SHORTER = {
    "waiting for approval": "not approved",
    "credentials refused": "token refused",
    "access declined": "declined",
    "access revoked": "revoked",
}

QUEUE_COLUMNS = (
    ("unmatched_staff", "Staff", 5),
    ("unmatched_pupils", "Pupils", 5),
    ("unallocated", "Unalloc", 6),
    ("exclusions", "Excl", 7),
    ("non_mis", "Non-MIS", 6),
    ("new_users", "New", 8),
    ("problems", "Problems", 8),
)


def queue_column(name: str, title: str, rank: int) -> Column[SchoolRow]:
    def number(row: SchoolRow) -> int:
        return int(getattr(row.waiting, name))

    return Column(
        name=name,
        title=title,
        width=len(title),
        rank=rank,
        right=True,
        cell=lambda row: short_count(number(row)) if number(row) else "",
        sort=lambda row: -number(row),
    )


def lamp_cell(row: SchoolRow) -> Span:
    word = SHORTER.get(row.lamp_word, row.lamp_word)
    return span(f"{glyphs.LAMPS[row.lamp]} {word}", glyphs.LAMP_KINDS[row.lamp])


def why_no_sync(row: SchoolRow) -> str:
    if not row.mis:
        return f"{row.name} is not connected to a MIS; c connects it."
    if row.running:
        return f"{row.name} is being synced already; v shows the run."
    return ""


@dataclass(frozen=True, slots=True)
class Read:
    """One reading of the list. ``stamp`` of the store as it began, ``took`` seconds."""

    rows: Rows[SchoolRow]
    stamp: object
    at: datetime
    took: float

    @property
    def running(self) -> bool:
        return any(row.running for row in self.rows.items)

    def holds(self, stamp: object, now: datetime) -> bool:
        """Whether asking again would find the same; a run that falls silent writes nothing."""
        return stamp is not None and stamp == self.stamp and now - self.at < STALE and not self.running
