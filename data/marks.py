"""Attendance marks in the store: kept, counted, read in order, and removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session, col

from data import bulk
from data.tables import AttendanceMark, Connection, Identifier, Person

_CHUNK = 5_000
_KEY = ("person_id", "day", "session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How much of a school is kept; ``first`` and ``last`` are days, None where there is nothing."""

    marks: int
    pupils: int
    first: date | None
    last: date | None


def keep(s: Session, school_id: int, rows: Iterable[tuple[int, date, str, str]]) -> None:
    """(person id, day, session, code); a mark that is there already gets the new code."""
    left = iter(rows)
    while part := tuple(islice(left, _CHUNK)):
        made = [
            {"school_id": school_id, "person_id": person, "day": day, "session": session, "code": code}
            for person, day, session, code in part
        ]
        bulk.upsert(s, AttendanceMark, made, key=_KEY, update=("code",))


def remove(s: Session, school_id: int, *, first: date | None = None, last: date | None = None) -> int:
    """Marks of the days from ``first`` to ``last``, both included; without days all of them."""
    m = bulk.table_of(AttendanceMark)
    return int(s.connection().execute(delete(m).where(*_of(school_id, first, last))).rowcount)


def held(s: Session, school_id: int, *, first: date | None = None, last: date | None = None) -> Held:
    m = bulk.table_of(AttendanceMark)
    asked = select(
        func.count(), func.count(m.c.person_id.distinct()), func.min(m.c.day), func.max(m.c.day)
    ).select_from(m)
    marks, pupils, begin, end = s.execute(asked.where(*_of(school_id, first, last))).one()
    return Held(marks=marks, pupils=pupils, first=begin, last=end)


def listed(s: Session, school_id: int, *, first: date | None, last: date | None) -> Iterator[dict[str, Any]]:
    """Row by row by day, name and session, with what names the pupil."""
    m, p = bulk.table_of(AttendanceMark), bulk.table_of(Person)
    columns = ("source_id", "given_name", "family_name", "year_group", "registration_group")
    asked = (
        select(m.c.person_id, m.c.day, m.c.session, m.c.code, *(p.c[name] for name in columns))
        .join(p, p.c.id == m.c.person_id)
        .where(*_of(school_id, first, last))
        .order_by(m.c.day, p.c.family_name, p.c.given_name, p.c.id, m.c.session)
    )
    numbers = _numbers(s, school_id)
    for row in s.connection().execute(asked.execution_options(yield_per=_CHUNK)).mappings():
        yield {**row, **numbers.get(row["person_id"], {})}


def _numbers(s: Session, school_id: int) -> dict[int, dict[str, str]]:
    """UPN and admission number by person."""
    asked = select(col(Identifier.person_id), col(Identifier.kind), col(Identifier.value)).where(
        col(Identifier.school_id) == school_id, col(Identifier.current).is_(True),
        col(Identifier.kind).in_(("upn", "admission_number")),
    )  # fmt: skip
    found: dict[int, dict[str, str]] = {}
    for person, kind, value in s.execute(asked.order_by(col(Identifier.id))):
        found.setdefault(person, {})[kind] = value
    return found


def remember(s: Session, school_id: int, report: str, high_water: str | None) -> None:
    """How far a report was read by the connection in use; None: read it all again."""
    asked = select(Connection).where(col(Connection.school_id) == school_id, col(Connection.active).is_(True))
    connection = s.execute(asked.execution_options(populate_existing=True)).scalars().first()
    if connection is not None and connection.id is not None:
        rest = {name: value for name, value in connection.since.items() if name != report}
        since = {**rest, report: high_water} if high_water else rest
        bulk.update(s, Connection, [{"id": connection.id, "since": since}])


def _of(school_id: int, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    m = bulk.table_of(AttendanceMark)
    found: list[ColumnElement[bool]] = [m.c.school_id == school_id]
    found += [m.c.day >= first] if first is not None else []
    return found + ([m.c.day <= last] if last is not None else [])
