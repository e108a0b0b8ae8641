"""Rows that plots are drawn from: runs, weeks, who waits since when, decisions; of one school or of all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from data import runs
from data.tables import Decision, Person, Run, WeekFigure
from data.week_figures import KINDS


class Told(NamedTuple):
    """What a run that succeeded told of people."""

    school_id: int
    at: datetime
    waiting: int
    kept: int


def _of(column: Any, school_id: int | None) -> ColumnElement[bool]:
    return true() if school_id is None else col(column) == school_id


def _ended(asked: Any, school_id: int | None, since: datetime) -> Any:
    """Syncs that were no rehearsal and reached an end, the oldest first."""
    return asked.where(
        _of(Run.school_id, school_id), col(Run.kind) == "sync", col(Run.dry_run).is_(False),
        col(Run.started_at) >= since, col(Run.finished_at).is_not(None),
    ).order_by(col(Run.started_at))  # fmt: skip


def lengths(s: Session, school_id: int | None, *, since: datetime) -> Iterator[tuple[datetime, float, str]]:
    """When each run began, its seconds and how it ended; of a year of an estate these are a million."""
    asked = select(col(Run.started_at), col(Run.finished_at), col(Run.state))
    for began, finished, state in s.connection().execute(_ended(asked, school_id, since)):
        yield began, (finished - began).total_seconds(), state


def told_runs(s: Session, school_id: int | None, *, since: datetime) -> Iterator[Told]:
    """Of those that succeeded and told of people, how many there were and how many of them waited."""
    asked = select(col(Run.school_id), col(Run.started_at), col(Run.waiting), col(Run.reports))
    asked = asked.where(col(Run.state) == "succeeded")
    for school, at, waiting, reports in s.connection().execute(_ended(asked, school_id, since)):
        if reports:
            waits = sum(int(waiting.get(f"unmatched_{who}", 0)) for who in ("staff", "pupils"))
            kept = sum(int(reports.get(report, {}).get("kept", 0)) for report in ("staff", "students"))
            yield Told(school, at, waits, kept)


def by_week(s: Session, school_id: int | None, *, first: date) -> dict[date, Counter[str]]:
    """Monday -> kind of change -> how many, from that Monday on; of runs kept and of weeks folded."""
    weeks: defaultdict[date, Counter[str]] = defaultdict(Counter)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    asked = select(col(Run.started_at), col(Run.changes)).where(
        _of(Run.school_id, school_id), col(Run.state) == "succeeded", col(Run.dry_run).is_(False),
        col(Run.kind).in_(runs.APPLYING), col(Run.resolution) != runs.UNDONE, col(Run.started_at) >= since,
    )  # fmt: skip
    for at, changes in s.exec(asked):
        if at is None:
            continue
        day = at.date()
        counts = {kind: int(changes.get(word, 0) or 0) for word, kind in KINDS.items()}
        weeks[day - timedelta(days=day.weekday())].update(counts)
    folded = select(col(WeekFigure.week), col(WeekFigure.kind), col(WeekFigure.count)).where(
        _of(WeekFigure.school_id, school_id),
        col(WeekFigure.week) >= first,
        col(WeekFigure.kind).in_(KINDS.values()),
    )
    for week, kind, count in s.exec(folded):
        weeks[week][kind] += count
    return dict(weeks)


def waiting_since(s: Session, school_id: int | None) -> Iterator[datetime | None]:
    """For everybody who waits for a match: when they were first seen, None where that run is gone."""
    asked = (
        select(col(Run.started_at))
        .select_from(Person)
        .join(Run, col(Run.id) == col(Person.first_seen_run), isouter=True)
        .where(_of(Person.school_id, school_id), col(Person.present).is_(True))
        .where(col(Person.gate) == "waiting_for_match")
    )
    yield from s.exec(asked)


def decided(s: Session, school_id: int | None, *, since: datetime) -> Iterator[tuple[datetime, str]]:
    """When a person decided something, and who; in order."""
    asked = (
        select(col(Decision.at), col(Decision.actor))
        .where(_of(Decision.school_id, school_id), col(Decision.at) >= since)
        .where(col(Decision.person_id).is_not(None) | col(Decision.account_id).is_not(None))
        .order_by(col(Decision.at))
    )
    for at, actor in s.exec(asked):
        if at is not None:
            yield at, actor
