"""Attendance marks: a report kept as it came, beside the people and never a reason for anything.

No gate, link or account hangs on a mark, so marks are no part of the plan: they are written in the same
transaction that applies it, straight from what was read.  A rehearsal and a held run keep none; the next
run asks for them again, because how far attendance was read is remembered only with the marks themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from sys import intern
from typing import TYPE_CHECKING

from connectors.records import Mark, Report
from data import marks as mark_rows
from data import roster

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.sync.extract import Page

Slot = tuple[date, str]


@dataclass(slots=True)
class Marks:
    """pupil source id → (day, session) → code; of a mark told twice the later one counts.

    A year of a large school is some 400,000 marks: slots and codes are shared between pupils.
    """

    of: dict[str, dict[Slot, str]] = field(default_factory=dict)
    slots: dict[Slot, Slot] = field(default_factory=dict)

    def add(self, mark: Mark) -> None:
        slot = (mark.day, mark.session)
        slot = self.slots.setdefault(slot, slot)
        self.of.setdefault(mark.pupil_id, {})[slot] = intern(mark.code)

    def __len__(self) -> int:
        return sum(map(len, self.of.values()))

    def of_pupils(self, known: Collection[str], *, since: date) -> int:
        """How many belong to these pupils, from that day on: what ``write`` keeps."""
        return sum(day >= since for pupil, marks in self.of.items() if pupil in known for day, _ in marks)

    def rows(self, people: dict[str, int], *, since: date) -> Iterator[tuple[int, date, str, str]]:
        """(person id, day, session, code) of pupils who are known, from ``since`` on."""
        for pupil, marks in self.of.items():
            if (person := people.get(pupil)) is not None:
                yield from (
                    (person, day, session, code) for (day, session), code in marks.items() if day >= since
                )

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day that is told of."""
        days = [day for day, _ in self.slots]
        return (min(days), max(days)) if days else None


def since(today: date, keep_days: int) -> date:
    """The oldest day that is kept."""
    return today - timedelta(days=keep_days)


def write(s: Session, school_id: int, page: Page | None, *, today: date, keep_days: int) -> None:
    """Keep the marks of a report that was read to its end, and let go of those that are too old.

    A full read replaces what was kept of the days it tells of, so that a mark taken back in the MIS goes
    here too; days it does not speak of stay.  ``page`` None: nothing was read, and nothing changes.
    """
    if page is None or page.finished is None:
        return
    oldest = since(today, keep_days)
    people = roster.person_ids(s, school_id, "pupil")
    if page.full and (days := page.marks.days):
        mark_rows.remove(s, school_id, first=days[0], last=days[1])
    mark_rows.keep(s, school_id, page.marks.rows(people, since=oldest))
    mark_rows.remove(s, school_id, last=oldest - timedelta(days=1))
    if page.finished.high_water:
        mark_rows.remember(s, school_id, Report.ATTENDANCE.value, page.finished.high_water)
