"""Schools and their connections, read from the store.

Protects nothing by itself: every function is a question asked inside a session that the caller opened.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from data.runs import last_applied
from data.tables import Connection, Decision, ReportScope, Run, School


def by_key(s: Session, key: str) -> School | None:
    """The school of that URN or slug; letter case of the slug is forgiven."""
    wanted = key.strip()
    found = s.exec(select(School).where((col(School.urn) == wanted) | (col(School.slug) == wanted.lower())))
    return found.first()


def every(s: Session) -> list[School]:
    found = s.exec(select(School).order_by(func.lower(School.name), col(School.urn)))
    return [each for each in found if may_see(s, each)]


def may_see(s: Session, school: School) -> bool:
    """Whether the school is one of those the session is bound to (``Store.only``); all of them, mostly."""
    only = s.info.get("only")
    return only is None or not only.isdisjoint((school.urn.lower(), school.slug.lower()))


def seen_ids(s: Session) -> set[int] | None:
    """Ids of the schools the session is bound to; None where it sees all."""
    return None if s.info.get("only") is None else {each.id or 0 for each in every(s)}


def names_of(s: Session, urns: Collection[str]) -> dict[str, str]:
    """URN -> name."""
    return dict(s.exec(select(School.urn, School.name).where(col(School.urn).in_(urns))).all())


def slugs(s: Session) -> set[str]:
    return set(s.exec(select(School.slug)))


def in_collision_domain(s: Session, school: School, reach: str) -> list[int]:
    """Ids of the schools whose people are "local" to this one; itself only unless ``reach`` is trust."""
    if reach != "trust" or not school.trust:
        return [school.id or 0]
    return [i for i in s.exec(select(School.id).where(School.trust == school.trust)) if i is not None]


def active_connection(s: Session, school_id: int) -> Connection | None:
    found = s.exec(
        select(Connection).where(Connection.school_id == school_id, col(Connection.active).is_(True))
    )
    return found.first()


def former_connections(s: Session, school_id: int) -> list[Connection]:
    return list(
        s.exec(
            select(Connection)
            .where(Connection.school_id == school_id, col(Connection.active).is_(False))
            .order_by(col(Connection.id).desc())
        )
    )


def accepted_reports(s: Session, school_id: int) -> list[str]:
    asked = select(ReportScope.report).where(
        ReportScope.school_id == school_id, col(ReportScope.accepted).is_(True)
    )
    return sorted(set(s.exec(asked)))


def runs(s: Session, school_id: int, *, limit: int) -> list[Run]:
    """Newest first."""
    return list(
        s.exec(select(Run).where(Run.school_id == school_id).order_by(col(Run.id).desc()).limit(limit))
    )


def last_complete_run(s: Session, school_id: int) -> Run | None:
    """The newest run that was applied to its end, was not a rehearsal and was not undone."""
    return last_applied(s, school_id)


def decisions(s: Session, school_id: int, *, limit: int) -> list[Decision]:
    """Newest first."""
    return list(
        s.exec(
            select(Decision)
            .where(Decision.school_id == school_id)
            .order_by(col(Decision.id).desc())
            .limit(limit)
        )
    )


def synced_since(s: Session, school_id: int, at: datetime | None) -> bool:
    """Whether a sync was applied to its end after that moment."""
    run = last_complete_run(s, school_id)
    return run is not None and (at is None or (run.started_at or at) >= at)
