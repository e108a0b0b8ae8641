"""Models, migrations and both dialects say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from data import bulk, tables
from data.status import QUERY
from data.store import Store, engine_for
from tests import stores


@pytest.mark.every_store
def test_the_migrated_schema_is_the_one_the_models_describe(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.every_store
def test_every_column_constraint_and_index_is_the_same_as_a_fresh_one(store: Store, tmp_path: Path) -> None:
    """compare_metadata passes over partial indexes and checks; the descriptions must agree too."""
    fresh = engine_for(stores.bare(tmp_path / "fresh.sqlite3"))
    SQLModel.metadata.create_all(fresh)
    ours, theirs = inspect(store.engine), inspect(fresh)
    try:
        for name in SQLModel.metadata.tables:
            assert columns(ours, name) == columns(theirs, name), name
            assert indexes(ours, name) == indexes(theirs, name), name
            assert sorted(map(str, ours.get_foreign_keys(name))) == sorted(
                map(str, theirs.get_foreign_keys(name))
            )
            assert uniques(ours, name) == uniques(theirs, name), name
    finally:
        fresh.dispose()


def columns(found: object, table: str) -> list[tuple[str, str, bool]]:
    return [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)]  # type: ignore[attr-defined]


def indexes(found: object, table: str) -> list[tuple[object, ...]]:
    def where(index: dict[str, object]) -> list[tuple[str, str]]:
        options: dict[str, object] = index.get("dialect_options", {})  # type: ignore[assignment]
        return sorted((name, str(value)) for name, value in options.items())

    return sorted(
        (i["name"], i["column_names"], i["unique"], where(i))
        for i in found.get_indexes(table)  # type: ignore[attr-defined]
    )


def uniques(found: object, table: str) -> list[list[str]]:
    return sorted(c["column_names"] for c in found.get_unique_constraints(table))  # type: ignore[attr-defined]


def test_postgresql_understands_every_table() -> None:
    dialect = postgresql.dialect()
    for table in SQLModel.metadata.sorted_tables:
        written = str(CreateTable(table).compile(dialect=dialect))
        assert f"CREATE TABLE {table.name} (" in written
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect)).startswith("CREATE")
    one_link = next(i for i in bulk.table_of(tables.Link).indexes if i.name == "uq_link_active_person")
    assert str(CreateIndex(one_link).compile(dialect=dialect)).endswith("(person_id) WHERE active")


@pytest.mark.parametrize(
    ("name", "dialect"), [("postgresql", postgresql.dialect()), ("sqlite", sqlite.dialect())]
)
@pytest.mark.parametrize("update", [("given_name", "family_name"), ()])
def test_both_dialects_understand_an_upsert(name: str, dialect: object, update: tuple[str, ...]) -> None:
    table = bulk.table_of(tables.Person)
    key = ("school_id", "role", "source_id")
    statement = bulk.upsert_statement(table, dialect=name, key=key, update=update)
    written = str(statement.compile(dialect=dialect))
    assert "ON CONFLICT (school_id, role, source_id) DO" in written
    for column in update:
        assert f"{column} = excluded.{column}" in written
    assert ("DO NOTHING" in written) is not bool(update)


def test_postgresql_understands_the_quick_look() -> None:
    """Its SQL is our own text: hold it to what both databases know."""
    assert not re.search(r"=\s*[01]\b|ifnull|datetime\(|\bglob\b", QUERY, re.IGNORECASE)
