"""What runs write about themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data import runs
from data.store import Store
from data.tables import Connection, HeldPlan, Lease, School

pytestmark = pytest.mark.every_store

NOW = datetime(2026, 9, 14, 6, 30, tzinfo=UTC)


@pytest.fixture
def school(store: Store) -> int:
    with store.write() as s:
        row = School(urn="100001", slug="larkmere", name="Larkmere School")
        s.add(row)
        s.flush()
        return row.id or 0


def a_run(store: Store, school: int, *, at: datetime = NOW, **values: object) -> int:
    with store.write() as s:
        run = runs.create(s, school, actor="ann", origin="command", at=at)
        if values:
            runs.set_run(s, run.id or 0, **values)
        return run.id or 0


def test_T16_a_run_is_born_queued_with_every_stage_waiting_in_order(store: Store, school: int) -> None:
    run_id = a_run(store, school)
    with store.read() as s:
        run = runs.get(s, run_id)
        stages = runs.stages(s, [run_id])[run_id]
    assert run is not None
    assert (run.state, run.heartbeat_at) == ("queued", NOW)
    assert [(stage.name, stage.state) for stage in stages] == [(name, "waiting") for name in runs.STAGES]


def test_when_a_run_stops_its_stage_is_the_problem_and_the_rest_never_happened(
    store: Store, school: int
) -> None:
    run_id = a_run(store, school)
    with store.write() as s:
        runs.set_stage(s, run_id, "authorise", state="ok")
        runs.set_stage(s, run_id, "extract", state="working")
        runs.end_stages(s, run_id, NOW)
    with store.read() as s:
        states = {stage.name: stage.state for stage in runs.stages(s, [run_id])[run_id]}
    assert states == {
        "authorise": "ok", "extract": "problem", "filter": "skipped", "match": "skipped", "plan": "skipped",
        "limits": "skipped", "apply": "skipped",
    }  # fmt: skip


def test_counters_of_a_report_are_replaced_not_repeated(store: Store, school: int) -> None:
    run_id = a_run(store, school)
    for done in (10, 25):
        with store.write() as s:
            row = {"report": "staff", "done": done, "total": 30, "started_at": NOW, "updated_at": NOW}
            runs.put_progress(s, run_id, [{**row, "finished": False}])
    with store.read() as s:
        (found,) = runs.progress(s, run_id)
    assert (found.done, found.total) == (25, 30)


def test_U3_the_newest_messages_come_oldest_first(store: Store, school: int) -> None:
    run_id = a_run(store, school)
    with store.write() as s:
        rows = [{"at": NOW, "level": "info", "code": str(n), "message": f"{n}", "mend": ""} for n in range(5)]
        runs.add_messages(s, run_id, rows)
    with store.read() as s:
        assert [m.code for m in runs.messages(s, run_id, limit=2)] == ["3", "4"]


class TestLease:
    def test_renewing_keeps_since_when_and_moves_the_end(self, store: Store, school: int) -> None:
        run_id, later = a_run(store, school), NOW + timedelta(minutes=1)
        for at in (NOW, later):
            with store.write() as s:
                runs.take_lease(s, school, run_id=run_id, holder="here:1", at=at)
        with store.read() as s:
            lease = runs.lease(s, school)
        assert lease is not None
        assert (lease.acquired_at, lease.expires_at) == (NOW, later + runs.LEASE_TIME)

    def test_only_its_own_lease_is_given_back(self, store: Store, school: int) -> None:
        with store.write() as s:
            runs.take_lease(s, school, run_id=2, holder="here:1", at=NOW)
            runs.drop_lease(s, school, run_id=1)
            assert s.get(Lease, school) is not None
            runs.drop_lease(s, school, run_id=2)
        with store.read() as s:
            assert runs.lease(s, school) is None


class TestPlans:
    def test_a_held_plan_is_kept_replaced_and_forgotten(self, store: Store, school: int) -> None:
        run_id = a_run(store, school)
        for text in ("one", "two"):
            with store.write() as s:
                runs.keep_plan(s, run_id, text)
        with store.read() as s:
            assert runs.held_plan(s, run_id) == "two"
        with store.write() as s:
            runs.forget_plan(s, run_id)
            assert s.get(HeldPlan, run_id) is None

    def test_only_unresolved_holds_are_open(self, store: Store, school: int) -> None:
        open_one = a_run(store, school, state="held")
        a_run(store, school, state="held", resolution="rejected")
        with store.read() as s:
            assert [run.id for run in runs.open_holds(s, school)] == [open_one]


class TestLast:
    def test_U5_and_Z21_rehearsals_failures_and_undos_do_not_count_as_applied(
        self, store: Store, school: int
    ) -> None:
        good = a_run(store, school, state="succeeded")
        a_run(store, school, at=NOW + timedelta(1), state="succeeded", dry_run=True)
        a_run(store, school, at=NOW + timedelta(2), state="failed")
        a_run(store, school, at=NOW + timedelta(3), state="succeeded", kind="undo")
        with store.read() as s:
            last = runs.last_applied(s, school)
            assert last is not None
            assert last.id == good
            assert runs.last_checked(s) == {school: NOW}
            assert [run.state for run in runs.of_school(s, school, limit=2)] == ["succeeded", "failed"]

    def test_unfinished_are_the_queued_and_the_running(self, store: Store, school: int) -> None:
        queued, running = a_run(store, school), a_run(store, school, state="running")
        a_run(store, school, state="cancelled")
        with store.read() as s:
            assert [run.id for run in runs.unfinished(s, school)] == [running, queued]

    def test_connected_schools_are_those_with_an_active_connection(self, store: Store, school: int) -> None:
        with store.write() as s:
            s.add(School(urn="100002", slug="hollin", name="Hollin School"))
            s.add(Connection(school_id=school, mis="arbor", route="wonde"))
            s.add(Connection(school_id=school, mis="sims", route="wonde", active=False))
        with store.read() as s:
            assert [row.urn for row in runs.connected_schools(s)] == ["100001"]
