"""The worker: looks what is due, starts each run as a process of its own, and sees to what comes after.

Several schools run at once, capped for all together and for each supplier, so that no interface is
flooded.  One school's trouble never keeps the others waiting; a store that is locked for a moment is asked
again.  Time, waiting and launching come in from outside: the tests turn the clock themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from data import slots as slot_rows
from data.errors import StoreProblem
from misconsole.errors import Busy, MisconsoleError
from misconsole.services import due as selection
from misconsole.services import permits, worker_after, worker_pace, worker_runs, worker_turns
from misconsole.services.desk import Desk
from misconsole.services.due import Due
from misconsole.services.worker_pace import Pace
from misconsole.sync import lease

T = TypeVar("T")
LOOK_EVERY = 30.0  # seconds between two looks, unless something is due earlier
LOOK_SOON = 2.0  # while runs are under way
Launch = Callable[[Desk, Due], object]
Hook = Callable[[Desk], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many runs at once: in all, and of one supplier (route)."""

    parallel: int = 4
    per_supplier: int = 2


def launch(desk: Desk, each: Due) -> int:
    """A run as its own process, as from a console."""
    from misconsole.services import runs

    return runs.start(desk, each.urn, due_at=each.serves)


@dataclass(slots=True, kw_only=True)
class Shift:
    """One worker from signing on to signing off."""

    desk: Desk
    caps: Caps = field(default_factory=Caps)
    launch: Launch = launch
    hooks: Sequence[Hook] = ()  # called once a night, each guarded
    mornings: Sequence[Hook] = ()  # the same once a morning
    often: Sequence[Hook] = ()  # every half minute, such as telling what turned red
    targets: worker_after.Targets = lambda _desk, _urn: ()
    push: worker_after.Push = lambda _desk, _urn, _name: None
    pushes: list[tuple[str, str]] = field(default_factory=list)
    say: Callable[[str], None] = lambda _line: None
    holder: str = ""
    worker_id: int = 0
    since: datetime | None = None  # the last time that what follows syncs was looked for
    followed: set[int] = field(default_factory=set)  # syncs whose pushes were begun, or need none
    standing_by: str = ""
    begun: int = 0  # syncs started in all
    telling: Pace = field(default_factory=lambda: Pace(worker_pace.TELL_EVERY))
    healing: Pace = field(default_factory=lambda: Pace(worker_pace.HEAL_EVERY))

    def begin(self) -> None:
        permits.need(self.desk, "sync")
        self.since = self.desk.now()
        self.worker_id = worker_turns.sign_on(self.desk, self.holder or lease.holder())

    def end(self) -> None:
        self._guarded("signing off", lambda: worker_turns.sign_off(self.desk, self.worker_id))

    def look(self) -> int:
        """One look: how many runs were started. Nothing that goes wrong leaves this function."""
        if not self._our_turn():
            return 0
        self._guarded("looking after runs that ended", lambda: settle(self.desk))
        if self.healing.is_time(self.desk.now()):
            self._guarded("looking at the plan", self._heal)
        started = self._guarded("starting what is due", self._start_due) or 0
        self._guarded("what follows a sync", self._follow_up)
        self._guarded("letting held runs expire", lambda: worker_after.expire(self.desk, self.say))
        if self.telling.is_time(self.desk.now()):
            self.tell()
        worker_after.daily(self.desk, self.hooks, self.say)
        worker_after.daily(self.desk, self.mornings, self.say, hour=worker_after.MORNING, name="last-summary")
        return started

    def tell(self) -> None:
        for hook in self.often:
            self._guarded("telling what is new", lambda hook=hook: hook(self.desk))  # type: ignore[misc]

    def running(self) -> int:
        """Runs of workers that are under way."""
        with self.desk.store.read() as s:
            return sum(run.origin == "worker" for run, _ in worker_runs.living(self.desk, s))

    def pause(self) -> float:
        """Seconds until the next look."""
        try:
            if self.running():
                return LOOK_SOON
            with self.desk.store.read() as s:
                soonest = slot_rows.soonest(s)
        except StoreProblem:
            return LOOK_EVERY
        if soonest is None or self.standing_by:
            return LOOK_EVERY
        return min(LOOK_EVERY, max(1.0, (soonest - self.desk.now()).total_seconds()))

    def _our_turn(self) -> bool:
        ours = self._guarded("beating", lambda: worker_turns.active(self.desk, self.worker_id))
        if ours is None:
            return False
        mine, who = ours
        told = "" if mine else who
        if told != self.standing_by:
            self.say(f"Standing by: the worker {who} is at work." if told else "At work now.")
            self.standing_by = told
        return mine

    def _heal(self) -> None:
        if count := selection.heal(self.desk):
            whose = "the slot of one school" if count == 1 else f"the slots of {count:,} schools"
            self.say(f"The clock had been ahead: {whose} planned anew.")

    def _start_due(self) -> int:
        busy: Counter[str] = Counter()
        with self.desk.store.read() as s:
            living = worker_runs.living(self.desk, s)
            busy.update(route for _, route in living)
            total = sum(run.origin == "worker" for run, _ in living)
        if total >= self.caps.parallel:
            return 0
        started = 0
        with closing(
            selection.in_turn(self.desk, passed_over=lambda route: busy[route] >= self.caps.per_supplier)
        ) as waiting:
            for each in waiting:
                if self._start(each):
                    busy[each.route] += 1
                    started += 1
                if total + started >= self.caps.parallel:
                    break
        return started

    def _start(self, each: Due) -> bool:
        try:
            self.launch(self.desk, each)
        except Busy:
            return False
        except Exception as error:  # noqa: BLE001 - one school's trouble is not the others'
            self.say(f"{each.name}: could not be started. {said(error)}")
            return False
        self.begun += 1
        self.say(f"{each.name}: sync started{'. ' + each.note if each.note else '.'}")
        return True

    def _follow_up(self) -> None:
        now = self.desk.now()
        if self.since is not None:
            new = worker_after.wanted(self.desk, self.since, self.targets, self.followed)
            self.pushes += [each for each in new if each not in self.pushes]
        self.since = now  # only now: what could not be read is looked for again
        worker_after.push(self.desk, self.pushes, self.push, self.say)

    def _guarded(self, what: str, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except StoreProblem as error:
            self.say(f"The store did not answer while {what}: {error.code}; trying again.")
        except Exception as error:  # noqa: BLE001 - the worker outlives everything but a signal
            self.say(f"Something went wrong while {what}. {said(error)}")
        return None


def work(
    shift: Shift,
    *,
    wait: Callable[[float], None],
    stop: Callable[[], bool] = lambda: False,
    once: bool = False,
    grace: float = 0.0,
) -> None:
    """Look, wait, look again, until ``stop``; ``once``: until nothing is due and all runs have ended.

    At the end nothing new is begun. Runs are processes of their own and go on; ``grace`` seconds are given
    to those under way before this returns.
    """
    shift.begin()
    try:
        while not stop():
            shift.look()
            if once and (shift.standing_by or not _more(shift)):
                if not shift.standing_by:
                    shift.tell()  # also what the last run left behind
                return
            wait(shift.pause())
        _see_out(shift, wait, grace)
    finally:
        shift.end()


def _more(shift: Shift) -> bool:
    if shift.running() or shift.pushes:
        return True
    with closing(selection.in_turn(shift.desk)) as waiting:
        return any(True for _ in waiting)


def _see_out(shift: Shift, wait: Callable[[float], None], grace: float) -> None:
    left = grace
    while left > 0 and shift.running():
        wait(LOOK_SOON)
        left -= LOOK_SOON
    if count := shift.running():
        shift.say(f"{count} {'run goes' if count == 1 else 'runs go'} on without the worker.")


def settle(desk: Desk) -> None:
    """End the runs whose process died, so that their schools are planned again."""
    for run_id, school_id in worker_runs.dead(desk):
        worker_runs.bury(desk, run_id, school_id)


def said(error: Exception) -> str:
    """What may be said of an error: our own words, of others only their kind."""
    if isinstance(error, MisconsoleError):
        return f"{error.message} {error.mend}".strip()
    return f"({type(error).__name__})"
