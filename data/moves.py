"""A prepared change of MIS, and everybody it has to find again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from data import bulk
from data.tables import Account, Link, MisMove, Person, Review


def prepared(s: Session, school_id: int) -> MisMove | None:
    asked = select(MisMove).where(col(MisMove.school_id) == school_id, col(MisMove.state) == "prepared")
    return s.execute(asked.order_by(col(MisMove.id).desc()).limit(1)).scalars().first()


def people(s: Session, school_id: int) -> Iterator[dict[str, Any]]:
    """Whole rows of everybody who is present or has an account now."""
    table = bulk.table_of(Person)
    linked = select(col(Link.person_id)).where(col(Link.school_id) == school_id, col(Link.active).is_(True))
    asked = select(table).where(
        table.c.school_id == school_id, or_(table.c.present.is_(True), table.c.id.in_(linked))
    )
    for row in s.connection().execute(asked.order_by(table.c.id)).mappings():
        yield dict(row)


def links(s: Session, school_id: int) -> dict[int, tuple[int, int, str, bool, dict[str, Any]]]:
    """person id -> (link id, account id, username, kept although absent, anchors) of the active links."""
    asked = (
        select(
            col(Link.person_id), col(Link.id), col(Link.account_id), col(Account.username),
            col(Account.kept_absent), col(Link.anchors),
        )
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(col(Link.school_id) == school_id, col(Link.active).is_(True))
    )  # fmt: skip
    return {row[0]: (row[1], row[2], row[3], row[4], row[5] or {}) for row in s.execute(asked)}


def source_ids(s: Session, school_id: int) -> list[tuple[int, str, str, bool]]:
    """(id, role, source id, present) of everybody the school ever had."""
    p = bulk.table_of(Person)
    asked = select(p.c.id, p.c.role, p.c.source_id, p.c.present).where(p.c.school_id == school_id)
    return [(row[0], row[1], row[2], row[3]) for row in s.connection().execute(asked)]


def last_review(s: Session, school_id: int) -> Any:
    """When somebody last looked at an account without a MIS person, None for never."""
    asked = select(col(Review.at)).where(col(Review.school_id) == school_id)
    return s.execute(asked.order_by(col(Review.id).desc()).limit(1)).scalar()
