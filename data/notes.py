"""Notes on cases: of one person or account, of a school, and in short for lists."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from data.tables import CaseNote


class Short(NamedTuple):
    """What a list shows of the notes on one case: how many, and the newest."""

    notes: int
    text: str
    assigned_to: str


NONE = Short(0, "", "")


def of_school(
    s: Session, school_id: int, *, person_id: int | None = None, account_id: int | None = None
) -> list[CaseNote]:
    """Notes that stand, newest first; of the whole school, or of one person or account."""
    asked = select(CaseNote).where(col(CaseNote.school_id) == school_id, col(CaseNote.active).is_(True))
    if person_id is not None:
        asked = asked.where(col(CaseNote.person_id) == person_id)
    if account_id is not None:
        asked = asked.where(col(CaseNote.account_id) == account_id)
    return list(s.execute(asked.order_by(col(CaseNote.id).desc())).scalars())


def short_of_people(s: Session, people: Select[int | None] | list[int]) -> dict[int, Short]:
    """person id -> its notes in short; people without any are left out."""
    return _short(s, CaseNote.person_id, people)


def short_of_accounts(s: Session, accounts: Select[int | None] | list[int]) -> dict[int, Short]:
    return _short(s, CaseNote.account_id, accounts)


def _short(s: Session, column: object, owners: Select[int | None] | list[int]) -> dict[int, Short]:
    """Asks first whether there are any at all: in most schools there are few, and lists are long."""
    owner = col(column)
    asked = select(owner, col(CaseNote.text), col(CaseNote.assigned_to)).where(
        col(CaseNote.active).is_(True), owner.is_not(None)
    )
    if not s.execute(select(func.count()).select_from(asked.limit(1).subquery())).scalar():
        return {}
    found: dict[int, Short] = {}
    for key, text, assigned in s.execute(asked.where(owner.in_(owners)).order_by(col(CaseNote.id))):
        found[key] = Short(found.get(key, NONE).notes + 1, text, assigned)
    return found
