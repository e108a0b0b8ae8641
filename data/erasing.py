"""Erasing people from the store: all rows of the register in one transaction, the journal included.

What stays: that something was done, when and by whom, with a random reference in place of the person; counts;
and the bare username, so that it never becomes somebody else's (Z8).  That no page and no write-ahead log
holds what was deleted is seen to afterwards (``data.shredding``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Text, cast, delete, select, update
from sqlmodel import Session

from data import privacy
from data.privacy import Subject, Words, table_named
from data.register import BY_TABLE, REMOVED, free, owned
from data.wire import from_json

MARK = "erased"  # the one key of a journal row's before and after when what they held was erased
#: Children before their owners.
ORDER = (
    "candidate", "not_same", "identifier", "attendance_mark", "membership", "contact_use", "contact_link",
    "problem", "case_note", "exclusion", "review", "handout_line", "target_account", "target_change", "alias",
    "link", "contact", "account", "person",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Erased:
    """``rows`` table -> rows removed, emptied or struck; ``left`` mentions that may mean a namesake."""

    rows: Counter[str] = field(default_factory=Counter)
    left: int = 0


def erase(s: Session, subject: Subject, *, reference: str) -> Erased:
    """Erase everything about these people. The caller holds the write transaction and has checked leave."""
    if s.connection().dialect.name == "sqlite":
        s.connection().exec_driver_sql("PRAGMA secure_delete = ON")
    done = Erased()
    words = Words(subject.names | subject.handles)
    keys = _remove(s, subject, done)
    _release(s, subject, done)
    _empty_decisions(s, subject, reference, done)
    clear = Words((subject.names - privacy.borne_by_others(s, subject)) | subject.handles)
    _strike(s, subject, words, clear, done)
    _empty_journal(s, subject, keys, clear, reference, done)
    s.expire_all()
    return done


def _remove(s: Session, subject: Subject, done: Erased) -> set[tuple[str, int]]:
    """Delete the rows; their (table, id), by which the journal knows them."""
    held = privacy.rows(s, subject)
    keys: set[tuple[str, int]] = set()
    for name in ORDER:
        ids = [row["id"] for row in held.get(name, ())]
        keys.update((name, each) for each in ids)
        table = table_named(name)
        if ids:
            s.connection().execute(delete(table).where(privacy.theirs(BY_TABLE[name], subject)))
            done.rows[name] += len(ids)
    return keys


def _release(s: Session, subject: Subject, done: Erased) -> None:
    t = table_named("reserved_name")
    mine = t.c.account_id.in_(sorted(subject.accounts))
    count = s.connection().execute(update(t).where(mine).values(account_id=None)).rowcount
    done.rows["reserved_name"] += count


def _empty_decisions(s: Session, subject: Subject, reference: str, done: Erased) -> None:
    d = table_named("decision")
    mine = privacy.theirs(BY_TABLE["decision"], subject)
    found = s.connection().execute(select(d.c.id, d.c.kind).where(mine)).all()
    for row_id, kind in found:
        values = {
            "person_id": None, "account_id": None, "detail": {MARK: reference},
            "summary": f"{kind}: about somebody who was erased ({reference})",
        }  # fmt: skip
        s.connection().execute(update(d).where(d.c.id == row_id).values(values))
    done.rows["decision"] += len(found)


def _strike(s: Session, subject: Subject, words: Words, clear: Words, done: Erased) -> None:
    """Names in texts of other rows; a held plan holds them all over, so it is dropped as a whole."""
    found = list(privacy.mentions(s, subject, words, tables=free()))
    for each in found:
        table = table_named(each.table)
        key = next(iter(table.primary_key.columns))
        struck = clear.struck(each.value)
        if each.table == "heldplan":
            s.connection().execute(delete(table).where(key == each.row_id))
        elif struck != each.value:
            s.connection().execute(update(table).where(key == each.row_id).values({each.column: struck}))
        done.left += words.within(struck) and each.table != "heldplan"
        done.rows[each.table] += struck != each.value or each.table == "heldplan"


def _empty_journal(
    s: Session, subject: Subject, keys: set[tuple[str, int]], clear: Words, reference: str, done: Erased
) -> None:
    """Rows of the subject, also those deleted long ago, lose what they held; in others names are struck."""
    j = table_named("journal")
    for row_id, own, before, after in _journal(s, subject, keys, clear):
        sides = {"before": before, "after": after}
        if own:
            values = {name: side and {MARK: reference} for name, side in sides.items()}
        else:
            values = {name: clear.struck(side) for name, side in sides.items()}
        values = {name: value for name, value in values.items() if value is not None}
        if values and values != sides:
            s.connection().execute(update(j).where(j.c.id == row_id).values(values))
            done.rows["journal"] += 1


_Row = tuple[int, bool, dict[str, Any] | None, dict[str, Any] | None]


def _journal(s: Session, subject: Subject, keys: set[tuple[str, int]], clear: Words) -> Iterator[_Row]:
    """(id, whether the row is the subject's, before, after) of every entry that tells of them.

    The JSON is looked at as text first, because most entries are about somebody else.
    """
    j = table_named("journal")
    asked = select(j.c.id, j.c.table_name, j.c.row_id, cast(j.c.before, Text), cast(j.c.after, Text))
    asked = asked.where(j.c.school_id.in_(sorted(subject.schools)) | j.c.school_id.is_(None))
    hint = _hint(subject)
    found: list[_Row] = []
    for row_id, table, of, *raw in s.connection().execute(asked):
        known = (table, of) in keys
        if known or any(text and (hint.search(text) or clear.pattern.search(text)) for text in raw):
            before, after = (from_json(text) if text and text != "null" else None for text in raw)
            found.append((row_id, known or _is_theirs(table, subject, before, after), before, after))
    yield from found


def _hint(subject: Subject) -> re.Pattern[str]:
    """A column of an owner with one of the subject's ids, as compact JSON has it."""
    parts = [
        rf'"{kind}_id":\s?(?:{"|".join(map(str, sorted(subject.ids(kind))))})\b'
        for kind in ("person", "account", "contact")
        if subject.ids(kind)
    ]
    parts += [rf'"person_source_id":\s?"{re.escape(source)}"' for _, source in sorted(subject.sources)]
    return re.compile("|".join(parts) or r"(?!)")


def _is_theirs(table: str, subject: Subject, *sides: dict[str, Any] | None) -> bool:
    entry = BY_TABLE.get(table)
    for side in sides:
        if not side or entry is None:
            continue
        if any(side.get(name) in subject.ids(kind) for name, kind in entry.owners.items() if name != "id"):
            return True
        if (
            table == "membership"
            and (side.get("person_role"), side.get("person_source_id")) in subject.sources
        ):
            return True
    return False


def is_erased(*sides: dict[str, Any] | None) -> bool:
    """Whether a journal row lost what it held to an erasure."""
    return any(side is not None and set(side) == {MARK} for side in sides)


def unregistered() -> Sequence[str]:
    """Tables of people whose rows are removed and that have no place in the order: none, by a test."""
    return [
        e.table for e in (*owned(), BY_TABLE["membership"]) if e.erasing == REMOVED and e.table not in ORDER
    ]
