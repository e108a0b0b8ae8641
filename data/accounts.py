"""Accounts, their aliases and links, read in whole columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlmodel import Session, col

from data.bulk import table_of
from data.tables import Account, Alias, Decision, Exclusion, Link, Person, ReservedName, Review

ACCOUNT_FIELDS = (
    "id", "school_id", "username", "email", "display_name", "given_name", "family_name",
    "preferred_given_name", "preferred_family_name", "role", "state", "origin", "date_of_birth",
    "year_of_entry", "upn", "mis_id", "staff_code", "created_at", "created_run", "handed_out_at",
    "unallocated_at", "unallocated_run", "unallocated_reason", "kept_absent", "own_display_name",
)  # fmt: skip


def rows(s: Session, *conditions: Any) -> Sequence[Row[Any]]:
    """The columns an account is shown by, in username order."""
    table = table_of(Account)
    columns = [table.c[name] for name in ACCOUNT_FIELDS]
    asked = select(*columns).where(*conditions).order_by(col(Account.username_key), col(Account.id))
    return s.connection().execute(asked).all()


def created_runs(s: Session, ids: Sequence[int]) -> dict[int, int | None]:
    """account id -> the run that made it."""
    asked = select(col(Account.id), col(Account.created_run)).where(col(Account.id).in_(ids))
    return dict(s.execute(asked).all())


def names(s: Session, school_id: int) -> Sequence[tuple[Any, ...]]:
    """(id, role, given, family, preferred given, preferred family) of the school's active accounts."""
    c = table_of(Account).c
    asked = select(
        c.id, c.role, c.given_name, c.family_name, c.preferred_given_name, c.preferred_family_name
    ).where(c.school_id == school_id, c.state == "active")
    return s.connection().execute(asked).all()


def ids(*conditions: Any) -> Select[int | None]:
    return select(col(Account.id)).where(*conditions)


def aliases(s: Session, accounts: Select[int | None]) -> dict[int, tuple[str, ...]]:
    """account id -> earlier usernames and addresses, oldest first."""
    asked = (
        select(col(Alias.account_id), col(Alias.value))
        .where(col(Alias.account_id).in_(accounts))
        .order_by(col(Alias.id))
    )
    found: dict[int, list[str]] = {}
    for account_id, value in s.execute(asked):
        found.setdefault(account_id, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def shown_name(row: Any) -> str:
    """What an account is called wherever it is shown: the holder's own choice, else the MIS's (O9)."""
    return row.own_display_name or row.display_name or ""


def requests(s: Session, accounts: Select[int | None]) -> dict[int, dict[str, Any]]:
    """account id -> what was asked for when it was made by hand (J8)."""
    asked = select(col(Decision.account_id), col(Decision.detail)).where(
        col(Decision.kind) == "account",
        col(Decision.undone_at).is_(None),
        col(Decision.account_id).in_(accounts),
    )
    return {account_id: dict(detail or {}) for account_id, detail in s.execute(asked)}


def holders(s: Session, accounts: Select[int | None]) -> dict[int, int]:
    """account id -> id of the person linked now; of several, the link made last."""
    asked = (
        select(col(Link.account_id), col(Link.person_id))
        .where(col(Link.active).is_(True), col(Link.account_id).in_(accounts))
        .order_by(col(Link.id))
    )
    return dict(s.execute(asked).all())


def linked_at(s: Session, accounts: Select[int | None]) -> dict[int, datetime | None]:
    """account id -> when it came to the person who has it now."""
    asked = (
        select(col(Link.account_id), col(Link.linked_at))
        .where(col(Link.active).is_(True), col(Link.account_id).in_(accounts))
        .order_by(col(Link.id))
    )
    return dict(s.execute(asked).all())


def last_holders(s: Session, accounts: Select[int | None]) -> dict[int, int]:
    """account id -> id of the person of the newest link, ended or not."""
    asked = (
        select(col(Link.account_id), col(Link.person_id))
        .where(col(Link.account_id).in_(accounts))
        .order_by(col(Link.active), col(Link.id))
    )
    return dict(s.execute(asked).all())


def has_active_link() -> ColumnElement[bool]:
    return (
        select(col(Link.id))
        .where(col(Link.account_id) == col(Account.id), col(Link.active).is_(True))
        .correlate(Account)
        .exists()
    )


def active_links(s: Session, account_id: int) -> list[Link]:
    asked = select(Link).where(col(Link.account_id) == account_id, col(Link.active).is_(True))
    return list(s.execute(asked.order_by(col(Link.id))).scalars())


def link_of(s: Session, person_id: int) -> Link | None:
    """The active link of a person; there is at most one."""
    asked = select(Link).where(col(Link.person_id) == person_id, col(Link.active).is_(True))
    return s.execute(asked).scalars().first()


def last_link(s: Session, account_id: int) -> Link | None:
    """The link of an account that ended last."""
    asked = select(Link).where(col(Link.account_id) == account_id, col(Link.active).is_(False))
    return (
        s.execute(asked.order_by(col(Link.ended_at).desc().nulls_last(), col(Link.id).desc()).limit(1))
        .scalars()
        .first()
    )


def by_username(s: Session, school_id: int, username: str) -> Account | None:
    """An account of the school by its username, letter case aside, or by its address."""
    key = username.strip().lower()
    asked = select(Account).where(
        col(Account.school_id) == school_id,
        (col(Account.username_key) == key) | (func.lower(col(Account.email)) == key),
    )
    return s.execute(asked.order_by((col(Account.username_key) == key).desc())).scalars().first()


def holder_of_name(s: Session, domain_key: str, username_key: str) -> Account | None:
    """The account that has that name in the collision domain now."""
    asked = select(Account).where(
        col(Account.domain_key) == domain_key, col(Account.username_key) == username_key
    )
    return s.execute(asked).scalars().first()


def reservation(s: Session, domain_key: str, username_key: str) -> ReservedName | None:
    asked = select(ReservedName).where(
        col(ReservedName.domain_key) == domain_key, col(ReservedName.username_key) == username_key
    )
    return s.execute(asked).scalars().first()


def taken_names(s: Session, domain_key: str, *, starting: Iterable[str] | None = None) -> set[str]:
    """Every name held now or ever in the domain (Z8); ``starting`` narrows to names with those beginnings."""
    found: set[str] = set()
    for table in (Account, ReservedName):
        asked = select(table.username_key).where(table.domain_key == domain_key)  # type: ignore[call-overload]
        if starting is not None:
            beginnings = [col(table.username_key).startswith(each, autoescape=True) for each in starting]
            asked = asked.where(_any(beginnings))
        found.update(s.execute(asked).scalars())
    return found


def _any(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    from sqlalchemy import or_

    return or_(*conditions)


def newest_reviews(s: Session, accounts: Select[int | None]) -> dict[int, Review]:
    """account id -> the active review that counts."""
    asked = (
        select(Review)
        .where(col(Review.active).is_(True), col(Review.account_id).in_(accounts))
        .order_by(col(Review.id))
    )
    return {each.account_id: each for each in s.execute(asked).scalars()}


def active_exclusions(s: Session, school_id: int) -> list[Exclusion]:
    asked = select(Exclusion).where(col(Exclusion.school_id) == school_id, col(Exclusion.active).is_(True))
    return list(s.execute(asked.order_by(col(Exclusion.id))).scalars())


def present_holder(s: Session, account_id: int, school_id: int, role: str) -> Person | None:
    """The present person of that school and role who has the account now, if there is one."""
    asked = (
        select(Person)
        .join(Link, (col(Link.person_id) == col(Person.id)) & col(Link.active).is_(True))
        .where(
            col(Link.account_id) == account_id,
            col(Person.school_id) == school_id,
            col(Person.role) == role,
            col(Person.present).is_(True),
        )
    )
    return s.execute(asked).scalars().first()


def of_domain(s: Session, domain_key: str) -> Sequence[Row[Any]]:
    """All accounts of a collision domain, whatever their school and state, as an import must know them."""
    columns = [getattr(Account, name) for name in (*ACCOUNT_FIELDS, "username_key")]
    return s.execute(select(*columns).where(col(Account.domain_key) == domain_key)).all()


def linked_in(s: Session, domain_key: str) -> set[int]:
    """Ids of the domain's accounts that somebody has now."""
    asked = (
        select(col(Link.account_id))
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(col(Link.active).is_(True), col(Account.domain_key) == domain_key)
    )
    return set(s.execute(asked).scalars())


def reserved_in(s: Session, domain_key: str) -> set[str]:
    """Every name ever held in a collision domain."""
    asked = select(col(ReservedName.username_key)).where(col(ReservedName.domain_key) == domain_key)
    return set(s.execute(asked).scalars())


def keys_of_school(s: Session, school_id: int) -> list[tuple[int, str, str]]:
    """(id, username key, collision domain) of every account of the school, whatever its state."""
    c = table_of(Account).c
    asked = select(c.id, c.username_key, c.domain_key).where(c.school_id == school_id)
    return [(row[0], row[1], row[2]) for row in s.connection().execute(asked)]
