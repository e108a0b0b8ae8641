"""A run of changes looks at few and ends as if it had looked at everybody, row by row."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, select

from connectors.records import (
    Contact,
    ContactLink,
    Gone,
    Group,
    GroupKind,
    Membership,
    Part,
    Pupil,
    PupilStatus,
    Report,
    SchoolClass,
    Staff,
)
from data.store import Store
from data.tables import Account, Connection, Person, Problem
from misconsole.errors import MisconsoleError
from misconsole.services import decide
from misconsole.sync import narrow
from tests.any_school import directory, fresh
from tests.fake_mis import TODAY, Bench, pupil

#: Ids that nothing refers to: suggestions and problems are made afresh by every run.
AFRESH = {"candidate", "problem"}
NAMES = st.none() | st.sampled_from(["Ann", "Anne", "Bo", "Zoë", "O'Neill", "Smith", "Smyth"])
DAYS = st.none() | st.integers(-20, 3).map(lambda n: TODAY + timedelta(days=n))
BIRTHS = st.sampled_from(
    [None, date(2014, 1, 2), date(2014, 2, 1), date(1996, 9, 15), date(2012, 9, 15), date(2026, 9, 16)]
)
PUPILS = st.builds(
    Pupil, source_id=st.sampled_from(["1", "2", "3", "4", "5", "6"]), given_name=NAMES, family_name=NAMES,
    date_of_birth=BIRTHS, nc_year=st.sampled_from([None, "7", "??"]), admission_date=DAYS, leaving_date=DAYS,
    status=st.sampled_from(PupilStatus), upn=st.sampled_from([None, "A823004222001", "A823004222002"]),
)  # fmt: skip
TEACHERS = st.builds(
    Staff, source_id=st.sampled_from(["1", "2", "3"]), given_name=NAMES, family_name=NAMES,
    date_of_birth=BIRTHS, current=st.none() | st.booleans(), start_date=DAYS, end_date=DAYS,
)  # fmt: skip
CLASSES = st.builds(SchoolClass, source_id=st.sampled_from(["C1", "C2"]), name=st.sampled_from(["7A", "7B"]))
GROUPS = st.builds(
    Group,
    source_id=st.sampled_from(["G1", "G2", "G3"]),
    name=st.just("Year"),
    kind=st.sampled_from(GroupKind),
)
MEMBERS = st.builds(
    Membership, container=st.just("class"), container_id=st.sampled_from(["C1", "C2"]),
    person_role=st.sampled_from(["pupil", "staff"]), person_id=st.sampled_from(["1", "2", "3"]),
    part=st.sampled_from(Part),
) | st.builds(
    Membership, container=st.just("group"), container_id=st.sampled_from(["G1", "G2", "G3"]),
    person_role=st.just("pupil"), person_id=st.sampled_from(["1", "2", "3", "4"]), part=st.just(Part.PUPIL),
)  # fmt: skip
PARENTS = st.builds(
    Contact, source_id=st.sampled_from(["K1", "K2"]), given_name=NAMES, family_name=NAMES, title=st.just("Mr")
) | st.builds(
    ContactLink, contact_id=st.sampled_from(["K1", "K2"]), pupil_id=st.sampled_from(["1", "2", "3"]),
    parental_responsibility=st.just(True),
)  # fmt: skip
ROSTER = st.fixed_dictionaries(
    {
        Report.STUDENTS: st.lists(PUPILS, min_size=1, max_size=7),
        Report.STAFF: st.lists(TEACHERS, min_size=1, max_size=4),
        Report.GROUPS_CLASSES: st.lists(CLASSES | GROUPS | MEMBERS, max_size=10),
        Report.CONTACTS: st.lists(PARENTS, max_size=4),
    }
)


def gone(kind: str, *ids: str) -> st.SearchStrategy[Gone]:
    return st.builds(Gone, kind=st.just(kind), source_id=st.sampled_from(ids))


DELTA = st.fixed_dictionaries(
    {
        Report.STUDENTS: st.lists(PUPILS | gone("pupil", "1", "2", "3"), max_size=3),
        Report.STAFF: st.lists(TEACHERS | gone("staff", "1", "2"), max_size=2),
        Report.GROUPS_CLASSES: st.lists(
            CLASSES | GROUPS | MEMBERS | gone("class", "C1") | gone("group", "G1", "G2"), max_size=4
        ),
        Report.CONTACTS: st.lists(PARENTS | gone("contact", "K1"), max_size=2),
    }
)
DECISIONS = st.sampled_from(
    [
        "",
        "unlink",
        "link",
        "create",
        "not_same",
        "exclude",
        "exclude_name",
        "lift",
        "restore",
        "rename",
        "edit",
    ]
)
STEPS = st.lists(st.tuples(DELTA, st.integers(0, 3), DECISIONS), min_size=1, max_size=3)
ACCOUNTS = st.lists(st.tuples(NAMES, NAMES, BIRTHS, st.sampled_from(["pupil", "staff"])), max_size=3)
MODES = st.sampled_from(["create", "create", "link", "lookup"])


def everything(bench: Bench) -> dict[str, list[str]]:
    """Every row of every table, the times of run stages and ids of what is made afresh left out."""
    meta = MetaData()
    meta.reflect(bench.store.engine)
    with bench.store.read() as s:
        return {
            table.name: sorted(
                repr(tuple(row))
                for row in s.execute(
                    select(*(c for c in table.columns if not (c.name == "id" and table.name in AFRESH)))
                )
            )
            for table in meta.sorted_tables
            if table.name not in ("run_progress", "runprogress", "alembic_version")
        }


def forget(bench: Bench) -> None:
    """As if the last run had not said what it judged by."""
    with bench.store.write() as s:
        for row in s.execute(select(Connection)).scalars():
            row.since = {k: v for k, v in row.since.items() if k not in (narrow.JUDGED, narrow.JOURNAL)}
            s.add(row)


@contextmanager
def twin(bench: Bench) -> Iterator[Bench]:
    """The same school in a store of its own."""
    with tempfile.TemporaryDirectory() as name:
        path = f"{name}/s.sqlite3"
        with closing(sqlite3.connect(bench.store.path)) as here, closing(sqlite3.connect(path)) as there:
            here.backup(there)
        with Store.open(f"sqlite:///{path}") as store:
            other = Bench.__new__(Bench)
            other.__dict__.update(bench.__dict__)
            other.store = store
            other.desk = type(bench.desk)(
                store=store, secrets=bench.desk.secrets, actor="tester", now=lambda: bench.now,
                workdir=bench.desk.workdir,
            )  # fmt: skip
            yield other


def decided(bench: Bench, what: str) -> None:
    """Something a person decides between two runs; what is not possible just now is left."""
    people, accounts = bench.rows(Person, present=True), bench.rows(Account)
    desk, urn = bench.desk, bench.urn
    try:
        match what:
            case "unlink":
                decide.unlink(desk, urn, accounts[0].id, reason="x")
            case "link":
                decide.link(desk, urn, people[-1].id, accounts[0].id)
            case "create":
                decide.create(desk, urn, people[-1].id)
            case "not_same":
                decide.not_same(desk, urn, people[0].id, accounts[-1].id)
            case "exclude":
                decide.exclude_person(desk, urn, people[0].id, reason="x")
            case "exclude_name":
                decide.exclude_name(desk, urn, given="Ann", family="Smith", reason="x")
            case "lift":
                decide.lift_exclusion(desk, urn, 1)
            case "restore":
                decide.restore(desk, urn, accounts[0].id)
            case "edit":
                bench.options(arrival_grace="3")
    except (MisconsoleError, IndexError):
        pass


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """How many people each run looked at, None for everybody; however few there are at the school."""
    found: list[int | None] = []
    find = narrow.find

    def told(*args: Any) -> Any:
        made = find(*args)
        found.append(None if made.only is None else len(made.only))
        return made

    monkeypatch.setattr(narrow, "find", told)
    monkeypatch.setattr(narrow, "MOST_SHARE", 0)
    return found


@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(roster=ROSTER, accounts=ACCOUNTS, mode=MODES, steps=STEPS)
def test_looking_at_few_ends_as_looking_at_everybody_for_any_roster_and_any_changes(
    _empty_store: Path, looks: list[int | None], roster: Any, accounts: Any, mode: str, steps: Any
) -> None:
    reports = (Report.GROUPS_CLASSES, Report.CONTACTS)
    with fresh(_empty_store, *reports, mode=mode) as bench:
        bench.options(limit_unallocate_share="100", limit_update_share="100", limit_create_share="100")
        directory(bench, accounts)
        bench.mis.records = roster
        if bench.sync().state != "succeeded":
            return
        with twin(bench) as other:
            for delta, days, decision in steps:
                bench.now += timedelta(days=days)
                bench.mis.delta = delta
                views = []
                for each in (bench, other):
                    decided(each, decision)
                    if each is other:
                        forget(other)
                    view = each.sync()
                    views.append((view.state, view.changes, view.reports, view.waiting, view.error))
                assert views[0] == views[1]
                assert everything(bench) == everything(other)


def test_a_change_of_one_pupil_looks_at_that_pupil(synced: Bench, looks: list[int | None]) -> None:
    synced.mis.delta = {Report.STUDENTS: [pupil(3, family="Kestrel")]}
    view = synced.sync()
    assert {name: n for name, n in view.changes.items() if n} == {"updated": 1, "unchanged": 15}
    assert looks == [1]


def test_a_first_run_a_full_one_and_one_after_an_option_look_at_everybody(
    bench: Bench, looks: list[int | None]
) -> None:
    bench.sync()
    bench.mis.delta = {}
    bench.sync()
    bench.sync(full=True)
    bench.options(arrival_grace="3")
    bench.sync()
    bench.sync()
    assert looks == [None, 0, None, None, 0]


def test_an_excluded_name_and_a_new_month_look_at_everybody(synced: Bench, looks: list[int | None]) -> None:
    synced.mis.delta = {}
    decide.exclude_name(synced.desk, synced.urn, given="Jemima", family="Hexham", reason="court order")
    synced.sync()
    synced.sync()
    synced.options(full_every_days="60")
    synced.sync()
    synced.now += timedelta(days=20)
    synced.sync()
    assert looks == [None, 0, None, None]


def test_class_criteria_look_at_everybody(synced: Bench, looks: list[int | None]) -> None:
    synced.mis.delta = {}
    synced.options(class_needs_both="yes")
    synced.sync()
    synced.sync()
    assert looks == [None, None]


def test_J4_a_leaving_date_that_passes_is_seen_though_the_MIS_says_nothing(
    bench: Bench, looks: list[int | None]
) -> None:
    bench.options(limit_unallocate_share="none")
    bench.change(Report.STUDENTS, "P3", leaving_date=TODAY)
    bench.sync()
    bench.mis.delta = {}
    bench.now += timedelta(days=1)
    view = bench.sync()
    assert view.changes["unallocated"] == 1
    assert looks == [None, 1]


def test_problems_of_people_nobody_looked_at_stay_and_belong_to_the_new_run(
    bench: Bench, looks: list[int | None]
) -> None:
    bench.change(Report.STUDENTS, "P3", date_of_birth=None)
    bench.change(Report.STUDENTS, "P4", date_of_birth=None)
    bench.sync()
    bench.mis.delta = {Report.STUDENTS: [pupil(4)]}
    view = bench.sync()
    assert looks == [None, 1]
    assert [(p.source_id, p.run_id) for p in bench.rows(Problem)] == [("P3", view.id)]
    assert view.waiting["problems"] == 1


def test_a_held_run_of_changes_applies_what_was_seen(synced: Bench, looks: list[int | None]) -> None:
    from misconsole.services import runs

    synced.options(limit_unallocate_count="1")
    synced.mis.delta = {}
    synced.sync()
    synced.mis.delta = {Report.STUDENTS: [Gone(kind="pupil", source_id="P3")]}
    held = synced.sync()
    assert held.state == "held"
    done = runs.approve(synced.desk, held.id)
    assert done.changes["unallocated"] == 1
    synced.mis.delta = {}
    synced.sync()
    assert looks == [None, 1, 1]  # everybody, who leaves, and whose link ended since
