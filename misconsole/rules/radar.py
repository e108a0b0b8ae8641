"""Leaving dates ahead that deserve a look before they take accounts away: typed early, or too many at once.

A school office that gives Year 11 its leaving date in May, or a whole class one by mistake, can be asked
while nothing has happened yet; once the day has passed a limit would hold the night's run instead.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from misconsole.rules import limits, year
from misconsole.rules.limits import Limit, Usual
from misconsole.rules.season import Season

MANY = 10  # people on one day, whom no season explains, from which on it is worth a look
EARLY_LEAST = 3


class Leaver(NamedTuple):
    """Somebody with an account and a leaving date to come."""

    on: date
    role: str
    year_of_entry: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A day of leaving. ``early`` year group -> pupils who go before their year group does; ``held``: the
    first run after it would be held; ``seasonal`` how many of ``people`` the season explains."""

    on: date
    people: int
    seasonal: int
    early: Mapping[str, int]
    held: bool

    @property
    def worth_a_look(self) -> bool:
        return self.held or bool(self.early) or self.people - self.seasonal >= MANY

    @property
    def sentence(self) -> str:
        parts = [
            f"{self.people} {'person leaves' if self.people == 1 else 'people leave'} on {_day(self.on)}"
        ]
        if self.early:
            groups = ", ".join(f"{n} of {group}" for group, n in sorted(self.early.items()))
            parts.append(f"earlier than their year group does: {groups}")
        elif self.people - self.seasonal >= MANY:
            parts.append(f"{self.people - self.seasonal} of them out of season")
        if self.held:
            parts.append("the first run after it would be held by the limit")
        return "; ".join(parts) + "."


def _day(on: date) -> str:
    return f"{on:%-d %B %Y}"


def look(
    leavers: Iterable[Leaver], *, country: str, shape: Mapping[str, int], of: int, limit: Limit
) -> tuple[Turn, ...]:
    """One turn a day, the first first. ``of`` people have accounts; ``limit`` on taking away."""
    days: defaultdict[date, list[Leaver]] = defaultdict(list)
    for leaver in leavers:
        days[leaver.on].append(leaver)
    return tuple(_turn(on, days[on], country=country, shape=shape, of=of, limit=limit) for on in sorted(days))


def _turn(
    on: date, leavers: list[Leaver], *, country: str, shape: Mapping[str, int], of: int, limit: Limit
) -> Turn:
    """Counted as the first run after that day would."""
    then = Season(today=on + timedelta(days=1), country=country, shape=shape)
    pupils = [one.year_of_entry for one in leavers if one.role == "pupil"]
    seasonal = sum(1 for entered in pupils if then.leaves(entered))
    early = Counter(group for group in (_early(then, entered) for entered in pupils) if group)
    usual = Usual(explained=seasonal)
    return Turn(
        on=on, people=len(leavers), seasonal=seasonal,
        early={group: n for group, n in early.items() if n >= EARLY_LEAST},
        held=limits.unusual("unallocate", len(leavers), of, limit, usual),
    )  # fmt: skip


def _early(then: Season, year_of_entry: int | None) -> str:
    """The year group of a pupil who would leave with it later in the same school year; "" for others."""
    if then.leaves(year_of_entry):
        return ""
    summer = year.academic_year(then.today, country=then.country) + 1
    end = Season(today=date(summer, 7, 15), country=then.country, shape=then.shape)
    return end.leaves(year_of_entry) if then.today < end.today else ""
