"""When a school is due: its rules, its zone, its quiet hours and terms, and the next slot after a moment.

Pure: (schedule, moment) -> slot.  A rule says on which days a run begins and by when it should be done;
every school of a window begins at its own second of it, drawn from its URN, so that three thousand schools
do not begin at once.  The calendar is left to libraries: ``CronTrigger`` finds the next time of that wall
clock (in March the missing hour runs right after, in October the doubled one once), ``holidays`` the bank
holidays.  Both are imported when they are first needed; everything else is the standard library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from misconsole.rules.schedule_text import DAY, Rule, Span, Term, clock, days_told

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

LAST_TRIES = 90  # minutes of a window kept free for the run itself and two more tries
SPREAD_EXACT = 10  # minutes over which schools of one typed time begin
GUARD = 15  # minutes before quiet hours in which nothing begins any more
FAR = timedelta(days=400)  # nothing is planned further ahead
LOOK_BACK = timedelta(hours=3)  # a slot moved out of quiet hours is found although its trigger has passed
ZONES = {"ireland": "Europe/Dublin", "jersey": "Europe/Jersey", "guernsey": "Europe/Guernsey",
         "isle-of-man": "Europe/Isle_of_Man"}  # fmt: skip
SUBDIVISIONS = {"england": "ENG", "scotland": "SCT", "wales": "WLS", "northern-ireland": "NIR"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All that decides when one school is due. ``terms`` empty: every day is in term."""

    urn: str
    rules: tuple[Rule, ...]
    zone: str = "Europe/London"
    quiet: tuple[Span, ...] = ()
    term_days_only: bool = False
    terms: tuple[Term, ...] = ()
    country: str = "england"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SlotTime:
    """One slot, in UTC: due then, late when no run has succeeded by ``late_at``; ``day`` is the school's
    day on which its window opened."""

    due_at: datetime
    late_at: datetime
    day: date


def zone_of(country: str) -> str:
    return ZONES.get(country, "Europe/London")


def next_slot(schedule: Schedule, after: datetime) -> SlotTime | None:
    """The first slot later than ``after``; None when there is none within 400 days."""
    return min((slot for rule in schedule.rules if (slot := _next(schedule, rule, after))), default=None)


def slots(schedule: Schedule, after: datetime, *, until: datetime | None = None) -> Iterator[SlotTime]:
    """Every slot after a moment, in order."""
    slot = next_slot(schedule, after)
    while slot is not None and (until is None or slot.due_at <= until):
        yield slot
        slot = next_slot(schedule, slot.due_at)


def last_slot(schedule: Schedule, at: datetime) -> SlotTime | None:
    """The newest slot that is not later than ``at``, looked for as far back as a month."""
    for back in (1, 8, 31):
        if past := list(slots(schedule, at - timedelta(days=back), until=at)):
            return past[-1]
    return None


def second_late(schedule: Schedule, late_at: datetime) -> datetime | None:
    """When the slot after the one that was late at ``late_at`` is late too; no library is asked for it."""
    own = [rule for rule in schedule.rules if opens(schedule, rule) is not None]
    first = late_at.astimezone(ZoneInfo(schedule.zone)).date() - timedelta(days=2)
    for n in range(FAR.days):
        day = first + timedelta(days=n)
        ends = [_wall(schedule, day, rule.end) for rule in own if _day_is_on(schedule, rule, day)]
        if later := [end for end in ends if end - late_at > timedelta(hours=1)]:
            return min(later)
    return None


def inside(schedule: Schedule, at: datetime) -> bool:
    """Whether a run may begin now: within a window (of a typed time: any hour), and not in quiet hours."""
    local = at.astimezone(ZoneInfo(schedule.zone))
    if in_quiet(schedule, at):
        return False
    minute = local.hour * 60 + local.minute
    return any(
        rule.exact or rule.start <= minute + DAY * back < rule.end
        for rule in schedule.rules
        for back in (0, 1)
        if rule.exact or _day_is_on(schedule, rule, local.date() - timedelta(days=back))
    )


def in_quiet(schedule: Schedule, at: datetime) -> bool:
    return quiet_until(schedule, at) is not None


def quiet_until(schedule: Schedule, at: datetime) -> datetime | None:
    """The end of the quiet hours that ``at`` lies in; None outside them."""
    local = at.astimezone(ZoneInfo(schedule.zone))
    minute = local.hour * 60 + local.minute
    ends = [
        end - DAY * back
        for start, end in schedule.quiet
        for back in (0, 1)
        if start <= minute + DAY * back < end
    ]
    return _wall(schedule, local.date(), max(ends)) if ends else None


def opens(schedule: Schedule, rule: Rule) -> int | None:
    """The second after midnight at which this school begins under the rule; None: all of it is quiet."""
    long, quiet = rule.end - rule.start, schedule.quiet
    spread = SPREAD_EXACT if rule.exact else max(long // 2, long - LAST_TRIES)
    free = _free(rule.start, rule.start + spread, quiet) or _free(rule.start, rule.end, quiet)
    room = sum(end - start for start, end in free) * 60
    if not room:
        return None
    left = int.from_bytes(sha256(schedule.urn.encode()).digest()[:8]) % room
    for start, end in free:
        if left < (end - start) * 60:
            return start * 60 + left
        left -= (end - start) * 60
    return None


def told(schedule: Schedule) -> str:
    """The schedule in a sentence."""
    if not schedule.rules:
        return "No run is scheduled; syncs are started by hand."
    parts = []
    for rule in schedule.rules:
        own = opens(schedule, rule)
        begins = clock(rule.start)
        when = f"at {begins}" if rule.exact else f"between {begins} and {clock(rule.end)}"
        mine = f"here at {clock(own // 60)}" if own is not None else "but all of that lies in quiet hours"
        parts.append(f"{days_told(rule.days)} {when} ({mine})")
    only = ", on school days only" if schedule.term_days_only else ""
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}{only}, {schedule.zone} time."


def school_day(schedule: Schedule, day: date) -> bool:
    """Monday to Friday, within a term where terms were typed, and no bank holiday."""
    if day.weekday() > 4 or day in bank_holidays(schedule.country, day.year):
        return False
    return not schedule.terms or any(first <= day <= last for first, last in schedule.terms)


@cache
def bank_holidays(country: str, year: int) -> frozenset[date]:
    """By the ``holidays`` library; of a country it is not told about, those of England."""
    import holidays

    if country == "ireland":
        return frozenset(holidays.country_holidays("IE", years=year))
    return frozenset(holidays.country_holidays("GB", subdiv=SUBDIVISIONS.get(country, "ENG"), years=year))


def _day_is_on(schedule: Schedule, rule: Rule, day: date) -> bool:
    return day.weekday() in rule.days and (not schedule.term_days_only or school_day(schedule, day))


def _next(schedule: Schedule, rule: Rule, after: datetime) -> SlotTime | None:
    """Day by day, each asked from its own midnight: a trigger that looks over a clock change loses a day."""
    second = opens(schedule, rule)
    if second is None:
        return None
    zone, shift = ZoneInfo(schedule.zone), timedelta(days=second // (DAY * 60))
    trigger = _trigger(second % (DAY * 60), schedule.zone)
    first = (after - LOOK_BACK).astimezone(zone).date()
    for day in (first + timedelta(days=n) for n in range(FAR.days)):
        if not _day_is_on(schedule, rule, day - shift):
            continue
        fires = trigger.get_next_fire_time(None, datetime.combine(day, time(), zone))
        if fires is None or fires.date() != day:
            continue
        due = fires.astimezone(UTC)
        due = quiet_until(schedule, due) or due  # only where the clock change put it there
        if due > after:
            late = max(_wall(schedule, day - shift, rule.end), due + timedelta(minutes=30))
            return SlotTime(due_at=due, late_at=late, day=day - shift)
    return None


@cache
def _trigger(second: int, zone: str) -> CronTrigger:
    from apscheduler.triggers.cron import CronTrigger

    minute, second = divmod(second, 60)
    return CronTrigger(hour=minute // 60, minute=minute % 60, second=second, timezone=ZoneInfo(zone))


def _wall(schedule: Schedule, day: date, minute: int) -> datetime:
    """That minute of the school's wall clock, in UTC; ``minute`` may lie on another day."""
    shift, minute = divmod(minute, DAY)
    naive = datetime.combine(day + timedelta(days=shift), time(minute // 60, minute % 60))
    return naive.replace(tzinfo=ZoneInfo(schedule.zone)).astimezone(UTC)


def _free(start: int, end: int, quiet: tuple[Span, ...]) -> list[Span]:
    """What is left of a span outside the quiet hours of its days and a guard before them."""
    free = [(start, end)]
    for first, last in quiet:
        for shift in (-DAY, 0, DAY):
            began, ended = first - GUARD + shift, last + shift
            free = [
                part
                for a, b in free
                for part in ((a, min(b, began)), (max(a, ended), b))
                if part[0] < part[1]
            ]
    return free
