"""Notifications as they were written and sent: each once for a channel, whoever writes it first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from data import bulk
from data.tables import Told

WAITING, SENT, DROPPED = "waiting", "sent", "dropped"


def newest(s: Session, channel: str) -> dict[int, tuple[Told, int]]:
    """School id -> the last thing this channel was told of it (no summary), and how many things it was."""
    ours = (col(Told.channel) == channel, col(Told.school_id).is_not(None), col(Told.kind) != "summary")
    last = select(func.max(Told.id)).where(*ours).group_by(col(Told.school_id))
    counts = select(col(Told.school_id), func.count()).where(*ours).group_by(col(Told.school_id))
    times = {int(school or 0): int(n) for school, n in s.connection().execute(counts)}
    rows = s.exec(select(Told).where(col(Told.id).in_(last)))
    return {int(row.school_id or 0): (row, times[int(row.school_id or 0)]) for row in rows}


def write(s: Session, rows: Iterable[dict[str, object]]) -> None:
    """Keep notices to be sent; one that is there already, from another process, stays as it is."""
    bulk.upsert(s, Told, list(rows), key=("channel", "key"), update=())


def waiting(s: Session) -> list[Told]:
    return list(s.exec(select(Told).where(Told.state == WAITING).order_by(col(Told.id))))


def messages(s: Session, channel: str, *, since: datetime, until: datetime) -> int:
    """How many messages a channel took in that time; notices that went together have one time."""
    asked = select(func.count(func.distinct(Told.sent_at))).where(
        Told.channel == channel, Told.state == SENT, col(Told.sent_at) > since, col(Told.sent_at) <= until
    )
    return int(s.exec(asked).one())


def log(s: Session, *, limit: int) -> list[Told]:
    return list(s.exec(select(Told).order_by(col(Told.id).desc()).limit(limit)))
