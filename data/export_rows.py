"""What an export is made from, read in whole columns: one query a table, never one a person.

Protects minimum data by asking only for the columns some format can write; legal names, addresses and
photographs are not among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, or_, select
from sqlmodel import Session, col

from data.tables import (
    Account,
    Alias,
    Contact,
    ContactLink,
    Decision,
    Identifier,
    Link,
    Membership,
    Person,
    School,
    SchoolClass,
    Subject,
)

ACCOUNT = (
    "id", "school_id", "username", "email", "display_name", "given_name", "family_name",
    "preferred_given_name", "preferred_family_name", "date_of_birth", "role", "year_of_entry", "upn",
    "mis_id", "staff_code", "state", "origin", "handed_out_at",
    "own_display_name",
)  # fmt: skip
PERSON = (
    "id", "role", "source_id", "given_name", "family_name", "legal_given_name", "legal_family_name",
    "date_of_birth", "year_group", "year_of_entry", "registration_group", "status", "job_title", "teaching",
    "gate",
)  # fmt: skip
KINDS = ("upn", "admission_number", "staff_code")


def accounts(s: Session, school_id: int, states: Iterable[str]) -> Sequence[Row[Any]]:
    """Accounts whose home the school is, and those its people have elsewhere; in order of their ids."""
    shared = select(col(Link.account_id)).where(col(Link.school_id) == school_id, col(Link.active).is_(True))
    asked = select(*(getattr(Account, name) for name in ACCOUNT)).where(
        or_(col(Account.school_id) == school_id, col(Account.id).in_(shared)),
        col(Account.state).in_(list(states)),
    )
    return s.connection().execute(asked.order_by(col(Account.id))).all()


def urns(s: Session) -> dict[int, str]:
    return {row[0]: row[1] for row in s.execute(select(col(School.id), col(School.urn)))}


def aliases(s: Session, school_id: int) -> dict[int, list[tuple[str, str]]]:
    """account id -> (kind, value) of former names, oldest first."""
    shared = select(col(Link.account_id)).where(col(Link.school_id) == school_id)
    asked = (
        select(col(Alias.account_id), col(Alias.kind), col(Alias.value))
        .join(Account, col(Account.id) == col(Alias.account_id))
        .where(or_(col(Account.school_id) == school_id, col(Account.id).in_(shared)))
        .order_by(col(Alias.id))
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for account_id, kind, value in s.execute(asked):
        found.setdefault(account_id, []).append((kind, value))
    return found


def people(s: Session, school_id: int, *, present_only: bool) -> dict[int, Row[Any]]:
    asked = select(*(getattr(Person, name) for name in PERSON)).where(col(Person.school_id) == school_id)
    if present_only:
        asked = asked.where(col(Person.present).is_(True))
    rows = s.connection().execute(asked.order_by(col(Person.id))).all()
    return {row.id: row for row in rows}


def identifiers(s: Session, school_id: int) -> dict[int, dict[str, str]]:
    """person id -> kind -> current value."""
    asked = select(col(Identifier.person_id), col(Identifier.kind), col(Identifier.value)).where(
        col(Identifier.school_id) == school_id,
        col(Identifier.kind).in_(KINDS),
        col(Identifier.current).is_(True),
    )
    found: dict[int, dict[str, str]] = {}
    for person_id, kind, value in s.execute(asked.order_by(col(Identifier.id))):
        found.setdefault(person_id, {})[kind] = value
    return found


def links(s: Session, school_id: int) -> list[tuple[int, int, bool]]:
    """(account, person, whether it holds now), links that hold last, so that they win in a dictionary."""
    asked = select(col(Link.account_id), col(Link.person_id), col(Link.active)).where(
        col(Link.school_id) == school_id
    )
    return [tuple(row) for row in s.execute(asked.order_by(col(Link.active), col(Link.id)))]


def classes(s: Session, school_id: int) -> list[SchoolClass]:
    """Classes of the last extract that qualify."""
    asked = select(SchoolClass).where(
        col(SchoolClass.school_id) == school_id,
        col(SchoolClass.present).is_(True),
        col(SchoolClass.gate) == "",
    )
    return list(s.execute(asked.order_by(col(SchoolClass.id))).scalars())


def subjects(s: Session, school_id: int) -> dict[str, tuple[int, str]]:
    """id in the MIS -> (row, name)."""
    asked = select(col(Subject.source_id), col(Subject.id), col(Subject.name), col(Subject.code)).where(
        col(Subject.school_id) == school_id
    )
    return {source: (row, name or code or "") for source, row, name, code in s.execute(asked)}


def memberships(s: Session, school_id: int) -> Sequence[tuple[str, str, str, str]]:
    """(class, role, person, part) of every class, by ids of the MIS."""
    asked = select(
        col(Membership.container_id), col(Membership.person_role), col(Membership.person_source_id),
        col(Membership.part),
    ).where(col(Membership.school_id) == school_id, col(Membership.container) == "class")  # fmt: skip
    return [
        (row[0], row[1], row[2], row[3]) for row in s.connection().execute(asked.order_by(col(Membership.id)))
    ]


def contacts(s: Session, school_id: int) -> list[Contact]:
    """Contacts of the last extract that qualify."""
    asked = select(Contact).where(
        col(Contact.school_id) == school_id, col(Contact.present).is_(True), col(Contact.gate) == ""
    )
    return list(s.execute(asked.order_by(col(Contact.id))).scalars())


def contact_links(s: Session, school_id: int) -> list[ContactLink]:
    asked = select(ContactLink).where(col(ContactLink.school_id) == school_id)
    return list(s.execute(asked.order_by(col(ContactLink.id))).scalars())


def last(s: Session, school_id: int, format_id: str) -> Decision | None:
    """The newest export of that format, as the audit trail has it."""
    asked = select(Decision).where(col(Decision.school_id) == school_id, col(Decision.kind) == "export")
    found: Decision
    for found in s.execute(asked.order_by(col(Decision.id).desc())).scalars():
        if found.detail.get("format") == format_id:
            return found
    return None
