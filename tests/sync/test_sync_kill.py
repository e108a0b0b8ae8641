"""Killed at any moment, a run leaves the old state or the new one, and the next one ends all the same."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, event, select

from connectors.records import Report
from data.store import Store
from data.tables import Exclusion
from misconsole.services import decide, runs
from misconsole.services.desk import Desk
from tests.fake_mis import Bench, a_school, pupil

MOMENTS = 50
SEED = 20260914
BOOKKEEPING = {"run", "runstage", "runprogress", "runmessage", "lease", "held_plan", "heldplan"}
RUN_COLUMNS = {
    "run_id", "first_run", "last_run", "created_run", "unallocated_run", "first_seen_run", "last_changed_run",
    "gone_run",
}  # fmt: skip
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def state(path: Path) -> dict[str, list[Any]]:
    """Every row of every table, but for bookkeeping and for which run it was."""
    with Store.open(f"sqlite:///{path}") as store:
        meta = MetaData()
        meta.reflect(store.engine)
        found = {}
        with store.read() as s:
            for table in meta.sorted_tables:
                if table.name not in BOOKKEEPING:
                    columns = [c for c in table.columns if c.name not in RUN_COLUMNS]
                    found[table.name] = [tuple(map(told, row)) for row in s.execute(select(*columns)).all()]
    return {name: sorted(rows) for name, rows in found.items()}


def told(value: Any) -> str:
    """A value to compare; a row in the journal without the run it names."""
    if isinstance(value, dict):
        value = {name: item for name, item in sorted(value.items()) if name not in RUN_COLUMNS}
    return repr(value)


class Countdown:
    """Counts moments (statements, steps inside SQLite, commits, pages) and kills this process at one."""

    def __init__(self, at: int | None) -> None:
        self.at, self.count = at, 0

    def __call__(self, *_: object) -> int:
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def watch(self, store: Store) -> None:
        event.listen(store.engine, "before_cursor_execute", lambda *a: self() and None)
        event.listen(store.engine, "commit", lambda *a: self() and None)
        event.listen(store.engine, "connect", lambda dbapi, _: dbapi.set_progress_handler(self, 20))


def in_a_child(work: Callable[[], int]) -> int:
    """Do the work in a forked process; its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school after its first sync, with a decision taken and changes waiting in the MIS."""
    folder = tmp_path_factory.mktemp("kill")
    path = folder / "before.sqlite3"
    with Store.open(f"sqlite:///{path}") as store:
        bench = Bench(store, folder, a_school(pupils=30, teachers=6))
        assert bench.sync().state == "succeeded"
        decide.exclude_name(bench.desk, bench.urn, given="Jemima", family="Hexham", reason="court order")
    return path


def changed_school() -> Any:
    mis = a_school(pupils=30, teachers=6)
    rows = mis.records[Report.STUDENTS]
    rows[:] = [pupil(n) for n in range(2, 30)] + [pupil(n) for n in range(40, 48)]
    rows[5] = pupil(7, family="Kestrel", admission_number="777777")
    mis.page = 10
    return mis


def run(path: Path, *, kill_at: int | None = None, tell: Path | None = None) -> int:
    """The run of the changed school in a process of its own; 0 when it succeeded."""

    def work() -> int:
        countdown = Countdown(kill_at)
        with Store.open(f"sqlite:///{path}") as store:
            countdown.watch(store)
            desk = Desk(store=store, secrets=None, actor="tester", now=lambda: bench_now)  # type: ignore[arg-type]
            mis = changed_school()
            mis.on_page = countdown
            view = runs.run_now(desk, "100001", full=True, open_connector=mis.open)
        if tell is not None:
            tell.write_text(str(countdown.count))
        return 0 if view.state == "succeeded" else 1

    from tests.fake_mis import NOW as bench_now

    return in_a_child(work)


def copy_of(path: Path, to: Path) -> Path:
    shutil.copy(path, to)
    for extra in ("-wal", "-shm"):
        Path(f"{to}{extra}").unlink(missing_ok=True)
    return to


def test_SIGKILL_at_any_of_fifty_moments_leaves_before_or_after_and_the_next_run_ends_the_same(
    prepared: Path, tmp_path: Path
) -> None:
    before = state(prepared)
    undisturbed = copy_of(prepared, tmp_path / "undisturbed.sqlite3")
    assert run(undisturbed, tell=tmp_path / "count") == 0
    after = state(undisturbed)
    assert after != before
    moments = int((tmp_path / "count").read_text())
    assert moments > 10 * MOMENTS
    seen = {"before": 0, "after": 0}
    for moment in sorted(random.Random(SEED).sample(range(1, moments + 1), MOMENTS)):
        path = copy_of(prepared, tmp_path / "killed.sqlite3")
        assert run(path, kill_at=moment) == -signal.SIGKILL, moment
        found = state(path)
        assert found in (before, after), f"between before and after at moment {moment} of {moments}"
        seen["before" if found == before else "after"] += 1
        assert run(path) == 0, moment
        assert state(path) == after, moment
        assert decisions(path) == 1
    assert seen["before"] > 0


def decisions(path: Path) -> int:
    with Store.open(f"sqlite:///{path}") as store, store.read() as s:
        return len(s.execute(select(Exclusion.id)).all())


def test_the_kill_is_real(prepared: Path, tmp_path: Path) -> None:
    path = copy_of(prepared, tmp_path / "killed.sqlite3")
    assert run(path, kill_at=1) == -signal.SIGKILL
    assert sys.platform != "win32"
