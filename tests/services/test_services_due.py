"""Slots, turns and the worker: what is due, what waits, what is tried again; the clock is the test's own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from connectors.errors import NotAuthorised, RateLimited, Unreachable
from connectors.records import Report
from data import slots as slot_rows
from data.errors import StoreProblem
from data.store import Store
from data.tables import Connection, Run, Slot, Worker
from misconsole.errors import MisconsoleError
from misconsole.services import due, runs, worker, worker_after, worker_turns
from misconsole.services.due import Due
from tests.fake_mis import Bench

EVENING = datetime(2026, 9, 14, 19, 30, tzinfo=UTC)  # a Monday, 20:30 in London


def launcher(bench: Bench) -> worker.Launch:
    def launch(desk: Any, each: Due) -> None:
        runs.run_now(desk, each.urn, due_at=each.serves, open_connector=bench.mis.open)

    return launch


def shift(bench: Bench, **more: Any) -> worker.Shift:
    made = worker.Shift(desk=bench.desk, launch=launcher(bench), **more)
    made.begin()
    return made


@pytest.fixture
def evening(synced: Bench) -> Bench:
    """Synced by hand at 06:30; due by schedule in the evening."""
    return synced


@pytest.mark.every_store
class TestSlots:
    def test_T2_a_connected_school_is_planned_overnight_after_its_first_run(self, evening: Bench) -> None:
        slot = evening.one(Slot)
        assert datetime(2026, 9, 14, 18, tzinfo=UTC) <= slot.due_at < EVENING
        assert slot.late_at == datetime(2026, 9, 14, 21, tzinfo=UTC)

    def test_T12_days_and_time_that_the_school_chooses_plan_it_anew(self, evening: Bench) -> None:
        evening.options(schedule="wed 02:30")
        assert f"{evening.one(Slot).due_at:%a %H:%M}"[:8] == "Wed 01:3"
        evening.options(schedule="off")
        assert evening.one(Slot).due_at is None

    def test_another_option_leaves_a_slot_alone_even_when_it_is_due(self, evening: Bench) -> None:
        before = evening.one(Slot).due_at
        evening.now = before + timedelta(minutes=5)
        evening.options(attendance_days="30")
        assert evening.one(Slot).due_at == before

    def test_a_run_by_hand_serves_the_slot_that_waited(self, evening: Bench) -> None:
        before = evening.one(Slot).due_at
        evening.now = EVENING
        evening.sync()
        slot = evening.one(Slot)
        assert (slot.last_slot, slot.due_at - before < timedelta(days=1, hours=1)) == (before, True)
        assert slot.due_at > EVENING

    def test_a_rehearsal_serves_nothing(self, evening: Bench) -> None:
        before = evening.one(Slot)
        evening.now = EVENING
        evening.sync(dry_run=True)
        assert evening.one(Slot) == before

    def test_no_connection_no_slot(self, evening: Bench) -> None:
        from misconsole.services import connect

        with evening.store.write() as s:
            s.get(Connection, 1).route = "csv"
        connect.disconnect(evening.desk, evening.urn)
        assert evening.rows(Slot) == []


class TestDue:
    def test_only_when_its_time_has_come(self, evening: Bench) -> None:
        assert due.due(evening.desk) == ()
        evening.now = EVENING
        (each,) = due.due(evening.desk)
        assert (each.urn, each.serves) == (evening.urn, evening.one(Slot).due_at)

    @pytest.mark.parametrize("access", ["pending", "declined", "revoked", "refused", "not asked"])
    def test_not_without_approval(self, evening: Bench, access: str) -> None:
        evening.now = EVENING
        with evening.store.write() as s:
            s.get(Connection, 1).access = access
        assert due.due(evening.desk) == ()

    def test_not_while_a_run_is_under_way(self, evening: Bench) -> None:
        evening.now = EVENING
        runs.queue(evening.desk, evening.urn)
        assert due.due(evening.desk) == ()

    def test_T13_quiet_hours_postpone_and_say_so(self, evening: Bench) -> None:
        evening.options(schedule="daily 19:00-23:00")
        planned = evening.one(Slot).due_at
        with evening.store.write() as s:  # typed after the slot was planned
            s.get(Slot, 1).due_at = planned
        evening.now = planned
        local = planned + timedelta(hours=1)
        evening.options(quiet=f"{local:%H}:00-{local + timedelta(hours=1):%H}:00")
        with evening.store.write() as s:
            s.get(Slot, 1).due_at = planned
        assert due.due(evening.desk) == () == due.due(evening.desk, chosen_hour=True)
        assert "quiet" in evening.one(Slot).note

    def test_all_due_by_hand_does_not_wait_for_the_window(self, evening: Bench) -> None:
        evening.now = datetime(2026, 9, 15, 8, tzinfo=UTC)
        assert len(due.due(evening.desk, chosen_hour=True)) == 1
        assert due.due(evening.desk) == ()


class TestCatchUp:
    def test_one_run_serves_all_nights_that_were_missed(self, evening: Bench) -> None:
        evening.now = EVENING + timedelta(days=3)
        at_work = shift(evening)
        assert (at_work.look(), at_work.look()) == (1, 0)
        run = evening.rows(Run)[-1]
        assert f"{run.due_at:%Y-%m-%d}" == "2026-09-17"
        assert evening.one(Slot).due_at > evening.now

    def test_outside_its_hours_it_waits_for_the_next_slot_and_stays_late(self, evening: Bench) -> None:
        late = evening.one(Slot).late_at
        evening.now = datetime(2026, 9, 15, 9, tzinfo=UTC)
        assert shift(evening).look() == 0
        slot = evening.one(Slot)
        assert slot.due_at.date() == evening.now.date() and slot.late_at == late
        assert "Monday" in slot.note and "missed" in slot.note

    def test_a_typed_time_is_caught_up_at_any_hour_but_not_just_before_the_next(self, evening: Bench) -> None:
        evening.options(schedule="daily 12:00")
        evening.now = datetime(2026, 9, 15, 7, tzinfo=UTC)
        assert len(due.due(evening.desk)) == 1
        evening.now = datetime(2026, 9, 15, 10, 45, tzinfo=UTC)
        assert due.due(evening.desk) == ()
        assert "next is near" in evening.one(Slot).note


@pytest.mark.every_store
class TestTriesAgain:
    def test_after_15_and_60_minutes_and_then_the_next_night(self, evening: Bench) -> None:
        evening.now = start = evening.one(Slot).due_at
        evening.mis.fails[Report.STAFF] = Unreachable("The line is down.")
        at_work = shift(evening)
        seen = []
        for _ in range(3):
            assert at_work.look() == 1
            assert at_work.look() == 0
            seen.append(evening.one(Slot).due_at - evening.now)
            evening.now = evening.one(Slot).due_at
        assert seen[:2] == [timedelta(minutes=15), timedelta(minutes=60)]
        slot = evening.one(Slot)
        assert timedelta(hours=23) < slot.due_at - start < timedelta(hours=25)
        assert {run.due_at for run in evening.rows(Run)[1:]} == {start}
        assert "Failed 3 times" in slot.note

    def test_success_at_the_second_try_serves_the_slot(self, evening: Bench) -> None:
        evening.now = start = evening.one(Slot).due_at
        evening.mis.fails[Report.STAFF] = RateLimited("Too many requests.")
        at_work = shift(evening)
        at_work.look()
        evening.mis.fails.clear()
        evening.now += timedelta(minutes=15)
        assert at_work.look() == 1
        assert (evening.one(Slot).last_slot, evening.one(Slot).note) == (start, "")

    def test_not_where_the_school_took_its_consent_back(self, evening: Bench) -> None:
        evening.now = start = evening.one(Slot).due_at
        evening.mis.fails[Report.STAFF] = NotAuthorised("Consent was withdrawn.")
        shift(evening).look()
        assert evening.one(Slot).due_at - start > timedelta(hours=23)


@pytest.mark.every_store
class TestWorker:
    def test_caps_hold_for_all_and_for_each_supplier(self, store: Store, tmp_path: Path) -> None:
        benches = [
            Bench(store, tmp_path, urn=str(100001 + n), slug=f"s{n}", name=f"School {n}") for n in range(6)
        ]
        for n, bench in enumerate(benches):
            bench.now = EVENING + timedelta(hours=1)
            with store.write() as s:
                s.get(Connection, bench.school_id).route = "fake" if n < 4 else "wonde"
                s.add(Slot(school_id=bench.school_id, due_at=EVENING, late_at=EVENING + timedelta(hours=1)))
        started: list[str] = []

        def launch(desk: Any, each: Due) -> None:
            started.append(each.route)
            import os

            runs.queue(desk, each.urn, pid=os.getpid(), due_at=each.serves)

        from dataclasses import replace

        desk = replace(benches[0].desk, origin="worker")
        at_work = worker.Shift(desk=desk, launch=launch, caps=worker.Caps(parallel=5, per_supplier=3))
        at_work.begin()
        assert (at_work.look(), at_work.look()) == (5, 0)
        assert sorted(started) == ["fake"] * 3 + ["wonde"] * 2
        assert at_work.running() == 5

    def test_many_that_are_due_cost_no_more_than_the_few_that_begin(
        self, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Thousands are due at once after a night off; a timetable is milliseconds, and a look every two
        seconds."""
        import os
        from dataclasses import replace

        benches = [
            Bench(store, tmp_path, urn=str(100001 + n), slug=f"s{n}", name=f"School {n}") for n in range(12)
        ]
        for bench in benches:
            bench.now = EVENING
            with store.write() as s:
                s.add(Slot(school_id=bench.school_id, due_at=EVENING, late_at=EVENING + timedelta(hours=1)))
        asked: list[str] = []
        real = due.schedule_of

        def counted(school: Any, connection: Any) -> Any:
            asked.append(school.urn)
            return real(school, connection)

        def launch(desk: Any, each: Due) -> None:
            runs.queue(desk, each.urn, pid=os.getpid(), due_at=each.serves)

        monkeypatch.setattr(due, "schedule_of", counted)
        desk = replace(benches[0].desk, origin="worker")
        at_work = worker.Shift(desk=desk, launch=launch, caps=worker.Caps(parallel=3, per_supplier=3))
        at_work.begin()
        assert (at_work.look(), at_work.look()) == (3, 0)
        assert len(asked) == 3

    def test_one_school_that_cannot_begin_does_not_keep_the_others(
        self, store: Store, tmp_path: Path
    ) -> None:
        benches = [
            Bench(store, tmp_path, urn=str(100001 + n), slug=f"s{n}", name=f"School {n}") for n in range(2)
        ]
        for bench in benches:
            bench.now = EVENING
            with store.write() as s:
                s.add(Slot(school_id=bench.school_id, due_at=EVENING, late_at=EVENING + timedelta(hours=1)))

        def launch(desk: Any, each: Due) -> None:
            if each.urn == "100001":
                raise RuntimeError("a name: Bryony Ashdown")
            runs.run_now(desk, each.urn, due_at=each.serves, open_connector=benches[1].mis.open)

        said: list[str] = []
        at_work = worker.Shift(desk=benches[0].desk, launch=launch, say=said.append)
        at_work.begin()
        assert at_work.look() == 1
        assert "RuntimeError" in said[0] and "Bryony" not in " ".join(said)

    def test_a_second_worker_stands_by_and_takes_over_when_the_first_falls_silent(
        self, evening: Bench
    ) -> None:
        evening.now = EVENING
        said: list[str] = []
        first = shift(evening, holder="elsewhere:1")
        first.look()
        second = shift(evening, holder="elsewhere:2", say=said.append)
        evening.now += timedelta(seconds=60)
        second.look()
        assert said == ["Standing by: the worker elsewhere:1 is at work."]
        evening.now += worker_turns.STALE + timedelta(seconds=1)
        second.look()
        assert said[1] == "At work now."
        old, new = evening.rows(Worker)
        assert old.stopped_at is not None and new.stopped_at is None

    def test_it_ends_tidily_and_says_which_runs_go_on(self, evening: Bench) -> None:
        import os
        from dataclasses import replace

        asked: list[float] = []
        said: list[str] = []
        desk = replace(evening.desk, origin="worker")
        runs.queue(desk, evening.urn, pid=os.getpid())
        worker.work(
            worker.Shift(desk=desk, say=said.append), wait=asked.append, stop=lambda: bool(asked), grace=4.0
        )
        assert asked == [worker.LOOK_SOON] * 3
        assert said[-1] == "1 run goes on without the worker."
        assert evening.one(Worker).stopped_at is not None

    def test_once_runs_what_is_due_and_ends(self, evening: Bench) -> None:
        evening.now = EVENING
        waited: list[float] = []
        worker.work(worker.Shift(desk=evening.desk, launch=launcher(evening)), wait=waited.append, once=True)
        assert (len(evening.rows(Run)), waited) == (2, [])

    def test_a_run_whose_process_died_is_ended_and_its_slot_tried_again(self, evening: Bench) -> None:
        evening.now = start = evening.one(Slot).due_at
        run_id = runs.queue(evening.desk, evening.urn, due_at=start)
        evening.now += timedelta(minutes=2)
        shift(evening).look()
        run = evening.one(Run, id=run_id)
        assert (run.state, run.error["code"]) == ("failed", "process_ended")
        assert evening.one(Slot).due_at == evening.now + timedelta(minutes=15)

    def test_a_locked_store_is_asked_again(self, evening: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        from data.errors import StoreProblem

        said: list[str] = []
        at_work = shift(evening, say=said.append)

        def locked(*_: Any, **__: Any) -> None:
            raise StoreProblem("locked", "The store is busy.")

        evening.now = EVENING
        monkeypatch.setattr(due, "in_turn", locked)
        assert at_work.look() == 0
        assert "locked" in said[0]
        monkeypatch.undo()
        assert at_work.look() == 1

    def test_the_pause_ends_when_the_next_school_is_due(self, evening: Bench) -> None:
        at_work = shift(evening)
        evening.now = evening.one(Slot).due_at - timedelta(seconds=7)
        assert at_work.pause() == 7
        evening.now -= timedelta(hours=1)
        assert at_work.pause() == worker.LOOK_EVERY


class TestClockThatWasAhead:
    """Ten years for a quarter of an hour, as after an empty battery, and put right then."""

    AHEAD = timedelta(days=3653)

    def run_ahead(self, bench: Bench, at_work: worker.Shift) -> datetime:
        """A look by a clock ten years ahead, at an hour at which the school is due; the time it is."""
        bench.now = now = bench.one(Slot).due_at
        bench.now += self.AHEAD
        assert at_work.look() == 1
        assert bench.one(Slot).due_at > bench.now
        return now

    def test_the_worker_that_sees_the_clock_go_back_plans_anew_at_once(self, evening: Bench) -> None:
        said: list[str] = []
        at_work = shift(evening, say=said.append)
        evening.now = self.run_ahead(evening, at_work) + timedelta(minutes=15)
        at_work.look()
        slot = evening.one(Slot)
        assert timedelta(0) < slot.due_at - evening.now <= timedelta(days=1)
        assert slot.note == due.AHEAD and "The clock had been ahead: the slot of one school" in said[-1]
        evening.now = slot.due_at
        assert (at_work.look(), evening.rows(Run)[-1].due_at) == (1, slot.due_at)
        assert evening.one(Slot).note == ""

    def test_so_does_one_that_begins_later(self, evening: Bench) -> None:
        evening.now = self.run_ahead(evening, shift(evening)) + timedelta(hours=20)
        at_work = shift(evening)
        assert at_work.look() == 0 and at_work.standing_by == ""  # the beat of ten years ahead is no life
        assert evening.one(Slot).due_at - evening.now <= timedelta(days=1)

    def test_so_does_one_that_never_saw_it_within_the_hour(self, evening: Bench) -> None:
        at_work = shift(evening)
        at_work.look()
        with evening.store.write() as s:
            slot = s.get(Slot, evening.school_id)
            slot.due_at += self.AHEAD
            slot.late_at += self.AHEAD
        evening.now += timedelta(minutes=61)
        at_work.look()
        assert evening.one(Slot).due_at - evening.now <= timedelta(days=1)

    def test_so_does_who_syncs_all_that_is_due_by_hand(self, evening: Bench) -> None:
        evening.now = self.run_ahead(evening, shift(evening)) + timedelta(minutes=15)
        assert due.due(evening.desk) == ()
        evening.now = evening.one(Slot).due_at
        assert [each.urn for each in due.due(evening.desk)] == [evening.urn]

    def test_what_was_late_before_goes_on_being_late(self, evening: Bench) -> None:
        late = evening.now - timedelta(days=1)
        with evening.store.write() as s:
            slot = s.get(Slot, evening.school_id)
            slot.due_at, slot.late_at = slot.due_at + self.AHEAD, late
        assert due.heal(evening.desk) == 1
        assert evening.one(Slot).late_at == late
        assert due.heal(evening.desk) == 0

    def test_a_shorter_schedule_does_not_wait_for_the_slot_of_the_longer_one(self, evening: Bench) -> None:
        evening.options(schedule="fri 20:00")
        friday = evening.one(Slot).due_at
        evening.options(schedule="daily 20:00")
        assert evening.one(Slot).due_at < friday


class TestPace:
    def test_notices_are_looked_for_every_half_minute_and_when_once_ends(self, evening: Bench) -> None:
        told: list[datetime] = []
        at_work = shift(evening, often=(lambda desk: told.append(desk.now()),))
        for _ in range(31):
            at_work.look()
            evening.now += timedelta(seconds=2)
        assert len(told) == 3
        at_work.end()
        once = worker.Shift(desk=evening.desk, often=at_work.often)
        worker.work(once, wait=lambda _seconds: None, once=True)
        assert told[3:] == [evening.now] * 2  # as it begins, and what the last run left behind

    def test_open_runs_are_found_by_their_index(self, evening: Bench) -> None:
        """Asked every two seconds, beside a year of runs that have ended."""
        asked: list[str] = []

        def keep(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        runs.queue(evening.desk, evening.urn)
        event.listen(evening.store.engine, "before_cursor_execute", keep)
        with evening.store.read() as s:
            assert len(slot_rows.open_runs(s)) == 1
        event.remove(evening.store.engine, "before_cursor_execute", keep)
        statement = next(each for each in asked if "queued" in each)
        values = ["queued"] * statement.count("?")  # a plan asks for none in particular
        with closing(sqlite3.connect(evening.store.path)) as db:
            plan = " ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", values))
        assert "ix_run_open" in plan


@pytest.mark.every_store
class TestAfter:
    def held(self, bench: Bench) -> Run:
        bench.options(limit_unallocate_count="1", expire_held_days="3", limit_small="0", short_extract="0")
        bench.drop(Report.STUDENTS, "P1", "P2", "P3")
        bench.sync()
        run: Run = bench.rows(Run)[-1]
        assert run.state == "held"
        return run

    def test_a_held_run_expires_after_its_days_and_is_never_applied(self, synced: Bench) -> None:
        run, said = self.held(synced), []
        synced.now += timedelta(days=2)
        assert worker_after.expire(synced.desk, said.append) == 0
        synced.now += timedelta(days=2)
        assert worker_after.expire(synced.desk, said.append) == 1
        assert synced.one(Run, id=run.id).resolution == "expired"
        assert len(said) == 1
        with pytest.raises(MisconsoleError, match="expired"):
            runs.approve(synced.desk, run.id or 0)

    def test_directories_are_written_after_a_sync_of_the_worker_where_the_school_wants_it(
        self, evening: Bench
    ) -> None:
        from dataclasses import replace

        from misconsole.errors import Busy

        asked: list[str] = []
        busy = [True]

        def push(_desk: Any, urn: str, name: str) -> None:
            asked.append(name)
            if name == "b" and busy:
                raise Busy("The other one is being written to.")

        at_work = worker.Shift(
            desk=replace(evening.desk, origin="worker"), launch=launcher(evening), push=push,
            targets=lambda _desk, _urn: ("a", "b"),
        )  # fmt: skip
        at_work.begin()
        for wanted in ("no", "yes"):
            evening.options(after_sync=wanted)
            evening.now = evening.one(Slot).due_at
            assert at_work.look() == 1
            evening.now += timedelta(minutes=1)
            at_work.look()
        assert asked.count("a") == 1 and at_work.pushes == [(evening.urn, "b")]
        busy.clear()
        at_work.look()
        assert asked.count("a") == 1 and at_work.pushes == []

    def test_a_store_that_does_not_answer_for_a_moment_costs_no_directory_its_push(
        self, evening: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from dataclasses import replace

        asked: list[str] = []
        at_work = worker.Shift(
            desk=replace(evening.desk, origin="worker"), launch=launcher(evening),
            push=lambda _desk, _urn, name: asked.append(name), targets=lambda _desk, _urn: ("a",),
        )  # fmt: skip
        at_work.begin()
        evening.options(after_sync="yes")
        evening.now = evening.one(Slot).due_at
        with monkeypatch.context() as locked:
            locked.setattr(worker_after.slot_rows, "ended_since", _locked)
            assert at_work.look() == 1
        late = evening.now + timedelta(seconds=30)
        evening.now = late
        real = worker_after.slot_rows.ended_since
        with monkeypatch.context() as unseen:  # it has ended, but its last writing is not to be read yet
            unseen.setattr(worker_after.slot_rows, "ended_since", lambda _s, _at: [])
            at_work.look()
        assert worker_after.slot_rows.ended_since is real
        for _ in range(3):
            evening.now += timedelta(seconds=30)
            at_work.look()
        assert asked == ["a"]

    def test_the_morning_brings_the_summary_once_to_who_wants_it(
        self, synced: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from misconsole.services import notify, worker_hooks

        sent: list[tuple[str, str]] = []
        monkeypatch.setattr(notify, "channels", lambda _desk: ("somebody",))
        monkeypatch.setattr(
            notify, "summary", lambda _desk, *, key, title, text: sent.append((key, text.splitlines()[0]))
        )
        synced.now = datetime(2026, 9, 14, 9, 5, tzinfo=UTC)  # a Monday
        at_work = shift(synced, mornings=(worker_hooks.morning,))
        at_work.look()
        at_work.look()
        assert [key for key, _ in sent] == ["night-2026-09-14", "week-2026-09-07"]
        assert sent[0][1] == "In the last 24 hours 1 school of 1 connected ran a sync."

    def test_the_house_is_kept_once_a_night_and_one_hook_does_not_keep_the_other(self, synced: Bench) -> None:
        kept: list[str] = []

        def bad(_desk: Any) -> None:
            raise RuntimeError

        hooks = (bad, lambda _desk: kept.append("tidy"))
        said: list[str] = []
        synced.now = datetime(2026, 9, 15, 2, 59, tzinfo=UTC)
        assert not worker_after.daily(synced.desk, hooks, said.append)
        for _ in range(3):
            synced.now += timedelta(minutes=5)
            worker_after.daily(synced.desk, hooks, said.append)
        assert (kept, len(said)) == (["tidy"], 1)


def _locked(*_: Any) -> Any:
    raise StoreProblem("locked", "Somebody else writes.")


def test_no_look_of_the_worker_reads_through_every_run_there_ever_was(store: Store) -> None:
    """Three thousand schools leave a million runs in a year, and a worker looks every two seconds."""
    asked: list[tuple[str, Any]] = []

    def keep(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", keep)
    with store.read() as s:
        slot_rows.open_runs(s)
        slot_rows.ended_since(s, EVENING)
        slot_rows.waiting_holds(s)
    event.remove(store.engine, "before_cursor_execute", keep)
    assert store.path is not None
    with closing(sqlite3.connect(store.path)) as db:
        plans = [
            row[3]
            for statement, values in asked
            if statement.startswith("SELECT")
            for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(plans) >= 3
    assert not [plan for plan in plans if plan.startswith("SCAN run")]
