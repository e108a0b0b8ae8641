"""What a run tells while it is under way, and how it hears that it should stop.

The process of a run and the console never speak to each other: the run writes stages, counters and
messages to the store, at most twice a second, and asks it in the same breath whether somebody wants to
cancel.  A store that is busy for a moment never fails a run for the sake of a counter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors.errors import Cancelled
from data.errors import StoreProblem
from misconsole.sync import lease

if TYPE_CHECKING:
    from misconsole.services.desk import Desk

EVERY = 0.5  # seconds between two writes
APPLY = "apply"


@dataclass(slots=True)
class Counter:
    """How far one report is. ``total`` None while unknown."""

    started_at: datetime
    done: int = 0
    total: int | None = None
    finished: bool = False
    told: int = 0


@dataclass(slots=True)
class Stage:
    """A stage under way; ``written`` says that its end is in the store already."""

    done: bool = False

    def written(self) -> None:
        self.done = True


class Recorder:
    """The pen of one run. ``stop`` answers whether this process was asked to end (a signal)."""

    def __init__(
        self,
        desk: Desk,
        *,
        run_id: int,
        school_id: int,
        stop: Callable[[], bool] = lambda: False,
        say: Callable[[str], None] = lambda _line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.desk, self.run_id, self.school_id = desk, run_id, school_id
        self._stop, self._say, self._clock = stop, say, clock
        self._counters: dict[str, Counter] = {}
        self._messages: list[dict[str, Any]] = []
        self._written = float("-inf")
        self._cancel = False
        self._attention: set[str] = set()
        self._ended: list[tuple[str, dict[str, Any]]] = []  # written with whatever is written next

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """A stage from its start to its end; a failure marks it as the problem."""
        self._stage(name, state="working", started_at=self.desk.now(), finished_at=None)
        self._say(name)
        stage = Stage()
        try:
            self.check()
            yield stage
        except BaseException:
            self._stage(name, state="problem", finished_at=self.desk.now())
            raise
        if not stage.done:
            state = "attention" if name in self._attention else "ok"
            self._ended.append((name, {"state": state, "finished_at": self.desk.now()}))

    def skip(self, name: str, detail: str) -> None:
        self._stage(name, state="skipped", detail=detail)

    def attention(self, name: str) -> None:
        self._attention.add(name)

    def _stage(self, name: str, **values: Any) -> None:
        from data import runs

        self._write(lambda s: runs.set_stage(s, self.run_id, name, **values))

    def message(self, level: str, code: str, message: str, mend: str = "") -> None:
        """A line for the message pane (U3, V4); written with the next counters."""
        row = {"at": self.desk.now(), "level": level, "code": code, "message": message, "mend": mend}
        self._messages.append(row)
        self._say(f"{level}: {message}" if level != "info" else message)

    def count(self, report: str, done: int, *, total: int | None = None, finished: bool = False) -> None:
        counter = self._counters.setdefault(report, Counter(self.desk.now()))
        counter.done, counter.finished = done, finished
        counter.total = total if total is not None else counter.total
        self.tick()

    def cancelled(self) -> bool:
        """Whether somebody wants the run to end: a signal, or the flag in the store. Cheap to ask."""
        self.tick()
        return self._cancel or self._stop()

    def check(self) -> None:
        """Raises Cancelled when the run should end."""
        if self.cancelled():
            raise Cancelled("The run was cancelled; nothing was changed.")

    def tick(self) -> None:
        if self._clock() - self._written >= EVERY:
            self.flush()

    def flush(self) -> None:
        """Heartbeat, lease, counters and messages in one short transaction."""
        self._write(lambda _s: None)

    def _write(self, more: Callable[[Any], None]) -> None:
        self._written = self._clock()
        try:
            with self.desk.store.write() as s:
                self._beat(s)
                more(s)
        except StoreProblem as problem:
            if problem.code != "locked":
                raise
            return
        self._messages.clear()
        self._ended.clear()
        self._tell_counters()

    def _tell_counters(self) -> None:
        """For who watches a terminal; a report that did not move is not told again."""
        for report, counter in self._counters.items():
            if counter.told != counter.done:
                counter.told = counter.done
                of = f" of {counter.total}" if counter.total is not None else ""
                self._say(f"{report}: {counter.done}{of}")

    def _beat(self, s: Any) -> None:
        from data import runs

        now = self.desk.now()
        self._cancel = self._cancel or runs.cancel_requested(s, self.run_id)
        runs.set_run(s, self.run_id, heartbeat_at=now)
        for name, values in self._ended:
            runs.set_stage(s, self.run_id, name, **values)
        held = runs.lease(s, self.school_id)
        if held is not None and held.run_id == self.run_id:
            runs.take_lease(s, self.school_id, run_id=self.run_id, holder=lease.holder(), at=now)
        rows = [
            {
                "report": report, "done": c.done, "total": c.total, "started_at": c.started_at,
                "updated_at": now, "finished": c.finished,
            }
            for report, c in self._counters.items()
        ]  # fmt: skip
        if rows:
            runs.put_progress(s, self.run_id, rows)
        if self._messages:
            runs.add_messages(s, self.run_id, self._messages)
