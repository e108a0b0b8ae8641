"""One run at a time for a school; a dead one is found out and its place is taken."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from data import runs as run_rows
from data.tables import Account, Lease, Person, Run, School
from misconsole.errors import Busy, Conflict
from misconsole.services import decide, runs, schools
from misconsole.sync import engine, lease, progress
from tests.fake_mis import Bench

pytestmark = pytest.mark.every_store

HERE = socket.gethostname()


def dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def under_way(bench: Bench, *, holder: str, age: timedelta = timedelta(seconds=1)) -> int:
    """A run that says it is running, held by ``holder`` since ``age``."""
    with bench.store.write() as s:
        run = run_rows.create(s, bench.school_id, actor="ann", origin="console", at=bench.now - age)
        run_id = run.id or 0
        run_rows.set_run(s, run_id, state="running", pid=int(holder.rpartition(":")[2]))
        run_rows.set_stage(s, run_id, "extract", state="working", started_at=bench.now - age)
        run_rows.take_lease(s, bench.school_id, run_id=run_id, holder=holder, at=bench.now - age)
    return run_id


class TestBusy:
    def test_a_second_run_is_refused_with_who_is_at_it(self, bench: Bench) -> None:
        under_way(bench, holder=f"{HERE}:{os.getpid()}")
        with pytest.raises(Busy) as told:
            bench.sync()
        assert "by ann" in told.value.message
        assert f"{HERE}:{os.getpid()}" in told.value.message
        assert "run cancel 1" in told.value.mend
        assert len(bench.rows(Run)) == 1

    def test_another_machine_is_believed_until_its_time_is_up(self, bench: Bench) -> None:
        run_id = under_way(bench, holder="elsewhere:1", age=timedelta(minutes=4))
        with pytest.raises(Busy):
            bench.sync()
        assert runs.get(bench.desk, run_id).state == "running"
        bench.now += timedelta(minutes=2)
        assert bench.sync().state == "succeeded"
        assert runs.get(bench.desk, run_id).state == "failed"

    def test_a_run_that_was_just_queued_counts(self, bench: Bench) -> None:
        first = runs.queue(bench.desk, bench.urn)
        with pytest.raises(Busy):
            runs.queue(bench.desk, bench.urn)
        current = runs.current(bench.desk, bench.urn)
        assert current is not None
        assert (current.id, current.state) == (first, "queued")

    def test_another_school_is_not_kept_waiting(self, bench: Bench) -> None:
        under_way(bench, holder=f"{HERE}:{os.getpid()}")
        with bench.store.write() as s:
            s.add(School(urn="100002", slug="hollin", name="Hollin School"))
        assert runs.queue(bench.desk, "hollin") > 0


class TestDead:
    def test_a_run_whose_process_is_gone_is_shown_as_failed_at_once(self, bench: Bench) -> None:
        run_id = under_way(bench, holder=f"{HERE}:{dead_pid()}")
        view = runs.get(bench.desk, run_id)
        assert view.state == "failed"
        assert view.error is not None
        assert view.error["code"] == "process_ended"
        assert {s.name: s.state for s in view.stages}["extract"] == "problem"
        assert runs.current(bench.desk, bench.urn) is None
        assert runs.list_runs(bench.desk, bench.urn)[0].state == "failed"

    def test_the_next_run_takes_its_place_and_writes_its_end_down(self, bench: Bench) -> None:
        run_id = under_way(bench, holder=f"{HERE}:{dead_pid()}")
        assert bench.sync().state == "succeeded"
        dead = bench.one(Run, id=run_id)
        assert (dead.state, dead.error["code"]) == ("failed", "process_ended")
        assert bench.rows(Lease) == []

    def test_a_queued_run_whose_process_never_came_is_failed_after_a_minute(self, bench: Bench) -> None:
        run_id = runs.queue(bench.desk, bench.urn)
        bench.now += timedelta(seconds=61)
        assert runs.get(bench.desk, run_id).state == "failed"
        assert bench.sync().state == "succeeded"

    def test_a_run_that_lost_its_lease_writes_nothing(self, bench: Bench) -> None:
        def somebody_takes_over() -> None:
            with bench.store.write() as s:
                run_rows.take_lease(s, bench.school_id, run_id=99, holder="elsewhere:1", at=bench.now)

        bench.mis.on_page = somebody_takes_over
        view = bench.sync()
        assert view.error is not None
        assert view.error["code"] == "lease_lost"
        assert bench.rows(Person) == []
        assert bench.one(Lease).run_id == 99

    def test_our_own_children_leave_no_zombie_that_looks_alive(self) -> None:
        child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
        lease.adopt(child)
        assert child.stdout is not None
        child.stdout.read()  # ends when the child ends
        child.stdout.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not lease.process_alive(child.pid)


class TestCancel:
    def test_between_two_pages_with_nothing_half_done(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(progress, "EVERY", 0.0)  # the flag is looked at every time, not twice a second
        pages: list[int] = []

        def ask() -> None:
            pages.append(1)
            if len(pages) == 2:
                runs.cancel(bench.desk, 1)

        bench.mis.page, bench.mis.on_page = 1, ask
        view = bench.sync()
        assert view.state == "cancelled"
        assert len(pages) == 2
        assert view.error is None
        assert bench.rows(Person) == []
        assert {s.state for s in view.stages[2:]} == {"skipped"}
        assert bench.rows(Lease) == []

    def test_by_a_signal(self, bench: Bench) -> None:
        view = bench.sync(stop=lambda: len(bench.mis.requests) > 0)
        assert view.state == "cancelled"
        assert bench.rows(Person) == []
        assert bench.mis.closed == 1

    def test_a_queued_run_is_cancelled_at_once(self, bench: Bench) -> None:
        run_id = runs.queue(bench.desk, bench.urn)
        runs.cancel(bench.desk, run_id)
        assert runs.get(bench.desk, run_id).state == "cancelled"

    def test_what_is_over_cannot_be_cancelled(self, synced: Bench) -> None:
        with pytest.raises(Conflict, match="is over: succeeded"):
            runs.cancel(synced.desk, 1)


class TestOvertaken:
    def test_a_decision_made_while_the_run_plans_is_kept_and_planned_around(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No decision is lost: the run plans again from the store as it is now."""
        planned: list[Any] = []
        original = engine._holding

        def decide_now(job: Any, made: Any) -> Any:
            planned.append(made)
            if len(planned) == 1:
                decide.exclude_name(
                    bench.desk, bench.urn, given="Delphine", family="Cawthorne", reason="court order"
                )
            return original(job, made)

        monkeypatch.setattr(engine, "_holding", decide_now)
        view = bench.sync()
        assert view.state == "succeeded"
        assert len(planned) == 2
        assert "overtaken" in [m.code for m in view.messages]
        assert bench.one(Person, source_id="P3").gate == "excluded"
        assert len(bench.rows(Account)) == 15

    def test_a_school_that_never_stands_still_ends_the_run_with_a_conflict(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = engine._holding

        def disturb(job: Any, made: Any) -> Any:
            schools.set_options(bench.desk, bench.urn, {"phase": "primary"})
            return original(job, made)

        monkeypatch.setattr(engine, "_holding", disturb)
        view = bench.sync()
        assert view.error is not None
        assert view.error["code"] == "overtaken"
        assert bench.rows(Person) == []
