"""Whom a run has to look at, when the MIS tells only what changed: ids by cheap queries, never whole rows.

Protects the promise that a run of changes ends in the state that judging everybody would end in: each
query here names one way in which somebody may be judged otherwise than last time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from data import bulk
from data.queues import count
from data.tables import Account, Identifier, Journal, Link, Membership, Person


def _ids(s: Session, asked: Any) -> set[int]:
    return {i for i in s.connection().execute(asked).scalars() if i is not None}


def people(s: Session, school_id: int, *conditions: ColumnElement[bool]) -> set[int]:
    """Ids of the present people of whom one of the conditions holds."""
    asked = select(col(Person.id)).where(
        col(Person.school_id) == school_id, col(Person.present).is_(True), or_(*conditions)
    )
    return _ids(s, asked)


def on_days(column: Any, first: date, last: date) -> ColumnElement[bool]:
    """The day in that column is one of those, both included."""
    return (col(column) >= first) & (col(column) <= last)


def linked(s: Session, school_id: int, *conditions: ColumnElement[bool]) -> set[int]:
    """The same of those who have an account."""
    asked = (
        select(col(Person.id))
        .join(Link, col(Link.person_id) == col(Person.id))
        .where(
            col(Person.school_id) == school_id, col(Person.present).is_(True), col(Link.active).is_(True),
            or_(*conditions),
        )
    )  # fmt: skip
    return _ids(s, asked)


def sharing(s: Session, school_id: int) -> set[int]:
    """People whose account somebody else has too, or whose account is at home in another school."""
    other = Link.__table__.alias("other")  # type: ignore[attr-defined]
    shared = (
        select(other.c.id)
        .where(other.c.account_id == col(Link.account_id), other.c.active.is_(True), other.c.id != Link.id)
        .exists()
    )
    asked = select(col(Link.person_id)).where(
        col(Link.school_id) == school_id, col(Link.active).is_(True), shared
    )
    foreign = (
        select(col(Link.person_id))
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(
            col(Link.school_id) == school_id, col(Link.active).is_(True), col(Account.school_id) != school_id
        )
    )  # fmt: skip
    return _ids(s, asked) | _ids(s, foreign)


def unlinked(s: Session, school_id: int, since: datetime) -> set[int]:
    """People with a link that ended since then, by whichever school; new ones are in our own journal."""
    asked = select(col(Link.person_id)).where(col(Link.school_id) == school_id, col(Link.ended_at) >= since)
    return _ids(s, asked)


def newest_entry(s: Session) -> int:
    """The id of the newest journal row there is."""
    return int(s.connection().execute(select(func.max(col(Journal.id)))).scalar() or 0)


def entries(s: Session, school_id: int, after: int, *, most: int) -> list[Any] | None:
    """(table, row id, before, after) of the school's journal since; None when there are over ``most``."""
    asked = select(col(Journal.table_name), col(Journal.row_id), col(Journal.before), col(Journal.after))
    asked = asked.where(col(Journal.school_id) == school_id, col(Journal.id) > after).limit(most + 1)
    found = list(s.connection().execute(asked.order_by(col(Journal.id))))
    return None if len(found) > most else found


def owners(s: Session, table: str, row_ids: Collection[int]) -> set[int]:
    """People whom rows of links, identifiers or accounts are about."""
    column = {"link": Link.id, "identifier": Identifier.id, "account": Link.account_id}[table]
    owner = Identifier.person_id if table == "identifier" else Link.person_id
    found: set[int] = set()
    for part in bulk.chunks(sorted(row_ids)):
        found |= _ids(s, select(col(owner)).where(col(column).in_(part)))
    return found


def known_ids(s: Session, school_id: int, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """(role, source id) -> id of those people, present or not; strangers are left out."""
    wanted: dict[str, list[str]] = {}
    for role, source_id in keys:
        wanted.setdefault(role, []).append(source_id)
    found = {}
    for role, sources in wanted.items():
        for part in bulk.chunks(sources):
            asked = select(col(Person.source_id), col(Person.id)).where(
                col(Person.school_id) == school_id, col(Person.role) == role, col(Person.source_id).in_(part)
            )
            found.update({(role, source): int(i or 0) for source, i in s.connection().execute(asked)})
    return found


def containers_of(s: Session, school_id: int, container: str, pupils: Collection[str]) -> set[str]:
    """Source ids of the classes or groups that any of these pupils is in."""
    found: set[str] = set()
    for part in bulk.chunks(sorted(pupils)):
        asked = select(col(Membership.container_id)).where(
            col(Membership.school_id) == school_id, col(Membership.container) == container,
            col(Membership.person_role) == "pupil", col(Membership.person_source_id).in_(part),
        )  # fmt: skip
        found.update(s.connection().execute(asked.distinct()).scalars())
    return found


def members(s: Session, school_id: int, container: str, ids: Collection[str]) -> Iterator[Any]:
    """(container id, role, person source id, part) of those classes or groups."""
    for part in bulk.chunks(sorted(ids)):
        asked = select(
            col(Membership.container_id), col(Membership.person_role), col(Membership.person_source_id),
            col(Membership.part),
        ).where(
            col(Membership.school_id) == school_id, col(Membership.container) == container,
            col(Membership.container_id).in_(part),
        )  # fmt: skip
        yield from s.connection().execute(asked)


def pupils_of(s: Session, school_id: int, gates: Collection[str]) -> Iterator[tuple[int, str]]:
    """(id, source id) of the present pupils whose stored gate is one of these."""
    asked = select(col(Person.id), col(Person.source_id)).where(
        col(Person.school_id) == school_id, col(Person.present).is_(True), col(Person.role) == "pupil",
        col(Person.gate).in_(list(gates)),
    )  # fmt: skip
    for row in s.connection().execute(asked):
        yield int(row[0] or 0), row[1]


def totals(s: Session, school_id: int) -> tuple[int, int, int]:
    """How many people are present, accounts of the school active, and people's accounts active."""
    held = (
        select(func.count())
        .select_from(Link)
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(col(Link.school_id) == school_id, col(Link.active).is_(True), col(Account.state) == "active")
    )
    return (
        count(s, Person, col(Person.school_id) == school_id, col(Person.present).is_(True)),
        count(s, Account, col(Account.school_id) == school_id, col(Account.state) == "active"),
        int(s.connection().execute(held).scalar_one()),
    )
