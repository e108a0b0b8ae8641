"""People as last extracted, read in whole columns: one query a list, never one a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlmodel import Session, col

from data.bulk import table_of
from data.tables import Account, Identifier, Link, Person, ReportScope, School

PERSON_FIELDS = (
    "id", "school_id", "source_id", "role", "title", "given_name", "family_name", "legal_given_name",
    "legal_family_name", "date_of_birth", "year_group", "year_of_entry", "registration_group", "email",
    "job_title", "start_date", "end_date", "status", "gate", "gate_detail", "present", "room",
)  # fmt: skip
SHOWN_KINDS = ("upn", "admission_number", "staff_code")


def rows(s: Session, *conditions: Any, limit: int | None = None) -> Sequence[Row[Any]]:
    """The columns a person is shown by, in name order."""
    table = table_of(Person)
    columns = [table.c[name] for name in PERSON_FIELDS]
    asked = select(*columns).where(*conditions).order_by(col(Person.search_name), col(Person.id))
    return s.connection().execute(asked.limit(limit) if limit else asked).all()


def ids(*conditions: Any) -> Select[int | None]:
    """The ids of those people, as a part of another query."""
    return select(col(Person.id)).where(*conditions)


def identifiers(s: Session, people: Select[int | None] | Sequence[int]) -> dict[int, dict[str, str]]:
    """person id -> kind -> current value, of the kinds that are shown."""
    asked = select(col(Identifier.person_id), col(Identifier.kind), col(Identifier.value)).where(
        col(Identifier.person_id).in_(people),
        col(Identifier.kind).in_(SHOWN_KINDS),
        col(Identifier.current).is_(True),
    )
    found: dict[int, dict[str, str]] = {}
    for person_id, kind, value in s.execute(asked.order_by(col(Identifier.id))):
        found.setdefault(person_id, {})[kind] = value
    return found


def every_identifier(s: Session, person_id: int) -> list[Identifier]:
    """All identifiers of one person with their history, the current ones first."""
    return identifier_history(s, [person_id]).get(person_id, [])


def identifier_history(s: Session, people: Select[int | None] | Sequence[int]) -> dict[int, list[Identifier]]:
    """person id -> all identifiers with their history, the current ones first."""
    asked = select(Identifier).where(col(Identifier.person_id).in_(people))
    found: dict[int, list[Identifier]] = {}
    for each in s.execute(
        asked.order_by(col(Identifier.current).desc(), col(Identifier.id).desc())
    ).scalars():
        found.setdefault(each.person_id, []).append(each)
    return found


def has_active_link() -> ColumnElement[bool]:
    """The person has an account now."""
    return (
        select(col(Link.id))
        .where(col(Link.person_id) == col(Person.id), col(Link.active).is_(True))
        .correlate(Person)
        .exists()
    )


def usernames(s: Session, people: Select[int | None]) -> dict[int, str]:
    """person id -> username of the linked account."""
    asked = (
        select(col(Link.person_id), col(Account.username))
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(col(Link.active).is_(True), col(Link.person_id).in_(people))
    )
    return dict(s.execute(asked).all())


def school_names(s: Session, ids: Collection[int] | None = None) -> dict[int, tuple[str, str]]:
    """school id -> (URN, name), of those schools or of all."""
    asked = select(col(School.id), col(School.urn), col(School.name))
    if ids is not None:
        asked = asked.where(col(School.id).in_(ids))
    return {key: (urn, name) for key, urn, name in s.execute(asked)}


def scopes(s: Session, school_id: int) -> list[ReportScope]:
    """What the school decided about each report."""
    asked = select(ReportScope).where(col(ReportScope.school_id) == school_id)
    return list(s.execute(asked).scalars())
