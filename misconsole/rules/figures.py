"""The figures behind the plots, each a small table with a sentence that says what it shows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from misconsole.counting import counted

NAMES = ("runs", "changes", "match", "waiting", "decisions")
SITTING = timedelta(minutes=5)  # a longer pause between two decisions ends a sitting
AGES = ((1, "a day"), (7, "a week"), (30, "a month"), (90, "3 months"))
LEAST_DAYS = 14  # so that a first day does not fill the whole picture
OLDER = "longer"
CHANGES = ("create", "update", "link", "unallocate")
STATES = ("succeeded", "held", "failed", "cancelled")


class Series(NamedTuple):
    """``values`` stand beside the figure's ``x``; None: nothing is known there."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``kind`` bars, stacked (one upon the other) or line; ``x`` words, the oldest first; ``told`` the figure
    in a sentence."""

    name: str
    title: str
    unit: str
    kind: str
    x: tuple[str, ...]
    series: tuple[Series, ...]
    told: str

    @property
    def empty(self) -> bool:
        return not any(value for series in self.series for value in series.values)

    def rows(self) -> list[tuple[object, ...]]:
        """A header and one row each x, for CSV."""
        head: tuple[object, ...] = (self.title, *(series.name for series in self.series))
        columns = [series.values for series in self.series]
        return [head, *((label, *(c[i] for c in columns)) for i, label in enumerate(self.x))]


def _days(seen: Iterable[date]) -> list[date]:
    """Every day from the first to the last, and as many before as a picture needs; none for none."""
    known = sorted(seen)
    if not known:
        return []
    first = min(known[0], known[-1] - timedelta(days=LEAST_DAYS - 1))
    return [first + timedelta(days=n) for n in range((known[-1] - first).days + 1)]


def durations(ran: Iterable[tuple[datetime, float, str]]) -> Figure:
    """The longest run of each day by how it ended: what failed stands beside what succeeded."""
    days: defaultdict[date, dict[str, float]] = defaultdict(dict)
    states: Counter[str] = Counter()
    for at, seconds, state in ran:
        states[state] += 1
        day = days[at.date()]
        day[state] = max(day.get(state, 0.0), round(seconds, 1))
    order = _days(days)
    bad = [f"{states[state]} {state}" for state in STATES[1:] if states[state]]
    told = f"{counted(sum(states.values()), 'run', 'runs')}; {', '.join(bad) or 'all of them succeeded'}."
    series = tuple(
        Series(state, tuple(days[day].get(state, 0.0) for day in order))
        for state in ("succeeded", "held", "failed")
        if states[state]
    )
    return Figure(
        name="runs", title="The longest run of each day, in seconds", unit="seconds", kind="bars",
        x=tuple(f"{d:%d %b}" for d in order), series=series, told=told,
    )  # fmt: skip


def churn(weeks: Mapping[date, Mapping[str, int]], *, first: date, last: date) -> Figure:
    """What syncs changed, week by week; weeks without a run count nothing."""
    order = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    series = tuple(
        Series(kind, tuple(float(weeks.get(week, {}).get(kind, 0)) for week in order))
        for kind in ("create", "link", "unallocate")
    )
    totals = {kind: sum(int(week.get(kind, 0)) for week in weeks.values()) for kind in CHANGES}
    told = (
        f"In {counted(len(order), 'week', 'weeks')} "
        f"{counted(totals['create'], 'account was', 'accounts were')} created, "
        f"{counted(totals['link'], 'person', 'people')} linked, "
        f"{counted(totals['update'], 'account')} updated and "
        f"{totals['unallocate']:,} taken away."
    )
    return Figure(
        name="changes", title="Changes, by week", unit="accounts", kind="stacked",
        x=tuple(f"{week:%d %b}" for week in order), series=series, told=told,
    )  # fmt: skip


def matched(ran: Iterable[tuple[int, datetime, int | None, int | None]]) -> Figure:
    """The share of people who have their account, day by day, each school as its last run left it.

    (school, at, people waiting, people), in order.
    """
    now: dict[int, tuple[int, int]] = {}
    days: dict[date, float] = {}
    waits = everybody = 0
    for school, at, waiting, people in ran:
        if waiting is not None and people:
            before = now.get(school, (0, 0))
            now[school] = (min(waiting, people), people)
            waits, everybody = waits + now[school][0] - before[0], everybody + people - before[1]
            days[at.date()] = round(100 * (1 - waits / everybody), 1)
    order = sorted(days)
    told = f"{days[order[-1]]} % of people have their account now." if order else "No run has told yet."
    return Figure(
        name="match", title="People with their account, by day", unit="%", kind="line",
        x=tuple(f"{d:%d %b}" for d in order), series=(Series("matched", tuple(days[d] for d in order)),),
        told=told,
    )  # fmt: skip


def ages(since: Iterable[datetime | None], *, now: datetime) -> Figure:
    """How long those wait who wait for a match."""
    found: Counter[str] = Counter()
    for seen in since:
        days = (now - seen).days if seen is not None else None
        word = OLDER if days is None else next((w for most, w in AGES if days < most), OLDER)
        found[word] += 1
    words = [*(word for _, word in AGES), OLDER]
    counts = tuple(float(found[word]) for word in [*(word for _, word in AGES), OLDER])
    told = "Nobody waits for a match." if not found else (
        f"{counted(sum(found.values()), 'person waits', 'people wait')} for a match; "
        f"{found[OLDER]} of them longer than three months."
    )  # fmt: skip
    return Figure(
        name="waiting", title="Who waits for a match, by how long at most", unit="people", kind="bars",
        x=tuple(words), series=(Series("people", counts),), told=told,
    )  # fmt: skip


def decisions(made: Sequence[tuple[datetime, str]]) -> Figure:
    """Decisions a minute while somebody was at it, day by day: pauses over SITTING don't count."""
    days: defaultdict[date, list[tuple[datetime, str]]] = defaultdict(list)
    for at, actor in made:
        days[at.date()].append((at, actor))
    told = f"{counted(len(made), 'decision', 'decisions')} on {counted(len(days), 'day', 'days')}."
    order = _days(days)
    rates = tuple(_rate(days[day]) for day in order)
    return Figure(
        name="decisions", title="Decisions a minute, by day", unit="a minute", kind="bars",
        x=tuple(f"{d:%d %b}" for d in order), series=(Series("decisions a minute", rates),), told=told,
    )  # fmt: skip


def _rate(made: Iterable[tuple[datetime, str]]) -> float | None:
    """Of one day; None where nobody decided twice without a pause."""
    last: dict[str, datetime] = {}
    steps, spent = 0, timedelta()
    for at, actor in made:
        before = last.get(actor)
        if before is not None and at - before <= SITTING:
            steps, spent = steps + 1, spent + (at - before)
        last[actor] = at
    return round(steps / (spent.total_seconds() / 60), 1) if spent else None
