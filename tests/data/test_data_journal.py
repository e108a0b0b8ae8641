"""The journal: before and after of every change, and the way back to exactly what was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

from data import bulk
from data.errors import Stale
from data.journal import Scribe, reverse
from data.reversal import preview
from data.store import Store
from data.tables import Account, Decision, Journal, Link, Person, School

pytestmark = pytest.mark.every_store

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
TABLES: tuple[type[SQLModel], ...] = (School, Person, Account, Link)


def scribe_for(s: Session, decision: int | None = 1, *, run: int | None = None) -> Scribe:
    return Scribe(s, actor="ada", at=NOW, school_id=1, decision_id=decision, run_id=run)


def content(s: Session) -> dict[str, dict[int, dict[str, Any]]]:
    """All rows of the journalled tables of these tests, as the database holds them."""
    s.flush()
    return {
        bulk.table_of(table).name: {
            row["id"]: dict(row)
            for row in s.connection().exec_driver_sql(f"SELECT * FROM {bulk.table_of(table).name}").mappings()
        }
        for table in TABLES
    }


@pytest.fixture
def school(store: Store) -> Store:
    with store.write() as s:
        s.add(School(urn="100001", slug="a", name="Larkmere"))
    return store


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"school_id": 1, "role": "pupil", "source_id": f"p{number}", **more}


def account(number: int, **more: Any) -> Account:
    return Account(school_id=1, username=f"u{number}", username_key=f"u{number}", **more)


class TestWhatIsWritten:
    def test_an_insert_carries_the_row_an_update_what_changed_a_delete_the_row(self, school: Store) -> None:
        with school.write() as s:
            scribe = scribe_for(s)
            row = scribe.insert(account(1, date_of_birth=date(2012, 2, 29), created_at=NOW))
            scribe.update(row, username="u9", state="active", created_at=NOW + timedelta(days=1))
            scribe.delete(row)
        with school.read() as s:
            first, second, third = s.exec(select(Journal)).all()
            assert first.before is None
            assert first.after is not None
            assert (first.after["username"], first.after["date_of_birth"]) == ("u1", "2012-02-29")
            assert first.after["created_at"] == "2026-09-01T08:30:00Z"
            assert second.before == {"username": "u1", "created_at": "2026-09-01T08:30:00Z"}
            assert second.after == {"username": "u9", "created_at": "2026-09-02T08:30:00Z"}
            assert third.after is None
            assert third.before is not None
            assert third.before["username"] == "u9"
            assert {
                (e.actor, e.at, e.decision_id, e.table_name, e.row_id) for e in (first, second, third)
            } == {("ada", NOW, 1, "account", row.id)}

    def test_a_change_that_changes_nothing_is_not_journalled(self, school: Store) -> None:
        with school.write() as s:
            row = scribe_for(s).insert(account(1))
            scribe_for(s, 2).update(row, username="u1", state="active")
            assert row.id is not None
            scribe_for(s, 2).update_many(Account, [(row.id, {"state": "active"}, {"state": "active"})])
            assert s.exec(select(Journal).where(Journal.decision_id == 2)).all() == []

    def test_change_and_journal_are_one_transaction(self, school: Store) -> None:
        with pytest.raises(RuntimeError), school.write() as s:
            scribe_for(s).insert(account(1))
            raise RuntimeError
        with school.read() as s:
            assert (s.exec(select(Account)).all(), s.exec(select(Journal)).all()) == ([], [])

    def test_objects_in_hand_see_what_a_bulk_change_wrote(self, school: Store) -> None:
        with school.write() as s:
            row = scribe_for(s).insert(account(1))
            assert row.id is not None
            scribe_for(s).update_many(Account, [(row.id, {"state": "active"}, {"state": "removed"})])
            assert row.state == "removed"


class TestReversal:
    def test_a_decision_over_several_tables_is_taken_back_whole_and_itself_journalled(
        self, school: Store
    ) -> None:
        with school.write() as s:
            one = bulk.insert(s, Person, [person(1)])[0]
            before = content(s)
            scribe = scribe_for(s)
            made = scribe.insert(account(1))
            assert made.id is not None
            scribe.insert(Link(school_id=1, person_id=one, account_id=made.id, linked_at=NOW))
            scribe.update_many(Person, [(one, {"gate": ""}, {"gate": "excluded"})])
            assert content(s) != before
            done = reverse(s, decision_id=1, scribe=scribe_for(s, 2))
            assert (done.rows, done.blocked, content(s)) == (3, (), before)
            again = reverse(s, decision_id=2, scribe=scribe_for(s, 3))
            assert again.rows == 3
            assert s.exec(select(Link.account_id)).one() == made.id

    def test_a_later_change_stands_in_the_way_and_nothing_is_touched(self, school: Store) -> None:
        with school.write() as s:
            scribe = scribe_for(s)
            rows = [scribe.insert(account(number)) for number in range(3)]
            scribe_for(s, 2).update(rows[1], state="unallocated")
            before, entries = content(s), len(s.exec(select(Journal)).all())
            with pytest.raises(Stale) as caught:
                reverse(s, decision_id=1, scribe=scribe_for(s, 3))
            assert caught.value.blocked == (f"account {rows[1].id} was changed since (state)",)
            assert preview(s, decision_id=1).blocked == caught.value.blocked
            assert (content(s), len(s.exec(select(Journal)).all())) == (before, entries)

    def test_a_change_of_another_column_does_not_stand_in_the_way_of_an_update(self, school: Store) -> None:
        """A sync that mends a name does not block taking back what a person decided on the state."""
        with school.write() as s:
            row = scribe_for(s).insert(account(1))
            scribe_for(s, 2).update(row, state="unallocated")
            scribe_for(s, 3).update(row, display_name="Zoë Ångström")
            reverse(s, decision_id=2, scribe=scribe_for(s, 4))
            s.refresh(row)
            assert (row.state, row.display_name) == ("active", "Zoë Ångström")

    def test_what_was_made_since_and_depends_on_it_stands_in_the_way(self, school: Store) -> None:
        with school.write() as s:
            one = bulk.insert(s, Person, [person(1)])[0]
            made = scribe_for(s).insert(account(1))
            assert made.id is not None
            s.add(Link(school_id=1, person_id=one, account_id=made.id))
            before = content(s)
            with pytest.raises(Stale, match="depends"):
                reverse(s, decision_id=1, scribe=scribe_for(s, 2))
            assert content(s) == before

    def test_a_row_deleted_or_made_again_since_stands_in_the_way(self, school: Store) -> None:
        with school.write() as s:
            row = scribe_for(s).insert(account(1))
            gone = row.id
            scribe_for(s, 2).delete(row)
            with pytest.raises(Stale, match="overtaken"):
                reverse(s, decision_id=1, scribe=scribe_for(s, 3))
            s.add(account(1, id=gone))
            s.flush()
            assert preview(s, decision_id=2).blocked == (f"account {gone} exists again",)

    def test_a_run_of_thousands_is_taken_back_to_what_was(self, school: Store) -> None:
        with school.write() as s:
            old = bulk.insert(s, Person, [person(n, given_name="Zoë") for n in range(3000)])
            before = content(s)
            scribe = scribe_for(s, None, run=7)
            scribe.update_many(Person, [(i, {"given_name": "Zoë"}, {"given_name": "Zoé"}) for i in old])
            scribe.insert_many(Person, [person(n) for n in range(3000, 6000)])
            scribe.delete_many(Person, old[:100])
            assert reverse(s, run_id=7, scribe=scribe_for(s, None, run=8)).rows == 6100
            assert content(s) == before

    def test_either_a_decision_or_a_run_is_named(self, school: Store) -> None:
        with school.write() as s, pytest.raises(ValueError, match="either"):
            reverse(s, scribe=scribe_for(s))

    def test_marking_the_decision_itself_as_undone_is_a_change_of_the_one_who_undoes(
        self, school: Store
    ) -> None:
        with school.write() as s:
            decision = Decision(school_id=1, kind="create", actor="ada", at=NOW)
            s.add(decision)
            s.flush()
            assert decision.id is not None
            scribe_for(s, decision.id).insert(account(1))
            reverse(s, decision_id=decision.id, scribe=scribe_for(s, None))
            scribe_for(s, None).update(decision, undone_at=NOW, undone_by="ada")
        with school.read() as s:
            assert s.exec(select(Account)).all() == []


TEXT = st.text(max_size=12)  # hypothesis draws half characters and NUL too
DAYS = st.dates(min_value=date(1900, 1, 1))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("insert"), TEXT, st.none() | DAYS, st.booleans()),
        st.tuples(st.just("update"), st.integers(0, 50), TEXT, st.booleans()),
        st.tuples(st.just("flags"), st.integers(0, 50), st.lists(TEXT, max_size=3), st.booleans()),
        st.tuples(st.just("delete"), st.integers(0, 50), st.none(), st.booleans()),
    ),
    max_size=14,
)


def play(s: Session, scribe: Scribe, steps: list[Any], first: int) -> None:
    """Random changes to people, one at a time or by the bulk functions."""
    for number, (kind, what, value, many) in enumerate(steps, first):
        ids = list(s.exec(select(Person.id)))
        if kind == "insert":
            row = person(number, given_name=what, date_of_birth=value)
            scribe.insert_many(Person, [row]) if many else scribe.insert(Person(**row))
        elif ids:
            found = s.get_one(Person, ids[what % len(ids)])
            name = "flags" if kind == "flags" else "given_name"
            assert found.id is not None
            if kind == "delete":
                scribe.delete_many(Person, [found.id]) if many else scribe.delete(found)
            elif many:
                scribe.update_many(Person, [(found.id, {name: getattr(found, name)}, {name: value})])
            else:
                scribe.update(found, **{name: value})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(existing=STEPS, decided=STEPS)
def test_any_decision_taken_back_leaves_the_store_as_it_was(
    school: Store, existing: list[Any], decided: list[Any]
) -> None:
    with pytest.raises(_Done), school.write() as s:  # always rolled back, so that examples do not meet
        play(s, scribe_for(s, 1), existing, 0)
        s.expire_all()
        before = content(s)
        play(s, scribe_for(s, 2), decided, 100)
        assert preview(s, decision_id=2).blocked == ()
        reverse(s, decision_id=2, scribe=scribe_for(s, 3))
        assert content(s) == before
        raise _Done


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(decided=STEPS, name=st.text("abc", min_size=1), chosen=st.integers(0, 50))
def test_any_later_change_of_the_same_thing_blocks_it_all(
    school: Store, decided: list[Any], name: str, chosen: int
) -> None:
    with pytest.raises(_Done), school.write() as s:
        play(s, scribe_for(s, 1), [("insert", "x", None, True)], 0)
        play(s, scribe_for(s, 2), decided, 100)
        touched = sorted(
            set(s.exec(select(Journal.row_id).where(Journal.decision_id == 2, Journal.before == None)))  # noqa: E711
            & set(s.exec(select(Person.id)))
        )
        if touched:
            found = s.get_one(Person, touched[chosen % len(touched)])
            scribe_for(s, 4).update(found, given_name=(found.given_name or "") + name)
            before = content(s)
            with pytest.raises(Stale):
                reverse(s, decision_id=2, scribe=scribe_for(s, 3))
            assert content(s) == before
        raise _Done


class _Done(Exception):
    pass


def test_what_a_run_wrote_outlives_closing_the_store(school: Store, tmp_path: Path) -> None:
    with school.write() as s:
        scribe_for(s).insert(account(1))
    school.close()
    with Store.open(school.url) as again, again.write() as s:
        assert reverse(s, decision_id=1, scribe=scribe_for(s, 2)).rows == 1
        assert s.exec(select(Account)).all() == []
