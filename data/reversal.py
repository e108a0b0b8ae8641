"""Taking back a decision or a whole run from its journal: all of it, or nothing.

First every row it would touch is compared with what the journal says it was left as; only when all of
them still are is anything written, as new journal rows of whoever takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from data import bulk, tables
from data.erasing import MARK, is_erased
from data.errors import Stale
from data.journal import Entry, Scribe, class_of, restored
from data.wire import clean

_Key = tuple[str, int]
_Row = dict[str, Any] | None
ERASED = "belonged to somebody whose data was erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """``rows`` journal entries taken back (or that would be); ``blocked`` what stands in the way, one
    sentence a row, and in ``keys`` the (table, id) of those rows, in the same order."""

    rows: int
    blocked: tuple[str, ...] = ()
    keys: tuple[tuple[str, int], ...] = ()


def preview(s: Session, *, decision_id: int | None = None, run_id: int | None = None) -> Reversal:
    """What ``reverse`` would do now, without doing it."""
    s.flush()
    entries = _entries(s, decision_id=decision_id, run_id=run_id)
    blocked = _blocked(s, entries)
    return Reversal(rows=len(entries), blocked=tuple(blocked.values()), keys=tuple(blocked))


def reverse(
    s: Session, *, decision_id: int | None = None, run_id: int | None = None, scribe: Scribe
) -> Reversal:
    """Give every row the ``before`` of its journal entries, newest first.

    Raises Stale, having changed nothing, when a row is no longer as the entry left it, or when something
    made since depends on it.
    """
    s.flush()
    entries = _entries(s, decision_id=decision_id, run_id=run_id)
    blocked = _blocked(s, entries)
    if blocked:
        raise Stale(
            f"{len(blocked)} of these changes were overtaken by later ones.", blocked=tuple(blocked.values())
        )
    try:
        with s.begin_nested():
            for batch in _batches(entries):
                _take_back(scribe, batch)
    except IntegrityError as error:
        raise Stale("Something made since depends on these changes.", blocked=(str(error.orig),)) from error
    s.expire_all()
    return Reversal(rows=len(entries))


def _entries(s: Session, *, decision_id: int | None, run_id: int | None) -> list[Entry]:
    if (decision_id is None) == (run_id is None):
        raise ValueError("name either a decision or a run")
    j = bulk.table_of(tables.Journal)
    which = j.c.decision_id == decision_id if run_id is None else j.c.run_id == run_id
    rows = s.connection().execute(
        select(j.c.table_name, j.c.row_id, j.c.before, j.c.after).where(which).order_by(j.c.id.desc())
    )
    return [
        Entry(table=t, row_id=i, before=_python(t, before), after=_python(t, after))
        for t, i, before, after in rows
    ]


def _python(table: str, written: _Row) -> _Row:
    """An entry that lost what it held to an erasure keeps its mark, by which it is refused."""
    if written is None or is_erased(written):
        return written
    return restored(class_of(table), written)


def _blocked(s: Session, entries: Sequence[Entry]) -> dict[_Key, str]:
    """Play the entries backwards over copies of today's rows; name those that do not fit."""
    state = _today(s, entries)
    blocked: dict[_Key, str] = {}
    for entry in entries:
        key = (entry.table, entry.row_id)
        if key in blocked:
            continue
        now = state.get(key)
        said = _differs(entry, now)
        if said:
            blocked[key] = said
        elif entry.before is None:
            state[key] = None
        else:
            state[key] = {**(now or {}), **entry.before}
    return blocked


def _today(s: Session, entries: Sequence[Entry]) -> dict[_Key, _Row]:
    ids: dict[str, dict[int, None]] = {}
    for entry in entries:
        ids.setdefault(entry.table, {})[entry.row_id] = None
    return {
        (table, row_id): row
        for table, wanted in ids.items()
        for row_id, row in bulk.load(s, class_of(table), list(wanted)).items()
    }


def _differs(entry: Entry, now: _Row) -> str:
    where = f"{entry.table} {entry.row_id}"
    if is_erased(entry.before, entry.after):
        return f"{where} {ERASED} ({(entry.before or entry.after or {})[MARK]})"
    if entry.after is None:
        return f"{where} exists again" if now is not None else ""
    if now is None:
        return f"{where} was deleted since"
    changed = sorted(name for name, value in entry.after.items() if clean(now.get(name)) != clean(value))
    return f"{where} was changed since ({', '.join(changed)})" if changed else ""


def _kind(entry: Entry) -> tuple[str, str]:
    step = "delete" if entry.before is None else "insert" if entry.after is None else "update"
    return (entry.table, step)


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Runs of one step on one table that touch no row twice, so that each can be one bulk write."""
    for _, run in groupby(entries, key=_kind):
        batch: list[Entry] = []
        seen: set[int] = set()
        for entry in run:
            if entry.row_id in seen:
                yield batch
                batch, seen = [], set()
            batch.append(entry)
            seen.add(entry.row_id)
        yield batch


def _take_back(scribe: Scribe, batch: Sequence[Entry]) -> None:
    table, step = _kind(batch[0])
    table_cls = class_of(table)
    if step == "delete":
        scribe.delete_many(table_cls, [entry.row_id for entry in batch])
    elif step == "insert":
        scribe.insert_many(table_cls, [entry.before or {} for entry in batch])
    else:
        scribe.update_many(table_cls, [(e.row_id, e.after or {}, e.before or {}) for e in batch])
