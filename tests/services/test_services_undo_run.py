"""A whole run taken back: the store is as before, what people did since is never overrun (bars.md, undo)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import SQLModel

from connectors.records import Contact, ContactLink, Membership, Part, Pupil, Report, SchoolClass, Staff
from data.store import Store
from data.tables import (
    Account,
    Alias,
    CaseNote,
    Connection,
    ContactUse,
    Exclusion,
    Group,
    Identifier,
    Journal,
    Link,
    NotSame,
    Person,
    Problem,
    ReservedName,
    Review,
    Run,
    School,
    Subject,
)
from data.tables import Contact as ContactRow
from data.tables import ContactLink as ContactLinkRow
from data.tables import Membership as MembershipRow
from data.tables import SchoolClass as ClassRow
from misconsole.errors import Busy, Conflict, NotFound
from misconsole.services import decide, queues, runs, undo
from tests.any_school import directory, fresh
from tests.fake_mis import Bench, pupil, staff

pytestmark = pytest.mark.every_store

# Everything that is a fact about people and accounts; runs, their journal and what every run makes
# afresh (suggestions, problems) is bookkeeping.
DOMAIN: tuple[type[SQLModel], ...] = (
    Person, Identifier, Account, Alias, Link, NotSame, Exclusion, Review, CaseNote, ContactUse, ReservedName,
    ContactRow, ContactLinkRow, Subject, ClassRow, Group, MembershipRow,
)  # fmt: skip


def domain(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.read() as s:
        return {
            table.__name__: sorted(map(tuple, s.execute(select(table.__table__)).all()), key=repr)  # type: ignore[attr-defined]
            for table in DOMAIN
        }


NAMES = st.none() | st.sampled_from(["Ann", "Bo", "Zoë", "O'Neill", "李", "[red]", "=1+1"])
BIRTHS = st.none() | st.sampled_from([date(2014, 1, 2), date(2014, 2, 1)])
PUPILS = st.builds(
    Pupil, source_id=st.sampled_from(["1", "2", "3", "4", "5"]), given_name=NAMES, family_name=NAMES,
    date_of_birth=BIRTHS, nc_year=st.none() | st.sampled_from(["7", "R"]),
    upn=st.none() | st.sampled_from(["A823004222001", "A823004222002"]),
    leaving_date=st.none() | st.just(date(2026, 7, 20)),
)  # fmt: skip
TEACHERS = st.builds(
    Staff, source_id=st.sampled_from(["1", "2", "3"]), given_name=NAMES, family_name=NAMES,
    date_of_birth=BIRTHS, current=st.none() | st.booleans(),
)  # fmt: skip
MEMBERS = st.builds(
    Membership, container=st.just("class"), container_id=st.sampled_from(["C1", "C2"]),
    person_role=st.sampled_from(["pupil", "staff"]), person_id=st.sampled_from(["1", "2"]),
    part=st.sampled_from(Part),
)  # fmt: skip
CLASSES = st.builds(SchoolClass, source_id=st.sampled_from(["C1", "C2"]), name=st.text(max_size=5))
PARENTS = st.builds(
    Contact, source_id=st.sampled_from(["K1", "K2"]), given_name=NAMES, family_name=NAMES, title=st.just("Mr")
)
CHILDREN = st.builds(
    ContactLink, contact_id=st.sampled_from(["K1", "K2"]), pupil_id=st.sampled_from(["1", "2"]),
    parental_responsibility=st.just(True),
)  # fmt: skip
ROSTERS = st.fixed_dictionaries(
    {
        Report.STUDENTS: st.lists(PUPILS, max_size=6),
        Report.STAFF: st.lists(TEACHERS, max_size=4),
        Report.GROUPS_CLASSES: st.lists(CLASSES | MEMBERS, max_size=6),
        Report.CONTACTS: st.lists(PARENTS | CHILDREN, max_size=4),
    }
)
DIRECTORY = st.lists(st.tuples(NAMES, NAMES, BIRTHS, st.sampled_from(["pupil", "staff"])), max_size=3)


@contextmanager
def loose(empty: Path, mode: str) -> Iterator[Bench]:
    """A school with every report, whose limits let anything through."""
    with fresh(empty, Report.GROUPS_CLASSES, Report.CONTACTS, mode=mode) as bench:
        bench.options(limit_unallocate_share="100", short_extract="0")
        yield bench


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROSTERS, then=ROSTERS, accounts=DIRECTORY, mode=st.sampled_from(["create", "create", "link"]))
def test_a_run_undone_leaves_the_store_as_it_was_for_any_roster(
    _empty_store: Path, first: Any, then: Any, accounts: Any, mode: str
) -> None:
    with loose(_empty_store, mode) as bench:
        directory(bench, accounts)
        nothing = domain(bench.store)
        bench.mis.records = first
        one = bench.sync()
        before = domain(bench.store)
        bench.mis.records = then
        two = bench.sync(full=True)
        after = domain(bench.store)
        if two.state == "succeeded" and after != before:
            assert undo.preview_undo(bench.desk, two.id).possible
            undo.undo_run(bench.desk, two.id)
            assert domain(bench.store) == before
            again = bench.sync()
            assert again.changes == two.changes  # the next run reads in full and ends where this one did
            undo.undo_run(bench.desk, again.id)
        if one.state == "succeeded" and before != nothing and domain(bench.store) == before:
            undo.undo_run(bench.desk, one.id)
            assert domain(bench.store) == nothing


class TestOneRun:
    def test_the_preview_names_what_comes_back_and_changes_nothing(self, synced: Bench) -> None:
        leaver = synced.rows(Person, source_id="P1")[0]
        synced.drop(Report.STUDENTS, "P1")
        synced.mis.records[Report.STUDENTS].append(pupil(90, "Zoë", "Okafor"))
        view = synced.sync(full=True)
        before = domain(synced.store)
        told = undo.preview_undo(synced.desk, view.id)
        assert domain(synced.store) == before
        counts = {each.kind: (each.count, each.names) for each in told.restores}
        assert counts["accounts-removed"] == (1, (synced.rows(Account)[-1].username,))
        assert counts["people-forgotten"] == (1, ("Zoë Okafor",))
        assert counts["people-present"] == (1, (f"{leaver.given_name} {leaver.family_name}",))
        assert counts["accounts-given-back"][0] == 1
        assert counts["links-restored"][0] == 1
        titles = {each.kind: each.title for each in told.restores}
        assert titles["people-present"] == "person the run found gone is present again"
        assert titles["accounts-removed"] == "account made by the run is taken away again"
        assert (told.possible, told.blocked) == (True, ())
        assert any("reads everything" in line for line in told.cannot)

    def test_it_is_a_run_of_its_own_in_the_history_and_the_journal(self, synced: Bench) -> None:
        synced.drop(Report.STUDENTS, "P1")
        taken = synced.sync(full=True)
        version = synced.one(School).version
        view = undo.undo_run(synced.desk, taken.id)
        assert (view.kind, view.state, view.actor) == ("undo", "succeeded", "tester")
        assert view.changes["undoes"] == taken.id
        assert synced.one(School).version == version + 1
        assert {row.actor for row in synced.rows(Journal, run_id=view.id)} == {"tester"}
        shown = {
            (h.id, h.undone): h.summary for h in queues.history(synced.desk, synced.urn) if h.kind == "run"
        }
        assert (taken.id, True) in shown
        assert shown[view.id, False] == f"Run {taken.id} undone by run {view.id}"
        assert synced.one(Connection).since == {}

    def test_usernames_are_free_again_and_the_next_run_gives_the_same_ones(self, bench: Bench) -> None:
        first = bench.sync()
        names = sorted(row.username for row in bench.rows(Account))
        undo.undo_run(bench.desk, first.id)
        assert bench.rows(Account) == []
        assert bench.rows(ReservedName) == []
        bench.sync()
        assert sorted(row.username for row in bench.rows(Account)) == names

    def test_after_the_first_run_is_undone_the_school_counts_as_never_synced(self, bench: Bench) -> None:
        from misconsole.services.status import school_rows

        bench.mis.records[Report.STUDENTS].append(pupil(70, date_of_birth=None))
        first = bench.sync()
        undo.undo_run(bench.desk, first.id)
        assert bench.rows(Problem) == []
        (row,) = school_rows(bench.store.url, now=bench.now)
        assert (row.waiting.non_mis, row.waiting.problems) == (0, 0)

    def test_problems_of_an_undone_run_are_still_shown(self, synced: Bench) -> None:
        synced.mis.records[Report.STUDENTS].append(pupil(70, date_of_birth=None))
        synced.options(pupil_required="given_name, family_name, date_of_birth")
        view = synced.sync(full=True)
        assert [p.code for p in queues.problems(synced.desk, synced.urn)] == ["missing_date_of_birth"]
        undo.undo_run(synced.desk, view.id)
        (problem,) = queues.problems(synced.desk, synced.urn)
        assert (problem.code, problem.person_id) == ("missing_date_of_birth", None)


class TestRefused:
    def test_only_the_newest_run_that_changed_anything_and_names_the_one_in_the_way(
        self, synced: Bench
    ) -> None:
        (first,) = synced.rows(Run)
        synced.drop(Report.STUDENTS, "P1")
        second = synced.sync(full=True)
        idle = synced.sync(full=True)
        with pytest.raises(Conflict, match=f"Run {second.id} came after run {first.id}") as caught:
            undo.preview_undo(synced.desk, first.id)
        assert f"run undo {second.id}" in caught.value.mend
        with pytest.raises(Conflict, match="changed nothing"):
            undo.undo_run(synced.desk, idle.id)
        undo.undo_run(synced.desk, second.id)
        undo.undo_run(synced.desk, first.id)
        assert synced.rows(Person) == []

    def test_not_twice_not_a_dry_run_not_an_undo(self, synced: Bench) -> None:
        synced.drop(Report.STUDENTS, "P1")
        view = synced.sync(full=True)
        done = undo.undo_run(synced.desk, view.id)
        with pytest.raises(Conflict, match=r"was undone already \(tester"):
            undo.undo_run(synced.desk, view.id)
        with pytest.raises(Conflict, match="took back another run"):
            undo.undo_run(synced.desk, done.id)
        rehearsal = synced.sync(dry_run=True, full=True)
        with pytest.raises(Conflict, match="was a dry run"):
            undo.undo_run(synced.desk, rehearsal.id)
        with pytest.raises(NotFound):
            undo.undo_run(synced.desk, 999)

    def test_a_later_decision_on_its_people_is_named_and_can_be_undone_first(self, synced: Bench) -> None:
        (first,) = synced.rows(Run)
        person = synced.rows(Person, source_id="P3")[0]
        barred = decide.exclude_person(synced.desk, synced.urn, person.id, reason="Court order")
        told = undo.preview_undo(synced.desk, first.id)
        assert [b.decision for b in told.blocked] == [barred.id]
        assert "Court order" in told.blocked[0].message
        before = domain(synced.store)
        with pytest.raises(Conflict, match="Court order"):
            undo.undo_run(synced.desk, first.id)
        assert domain(synced.store) == before
        decide.undo(synced.desk, barred.id)
        undo.undo_run(synced.desk, first.id)
        assert synced.rows(Person) == []

    def test_an_account_it_made_that_was_unlinked_or_renamed_since_is_in_the_way(self, synced: Bench) -> None:
        (first,) = synced.rows(Run)
        one, two = synced.rows(Account)[:2]
        decide.unlink(synced.desk, synced.urn, one.id, reason="Wrong child")
        decide.rename(synced.desk, synced.urn, two.id, "another.name")
        told = undo.preview_undo(synced.desk, first.id)
        assert len({b.decision for b in told.blocked}) == 2

    def test_P3_an_account_that_was_handed_out_is_somebodys(self, synced: Bench) -> None:
        (first,) = synced.rows(Run)
        with synced.store.write() as s:
            account = s.execute(select(Account).limit(1)).scalar_one()
            account.handed_out_at = synced.now
            s.add(account)
            name = account.username
        told = undo.preview_undo(synced.desk, first.id)
        assert [b.message for b in told.blocked] == [
            f"{name} was handed out on 14 September 2026; its password is known"
        ]

    def test_not_while_a_run_is_under_way(self, synced: Bench) -> None:
        (first,) = synced.rows(Run)
        import os

        runs.queue(synced.desk, synced.urn, pid=os.getpid())
        with pytest.raises(Busy):
            undo.undo_run(synced.desk, first.id)
        synced.now += timedelta(minutes=10)


def test_an_approved_run_can_be_undone_too(synced: Bench) -> None:
    before = domain(synced.store)
    synced.options(limit_unallocate_count="1", limit_unallocate_share="1")
    synced.drop(Report.STUDENTS, "P1", "P2", "P3")
    held = synced.sync(full=True)
    assert held.state == "held"
    applied = runs.approve(synced.desk, held.id)
    assert domain(synced.store) != before
    undo.undo_run(synced.desk, applied.id)
    assert domain(synced.store) == before


def test_staff_and_pupils_of_one_run_come_back_together(synced: Bench) -> None:
    before = domain(synced.store)
    synced.drop(Report.STAFF, "S1")
    synced.mis.records[Report.STAFF].append(staff(50, "Bo", "Adeyemi"))
    synced.change(Report.STUDENTS, "P4", family_name="Newname")
    view = synced.sync(full=True)
    undo.undo_run(synced.desk, view.id)
    assert domain(synced.store) == before
