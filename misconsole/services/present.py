"""Rows of the store turned into the views that screens and commands get."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from data import accounts as account_rows
from data import people as people_rows
from data.tables import Account, Link, Person
from misconsole.services.views import AccountView, PersonView

PERSON_ALIKE = (
    "id", "source_id", "role", "title", "legal_given_name", "legal_family_name", "date_of_birth",
    "year_group", "year_of_entry", "registration_group", "email", "job_title", "start_date", "end_date",
    "status", "gate", "gate_detail",
)  # fmt: skip
ACCOUNT_ALIKE = (
    "id", "username", "email", "display_name", "role", "state", "origin", "date_of_birth",
    "year_of_entry", "upn", "mis_id", "staff_code", "created_at", "handed_out_at",
)  # fmt: skip


def person_view(row: Any, *, urn: str, identifiers: dict[str, str]) -> PersonView:
    """``row`` is a Person or a row of ``data.people.PERSON_FIELDS``; preferred names win (O1)."""
    return PersonView(
        school=urn,
        given_name=row.given_name or row.legal_given_name,
        family_name=row.family_name or row.legal_family_name,
        staff_code=identifiers.get("staff_code"),
        upn=identifiers.get("upn"),
        admission_number=identifiers.get("admission_number"),
        **{name: getattr(row, name) for name in PERSON_ALIKE},
    )


def account_view(row: Any, *, aliases: tuple[str, ...] = (), person: PersonView | None = None) -> AccountView:
    return AccountView(
        given_name=row.preferred_given_name or row.given_name,
        family_name=row.preferred_family_name or row.family_name,
        aliases=aliases,
        person=person,
        **{name: getattr(row, name) for name in ACCOUNT_ALIKE},
    )


def people(s: Session, *conditions: Any, limit: int | None = None) -> list[PersonView]:
    """The people of those conditions, in name order, whatever their school."""
    names = people_rows.school_names(s)
    rows = people_rows.rows(s, *conditions, limit=limit)
    wanted = [row.id for row in rows] if limit else people_rows.ids(*conditions)
    held = people_rows.identifiers(s, wanted)
    return [person_view(row, urn=names[row.school_id][0], identifiers=held.get(row.id, {})) for row in rows]


def one_person(s: Session, person_id: int) -> PersonView | None:
    return next(iter(people(s, col(Person.id) == person_id)), None)


def accounts(s: Session, *conditions: Any, former: bool = False) -> list[AccountView]:
    """The accounts of those conditions in username order, each with the person who has it.

    ``former``: where nobody has it now, the person who had it last.
    """
    rows = account_rows.rows(s, *conditions)
    wanted = account_rows.ids(*conditions)
    aliases = account_rows.aliases(s, wanted)
    holders = (account_rows.last_holders if former else account_rows.holders)(s, wanted)
    linked = _linked_ids(conditions, former)
    owners = {each.id: each for each in people(s, col(Person.id).in_(linked))} if holders else {}
    return [
        account_view(row, aliases=aliases.get(row.id, ()), person=owners.get(holders.get(row.id, 0)))
        for row in rows
    ]


def _linked_ids(conditions: tuple[Any, ...], former: bool) -> Any:
    asked = select(Link.person_id).where(col(Link.account_id).in_(account_rows.ids(*conditions)))
    return asked if former else asked.where(col(Link.active).is_(True))


def one_account(s: Session, account_id: int) -> AccountView | None:
    return next(iter(accounts(s, col(Account.id) == account_id)), None)


def name_of(row: Any) -> str:
    """A name to put in a sentence, of a person or account, row or view; username or source id without one."""
    given = getattr(row, "preferred_given_name", None) or row.given_name
    family = getattr(row, "preferred_family_name", None) or row.family_name
    given = given or getattr(row, "legal_given_name", None)
    family = family or getattr(row, "legal_family_name", None)
    shown = " ".join(part for part in (given, family) if part)
    return shown or getattr(row, "username", "") or getattr(row, "source_id", "")
