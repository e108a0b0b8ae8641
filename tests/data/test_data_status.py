"""The quick look says the same as the models do, and says so when it cannot look."""

from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from data import migrations, status
from data.errors import StoreProblem
from data.store import Store
from data.tables import (
    Account,
    Connection,
    Exclusion,
    Lease,
    Link,
    Person,
    Problem,
    Review,
    Run,
    School,
)
from misconsole.services import clashes
from misconsole.services.counts import count_waiting
from misconsole.services.status import estate_lamp, school_rows
from misconsole.services.views import Lamp, SchoolRow

NOW = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def school(store: Store) -> Store:
    """One school, connected."""
    with store.write() as s:
        s.add(School(id=1, urn="100001", slug="larkmere", name="Larkmere"))
        s.flush()
        s.add(Connection(school_id=1, mis="arbor", route="wonde", access="approved"))
    return store


def add(store: Store, *rows: Any) -> None:
    with store.write() as s:
        for row in rows:
            s.add(row)
            s.flush()


def run(hours_ago: float, state: str = "succeeded", **more: Any) -> Run:
    at = NOW - timedelta(hours=hours_ago)
    return Run(school_id=1, state=state, started_at=at, finished_at=at, heartbeat_at=at, **more)


def only(store: Store) -> SchoolRow:
    (row,) = school_rows(store.url, now=NOW)
    return row


def lamp(store: Store) -> tuple[str, str]:
    row = only(store)
    return (row.lamp, row.lamp_word)


class TestLamp:
    def test_a_school_without_a_connection_is_unknown(self, store: Store) -> None:
        add(store, School(urn="100001", slug="larkmere", name="Larkmere"))
        assert lamp(store) == ("unknown", "not connected")

    def test_Z21_never_run(self, school: Store) -> None:
        assert lamp(school) == ("unknown", "never synced")
        assert (only(school).last_checked, only(school).last_changed, only(school).last_run) == (None,) * 3

    def test_a_request_the_school_has_not_answered_is_waited_for(self, school: Store) -> None:
        with school.write() as s:
            s.exec(select(Connection)).one().access = "pending"
        assert lamp(school) == ("unknown", "waiting for approval")

    def test_Z21_an_unchanged_run_moves_last_checked_and_not_last_changed(self, school: Store) -> None:
        """U5: an old date of change proves no failure."""
        add(school, run(48, changed_anything=True), run(2))
        row = only(school)
        assert row.last_checked == NOW - timedelta(hours=2)
        assert row.last_changed == NOW - timedelta(hours=48)
        assert (row.lamp, row.last_run, row.last_run_state) == ("ok", 2, "succeeded")

    def test_Z21_a_failed_run_moves_neither_and_is_a_problem(self, school: Store) -> None:
        add(school, run(48, changed_anything=True), run(2, "failed"))
        row = only(school)
        assert (row.lamp, row.lamp_word, row.last_run_state) == ("problem", "failed", "failed")
        assert row.last_checked == NOW - timedelta(hours=48)

    def test_a_rehearsal_tells_nothing_about_the_accounts(self, school: Store) -> None:
        add(school, run(48), run(3, "failed", dry_run=True), run(2, dry_run=True, changed_anything=True))
        row = only(school)
        assert (row.lamp, row.last_run, row.last_changed) == ("ok", 1, None)
        assert row.last_checked == NOW - timedelta(hours=48)

    def test_a_cancelled_run_is_named_and_the_one_before_it_counts(self, school: Store) -> None:
        add(school, run(48), run(2, "cancelled"))
        assert (*lamp(school), only(school).last_run_state) == ("ok", "ok", "cancelled")

    def test_a_held_run_wants_attention_until_somebody_resolves_it(self, school: Store) -> None:
        add(school, run(2, "held"))
        assert lamp(school) == ("attention", "held")
        assert only(school).last_checked == NOW - timedelta(hours=2)  # it read to the end
        with school.write() as s:
            s.exec(select(Run)).one().resolution = "rejected"
        assert lamp(school) == ("ok", "ok")

    @pytest.mark.parametrize(
        ("access", "expected"),
        [
            ("declined", ("problem", "access declined")),
            ("revoked", ("problem", "access revoked")),
            ("refused", ("problem", "credentials refused")),
            ("offline", ("attention", "MIS offline")),
        ],
    )
    def test_lost_access_counts_though_the_last_run_went_well(
        self, school: Store, access: str, expected: tuple[str, str]
    ) -> None:
        add(school, run(2))
        with school.write() as s:
            s.exec(select(Connection)).one().access = access
        assert lamp(school) == expected

    def test_a_person_who_waits_wants_attention_and_a_new_user_does_not(self, school: Store) -> None:
        add(school, run(2), Account(school_id=1, username="a", username_key="a", origin="created"))
        add(school, Person(school_id=1, role="pupil", source_id="1"))
        add(school, Link(school_id=1, person_id=1, account_id=1))
        assert (lamp(school), only(school).waiting.new_users) == (("ok", "ok"), 1)
        add(school, Person(school_id=1, role="staff", source_id="1", gate="waiting_for_match"))
        assert (lamp(school), only(school).waiting.unmatched_staff) == (("attention", "waiting"), 1)


class TestRunUnderWay:
    def under_way(self, store: Store, *, pid: int, host: str = "", minutes: float = 5) -> None:
        add(store, run(0, "running", pid=pid))
        held = Lease(school_id=1, run_id=1, holder=f"{host or socket.gethostname()}:{pid}")
        held.acquired_at, held.expires_at = NOW, NOW + timedelta(minutes=minutes)
        add(store, held)

    def test_its_process_lives(self, school: Store) -> None:
        self.under_way(school, pid=os.getpid())
        assert (*lamp(school), only(school).running) == ("working", "syncing", 1)

    def test_its_process_is_gone(self, school: Store) -> None:
        """ "Did last night run?" must not be answered with a run that died."""
        self.under_way(school, pid=2**22 + 1)
        assert (*lamp(school), only(school).running) == ("problem", "interrupted", None)

    def test_another_machine_is_believed_while_its_lease_lasts(self, school: Store) -> None:
        self.under_way(school, pid=1, host="elsewhere")
        assert lamp(school) == ("working", "syncing")

    def test_and_no_longer(self, school: Store) -> None:
        self.under_way(school, pid=1, host="elsewhere", minutes=-1)
        assert lamp(school) == ("problem", "interrupted")

    def test_a_queued_run_is_given_a_minute_to_begin(self, school: Store) -> None:
        add(school, run(0, "queued"))
        assert lamp(school) == ("working", "queued")
        (later,) = school_rows(school.url, now=NOW + timedelta(minutes=2))
        assert later.lamp_word == "interrupted"


def row(name: str, shown: Lamp) -> Any:
    return type("Row", (), {"lamp": shown})()


def test_the_estate_is_as_bad_as_its_worst_school() -> None:
    order = [Lamp.OK, Lamp.WORKING, Lamp.UNKNOWN, Lamp.ATTENTION, Lamp.PROBLEM]
    for worst in range(1, 6):
        assert estate_lamp([row("x", each) for each in order[:worst]]) is order[worst - 1]
    assert estate_lamp([]) is Lamp.UNKNOWN


GATES = st.sampled_from(["", "waiting_for_match", "no_account", "excluded", "missing_date_of_birth"])
NAMES = st.sampled_from(["Zoë", "zoe", "Ann", "O’Brien", "OBRIEN", "Smith"])
DAYS = st.none() | st.sampled_from([TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)])
WORLD = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["create", "link", "lookup"]),
        "people": st.lists(
            st.tuples(st.sampled_from(["staff", "pupil"]), st.booleans(), GATES), min_size=1, max_size=8
        ),
        "accounts": st.lists(
            st.tuples(
                NAMES, NAMES, st.sampled_from(["active", "unallocated", "let-go", "removed"]),
                st.sampled_from(["imported", "created"]), st.booleans(), st.sampled_from(["pupil", "staff"]),
            ),
            min_size=1, max_size=8,
        ),
        "links": st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=6),
        "reviews": st.lists(
            st.tuples(
                st.integers(0, 7), st.sampled_from(["keep", "remove"]), DAYS, st.booleans(), st.booleans()
            ),
            max_size=5,
        ),
        "exclusions": st.lists(
            st.tuples(
                NAMES, NAMES, st.sampled_from(["", "pupil", "staff"]), DAYS, st.booleans(),
                st.none() | st.integers(0, 7),
            ),
            max_size=5,
        ),
        "runs": st.lists(
            st.tuples(st.sampled_from(["succeeded", "failed", "held"]), st.booleans()), min_size=1, max_size=4
        ),
    }
)  # fmt: skip


def fill(s: Session, world: dict[str, Any]) -> None:
    for table in (Problem, Review, Exclusion, Link, Account, Person, Run, School):
        for old in s.exec(select(table)).all():
            s.delete(old)
        s.flush()
    s.add(School(id=1, urn="100001", slug="a", name="Larkmere", mode=world["mode"]))
    s.flush()
    for number, (role, present, gate) in enumerate(world["people"]):
        s.add(
            Person(id=number + 1, school_id=1, role=role, source_id=f"{number}", present=present, gate=gate)
        )
    for number, (given_name, family, state, origin, handed, role) in enumerate(world["accounts"]):
        made = Account(
            id=number + 1, school_id=1, username=f"u{number}", username_key=f"u{number}", role=role
        )
        made.given_name, made.family_name, made.state, made.origin = given_name, family, state, origin
        made.handed_out_at = NOW if handed else None
        s.add(made)
    s.flush()
    people, accounts = len(world["people"]), len(world["accounts"])
    linked: set[int] = set()
    for who, what, active in world["links"]:
        person = who % people + 1
        s.add(
            Link(
                school_id=1,
                person_id=person,
                account_id=what % accounts + 1,
                active=active and person not in linked,
            )
        )
        linked |= {person} if active else set()
    for what, verdict, until, active, early in world["reviews"]:
        at = NOW - timedelta(days=9) if early else NOW
        s.add(
            Review(
                school_id=1,
                account_id=what % accounts + 1,
                verdict=verdict,
                until=until,
                active=active,
                at=at,
            )
        )
    for given_name, family, role, review_on, active, who in world["exclusions"]:
        made_on = NOW - timedelta(days=5)
        each = Exclusion(school_id=1, given_name=given_name, family_name=family, role=role, active=active)
        each.review_on, each.created_at = review_on, made_on
        each.person_id = None if who is None else who % people + 1
        s.add(each)
    for state, dry in world["runs"]:
        made_run = run(1, state, dry_run=dry)
        s.add(made_run)
        s.flush()
        s.add(Problem(school_id=1, run_id=made_run.id, report="staff", subject="A", code="x"))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=WORLD)
def test_every_count_is_the_one_the_queues_themselves_have(store: Store, world: dict[str, Any]) -> None:
    """A badge never promises what the list does not hold, whoever asks."""
    with store.write() as s:
        fill(s, world)
    with store.read() as s:
        expected = count_waiting(s, 1, mode=world["mode"], today=TODAY)
        assert expected.exclusions == clashes.count_due(s, 1, today=TODAY)
    assert only(store).waiting == expected


class TestTrouble:
    def look(self, path: Path) -> str:
        with pytest.raises(StoreProblem) as caught:
            status.rows(path, today=date(2026, 9, 7))
        return caught.value.code

    def test_there_is_no_store(self, tmp_path: Path) -> None:
        assert self.look(tmp_path / "none.sqlite3") == "missing"
        assert not list(tmp_path.iterdir())

    def test_it_is_no_store(self, tmp_path: Path) -> None:
        (tmp_path / "x").write_bytes(b"no database here" * 100)
        assert self.look(tmp_path / "x") == "damaged"
        (tmp_path / "y").touch()
        assert self.look(tmp_path / "y") == "missing"

    @pytest.mark.parametrize(("revision", "code"), [("9999", "newer"), ("0000", "newer")])
    def test_it_is_of_another_version(self, store: Store, revision: str, code: str) -> None:
        assert store.path is not None
        with closing(sqlite3.connect(store.path)) as db:
            db.execute("UPDATE alembic_version SET version_num = ?", (revision,))
            db.commit()
        assert self.look(store.path) == code

    def test_it_is_older(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        assert store.path is not None
        newer = (*migrations.revisions(), f"{int(migrations.head()) + 1:04d}")
        monkeypatch.setattr("data.migrations.revisions", lambda: newer)
        assert self.look(store.path) == "migration"

    def test_it_reads_beside_a_writer_and_writes_nothing(self, school: Store) -> None:
        with school.write() as s:
            s.add(School(urn="2", slug="b", name="Zeta"))
            s.flush()
            assert [each["urn"] for each in status.rows(path(school), today=TODAY)] == ["100001"]
        assert len(status.rows(path(school), today=TODAY)) == 2

    def test_a_closed_store_is_read_too_and_its_files_stay_private(self, school: Store) -> None:
        school.close()
        assert len(status.rows(path(school), today=TODAY)) == 1
        assert {each.stat().st_mode & 0o777 for each in path(school).parent.iterdir()} == {0o600}


def path(store: Store) -> Path:
    assert store.path is not None
    return store.path


def test_schools_come_by_name_whatever_the_case(store: Store) -> None:
    add(store, *(School(urn=n, slug=n, name=n) for n in ("beta", "Alpha", "gamma")))
    with store.read() as s:
        assert len(s.exec(select(School).where(col(School.name) != "")).all()) == 3
    assert [each.name for each in school_rows(store.url, now=NOW)] == ["Alpha", "beta", "gamma"]


def test_a_year_of_runs_behind_a_school_makes_the_look_no_dearer(school: Store) -> None:
    """Counted in steps of the database: what is newest is found from the end, open runs by their index."""

    def steps() -> int:
        counted = [0]

        def tick() -> int:
            counted[0] += 1
            return 0

        with closing(sqlite3.connect(path(school))) as db:
            db.set_progress_handler(tick, 10)
            assert len(db.execute(status.QUERY, {"today": TODAY.isoformat()}).fetchall()) == 1
        return counted[0]

    nights = [run(24 * back, changed_anything=back % 3 == 0) for back in range(400, 0, -1)]
    add(school, *nights[:10])
    few = steps()
    add(school, *nights[10:])
    assert steps() <= few * 1.2
    row = only(school)
    assert row.last_checked == NOW - timedelta(days=1)
    assert row.last_changed == NOW - timedelta(days=3)


def test_the_brief_look_differs_in_the_counts_alone(school: Store) -> None:
    add(
        school,
        run(2),
        Person(school_id=1, role="pupil", source_id="1", present=True, gate="waiting_for_match"),
    )
    whole, brief = (status.rows(path(school), today=TODAY, counted=counted)[0] for counted in (True, False))
    assert whole["unmatched_pupils"] == 1
    assert {name: value for name, value in whole.items() if name not in status.COUNTED} == {
        name: value for name, value in brief.items() if name not in status.COUNTED
    }
    assert {brief[name] for name in status.COUNTED} == {0}
