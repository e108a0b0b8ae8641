"""Who works where at this moment: a row a console, gone when it closes or falls silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from data import bulk
from data.tables import Presence

SILENT = timedelta(seconds=90)


def announce(
    s: Session, session: str, *, actor: str, place: str, school_id: int | None, subject: str, now: datetime
) -> None:
    """Say where this console is; those that have been silent for long are forgotten."""
    s.connection().execute(delete(Presence).where(col(Presence.seen_at) < now - SILENT))
    before = s.get(Presence, session)
    same = before is not None and (before.school_id, before.subject) == (school_id, subject)
    since = before.since if before is not None and same else now
    row = {
        "session": session, "actor": actor, "place": place, "school_id": school_id, "subject": subject,
        "since": since, "seen_at": now,
    }  # fmt: skip
    bulk.upsert(s, Presence, [row], key=("session",))


def forget(s: Session, session: str) -> None:
    s.connection().execute(delete(Presence).where(col(Presence.session) == session))


def others(s: Session, session: str, *, now: datetime, school_id: int | None = None) -> Sequence[Presence]:
    """Everybody else who is there now, of one school or of all, the longest there first."""
    asked = select(Presence).where(
        Presence.session != session,
        col(Presence.seen_at) >= now - SILENT,
        col(Presence.school_id).is_not(None),
    )
    if school_id is not None:
        asked = asked.where(Presence.school_id == school_id)
    return s.exec(asked.order_by(col(Presence.since), col(Presence.session))).all()
