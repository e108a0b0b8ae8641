"""What becomes of a slot: run it, wait, try again, or go on to the next.  Pure.

One run serves every slot that was missed meanwhile.  It begins only while that is still of use: within the
hours in which a run may begin, and not just before the next slot, which would bring the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from misconsole.rules import schedule as rules
from misconsole.rules.schedule import Schedule, SlotTime

RETRIES = (timedelta(minutes=15), timedelta(minutes=60))  # after the first failure, and after the second
NEAR = timedelta(minutes=30)  # so close to the next slot that a late run is left out
#: Codes of failures that another try within the hour does not mend.
UNWILLING = frozenset(
    ("not_authorised", "access_refused", "access_pending", "scope_missing", "not_connected", "no_reports",
     "bad_settings", "not_permitted")
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """``run``: begin now, for the slot ``serves``.  Otherwise be due again ``due_at``, because of ``note``.
    ``late_at`` is when the school counts as overdue."""

    run: bool
    serves: datetime | None = None
    due_at: datetime | None = None
    late_at: datetime | None = None
    note: str = ""


def turn(schedule: Schedule, now: datetime, *, late_at: datetime | None) -> Turn:
    """What to do for a school whose time has come. ``late_at`` as it was when the slot was planned."""
    slot = rules.last_slot(schedule, now)
    if slot is None:
        return _next(schedule, now, late_at=None, note="")
    until = rules.quiet_until(schedule, now)
    if until is not None:
        return _after_quiet(schedule, slot, now, until, late_at)
    if now <= slot.late_at:
        return Turn(run=True, serves=slot.due_at)
    following = rules.next_slot(schedule, now)
    near = following is not None and following.due_at - now < NEAR
    if rules.inside(schedule, now) and not near:
        return Turn(run=True, serves=slot.due_at)
    because = "the next is near" if near else "no run may begin at this hour"
    return _next(schedule, now, late_at=late_at, note=f"{_missed(schedule, slot)}; {because}.")


def failed(
    schedule: Schedule, now: datetime, *, serves: datetime, code: str, tries: int, late_at: datetime | None
) -> Turn:
    """After a scheduled run failed ``tries`` times: again within the window, or the next slot."""
    slot = rules.last_slot(schedule, serves)
    if code not in UNWILLING and tries <= len(RETRIES) and slot is not None:
        again = now + RETRIES[tries - 1]
        following = rules.next_slot(schedule, slot.due_at)
        in_time = again <= slot.late_at and (following is None or again < following.due_at)
        if in_time and not rules.in_quiet(schedule, again):
            return Turn(run=False, due_at=again, late_at=late_at, note=f"Failed; try {tries + 1} follows.")
    times = "" if tries == 1 else f" {tries} times"
    return _next(schedule, now, late_at=late_at, note=f"Failed{times}; the next slot tries again.")


def stands(schedule: Schedule, late_at: datetime | None) -> bool:
    """Whether a slot that was planned earlier is one of this schedule still."""
    if late_at is None:
        return False
    begin = late_at - timedelta(days=2)
    return any(slot.late_at == late_at for slot in rules.slots(schedule, begin, until=late_at))


def strayed(schedule: Schedule, now: datetime, *, due_at: datetime, served: datetime | None) -> bool:
    """Whether nobody would plan that slot now: another comes before it, or none comes at all.

    So it is where a clock was ahead when the slot was planned, by a minute or by ten years, and was put
    right since.  As time passes a slot stays the next one, so of a clock that only goes on it is never true.
    ``served``: the last slot that was; one just ahead of now was run by a clock a little fast, once.
    """
    if due_at <= now:
        return False
    after = max(now, served) if served is not None and served - now <= NEAR else now
    slot = rules.next_slot(schedule, after)
    return slot is None or slot.due_at < due_at


def _after_quiet(
    schedule: Schedule, slot: SlotTime, now: datetime, until: datetime, late_at: datetime | None
) -> Turn:
    following = rules.next_slot(schedule, now)
    if until <= slot.late_at and (following is None or until < following.due_at):
        return Turn(run=False, due_at=until, late_at=late_at, note="Waits for the end of the quiet hours.")
    return _next(schedule, now, late_at=late_at, note=f"{_missed(schedule, slot)}; these are quiet hours.")


def _next(schedule: Schedule, now: datetime, *, late_at: datetime | None, note: str) -> Turn:
    """Due at the next slot; a slot that was missed stays the one that counts as late."""
    slot = rules.next_slot(schedule, now)
    if slot is None:
        return Turn(run=False, note=note)
    kept = late_at if late_at is not None and note else slot.late_at
    return Turn(run=False, due_at=slot.due_at, late_at=kept, note=note)


def _missed(schedule: Schedule, slot: SlotTime) -> str:
    local = slot.due_at.astimezone(ZoneInfo(schedule.zone))
    return f"The slot of {local:%A %H:%M} was missed"
