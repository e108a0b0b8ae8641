"""Schedules, for screens and commands: when a school is due, why it is not, and what a run by hand finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data import schools as school_rows
from data import slots as slot_rows
from misconsole.rules import schedule as rules
from misconsole.rules import schedule_text as typed
from misconsole.services import due, timetable, worker_turns
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve

if TYPE_CHECKING:
    from sqlmodel import Session

    from connectors.catalogue.shapes import RouteEntry
    from data.tables import Connection, School

MOST = 100  # slots told ahead
NOBODY = "No worker is at work: start misconsole worker, or see misconsole schedule install."


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """One school's schedule. ``text`` as typed, ``window`` what its MIS supports, ``told`` in a sentence;
    ``by_hand`` what a run started now finds; ``worker`` who runs what is due, empty when nobody does."""

    school: str
    name: str
    text: str
    window: str
    told: str
    zone: str
    due_at: datetime | None
    late_at: datetime | None
    last_slot: datetime | None
    note: str
    by_hand: str
    worker: str
    ahead: tuple[datetime, ...] = ()


def show(desk: Desk, school: str, *, ahead: int = 3) -> ScheduleView:
    """The schedule of a school with its next slots."""
    with desk.store.read() as s:
        found = resolve(s, school)
        connection = school_rows.active_connection(s, found.id or 0)
        return _view(s, desk, found, connection, worker_turns.at_work(desk), ahead=ahead)


def every(desk: Desk) -> tuple[ScheduleView, ...]:
    """The schedules of all schools, the next to run first, those without a slot last."""
    worker = worker_turns.at_work(desk)
    with desk.store.read() as s:
        views = [
            _view(s, desk, each, school_rows.active_connection(s, each.id or 0), worker, ahead=0)
            for each in school_rows.every(s)
        ]
    return tuple(sorted(views, key=lambda v: (v.due_at is None, v.due_at or desk.now(), v.name)))


def set_schedule(desk: Desk, school: str, text: str) -> ScheduleView:
    """Choose days and times (T12); Usage says what would do."""
    from misconsole.services import schools

    schools.set_options(desk, school, {"schedule": text})
    return show(desk, school)


def not_yet(desk: Desk, school: str) -> str:
    """Why a run at this moment may find nothing new at the MIS (T6); empty when it should."""
    with desk.store.read() as s:
        found = resolve(s, school)
        connection = school_rows.active_connection(s, found.id or 0)
    if connection is None:
        return ""
    return waits_for_mis(
        due.schedule_of(found, connection).zone, connection.mis, connection.route, desk.now()
    )


def waits_for_mis(zone: str, mis: str, route: str, now: datetime) -> str:
    """T3, T6, T10: before a MIS has gathered its data, or on a day on which it does not, say so."""
    from misconsole.services.status import mis_title

    (rule,) = typed.rules(timetable.window(mis, route))
    local = now.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if rule.start == 0 and minute < rule.end:
        until = typed.clock(rule.end)
        return (
            f"{mis_title(mis)} gathers its data from midnight and may take until about {until}: what is read "
            f"now may be yesterday's. Sync again after {until}."
        )
    if local.weekday() not in rule.days:
        days = typed.days_told(rule.days)
        return f"{mis_title(mis)} moves data on {days} only; today there may be nothing new."
    return ""


def _view(
    s: Session, desk: Desk, school: School, connection: Connection | None, worker: str, *, ahead: int
) -> ScheduleView:
    schedule = due.schedule_of(school, connection)
    slot = slot_rows.get(s, school.id or 0) if connection else None
    now = desk.now()
    return ScheduleView(
        school=school.urn, name=school.name, zone=schedule.zone, worker=worker,
        text=str(school.options.get("schedule", typed.MIS)),
        window=timetable.window(connection.mis, connection.route) if connection else "",
        told=rules.told(schedule) if connection else "Not connected; nothing is scheduled.",
        due_at=slot.due_at if slot else None, late_at=slot.late_at if slot else None,
        last_slot=slot.last_slot if slot else None, note=slot.note if slot else "",
        by_hand=_by_hand(schedule.zone, connection, now) if connection else "",
        ahead=tuple(each.due_at for each in islice(rules.slots(schedule, now), min(ahead, MOST))),
    )  # fmt: skip


def _by_hand(zone: str, connection: Connection, now: datetime) -> str:
    """The run key always works here; what it finds depends on the MIS (T6, T7, T8, T15)."""
    route = _route(connection)
    told = route.force_run.text if route else ""
    if route and route.force_run.result_after:
        told += f" Read the results after {timedelta(minutes=route.force_run.result_after)} hours."
    return " ".join(
        part for part in (waits_for_mis(zone, connection.mis, connection.route, now), told) if part
    )


def _route(connection: Connection) -> RouteEntry | None:
    from misconsole.errors import NotFound
    from misconsole.services import catalogue

    try:
        return catalogue.find(connection.mis).route(connection.route)
    except NotFound:
        return None
