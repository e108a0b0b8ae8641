"""The school year of the school whose run it is: its shape, its season, and last year's same week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from data import roster, week_figures
from misconsole.rules import season
from misconsole.rules.limits import KINDS, Usual
from misconsole.rules.season import Season

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.rules.options import SchoolOptions
    from misconsole.rules.plan import Plan


def of(s: Session, school_id: int, options: SchoolOptions, country: str, now: datetime) -> Season:
    """As the store has the school before the run."""
    today = now.date()
    return Season(
        today=today, country=country, shape=roster.year_groups(s, school_id, since=now - season.LATELY),
        hold=season.hold_until(options.leavers_hold, today=today),
    )  # fmt: skip


def usual(s: Session, made: Plan, today: date) -> dict[str, Usual]:
    """What the school year allows for, by kind of change.

    A week's busiest night may fall a week earlier or later than last year's, so the busiest of three weeks
    counts.
    """
    monday = season.same_week_last_year(today)
    weeks = [week_figures.changes(s, made.school_id, monday + timedelta(weeks=shift)) for shift in (-1, 0, 1)]
    return {
        kind: _usual(made.seasonal.get(kind, {}), [week.get(kind, 0) for week in weeks]) for kind in KINDS
    }


def _usual(seasonal: dict[str, int], weeks: list[int]) -> Usual:
    why = ", ".join(f"{number} of {group}" for group, number in sorted(seasonal.items()))
    return Usual(explained=sum(seasonal.values()), why=why, last_year=max(weeks))
