"""What a week brought at a school: from its runs while they are kept, from ``week_figure`` afterwards."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from data import runs
from data.tables import Run, WeekFigure

#: what a run reports -> the kind of change that limits and plots speak of
KINDS = {"created": "create", "updated": "update", "linked": "link", "unallocated": "unallocate"}


def changes(s: Session, school_id: int, monday: date) -> dict[str, int]:
    """Kind of change -> how many, over the seven days from that Monday (UTC); runs undone don't count."""
    first = datetime.combine(monday, time(), tzinfo=UTC)
    asked = select(Run.changes).where(
        *runs.applied(school_id),
        col(Run.started_at) >= first,
        col(Run.started_at) < first + timedelta(days=7),
    )
    found: Counter[str] = Counter()
    for told in s.exec(asked):
        found.update({kind: int(told.get(word, 0) or 0) for word, kind in KINDS.items()})
    kept = select(WeekFigure.kind, WeekFigure.count).where(
        WeekFigure.school_id == school_id, WeekFigure.week == monday, col(WeekFigure.kind).in_(KINDS.values())
    )
    for kind, number in s.exec(kept):
        found[kind] += number
    return dict(found)
