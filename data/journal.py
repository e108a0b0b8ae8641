"""Every change with its before and after, in the same transaction; and the way back.

An inserted row is journalled whole (``before`` None), a deleted one too (``after`` None); an update carries
the columns that changed, both sides.  Days and times are ISO text there, JSON columns nest.
Reversal goes entry by entry, newest first, and refuses as a whole (``Stale``) when anything it would
touch was changed since by somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Date
from sqlmodel import Session, SQLModel

from data import bulk, tables

RowT = TypeVar("RowT", bound=SQLModel)


@dataclass(slots=True, kw_only=True)
class Entry:
    """A journal row. ``before`` and ``after`` hold Python values going in, JSON ones coming out."""

    table: str
    row_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Scribe:
    """Writes rows and their journal together. ``at`` is aware; one of ``run_id``/``decision_id`` says why."""

    def __init__(
        self,
        s: Session,
        *,
        actor: str,
        at: datetime,
        school_id: int | None,
        run_id: int | None = None,
        decision_id: int | None = None,
    ) -> None:
        self.s = s
        self.actor, self.at = actor, at
        self.school_id, self.run_id, self.decision_id = school_id, run_id, decision_id

    def insert(self, row: RowT) -> RowT:
        """Add a new row; it has its id when this returns."""
        if getattr(row, "id", None) is None:
            row.id = bulk.next_ids(self.s, type(row), 1)[0]
        self.s.add(row)
        self.s.flush()
        self._note([_entry(row, before=None, after=_values(row))])
        return row

    def update(self, row: RowT, **changes: Any) -> RowT:
        """Change attributes; nothing is journalled when nothing differs. Give JSON columns a new value."""
        names = bulk.column_names(type(row))
        old = {name: getattr(row, name) for name in changes}
        changed = {name: value for name, value in changes.items() if value != old[name]}
        if not changed:
            return row
        for name, value in changed.items():
            setattr(row, name, value)
        self.s.add(row)
        self.s.flush()
        before = {names[name]: old[name] for name in changed}
        after = {names[name]: value for name, value in changed.items()}
        self._note([_entry(row, before=before, after=after)])
        return row

    def delete(self, row: SQLModel) -> None:
        entry = _entry(row, before=_values(row), after=None)
        self.s.delete(row)
        self.s.flush()
        self._note([entry])

    def insert_many(self, table_cls: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Many new rows by Core; their ids in order."""
        if not rows:
            return []
        full = bulk.with_ids(self.s, table_cls, rows)
        bulk.insert_whole(self.s, table_cls, full)
        table = bulk.table_of(table_cls).name
        self._note([Entry(table=table, row_id=row["id"], before=None, after=row) for row in full])
        return [row["id"] for row in full]

    def update_many(
        self, table_cls: type[SQLModel], changes: Sequence[tuple[int, Mapping[str, Any], Mapping[str, Any]]]
    ) -> None:
        """``(id, before, after)`` of the columns to change; columns that do not differ are left out."""
        table = bulk.table_of(table_cls).name
        rows, entries = [], []
        for row_id, before, after in changes:
            names = [name for name, value in after.items() if name != "id" and before[name] != value]
            if names:
                rows.append({"id": row_id, **{name: after[name] for name in names}})
                old, new = {n: before[n] for n in names}, {n: after[n] for n in names}
                entries.append(Entry(table=table, row_id=row_id, before=old, after=new))
        bulk.update(self.s, table_cls, rows)
        self._forget(table_cls, [row["id"] for row in rows])
        self._note(entries)

    def delete_many(self, table_cls: type[SQLModel], ids: Sequence[int]) -> None:
        """Delete rows by id, each kept whole in the journal; ids that are gone are passed over."""
        table = bulk.table_of(table_cls).name
        found = bulk.load(self.s, table_cls, ids)
        bulk.delete(self.s, table_cls, list(found))
        self._forget(table_cls, found)
        self._note([Entry(table=table, row_id=i, before=row, after=None) for i, row in found.items()])

    def _note(self, entries: Sequence[Entry]) -> None:
        shared = {
            "at": self.at, "actor": self.actor, "school_id": self.school_id,
            "run_id": self.run_id, "decision_id": self.decision_id,
        }  # fmt: skip
        rows = [
            {**shared, "table_name": e.table, "row_id": e.row_id, "before": e.before, "after": e.after}
            for e in entries
        ]
        if rows:
            bulk.insert_whole(self.s, tables.Journal, rows)

    def _forget(self, table_cls: type[SQLModel], ids: Any) -> None:
        """Objects the session already holds are read again: Core wrote past them."""
        held = {obj.id: obj for obj in self.s.identity_map.values() if type(obj) is table_cls}  # type: ignore[attr-defined]
        for row_id in set(held).intersection(ids):
            self.s.expire(held[row_id])


def restored(table_cls: type[SQLModel], row: Mapping[str, Any]) -> dict[str, Any]:
    """The Python values of a journalled row."""
    columns = bulk.table_of(table_cls).c
    return {name: _restored(columns[name].type, value) for name, value in row.items() if name in columns}


def _restored(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, tables.UtcTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return value


def class_of(table: str) -> type[SQLModel]:
    """The model of a table name in the journal."""
    return _CLASSES[table]


_CLASSES: dict[str, type[SQLModel]] = {
    mapper.local_table.name: mapper.class_  # type: ignore[attr-defined]
    for mapper in SQLModel._sa_registry.mappers
}


def _values(row: SQLModel) -> dict[str, Any]:
    return {column: getattr(row, name) for name, column in bulk.column_names(type(row)).items()}


def _entry(row: SQLModel, *, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Entry:
    table = bulk.table_of(type(row)).name
    return Entry(table=table, row_id=row.id, before=before, after=after)  # type: ignore[attr-defined]


def reverse(s: Session, *, decision_id: int | None = None, run_id: int | None = None, scribe: Scribe) -> Any:
    """See ``data.reversal.reverse``; here because undo is what the journal is for."""
    from data import reversal

    return reversal.reverse(s, decision_id=decision_id, run_id=run_id, scribe=scribe)
