"""Hand-outs of passwords as they are remembered: who, when, for whom; never a password.

The lines of a hand-out are not journalled, because it cannot be taken back and a proof must lie in one place
alone.  A decision that somebody needs no slip is a hand-out of the form "none", and is journalled.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from data import bulk
from data.tables import Handout, HandoutLine, Target

AT_ONCE = 500
NO_SLIP = "none"


def targets(s: Session, school_id: int) -> tuple[str, ...]:
    """Names of the directories that are written to."""
    asked = select(col(Target.name)).where(col(Target.school_id) == school_id, col(Target.active).is_(True))
    return tuple(s.execute(asked.order_by(col(Target.name))).scalars())


def add(s: Session, *, people: Sequence[tuple[int, str, str]], **values: Any) -> int:
    """A hand-out with its lines: (account, username, proof)."""
    number = bulk.insert(s, Handout, [{**values, "count": len(people)}])[0]
    bulk.insert(
        s, HandoutLine,
        [
            {"handout_id": number, "account_id": account, "username": username, "proof": proof}
            for account, username, proof in people
        ],
    )  # fmt: skip
    return number


def of_school(s: Session, school_id: int, *, limit: int) -> Sequence[Handout]:
    """The newest first, without those that needed no slip."""
    asked = select(Handout).where(col(Handout.school_id) == school_id, col(Handout.form) != NO_SLIP)
    return s.execute(asked.order_by(col(Handout.id).desc()).limit(limit)).scalars().all()


def usernames(s: Session, handouts: Collection[int]) -> dict[int, list[str]]:
    """As they were printed, by hand-out."""
    found: dict[int, list[str]] = {number: [] for number in handouts}
    asked = select(col(HandoutLine.handout_id), col(HandoutLine.username)).where(
        col(HandoutLine.handout_id).in_(list(handouts))
    )
    for number, username in s.execute(asked.order_by(col(HandoutLine.username))):
        found[number].append(username)
    return found


def newest_proof(s: Session, account_id: int) -> tuple[str, datetime | None] | None:
    """The proof of the password handed out last and when; None where none was handed out."""
    asked = (
        select(col(HandoutLine.proof), col(Handout.at))
        .join(Handout, col(Handout.id) == col(HandoutLine.handout_id))
        .where(col(HandoutLine.account_id) == account_id, col(Handout.form) != NO_SLIP)
        .order_by(col(Handout.id).desc())
        .limit(1)
    )
    found = s.execute(asked).first()
    return (found[0], found[1]) if found else None


def needed_no_slip(s: Session, account_id: int) -> bool:
    """Whether the newest that was said of this account is that it needs none."""
    asked = (
        select(col(Handout.form))
        .join(HandoutLine, col(Handout.id) == col(HandoutLine.handout_id))
        .where(col(HandoutLine.account_id) == account_id)
        .order_by(col(Handout.id).desc())
        .limit(1)
    )
    return s.execute(asked).scalar() == NO_SLIP
