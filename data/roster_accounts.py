"""Accounts as a run must know them before it plans: those it may meet, with whom each belongs to.

``only`` names ids of some people or accounts, and what it leaves out is not asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlmodel import Session, col

from data import asking
from data.tables import Account, Link, Person

ACCOUNT_COLUMNS = (
    "id", "username", "role", "state", "email", "given_name", "family_name", "preferred_given_name",
    "preferred_family_name", "date_of_birth", "year_of_entry", "upn", "mis_id", "staff_code", "kept_absent",
    "school_id", "display_name", "own_display_name",
)  # fmt: skip


def active_links(s: Session, school_id: int, only: Collection[int] | None = None) -> Iterable[Any]:
    """(link id, person id, account id) of the school's people."""
    asked = (
        select(*map(col, (Link.id, Link.person_id, Link.account_id)))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.active).is_(True), col(Person.school_id) == school_id)
    )
    return asking.each(s, asked.order_by(col(Person.id)), Link.person_id, only)


def ended_links(
    s: Session, school_id: int, reasons: Collection[str], only: Collection[int] | None = None
) -> Iterable[Any]:
    """(role, source_id, account id) of links that ended for one of the reasons, oldest first."""
    asked = (
        select(col(Person.role), col(Person.source_id), col(Link.account_id))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(
            col(Link.active).is_(False),
            col(Person.school_id) == school_id,
            col(Link.ended_reason).in_(list(reasons)),
        )
        .order_by(col(Link.ended_at), col(Link.id))
    )
    return asking.each(s, asked, Link.person_id, only)


def _accounts_of(school_id: int, local: Sequence[int], only: Collection[int] | None) -> ColumnElement[bool]:
    if only is not None:  # they are asked for by their ids
        return true()
    linked = (
        select(col(Link.account_id))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.active).is_(True), col(Person.school_id) == school_id)
    )
    return col(Account.school_id).in_([school_id, *local]) | col(Account.id).in_(linked)


def accounts(
    s: Session, school_id: int, local: Sequence[int], only: Collection[int] | None = None
) -> Iterable[Any]:
    """ACCOUNT_COLUMNS of the accounts a run of this school may meet; removed ones are left out."""
    columns = [getattr(Account, name) for name in ACCOUNT_COLUMNS]
    asked = select(*columns).where(_accounts_of(school_id, local, only), col(Account.state) != "removed")
    return asking.each(s, asked.order_by(col(Account.id)), Account.id, only)


def associations(
    s: Session, school_id: int, local: Sequence[int], only: Collection[int] | None = None
) -> Iterable[Any]:
    """(account id, school id, role, person id) of the active links of those accounts to present people."""
    asked = (
        select(col(Link.account_id), col(Person.school_id), col(Person.role), col(Person.id))
        .join(Person, col(Person.id) == col(Link.person_id))
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(
            col(Link.active).is_(True), col(Person.present).is_(True), _accounts_of(school_id, local, only)
        )
    )
    return asking.each(s, asked, Link.account_id, only)


def anchors(
    s: Session, school_id: int, local: Sequence[int], only: Collection[int] | None = None
) -> Iterable[Any]:
    """(account id, anchors) of links of those accounts that ended or whose person is gone."""
    asked = (
        select(col(Link.account_id), col(Link.anchors))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.active).is_(False) | col(Person.present).is_(False))
        .order_by(col(Link.id))
    )
    if only is None:
        theirs = select(col(Account.id)).where(_accounts_of(school_id, local, None))
        asked = asked.where(col(Link.account_id).in_(theirs))
    return asking.each(s, asked, Link.account_id, only)
