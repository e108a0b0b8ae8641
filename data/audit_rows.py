"""Rows of the trail of decisions, filtered; sealing and checking them is in ``data.audit``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func
from sqlmodel import Session, col, select

from data.schools import seen_ids
from data.tables import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is asked for; "" or None asks for everything. ``until`` is the first moment that is too late."""

    school_id: int | None = None
    who: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    evidence: str = ""
    limit: int = 1000


def rows(s: Session, wanted: Filter) -> list[Decision]:
    """Newest first. A session bound to single schools sees those alone."""
    asked = select(Decision).where(and_(True, *_conditions(s, wanted)))
    return list(s.exec(asked.order_by(col(Decision.id).desc()).limit(wanted.limit)))


def count(s: Session, wanted: Filter) -> int:
    """All that match, however many are listed."""
    return s.exec(select(func.count()).select_from(Decision).where(and_(True, *_conditions(s, wanted)))).one()


def _conditions(s: Session, wanted: Filter) -> Iterator[ColumnElement[bool]]:
    seen = seen_ids(s)
    if seen is not None:
        yield col(Decision.school_id).in_(seen)
    if wanted.school_id is not None:
        yield col(Decision.school_id) == wanted.school_id
    if wanted.who:
        yield func.lower(Decision.actor) == wanted.who.lower()
    if wanted.kind:
        yield col(Decision.kind) == wanted.kind
    if wanted.since is not None:
        yield col(Decision.at) >= wanted.since
    if wanted.until is not None:
        yield col(Decision.at) < wanted.until
    yield from _words(wanted.text, col(Decision.summary), cast(col(Decision.detail), Text))
    if wanted.evidence:
        held = cast(col(Decision.detail), Text)
        yield held.like('%"evidence"%')
        yield from _words(wanted.evidence, held)


def _words(text: str, *columns: Any) -> Iterator[ColumnElement[bool]]:
    """Every word somewhere in the columns, letter case aside."""
    for word in text.split():
        pattern = f"%{_literal(word.lower())}%"
        found = [func.lower(each).like(pattern, escape="\\") for each in columns]
        yield found[0] if len(found) == 1 else found[0] | found[1]


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def kinds(s: Session, wanted: Filter) -> list[str]:
    """Of what ``wanted`` asks for."""
    return _distinct(s, col(Decision.kind), wanted)


def actors(s: Session, wanted: Filter) -> list[str]:
    return _distinct(s, col(Decision.actor), wanted)


def _distinct(s: Session, column: Any, wanted: Filter) -> list[str]:
    return sorted(s.exec(select(column).where(and_(True, *_conditions(s, wanted))).distinct()))
