"""Whole columns and rows of the store as plain tuples, as they come: how the questions of a run are asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from data import bulk

_AT_ONCE = 2_000


def stream(s: Session, asked: Any) -> Iterable[Any]:
    """Rows as they come, never all at once; not by way of the ORM, which would gather them first."""
    found: Iterable[Any] = s.connection().execute(asked.execution_options(yield_per=_AT_ONCE))
    return found


def whole_rows(s: Session, asked: Any) -> Iterator[dict[str, Any]]:
    for row in s.connection().execute(asked.execution_options(yield_per=_AT_ONCE)).mappings():
        yield dict(row)


def each(s: Session, asked: Any, column: Any, only: Collection[int] | None) -> Iterator[Any]:
    """The rows of a question, or of a part of it: those whose column is one of ``only``, in that order."""
    if only is None:
        yield from stream(s, asked)
        return
    for part in bulk.chunks(sorted(only)):
        yield from s.connection().execute(asked.where(col(column).in_(part)))


def stored(
    s: Session, table_cls: type[SQLModel], school_id: int, by: str, only: Collection[Any] | None
) -> Iterator[dict[str, Any]]:
    """Whole rows of a school that are present, in order of ids; with ``only``, those whose column ``by`` is
    one of these."""
    table = bulk.table_of(table_cls)
    asked = select(table).where(table.c.school_id == school_id, table.c.present.is_(True))
    asked = asked.order_by(table.c.id)
    if only is None:
        yield from whole_rows(s, asked)
        return
    for part in bulk.chunks(sorted(only)):
        yield from whole_rows(s, asked.where(table.c[by].in_(part)))
