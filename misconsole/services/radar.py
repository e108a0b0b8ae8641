"""Leaving dates ahead that deserve a look, for the list of who leaves soon, the overview and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select

from data import affected, roster
from data import queues as waiting
from data.tables import Person
from misconsole.errors import Usage
from misconsole.rules import radar
from misconsole.rules.season import LATELY
from misconsole.services.desk import Desk
from misconsole.services.schools import options_of, resolve

AHEAD = 120  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingDay:
    """``early`` year group -> pupils who would go before it does; ``held``: the next run would be held."""

    on: date
    people: int
    seasonal: int
    early: dict[str, int]
    held: bool
    message: str


def ahead(desk: Desk, school: str, *, days: int = AHEAD) -> tuple[LeavingDay, ...]:
    """Days within ``days`` that deserve a look, the first first; none outside create mode, where accounts
    do not go by themselves. Raises NotFound, Usage."""
    if not 0 <= days <= 366:
        raise Usage("Days from 0 to 366.")
    with desk.store.read() as s:
        found = resolve(s, school)
        if found.mode != "create":
            return ()
        school_id = found.id or 0
        until = desk.today + timedelta(days=days)
        asked = select(col(Person.end_date), col(Person.role), col(Person.year_of_entry)).where(
            *waiting.leaving(school_id, desk.today, until)
        )
        turns = radar.look(
            (radar.Leaver(on, role, entered) for on, role, entered in s.exec(asked) if on is not None),
            country=found.country, shape=roster.year_groups(s, school_id, since=desk.now() - LATELY),
            of=affected.totals(s, school_id)[2], limit=options_of(found).limit("unallocate"),
        )  # fmt: skip
    return tuple(
        LeavingDay(
            on=turn.on, people=turn.people, seasonal=turn.seasonal, early=dict(turn.early), held=turn.held,
            message=turn.sentence,
        )
        for turn in turns
        if turn.worth_a_look
    )  # fmt: skip
