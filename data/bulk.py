"""Many rows at once by SQLAlchemy Core, on SQLite and PostgreSQL alike; ten times faster than models.

Rows are dicts of column name to Python value.  A column a row leaves out gets the model's default on
insert and is left alone on update.  Table and column names come from our models, never from data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select, text
from sqlalchemy import delete as sql_delete
from sqlalchemy import insert as sql_insert
from sqlalchemy import update as sql_update
from sqlalchemy.exc import DataError
from sqlmodel import Session, SQLModel

from data.tables import Journal
from data.wire import clean_row

_CHUNK = 5_000
Row = Mapping[str, Any]


def table_of(table_cls: type[SQLModel]) -> Table:
    found = table_cls.__table__  # type: ignore[attr-defined]
    assert isinstance(found, Table)  # noqa: S101 - narrows the type
    return found


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def insert(s: Session, table_cls: type[SQLModel], rows: Sequence[Row]) -> list[int]:
    """Insert and return the ids in the order of the rows; an id a row brings is kept."""
    if not rows:
        return []
    full = with_ids(s, table_cls, rows)
    insert_whole(s, table_cls, full)
    return [row["id"] for row in full]


def insert_whole(s: Session, table_cls: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert rows that all give the same columns and leave no default to fill."""
    statement = sql_insert(table_of(table_cls))
    if s.connection().dialect.name != "sqlite" or not rows:
        _execute(s, statement, rows)
        return
    for part in chunks(rows):
        try:
            with s.connection().begin_nested():
                _insert_by_column(s, table_of(table_cls), part)
        except UnicodeEncodeError:
            _execute(s, statement, part)


def _insert_by_column(s: Session, table: Table, rows: Sequence[Row]) -> None:
    """Twice as fast as a statement given dicts: values are prepared a column at a time, and a value that
    all rows share (time, actor, school) only once."""
    connection = s.connection()
    names = list(rows[0])
    compiled = sql_insert(table).compile(dialect=connection.dialect, column_keys=names)
    order = compiled.positiontup or names
    columns = []
    for name in order:
        values = [row[name] for row in rows]
        prepare = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        if prepare is not None:
            first = values[0]
            shared = all(value is first for value in values)
            values = [prepare(first)] * len(values) if shared else [prepare(value) for value in values]
        columns.append(values)
    connection.exec_driver_sql(str(compiled), list(zip(*columns, strict=True)))


def _execute(s: Session, statement: Any, rows: Sequence[Row]) -> None:
    """In chunks; one with text the database refuses goes again with that text cleaned."""
    connection = s.connection()
    for part in chunks(rows):
        try:
            with connection.begin_nested():
                connection.execute(statement, part)
        except (UnicodeEncodeError, DataError):
            keep_nul = connection.dialect.name == "sqlite"
            connection.execute(statement, [clean_row(row, keep_nul=keep_nul) for row in part])


def upsert(
    s: Session,
    table_cls: type[SQLModel],
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Insert, or update the row that has the same ``key`` (a unique constraint of the table).

    ``update`` names the columns to overwrite; by default all those the first row gives but the key.
    An empty ``update`` leaves rows that exist alone.
    """
    if not rows:
        return
    names = [n for n in rows[0] if n not in key and n != "id"] if update is None else list(update)
    dialect = s.connection().dialect.name
    statement = upsert_statement(table_of(table_cls), dialect=dialect, key=key, update=names)
    _execute(s, statement, _filled(table_cls, rows))


def upsert_statement(table: Table, *, dialect: str, key: Sequence[str], update: Sequence[str]) -> Any:
    """``INSERT … ON CONFLICT`` in the words of a dialect ("sqlite" or "postgresql")."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as dialect_insert
    else:
        from sqlalchemy.dialects.sqlite import insert as dialect_insert  # type: ignore[assignment]
    statement = dialect_insert(table)
    columns = [table.c[name] for name in key]
    if not update:
        return statement.on_conflict_do_nothing(index_elements=columns)
    overwrite = {name: statement.excluded[name] for name in update}
    return statement.on_conflict_do_update(index_elements=columns, set_=overwrite)


def update(s: Session, table_cls: type[SQLModel], rows: Sequence[Row]) -> None:
    """Update rows by their ``id``; rows may name different columns."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        names = tuple(name for name in row if name != "id")
        if names:
            groups.setdefault(names, []).append({f"b_{name}": value for name, value in row.items()})
    table = table_of(table_cls)
    for names, group in groups.items():
        values = {name: bindparam(f"b_{name}", type_=table.c[name].type) for name in names}
        statement = sql_update(table).where(table.c.id == bindparam("b_id")).values(values)
        _execute(s, statement, group)


def delete(s: Session, table_cls: type[SQLModel], ids: Sequence[int]) -> None:
    table = table_of(table_cls)
    for part in chunks(ids):
        s.connection().execute(sql_delete(table).where(table.c.id.in_(part)))


def load(s: Session, table_cls: type[SQLModel], ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Whole rows as they are now, by id; what is gone is left out."""
    table = table_of(table_cls)
    found: dict[int, dict[str, Any]] = {}
    for part in chunks(ids):
        rows = s.connection().execute(select(table).where(table.c.id.in_(part))).mappings()
        found.update((row["id"], dict(row)) for row in rows)
    return found


def next_ids(s: Session, table_cls: type[SQLModel], count: int) -> list[int]:
    """Ids nobody ever had, ascending.

    On SQLite the write lock makes "highest ever" safe to count on from.  People and accounts have a count
    of their own (``tables.NEVER_AGAIN``); for others the journal is asked too, because SQLite would give the
    id of a deleted row to the next one, and undo tells rows apart by their ids.
    """
    table = table_of(table_cls)
    connection = s.connection()
    if connection.dialect.name == "postgresql":
        asked = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
        return sorted(connection.execute(asked, {"name": f'"{table.name}"', "count": count}).scalars())
    now = connection.execute(select(func.max(table.c.id))).scalar() or 0
    first = max(now, _ever(connection, table)) + 1
    return list(range(first, first + count))


def _ever(connection: Connection, table: Table) -> int:
    """The highest id a row of this table is known to have had."""
    if table.dialect_options["sqlite"]["autoincrement"]:
        asked = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return int(connection.execute(asked, {"name": table.name}).scalar() or 0)
    journal = table_of(Journal)
    highest = select(func.max(journal.c.row_id)).where(journal.c.table_name == table.name)
    return int(connection.execute(highest).scalar() or 0)


def with_ids(s: Session, table_cls: type[SQLModel], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows with every column filled and an id each."""
    full = _filled(table_cls, rows)
    nameless = [row for row in full if row.get("id") is None]
    if nameless:
        for row, fresh in zip(nameless, next_ids(s, table_cls, len(nameless)), strict=True):
            row["id"] = fresh
    return full


def _filled(table_cls: type[SQLModel], rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Every row with the same columns, the model's defaults where one says nothing."""
    defaults = _defaults(table_cls)
    return [{**defaults, **row} for row in rows]


def _defaults(table_cls: type[SQLModel]) -> dict[str, Any]:
    """Column name to default; columns that must be given are left out. Shared, so only to be written."""
    names = column_names(table_cls)
    return {
        names[field]: info.get_default(call_default_factory=True)
        for field, info in table_cls.model_fields.items()
        if field != "id" and not info.is_required()
    }


def column_names(table_cls: type[SQLModel]) -> dict[str, str]:
    """Attribute name to column name; they differ where a column's name is a word of Python or SQL."""
    mapper = table_cls.__mapper__  # type: ignore[attr-defined]
    return {attribute.key: attribute.columns[0].name for attribute in mapper.column_attrs}
