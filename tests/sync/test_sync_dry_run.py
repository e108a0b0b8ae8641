"""A dry run changes nothing but its own bookkeeping (bars.md; zammad 4674), for any roster."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, select

from connectors.records import Membership, Part, Pupil, Report, SchoolClass, Staff
from data.store import Store
from misconsole.services import runs
from tests.any_school import directory, fresh
from tests.fake_mis import Bench

BOOKKEEPING = {"run", "run_stage", "run_progress", "run_message", "runstage", "runprogress", "runmessage"}


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those of the runs themselves."""
    meta = MetaData()
    meta.reflect(store.engine)
    with store.read() as s:
        return {
            table.name: sorted(map(tuple, s.execute(select(table)).all()), key=repr)
            for table in meta.sorted_tables
            if table.name not in BOOKKEEPING
        }


NAMES = st.none() | st.sampled_from(
    ["Ann", "Bo", "Zoë", "O'Neill", "", "Łukasz", "李", "a\x00b", "[red]", "=1+1"]
)
BIRTHS = st.none() | st.sampled_from([date(2014, 1, 2), date(2014, 2, 1), date(1890, 1, 1)])
PUPILS = st.builds(
    Pupil, source_id=st.sampled_from(["1", "2", "3", "4", "5"]), given_name=NAMES, family_name=NAMES,
    date_of_birth=BIRTHS, nc_year=st.none() | st.sampled_from(["7", "R", "??"]),
    upn=st.none() | st.sampled_from(["A823004222001", "A823004222002"]),
    leaving_date=st.none() | st.just(date(2026, 7, 20)),
)  # fmt: skip
STAFF = st.builds(
    Staff, source_id=st.sampled_from(["1", "2", "3"]), given_name=NAMES, family_name=NAMES,
    date_of_birth=BIRTHS, current=st.none() | st.booleans(),
    roles=st.lists(st.sampled_from(["Head", "Cook"])).map(tuple),
)  # fmt: skip
MEMBERS = st.builds(
    Membership, container=st.just("class"), container_id=st.sampled_from(["C1", "C2"]),
    person_role=st.sampled_from(["pupil", "staff"]), person_id=st.sampled_from(["1", "2"]),
    part=st.sampled_from(Part),
)  # fmt: skip
ROSTERS = st.fixed_dictionaries(
    {
        Report.STUDENTS: st.lists(PUPILS, max_size=6),
        Report.STAFF: st.lists(STAFF, max_size=4),
        Report.GROUPS_CLASSES: st.lists(
            st.builds(SchoolClass, source_id=st.sampled_from(["C1", "C2"]), name=st.text(max_size=5))
            | MEMBERS,
            max_size=5,
        ),
    }
)
ACCOUNTS = st.lists(st.tuples(NAMES, NAMES, BIRTHS, st.sampled_from(["pupil", "staff", "other"])), max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ROSTERS, now=ROSTERS, accounts=ACCOUNTS, mode=st.sampled_from(["create", "link", "lookup"]))
def test_a_dry_run_leaves_the_store_as_it_was_and_foretells_the_run(
    _empty_store: Path, before: Any, now: Any, accounts: Any, mode: str
) -> None:
    with fresh(_empty_store, Report.GROUPS_CLASSES, mode=mode) as bench:
        directory(bench, accounts)
        bench.mis.records = before
        bench.sync()
        bench.mis.records = now
        was = everything(bench.store)
        rehearsal = bench.sync(full=True, dry_run=True)
        assert everything(bench.store) == was
        real = bench.sync(full=True)
        if real.state == "succeeded":
            assert rehearsal.state == "succeeded"
            assert (rehearsal.changes, rehearsal.reports) == (real.changes, real.reports)
            assert rehearsal.waiting["unmatched_pupils"] == real.waiting["unmatched_pupils"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(roster=ROSTERS, accounts=ACCOUNTS, mode=st.sampled_from(["create", "link", "lookup"]))
def test_the_same_again_changes_nothing_for_any_roster(
    _empty_store: Path, roster: Any, accounts: Any, mode: str
) -> None:
    with fresh(_empty_store, Report.GROUPS_CLASSES, mode=mode) as bench:
        directory(bench, accounts)
        bench.mis.records = roster
        if bench.sync().state != "succeeded":
            return
        bench.sync(full=True)  # an account gains its person's details when it is linked
        view = bench.sync(full=True)
        assert view.state == "succeeded"
        assert not any(n for key, n in view.changes.items() if key != "unchanged")


def test_a_dry_run_that_would_be_held_says_so_and_is_done(synced: Bench) -> None:
    synced.options(limit_unallocate_count="1")
    synced.drop(Report.STUDENTS, "P1")
    view = synced.sync(dry_run=True, full=True)
    assert (view.state, view.held) == ("succeeded", None)
    assert view.changes["unallocated"] == 1
    assert [m.code for m in view.messages] == ["limit_unallocate"]
    assert view.stages[-1].state == "skipped"


def test_a_dry_run_of_a_school_that_lost_access_remembers_nothing(synced: Bench) -> None:
    from connectors.base import Access, AccessState
    from data.tables import Connection

    synced.mis.access = Access(state=AccessState.REVOKED)
    assert synced.sync(dry_run=True).state == "failed"
    assert synced.one(Connection).access == "approved"


def test_a_dry_run_does_not_count_as_checked(synced: Bench) -> None:
    from datetime import timedelta

    synced.now += timedelta(days=1)
    synced.sync(dry_run=True)
    assert runs.due(synced.desk) == (synced.urn,)
