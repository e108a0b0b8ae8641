"""Which schools are due, and when each is due next.

``due`` is the one selection behind the worker and ``sync --all-due``.  A school's slot is computed again
when its options or connection change and after every run, whoever ran it; what was missed is served by one
run, or waits with a note that says why (``rules.schedule_turns``).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from data import schools as school_rows
from data import slots as slot_rows
from misconsole.errors import MisconsoleError
from misconsole.rules import schedule as rules
from misconsole.rules import schedule_turns as turns
from misconsole.rules.options import SchoolOptions
from misconsole.rules.schedule import Schedule
from misconsole.services import timetable
from misconsole.services.desk import Desk

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import Connection, Run, School, Slot

MAY_READ = ("approved", "offline")
FIRST = "It was never synced."
AT_ONCE = 50  # schools planned anew in one transaction, for which others wait
AHEAD = "Planned anew: the clock had been ahead."


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A school whose turn it is; ``serves`` is the slot of its schedule, None for a first sync."""

    school_id: int
    urn: str
    name: str
    route: str
    serves: datetime | None
    note: str = ""


def schedule_of(school: School, connection: Connection | None) -> Schedule:
    """The school's schedule as its options, MIS and route make it; without rules where it has none."""
    return timetable.of(
        urn=school.urn, country=school.country, options=school.options,
        mis=connection.mis if connection else "", route=connection.route if connection else "",
    )  # fmt: skip


def options_of(school: School) -> SchoolOptions:
    """The options as stored; the defaults where what is stored is not understood any more."""
    try:
        return SchoolOptions.from_dict(school.options)
    except MisconsoleError:
        return SchoolOptions()


def refresh(s: Session, school: School, now: datetime) -> None:
    """Plan anew after options or connection changed; a slot that still stands is left alone."""
    school_id = school.id or 0
    connection = school_rows.active_connection(s, school_id)
    if connection is None:
        slot_rows.drop(s, school_id)
        return
    schedule = schedule_of(school, connection)
    old = slot_rows.get(s, school_id)
    if old is not None and turns.stands(schedule, old.late_at) and not _strayed(old, schedule, now):
        return
    slot = rules.next_slot(schedule, now)
    slot_rows.put(s, school_id, due_at=slot.due_at if slot else None, late_at=slot.late_at if slot else None)


def heal(desk: Desk) -> int:
    """Plan anew whose slot was planned by a clock that was ahead; how many those were.

    What counts as late already goes on counting.  A slot somebody else planned meanwhile is left alone.
    """
    now = desk.now()
    with desk.store.read() as s:
        wrong = [
            (school.id or 0, slot.due_at)
            for slot, school, connection in slot_rows.planned(s, now)
            if _strayed(slot, schedule_of(school, connection), now)
        ]
    for part in (wrong[start : start + AT_ONCE] for start in range(0, len(wrong), AT_ONCE)):
        with desk.store.write() as s:
            for school_id, due_at in part:
                _plan_anew(s, school_id, due_at, now)
    return len(wrong)


def _plan_anew(s: Session, school_id: int, due_at: datetime | None, now: datetime) -> None:
    from data import roster

    school, old = roster.school(s, school_id), slot_rows.get(s, school_id)
    connection = school_rows.active_connection(s, school_id)
    if school is None or old is None or connection is None or old.due_at != due_at:
        return
    slot = rules.next_slot(schedule_of(school, connection), now)
    late_at = slot.late_at if slot else None
    if old.late_at is not None and old.late_at <= now:
        late_at = old.late_at
    slot_rows.put(s, school_id, due_at=slot.due_at if slot else None, late_at=late_at, note=AHEAD)


def _strayed(slot: Slot, schedule: Schedule, now: datetime) -> bool:
    return slot.due_at is not None and turns.strayed(schedule, now, due_at=slot.due_at, served=slot.last_slot)


def after_run(s: Session, run: Run, school: School, now: datetime) -> None:
    """Plan the next slot once a sync is over, however it ended; rehearsals count for nothing."""
    if run.kind != slot_rows.SYNC or run.dry_run:
        return
    school_id = school.id or 0
    connection = school_rows.active_connection(s, school_id)
    if connection is None:
        slot_rows.drop(s, school_id)
        return
    schedule = schedule_of(school, connection)
    old = slot_rows.get(s, school_id)
    if run.state in slot_rows.ENDED_WELL:
        slot = rules.next_slot(schedule, now)
        served = run.due_at or (old.due_at if old and old.due_at and old.due_at <= now else None)
        slot_rows.put(
            s, school_id, due_at=slot.due_at if slot else None, late_at=slot.late_at if slot else None,
            served=served,
        )  # fmt: skip
    elif run.due_at is not None:
        _failed(s, run, schedule, now, late_at=old.late_at if old else None)


def _failed(s: Session, run: Run, schedule: Schedule, now: datetime, *, late_at: datetime | None) -> None:
    assert run.due_at is not None  # noqa: S101 - only a scheduled run is tried again
    code = str((run.error or {}).get("code", "")) if run.state == "failed" else "not_connected"
    count = slot_rows.tries(s, run.school_id, run.due_at) or 1
    turn = turns.failed(schedule, now, serves=run.due_at, code=code, tries=count, late_at=late_at)
    note = turn.note if run.state == "failed" else "Cancelled; the next slot runs again."
    slot_rows.put(s, run.school_id, due_at=turn.due_at, late_at=turn.late_at, note=note)


def plan_missing(desk: Desk) -> None:
    """A first slot for connected schools that have none: a store from before there were schedules."""
    with desk.store.read() as s:
        missing = slot_rows.unplanned(s)
    if not missing:
        return
    from data import roster

    with desk.store.write() as s:
        for school_id in missing:
            school = roster.school(s, school_id)
            if school is not None:
                refresh(s, school, desk.now())


def due(desk: Desk, *, chosen_hour: bool = False) -> tuple[Due, ...]:
    """Schools to sync now, the longest waiting first.

    ``chosen_hour``: somebody chose this moment (``sync --all-due``): schools that were never synced and
    those whose hours are over are due too; quiet hours are kept in any case (T13).
    """
    heal(desk)
    return tuple(in_turn(desk, chosen_hour=chosen_hour))


def in_turn(
    desk: Desk, *, chosen_hour: bool = False, passed_over: Callable[[str], bool] = lambda _route: False
) -> Generator[Due, None, None]:
    """The same one by one: who takes the first few pays for the timetables of no more.

    ``passed_over``: routes of which nothing can be begun now; asked again for every school.
    """
    plan_missing(desk)
    now = desk.now()
    with desk.store.read() as s:
        waiting = slot_rows.due(s, now)
        busy = {school.id for _, school, _ in slot_rows.open_runs(s)}
        first = slot_rows.never_read(s) if chosen_hour else []
    taken: set[int | None] = set(busy)
    later: list[tuple[int, turns.Turn]] = []
    try:
        for slot, school, connection in waiting:
            if school.id in busy or passed_over(connection.route) or not may_read(connection):
                continue
            schedule = schedule_of(school, connection)
            turn = turns.turn(schedule, now, late_at=slot.late_at)
            if turn.run or (chosen_hour and not rules.in_quiet(schedule, now)):
                taken.add(school.id)
                yield _due(school, connection, serves=turn.serves or slot.due_at, note=slot.note)
            else:
                later.append((school.id or 0, turn))
    finally:
        _postpone(desk, later)
    for school, connection in first:
        if school.id in taken or not may_read(connection):
            continue
        if not rules.in_quiet(schedule_of(school, connection), now):
            yield _due(school, connection, serves=None, note=FIRST)


def _due(school: School, connection: Connection, *, serves: datetime | None, note: str) -> Due:
    return Due(
        school_id=school.id or 0, urn=school.urn, name=school.name, route=connection.route, serves=serves,
        note=note,
    )  # fmt: skip


def _postpone(desk: Desk, later: list[tuple[int, turns.Turn]]) -> None:
    if not later:
        return
    with desk.store.write() as s:
        for school_id, turn in later:
            slot_rows.put(s, school_id, due_at=turn.due_at, late_at=turn.late_at, note=turn.note)


def may_read(connection: Connection) -> bool:
    """Whether the school has approved, or its route knows of no approving."""
    from misconsole.services import catalogue

    if connection.access in MAY_READ:
        return True
    declaration = catalogue.declaration_of(connection.route)
    return connection.access == "not asked" and declaration is not None and not declaration.tells_approval
