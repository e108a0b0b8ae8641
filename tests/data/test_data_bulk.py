"""Many rows at once: ids in order, defaults filled, upserts that touch only what they should."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, col, select

from data import bulk
from data.journal import Scribe
from data.store import Store
from data.tables import Journal, Person, Problem, Run, School
from misconsole.services.desk import utc_now

pytestmark = pytest.mark.every_store


@pytest.fixture
def school_id(store: Store) -> int:
    with store.write() as s:
        return bulk.insert(s, School, [{"urn": "100001", "slug": "a", "name": "Larkmere"}])[0]


def person(school_id: int, source_id: str, **more: object) -> dict[str, object]:
    return {"school_id": school_id, "role": "pupil", "source_id": source_id, **more}


def people(s: Session) -> dict[str, Person]:
    return {row.source_id: row for row in s.exec(select(Person))}


def test_insert_gives_the_ids_in_the_order_of_the_rows(store: Store, school_id: int) -> None:
    names = [f"p{number}" for number in range(12_000)]  # more than two chunks
    with store.write() as s:
        ids = bulk.insert(s, Person, [person(school_id, name) for name in names])
    with store.read() as s:
        assert {row.source_id: row.id for row in s.exec(select(Person))} == dict(zip(names, ids, strict=True))


def test_a_column_left_out_gets_the_models_default_also_beside_rows_that_give_it(
    store: Store, school_id: int
) -> None:
    with store.write() as s:
        bulk.insert(s, Person, [person(school_id, "1"), person(school_id, "2", flags=["x"], status="leaver")])
    with store.read() as s:
        found = people(s)
        assert (found["1"].flags, found["1"].status, found["1"].present) == ([], "current", True)
        assert (found["2"].flags, found["2"].status) == (["x"], "leaver")


def test_a_column_whose_name_differs_from_its_attribute_is_filled_too(store: Store, school_id: int) -> None:
    with store.write() as s:
        run = bulk.insert(s, Run, [{"school_id": school_id}])[0]
        row = {"school_id": school_id, "run_id": run, "report": "staff", "subject": "A", "code": "x"}
        bulk.insert(s, Problem, [row, row | {"place": "users.csv:41"}])
    with store.read() as s:
        assert [each.where_ for each in s.exec(select(Problem).order_by(col(Problem.id)))] == [
            "",
            "users.csv:41",
        ]


def test_the_id_of_a_deleted_row_is_never_given_again(store: Store, school_id: int) -> None:
    """Undo tells rows apart by their ids; SQLite alone would reuse the highest."""
    with store.write() as s:
        scribe = Scribe(s, actor="a", at=utc_now(), school_id=school_id)
        first = scribe.insert_many(Person, [person(school_id, "1")])
        scribe.delete_many(Person, first)
        assert bulk.insert(s, Person, [person(school_id, "2")])[0] > first[0]


class TestUpsert:
    KEY = ("school_id", "role", "source_id")

    def test_it_inserts_and_updates_what_the_rows_give_and_leaves_the_rest(
        self, store: Store, school_id: int
    ) -> None:
        with store.write() as s:
            bulk.insert(s, Person, [person(school_id, "1", room="Hall", given_name="Zoe")])
            rows = [person(school_id, "1", given_name="Zoë"), person(school_id, "2", given_name="Ann")]
            bulk.upsert(s, Person, rows, key=self.KEY)
        with store.read() as s:
            found = people(s)
            assert (found["1"].given_name, found["1"].room, found["2"].given_name) == ("Zoë", "Hall", "Ann")

    def test_a_column_not_named_is_kept_though_the_row_gives_it(self, store: Store, school_id: int) -> None:
        """F12: a room typed here survives a sync."""
        with store.write() as s:
            bulk.insert(s, Person, [person(school_id, "1", room="Hall")])
            row = person(school_id, "1", room="", email="a@larkmere.example")
            bulk.upsert(s, Person, [row], key=self.KEY, update=["email"])
            bulk.upsert(s, Person, [row | {"email": "b"}], key=self.KEY, update=[])
        with store.read() as s:
            assert (people(s)["1"].room, people(s)["1"].email) == ("Hall", "a@larkmere.example")


def test_update_takes_rows_that_name_different_columns(store: Store, school_id: int) -> None:
    with store.write() as s:
        one, two = bulk.insert(s, Person, [person(school_id, "1"), person(school_id, "2")])
        born = date(2012, 2, 29)
        bulk.update(s, Person, [{"id": one, "given_name": "Ann"}, {"id": two, "date_of_birth": born}])
    with store.read() as s:
        found = people(s)
        assert (found["1"].given_name, found["1"].date_of_birth) == ("Ann", None)
        assert (found["2"].given_name, found["2"].date_of_birth) == (None, born)


def test_one_half_character_among_thousands_costs_only_itself(store: Store, school_id: int) -> None:
    with store.write() as s:
        rows = [person(school_id, str(number), given_name="Zoë") for number in range(3000)]
        rows[1500]["given_name"] = "Zo\udceb"
        Scribe(s, actor="a", at=utc_now(), school_id=school_id).insert_many(Person, rows)
    with store.read() as s:
        found = people(s)
        assert len(found) == 3000
        assert (found["1499"].given_name, found["1500"].given_name) == ("Zoë", "Zo\ufffd")
        entries = s.exec(select(Journal).where(Journal.row_id == found["1500"].id)).all()
        assert [e.after["given_name"] for e in entries if e.after] == ["Zo\ufffd"]


def test_foreign_text_is_a_value_and_never_sql(store: Store, school_id: int) -> None:
    hostile = "Robert'); DROP TABLE person;-- :x %s ?"
    with store.write() as s:
        bulk.insert(s, Person, [person(school_id, hostile, given_name=hostile)])
        bulk.upsert(s, Person, [person(school_id, hostile, given_name=hostile)], key=TestUpsert.KEY)
    with store.read() as s:
        assert people(s)[hostile].given_name == hostile
