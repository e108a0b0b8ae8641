"""Schools of one local authority that are in no trust together: local schools too (K1).

An authority has hundreds of schools, so that their accounts are read through once, a few columns of each, and
only those that somebody here resembles are ever read whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from data.tables import Account, School

_AT_ONCE = 500
_NAMES = ("given_name", "family_name", "preferred_given_name", "preferred_family_name")


class Passing(NamedTuple):
    """What tells whether an account is worth reading whole."""

    id: int
    given_name: str | None
    family_name: str | None
    preferred_given_name: str | None
    preferred_family_name: str | None
    date_of_birth: date | None
    upn: str | None


def schools(s: Session, school_id: int) -> list[int]:
    """Ids of the other schools of this one's authority, those of its own trust left out."""
    here = s.get(School, school_id)
    if here is None or not here.la_code:
        return []
    asked = select(col(School.id)).where(col(School.la_code) == here.la_code, col(School.id) != school_id)
    if here.trust:
        asked = asked.where(col(School.trust) != here.trust)
    return [i for i in s.execute(asked.order_by(col(School.id))).scalars() if i is not None]


def passing(s: Session, school_ids: Sequence[int]) -> Iterator[Passing]:
    """All their accounts but removed ones, as they come."""
    columns = [getattr(Account, name) for name in ("id", *_NAMES, "date_of_birth", "upn")]
    present = col(Account.state) != "removed"
    asked = select(*columns).where(col(Account.school_id).in_(list(school_ids)), present)
    for row in s.connection().execute(asked.execution_options(yield_per=_AT_ONCE)):
        yield Passing(*row)


def whole(s: Session, ids: Collection[int]) -> Iterator[Account]:
    """The accounts with these ids, in order."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        some = ordered[start : start + _AT_ONCE]
        yield from s.execute(
            select(Account).where(col(Account.id).in_(some)).order_by(col(Account.id))
        ).scalars()


def together(one: School, other: School) -> bool:
    """Whether two schools are local to each other: one trust, or one authority (K1)."""
    return bool(one.trust and one.trust == other.trust) or bool(one.la_code and one.la_code == other.la_code)
