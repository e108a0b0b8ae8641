"""Several people on one store: what changed since the last look, who else is here, and on which case.

A look is two small reads, so that every console can take one every other second.  A console opened
read-only looks, and announces nothing: it writes nothing at all.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data import presence
from misconsole.services.schools import resolve

if TYPE_CHECKING:
    from data.tables import Presence
    from misconsole.services.desk import Desk
    from misconsole.services.views import RunView

EVERY = timedelta(seconds=20)  # how often a console that stays where it is says so again
JUST_NOW = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Somebody else. ``subject`` as their console gave it, e.g. "person:12"."""

    actor: str
    place: str
    subject: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """``version`` rises with whatever is changed at the school, by anybody."""

    version: int
    run: RunView | None
    others: tuple[Other, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """Who took the last decision at a school just now; nobody where it was no decision that changed it."""

    actor: str = ""
    mine: bool = False


def new_session() -> str:
    """A name for this console among others; says nothing about anybody."""
    return secrets.token_hex(8)


def glance(desk: Desk, school: str, *, session: str) -> Glance:
    """How the school is now. Raises NotFound."""
    from misconsole.services import runs

    with desk.store.read() as s:
        found = resolve(s, school)
        here = presence.others(s, session, now=desk.now(), school_id=found.id)
        version = found.version
    return Glance(version=version, run=runs.current(desk, school), others=tuple(map(_other, here)))


def _other(row: Presence) -> Other:
    return Other(actor=row.actor, place=row.place, subject=row.subject, since=row.since)


def announce(desk: Desk, school: str, *, session: str, subject: str) -> None:
    """Tell the other consoles which school and case this one is at; nothing where it is read-only."""
    if desk.read_only or desk.grade == "read-only":
        return
    with desk.store.write() as s:
        found = resolve(s, school) if school else None
        presence.announce(
            s, session, actor=desk.actor, place=desk.place, school_id=found.id if found else None,
            subject=subject, now=desk.now(),
        )  # fmt: skip


def leave(desk: Desk, *, session: str) -> None:
    if desk.read_only or desk.grade == "read-only":
        return
    with desk.store.write() as s:
        presence.forget(s, session)


def newest(desk: Desk, school: str) -> Newest:
    """Raises NotFound."""
    from sqlmodel import col, select

    from data.tables import Decision

    with desk.store.read() as s:
        asked = select(Decision).where(Decision.school_id == resolve(s, school).id)
        found = s.exec(asked.order_by(col(Decision.id).desc()).limit(1)).first()
        at = (found.undone_at or found.at) if found is not None else None
        if found is None or at is None or desk.now() - at > JUST_NOW:
            return Newest()
        actor = found.undone_by if found.undone_at else found.actor
        return Newest(actor=actor, mine=actor == desk.actor)


def everywhere(desk: Desk, *, session: str) -> dict[int, tuple[str, ...]]:
    """School id -> who else works there."""
    with desk.store.read() as s:
        found: dict[int, tuple[str, ...]] = {}
        for row in presence.others(s, session, now=desk.now()):
            who = found.get(row.school_id or 0, ())
            found[row.school_id or 0] = who if row.actor in who else (*who, row.actor)
        return found
