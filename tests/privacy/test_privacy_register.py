"""The register of personal data: no table and no column is forgotten, in any of what is built on it."""

from __future__ import annotations

from sqlalchemy import JSON, String
from sqlmodel import SQLModel

import data.tables  # noqa: F401 - fills the metadata
from data import erasing, register

PEOPLE = {"person", "account", "contact"}
TABLES = SQLModel.metadata.tables


def test_X1_every_table_and_every_column_of_the_store_is_in_the_register() -> None:
    assert set(register.BY_TABLE) == set(TABLES)
    for name, table in TABLES.items():
        assert {column.name for column in table.columns} == register.BY_TABLE[name].columns, name


def test_X1_no_column_is_in_the_register_under_two_headings() -> None:
    for entry in register.ENTRIES:
        said = [*entry.owners, *entry.personal, *entry.free, *entry.staff, *entry.plain]
        assert len(said) == len(set(said)), entry.table


def test_X1_whatever_points_at_a_person_an_account_or_a_contact_says_whose_row_it_is() -> None:
    for name, table in TABLES.items():
        owners = register.BY_TABLE[name].owners
        for column in table.columns:
            named = column.name.removesuffix("_id") if column.name.endswith("_id") else ""
            if {key.column.table.name for key in column.foreign_keys} & PEOPLE or named in PEOPLE:
                assert owners.get(column.name) in PEOPLE, f"{name}.{column.name}"


def test_X1_every_json_column_is_searched_or_told_to_be_nobodys() -> None:
    """JSON can hold anything: it is either somebody's own, or searched for names, or settings."""
    settings = {
        "school.options", "connection.settings", "connection.guide_done", "connection.since",
        "reportscope.fields_declined", "reportscope.fields_requested", "target.settings", "target.options",
        "mis_move.settings", "erasure.rows",
    }  # fmt: skip
    for name, table in TABLES.items():
        entry = register.BY_TABLE[name]
        for column in table.columns:
            if isinstance(column.type, JSON) and f"{name}.{column.name}" not in settings:
                assert column.name in (*entry.personal, *entry.free), f"{name}.{column.name}"


def test_X1_text_that_people_or_runs_write_is_searched() -> None:
    words = {"message", "mend", "text", "reason", "summary", "detail", "subject", "ended_reason", "error"}
    for name, table in TABLES.items():
        entry = register.BY_TABLE[name]
        for column in table.columns:
            if isinstance(column.type, String) and column.name in words and name != "run":
                assert column.name in entry.free, f"{name}.{column.name}"


def test_rows_of_somebody_who_is_erased_have_their_place_in_the_order() -> None:
    assert erasing.unregistered() == []
    for table in erasing.ORDER:
        for key in TABLES[table].foreign_keys:
            owner = key.column.table.name
            if owner in erasing.ORDER and owner != table:
                assert erasing.ORDER.index(table) < erasing.ORDER.index(owner), (table, owner)


def test_every_entry_says_why_until_when_and_what_erasing_does() -> None:
    for entry in register.ENTRIES:
        assert entry.holds and entry.ground and entry.until and entry.erasing, entry.table
