"""A limit holds the run before its first write; a person approves exactly what was shown."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from connectors.records import Report
from data.tables import Account, HeldPlan, Journal, Person, Run
from misconsole.__main__ import main
from misconsole.errors import Conflict
from misconsole.services import runs, schools
from misconsole.services.views import RunView
from tests.fake_mis import Bench, pupil

pytestmark = pytest.mark.every_store


def hold(bench: Bench) -> RunView:
    bench.options(limit_unallocate_count="2", limit_unallocate_share="none")
    bench.drop(Report.STUDENTS, "P1", "P2")
    bench.mis.records[Report.STUDENTS].append(pupil(60))
    view = bench.sync(full=True)
    assert view.state == "held"
    return view


class TestHeld:
    def test_nothing_is_written_and_the_reason_is_told(self, synced: Bench) -> None:
        before = len(synced.rows(Journal))
        view = hold(synced)
        assert view.held is not None
        assert view.held["code"] == "limit_unallocate"
        assert set(view.held) == {"code", "message", "mend"}
        assert len(synced.rows(Journal)) == before
        assert len(synced.rows(Account, state="active")) == 16
        assert synced.rows(Person, source_id="P60") == []
        assert {s.name: s.state for s in view.stages}["limits"] == "attention"
        assert {s.name: s.state for s in view.stages}["apply"] == "skipped"

    def test_reaching_the_limit_holds_as_passing_it_does(self, synced: Bench) -> None:
        synced.options(limit_unallocate_count="3", limit_unallocate_share="none")
        synced.drop(Report.STUDENTS, "P1", "P2")
        assert synced.sync(full=True).state == "succeeded"

    def test_who_is_affected_can_be_seen_by_name_before_deciding(self, synced: Bench) -> None:
        told = runs.affected(synced.desk, hold(synced).id)
        assert [(a.change, a.name) for a in told] == [
            ("unallocate", "Bryony Ashdown"),
            ("unallocate", "Cormac Birkett"),
            ("create", "Magnus Jessop"),
        ]
        assert all(a.username for a in told)

    def test_the_first_sync_may_create_any_number(self, bench: Bench) -> None:
        bench.options(limit_create_count="1")
        assert bench.sync().state == "succeeded"


class TestApprove:
    def test_exactly_the_plan_that_was_seen_is_applied_whatever_the_mis_says_now(self, synced: Bench) -> None:
        held = hold(synced)
        synced.mis.records = {}
        view = runs.approve(synced.desk, held.id)
        assert (view.kind, view.state) == ("approval", "succeeded")
        assert view.changes["unallocated"] == 2
        assert len(synced.rows(Account, state="unallocated")) == 2
        assert synced.one(Person, source_id="P60").present
        again = runs.get(synced.desk, held.id)
        assert (again.state, again.resolution) == ("held", "approved")
        assert synced.rows(HeldPlan) == []

    def test_it_is_applied_once(self, synced: Bench) -> None:
        held = hold(synced)
        runs.approve(synced.desk, held.id)
        with pytest.raises(Conflict, match="was approved by tester"):
            runs.approve(synced.desk, held.id)

    def test_a_decision_made_since_asks_for_a_new_run(self, synced: Bench) -> None:
        held = hold(synced)
        schools.set_options(synced.desk, synced.urn, {"phase": "primary"})
        with pytest.raises(Conflict, match="changed here since"):
            runs.approve(synced.desk, held.id)
        assert len(synced.rows(Account, state="active")) == 16
        assert runs.get(synced.desk, held.id).resolution == ""
        with synced.store.read() as s:
            assert s.execute(select(Run.kind).distinct()).scalars().all() == ["sync"]

    def test_a_newer_run_makes_the_older_plan_void(self, synced: Bench) -> None:
        first, second = hold(synced), hold(synced)
        assert runs.get(synced.desk, first.id).resolution == "expired"
        with pytest.raises(Conflict):
            runs.approve(synced.desk, first.id)
        assert runs.approve(synced.desk, second.id).state == "succeeded"

    def test_rejecting_forgets_the_plan_and_changes_nothing(self, synced: Bench) -> None:
        held = hold(synced)
        assert runs.reject(synced.desk, held.id).resolution == "rejected"
        assert synced.rows(HeldPlan) == []
        assert len(synced.rows(Account, state="active")) == 16
        with pytest.raises(Conflict):
            runs.approve(synced.desk, held.id)

    def test_the_next_run_after_an_approval_has_nothing_left_to_do(self, synced: Bench) -> None:
        runs.approve(synced.desk, hold(synced).id)
        assert {k: n for k, n in synced.sync(full=True).changes.items() if n} == {"unchanged": 15}


class TestHeldList:
    def test_every_run_that_waits_is_listed_over_all_schools_until_it_is_resolved(
        self, synced: Bench, capsys: pytest.CaptureFixture[str]
    ) -> None:
        view = hold(synced)
        assert [run.id for run in runs.held(synced.desk)] == [view.id]
        assert [run.id for run in runs.held(synced.desk, synced.urn)] == [view.id]
        assert main(["runs", "--held", "--json", "--store", synced.store.url]) == 0
        (item,) = json.loads(capsys.readouterr().out)["items"]
        assert (item["school"], item["held"]["code"]) == (synced.urn, "limit_unallocate")
        assert main(["runs", "--held", "--store", synced.store.url]) == 0
        assert "accounts away" in capsys.readouterr().out
        runs.reject(synced.desk, view.id)
        assert runs.held(synced.desk) == ()
        assert main(["runs", "--store", synced.store.url]) == 2
