"""What a week brought, kept as counts when the runs themselves go: for plots, and for what limits expect.

Each run is folded once: ``fold`` marks it (``TIDIED`` in its changes) or its caller deletes it in the same
transaction, so that a second fold, or a crash between the two, counts nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, timedelta

from sqlmodel import Session, select

from data import bulk, runs
from data.tables import Run, WeekFigure
from data.week_figures import KINDS

TIDIED = "tidied"  # in Run.changes: what the run did was folded, and its details are gone
PEOPLE = ("students", "staff")
HIGHEST = ("roll",)  # of these kinds the highest of the week counts, of the others the sum
Key = tuple[date, str]


def monday(run: Run) -> date | None:
    """The week a run belongs to, by UTC, as ``data.week_figures`` reads it."""
    if run.started_at is None:
        return None
    day = run.started_at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def fold(s: Session, school_id: int, folded: Iterable[Run]) -> None:
    """Add the counts of these runs of the school to their weeks; runs folded before are passed over."""
    sums: Counter[Key] = Counter()
    tops: dict[Key, int] = {}
    for run in folded:
        week = monday(run)
        if week is None or TIDIED in run.changes or run.dry_run:
            continue
        for kind, number in _counts(run).items():
            if kind in HIGHEST:
                tops[week, kind] = max(number, tops.get((week, kind), 0))
            else:
                sums[week, kind] += number
        run.changes = {TIDIED: 1}
        s.add(run)
    s.flush()
    _add(s, school_id, sums, tops)


def _counts(run: Run) -> dict[str, int]:
    """What one run brought, by kind."""
    found: Counter[str] = Counter()
    if run.kind in runs.APPLYING:
        found["runs"] += 1
        found["failed"] += run.state == "failed"
        found["held"] += run.state == "held"
        if run.started_at and run.finished_at:
            found["seconds"] += round((run.finished_at - run.started_at).total_seconds())
    if run.kind in runs.APPLYING and run.state == "succeeded" and run.resolution != runs.UNDONE:
        found.update({kind: int(run.changes.get(word, 0) or 0) for word, kind in KINDS.items()})
        found["roll"] = sum(int(run.reports.get(r, {}).get("extracted", 0)) for r in PEOPLE)
    return {kind: number for kind, number in found.items() if number}


def _add(s: Session, school_id: int, sums: Counter[Key], tops: dict[Key, int]) -> None:
    weeks = {week for week, _ in (*sums, *tops)}
    asked = select(WeekFigure).where(WeekFigure.school_id == school_id)
    kept = {(row.week, row.kind): row for row in s.exec(asked) if row.week in weeks}
    for key, number in (*sums.items(), *tops.items()):
        row = kept.get(key)
        before = row.count if row else 0
        count = max(before, number) if key[1] in HIGHEST else before + number
        if row is None:
            made = {"school_id": school_id, "week": key[0], "kind": key[1], "count": count}
            bulk.insert(s, WeekFigure, [made])
        elif row.count != count:
            row.count = count
            s.add(row)
    s.flush()
