"""What a rename of many starts from: the accounts, and every name and address that is somebody's."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlmodel import Session, col

from data.bulk import table_of
from data.tables import Account, Alias, Decision, Journal, Link, Person, ReservedName

FIELDS = (
    "id", "username", "email", "display_name", "own_display_name", "given_name", "family_name",
    "preferred_given_name", "preferred_family_name", "role", "state", "origin", "year_of_entry",
    "handed_out_at",
)  # fmt: skip


def accounts(s: Session, school_id: int) -> Iterable[Row[Any]]:
    """All accounts of the school that were not removed, in username order."""
    c = table_of(Account).c
    asked = select(*(c[name] for name in FIELDS)).where(c.school_id == school_id, c.state != "removed")
    return s.connection().execute(asked.order_by(c.username_key, c.id)).all()


def teaching(s: Session, school_id: int) -> dict[int, bool | None]:
    """account id -> whether the person linked to it teaches (None: unknown, or a pupil)."""
    asked = (
        select(col(Link.account_id), col(Person.teaching))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.active).is_(True), col(Link.school_id) == school_id)
        .order_by(col(Link.id))
    )
    return {row[0]: row[1] for row in s.connection().execute(asked)}


def held(s: Session, domain_key: str) -> dict[str, int | None]:
    """Every name held now or ever in the collision domain -> whose; who holds it now goes before who did."""
    found: dict[str, int | None] = {}
    reserved, now = table_of(ReservedName).c, table_of(Account).c
    for columns, where in (
        ((reserved.username_key, reserved.account_id), reserved.domain_key == domain_key),
        ((now.username_key, now.id), now.domain_key == domain_key),
    ):
        found.update((row[0], row[1]) for row in s.connection().execute(select(*columns).where(where)))
    return found


def addresses(s: Session, domain: str) -> dict[str, int]:
    """Every address at the domain, kept aliases too, lower case -> the account."""
    if not domain:
        return {}
    alias, now = table_of(Alias).c, table_of(Account).c
    kept = func.lower(alias.value)
    own = func.lower(now.email)
    end = f"@{domain}"
    found = {
        row[0]: row[1]
        for row in s.connection().execute(
            select(kept, alias.account_id).where(alias.kind == "email", kept.endswith(end, autoescape=True))
        )
    }
    rows = s.connection().execute(select(own, now.id).where(own.endswith(end, autoescape=True)))
    return found | {row[0]: row[1] for row in rows}


def aliases(s: Session, account_ids: Collection[int]) -> set[tuple[int, str, str]]:
    """(account, kind, value) of what is kept for them already."""
    c = table_of(Alias).c
    rows = s.connection().execute(select(c.account_id, c.kind, c.value))
    return {(row[0], row[1], row[2]) for row in rows if row[0] in account_ids}


def reserved(s: Session, domain_key: str) -> set[str]:
    c = table_of(ReservedName).c
    return set(s.connection().execute(select(c.username_key).where(c.domain_key == domain_key)).scalars())


def surname_changes(
    s: Session, school_id: int
) -> Iterable[tuple[int, datetime | None, str | None, str | None]]:
    """(account, when, family name before, after), oldest first, of changes that a run made (O2)."""
    c = table_of(Journal).c
    before, after = c.before["family_name"], c.after["family_name"]
    asked = (
        select(c.row_id, c.at, before.as_string(), after.as_string())
        .where(c.school_id == school_id, c.table_name == "account", c.run_id.is_not(None))
        .where(before.as_string().is_not(None), after.as_string().is_not(None))
        .order_by(c.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in s.connection().execute(asked)]


def decided(
    s: Session, school_id: int, kinds: Collection[str]
) -> Iterable[tuple[int | None, datetime | None, dict[str, Any]]]:
    """(account, when, detail) of the decisions of these kinds that stand, oldest first."""
    c = table_of(Decision).c
    asked = select(c.account_id, c.at, c.detail).where(
        c.school_id == school_id, c.kind.in_(kinds), c.undone_at.is_(None)
    )
    return [(row[0], row[1], row[2]) for row in s.connection().execute(asked.order_by(c.id))]


def people(
    s: Session, school_id: int
) -> Iterable[tuple[str, bool | None, str | None, str | None, int | None]]:
    """(role, teaching, given, family, year of entry) of everybody in the MIS now, by the names that count;
    then of the accounts of people no MIS knows."""
    c, a = table_of(Person).c, table_of(Account).c
    given, family = (
        func.coalesce(c.given_name, c.legal_given_name),
        func.coalesce(c.family_name, c.legal_family_name),
    )
    asked = select(c.role, c.teaching, given, family, c.year_of_entry)
    for row in s.connection().execute(
        asked.where(c.school_id == school_id, c.present.is_(True)).order_by(c.id)
    ):
        yield row[0], row[1], row[2], row[3], row[4]
    others = select(a.given_name, a.family_name).where(
        a.school_id == school_id, a.role == "other", a.state == "active"
    )
    for each in s.connection().execute(others.order_by(a.id)):
        yield "other", None, each[0], each[1], None
