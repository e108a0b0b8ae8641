"""The views that the home screen and ``status`` need before anything else: a line for each school.

Apart from ``views`` because making forty dataclasses takes longer than painting a first frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Lamp(StrEnum):
    """U1: green, yellow, red, and grey for never; always shown as symbol and word too."""

    OK = "ok"
    WORKING = "working"
    ATTENTION = "attention"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


QUEUES = (
    "unmatched-staff", "unmatched-pupils", "unallocated", "exclusions", "non-mis", "new-users", "problems",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits in each queue of a school, counted."""

    unmatched_staff: int = 0
    unmatched_pupils: int = 0
    unallocated: int = 0
    exclusions: int = 0  # clashes and reviews due, not all exclusions
    non_mis: int = 0
    new_users: int = 0
    problems: int = 0

    @property
    def total(self) -> int:
        """What a person must decide; new users and problems are for information."""
        return (
            self.unmatched_staff + self.unmatched_pupils + self.unallocated + self.exclusions + self.non_mis
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolRow:
    """A line of the home screen and of ``status --json``."""

    id: int
    urn: str
    slug: str
    name: str
    mode: str
    mis: str  # catalogue id, "" when not connected
    mis_title: str
    route: str
    access: str
    lamp: Lamp
    lamp_word: str  # e.g. "ok", "syncing", "held", "failed", "not connected"
    last_checked: datetime | None  # last run that read to the end (U5)
    last_changed: datetime | None  # last run that changed anything
    last_run: int | None
    last_run_state: str
    running: int | None  # id of the run under way
    waiting: Waiting = field(default_factory=Waiting)
    due_at: datetime | None = None  # when the schedule runs it next
    late_at: datetime | None = None  # later than this without a complete read it is overdue
    slot_note: str = ""  # why the last slot was left out
    source: dict[str, Any] = field(default_factory=dict)  # what the last complete read was of (U6)
