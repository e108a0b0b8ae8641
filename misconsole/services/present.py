"""Rows of the store turned into the views that screens and commands get."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlmodel import Session, col, select

from data import accounts as account_rows
from data import notes as note_rows
from data import people as people_rows
from data import schools as school_rows
from data.tables import Account, Link, Person
from misconsole.services.views import AccountView, PersonView

PERSON_ALIKE = (
    "id", "source_id", "role", "title", "legal_given_name", "legal_family_name", "date_of_birth",
    "year_group", "year_of_entry", "registration_group", "email", "job_title", "start_date", "end_date",
    "status", "gate", "gate_detail", "room",
)  # fmt: skip
ACCOUNT_ALIKE = (
    "id", "username", "email", "role", "state", "origin", "date_of_birth", "year_of_entry",
    "upn", "mis_id", "staff_code", "created_at", "handed_out_at", "own_display_name",
)  # fmt: skip


def _places(fields: tuple[str, ...], *names: str) -> Callable[[Any], tuple[Any, ...]]:
    """Picks columns of a row by place: lists of tens of thousands are made of these."""
    return itemgetter(*(fields.index(name) for name in names))


_person_alike = _places(people_rows.PERSON_FIELDS, *PERSON_ALIKE)
_person_names = _places(
    people_rows.PERSON_FIELDS, "given_name", "legal_given_name", "family_name", "legal_family_name"
)
_person_keys = _places(people_rows.PERSON_FIELDS, "id", "school_id")
_account_alike = _places(account_rows.ACCOUNT_FIELDS, *ACCOUNT_ALIKE)
_account_names = _places(
    account_rows.ACCOUNT_FIELDS, "preferred_given_name", "given_name", "preferred_family_name", "family_name",
    "display_name", "own_display_name",
)  # fmt: skip


def person_view(
    row: Any, *, urn: str, identifiers: dict[str, str], noted: note_rows.Short = note_rows.NONE
) -> PersonView:
    """``row`` is one of ``data.people.rows``; preferred names win, each for itself (O1)."""
    given, legal_given, family, legal_family = _person_names(row)
    return PersonView(
        school=urn,
        given_name=given or legal_given,
        family_name=family or legal_family,
        staff_code=identifiers.get("staff_code"),
        upn=identifiers.get("upn"),
        admission_number=identifiers.get("admission_number"),
        notes=noted.notes,
        last_note=noted.text,
        assigned_to=noted.assigned_to,
        **dict(zip(PERSON_ALIKE, _person_alike(row), strict=True)),
    )


def account_view(
    row: Any, *, aliases: tuple[str, ...] = (), person: PersonView | None = None,
    linked_at: datetime | None = None,
    noted: note_rows.Short = note_rows.NONE, request: Mapping[str, Any] | None = None,
) -> AccountView:  # fmt: skip
    """``row`` is one of ``data.accounts.rows``; ``request`` what was asked for when it was made by hand."""
    preferred_given, given, preferred_family, family, called, own = _account_names(row)
    starts_on = (request or {}).get("starts_on")
    return AccountView(
        display_name=own or called,
        mis_display_name=called,
        awaited=bool(request and request.get("expected")) and person is None,
        starts_on=date.fromisoformat(starts_on) if starts_on else None,
        given_name=preferred_given or given,
        family_name=preferred_family or family,
        aliases=aliases,
        person=person,
        linked_at=linked_at,
        notes=noted.notes,
        last_note=noted.text,
        assigned_to=noted.assigned_to,
        **dict(zip(ACCOUNT_ALIKE, _account_alike(row), strict=True)),
    )


def people(s: Session, *conditions: Any, limit: int | None = None) -> list[PersonView]:
    """The people of those conditions, in name order, whatever their school."""
    rows = people_rows.rows(s, *conditions, limit=limit)
    keys = list(map(_person_keys, rows))
    names = people_rows.school_names(s, {school_id for _, school_id in keys})
    wanted = [row.id for row in rows] if limit else people_rows.ids(*conditions)
    held = people_rows.identifiers(s, wanted)
    noted = note_rows.short_of_people(s, wanted)
    nothing: dict[str, str] = {}
    urns = {key: urn for key, (urn, _) in names.items()}
    return [
        person_view(
            row,
            urn=urns[school_id],
            identifiers=held.get(person_id, nothing),
            noted=noted.get(person_id, note_rows.NONE),
        )
        for row, (person_id, school_id) in zip(rows, keys, strict=True)
    ]


def one_person(s: Session, person_id: int) -> PersonView | None:
    return next(iter(people(s, col(Person.id) == person_id)), None)


def accounts(s: Session, *conditions: Any, former: bool = False) -> list[AccountView]:
    """The accounts of those conditions in username order, each with the person who has it.

    ``former``: where nobody has it now, the person who had it last.
    """
    rows = account_rows.rows(s, *conditions)
    wanted = account_rows.ids(*conditions)
    aliases = account_rows.aliases(s, wanted)
    noted = note_rows.short_of_accounts(s, wanted)
    holders = (account_rows.last_holders if former else account_rows.holders)(s, wanted)
    linked_at = account_rows.linked_at(s, wanted)
    by_hand = any(row.origin == "manual" for row in rows)
    requests = account_rows.requests(s, wanted) if by_hand else {}
    linked = _linked_ids(conditions, former)
    owners = {each.id: each for each in people(s, col(Person.id).in_(linked))} if holders else {}
    return [
        account_view(
            row,
            aliases=aliases.get(row[0], ()),
            person=owners.get(holders.get(row[0], 0)),
            linked_at=linked_at.get(row[0]),
            noted=noted.get(row[0], note_rows.NONE),
            request=requests.get(row[0]),
        )
        for row in rows
    ]


def accounts_by_id(s: Session, ids: Sequence[int]) -> dict[int, AccountView]:
    """The accounts of those ids, each with the person who has it; an id that is gone is left out."""
    return {each.id: each for each in accounts(s, col(Account.id).in_(ids))}


def _linked_ids(conditions: tuple[Any, ...], former: bool) -> Any:
    asked = select(Link.person_id).where(col(Link.account_id).in_(account_rows.ids(*conditions)))
    return asked if former else asked.where(col(Link.active).is_(True))


def one_account(s: Session, account_id: int) -> AccountView | None:
    seen = school_rows.seen_ids(s)
    bound = () if seen is None else (col(Account.school_id).in_(seen),)
    return next(iter(accounts(s, col(Account.id) == account_id, *bound)), None)


def name_of(row: Any) -> str:
    """A name to put in a sentence, of a person or account, row or view; username or source id without one."""
    given = getattr(row, "preferred_given_name", None) or row.given_name
    family = getattr(row, "preferred_family_name", None) or row.family_name
    given = given or getattr(row, "legal_given_name", None)
    family = family or getattr(row, "legal_family_name", None)
    shown = " ".join(part for part in (given, family) if part)
    return shown or getattr(row, "username", "") or getattr(row, "source_id", "")
