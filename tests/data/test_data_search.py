"""Finding people: the same people as going through all names, from indexes alone (Y5)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event

from data import bulk, search
from data.store import Store
from data.tables import Identifier, Person, School

WORDS = ("an", "ann", "anna", "bo", "bob", "zo", "zoe", "smith", "smi", "o")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True).map(" ".join)


@pytest.fixture
def school(store: Store) -> Store:
    with store.write() as s:
        bulk.insert(s, School, [{"urn": "100001", "slug": "a", "name": "Larkmere"}])
    return store


def fill(store: Store, names: list[tuple[str, bool]]) -> list[int]:
    with store.write() as s:
        s.connection().execute(delete(bulk.table_of(Person)))
        rows = [
            {"school_id": 1, "role": "pupil", "source_id": str(n), "search_name": name, "present": present}
            for n, (name, present) in enumerate(names)
        ]
        return bulk.insert(s, Person, rows)


@pytest.mark.every_store
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.tuples(NAMES, st.booleans()), max_size=12),
    typed=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
)
def test_everybody_is_found_each_of_whose_words_begins_a_word_of_the_name(
    school: Store, names: list[tuple[str, bool]], typed: list[str]
) -> None:
    ids = fill(school, names)
    wanted = {
        i
        for i, (name, _) in zip(ids, names, strict=True)
        if all(any(part.startswith(word) for part in name.split()) for word in typed)
    }
    with school.read() as s:
        assert set(search.by_name(s, typed, school_id=None, limit=50)) == wanted
        assert set(search.by_name(s, typed, school_id=1, limit=50)) == wanted
        assert len(search.by_name(s, typed, school_id=None, limit=2)) == min(2, len(wanted))


@pytest.mark.every_store
def test_names_that_begin_so_come_first_and_of_those_the_present(school: Store) -> None:
    gone, here, inside = fill(school, [("smith ann", False), ("smith zoe", True), ("bo smith", True)])
    with school.read() as s:
        assert search.by_name(s, ["smi"], school_id=None, limit=50) == [here, gone, inside]


def test_no_question_over_all_schools_goes_through_a_table(school: Store) -> None:
    """At 1.5 million people only an index answers as one types (bench: find)."""
    fill(school, [("smith ann", True), ("bo smith zoe", True)])
    with school.write() as s:
        bulk.insert(s, Identifier, [{"school_id": 1, "person_id": 1, "kind": "upn", "value": "A1"}])
    asked: list[tuple[str, Any]] = []
    event.listen(
        school.engine, "before_cursor_execute", lambda _c, _k, sql, values, *_: asked.append((sql, values))
    )
    with school.read() as s:
        search.by_name(s, ["smi"], school_id=None, limit=50)
        search.by_name(s, ["zo", "smi"], school_id=None, limit=50)
        search.by_identifier(s, "A1", school_id=None)
        search.by_username(s, "z.smith", school_id=None)
        plans = [
            row[3]
            for sql, values in list(asked)
            if sql.startswith("SELECT")
            for row in s.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
    scans = [each for each in plans if each.startswith("SCAN") and "COVERING INDEX" not in each]
    assert plans
    assert scans == []
