"""Removing what was stored of a field or report that the school no longer lets through (C8, C16, X2, X3).

At once and without a journal of its own: the earlier values go from the journal, too, since keeping them
there would be keeping them.  Accepted again, they come with the next sync.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Text, cast, delete, func, select, update
from sqlmodel import Session, SQLModel, col

from data import bulk
from data.bulk import table_of
from data.tables import (
    Account,
    Contact,
    ContactLink,
    Identifier,
    Journal,
    Link,
    Membership,
    Person,
)
from data.wire import from_json

#: field of a report -> columns of ``person``; others have the name of their column.
COLUMNS = {
    "nc_year": ("year_group", "year_label", "year_of_entry"), "admission_date": ("start_date",),
    "leaving_date": ("end_date",), "roles": ("job_title",),
}  # fmt: skip
KINDS = ("upn", "local_upn", "former_upn", "uln", "admission_number", "mis_id", "upi", "staff_code")
_OF_ACCOUNT = ("upn", "mis_id", "staff_code", "date_of_birth", "year_of_entry")
_OF_LINK = ("relationship", "parental_responsibility", "priority")
Change = Callable[[dict[str, Any]], dict[str, Any]]


def people(s: Session, school_id: int, role: str, fields: Collection[str]) -> int:
    """Empty these fields of everybody of that role; how many people had any of them."""
    _secure(s)
    columns = {name for each in fields for name in COLUMNS.get(each, (each,))}
    kinds = columns.intersection(KINDS)
    columns &= set(table_of(Person).c.keys()) - {"id", "school_id", "role", "source_id"}
    touched = _empty(s, Person, school_id, columns, col(Person.role) == role)
    touched |= _identifiers(s, school_id, role, kinds)
    _accounts(s, school_id, role, (columns | kinds).intersection(_OF_ACCOUNT))
    _anchors(s, school_id, role, columns, kinds)
    ids = set(s.execute(select(col(Person.id)).where(col(Person.school_id) == school_id,
                                                     col(Person.role) == role)).scalars())  # fmt: skip
    _forget(s, school_id, "person", lambda row: {k: v for k, v in row.items() if k not in columns}, only=ids)
    s.expire_all()
    return len(touched)


def _empty(
    s: Session, table_cls: type[SQLModel], school_id: int, columns: Collection[str], *more: Any
) -> set[int]:
    t = table_of(table_cls)
    touched: set[int] = set()
    for name in sorted(columns):
        here = (t.c.school_id == school_id, t.c[name].is_not(None), *more)
        touched.update(s.connection().execute(select(t.c.id).where(*here)).scalars())
        s.connection().execute(update(t).where(*here).values({name: None}))
    return touched


def _identifiers(s: Session, school_id: int, role: str, kinds: Collection[str]) -> set[int]:
    theirs = select(col(Person.id)).where(col(Person.school_id) == school_id, col(Person.role) == role)
    here = (
        col(Identifier.school_id) == school_id, col(Identifier.kind).in_(sorted(kinds)),
        col(Identifier.person_id).in_(theirs),
    )  # fmt: skip
    found = s.execute(select(col(Identifier.id), col(Identifier.person_id)).where(*here)).all()
    s.connection().execute(delete(table_of(Identifier)).where(*here))
    _drop(s, school_id, "identifier", {row for row, _ in found})
    return {person for _, person in found}


def _accounts(s: Session, school_id: int, role: str, columns: Collection[str]) -> None:
    """Only of accounts made here from the MIS; what a school imported is its directory's own."""
    made = (col(Account.origin) == "created", col(Account.role) == role)
    touched = _empty(s, Account, school_id, columns, *made)
    _forget(
        s, school_id, "account", lambda row: {k: v for k, v in row.items() if k not in columns}, only=touched
    )


def _anchors(s: Session, school_id: int, role: str, columns: Collection[str], kinds: Collection[str]) -> None:
    """Links keep what they were made by; without what is declined."""

    def kept(anchors: dict[str, Any]) -> dict[str, Any]:
        numbers = {k: v for k, v in (anchors.get("identifiers") or {}).items() if k not in kinds}
        rest = {k: (None if k in columns else v) for k, v in anchors.items()}
        return {**rest, "identifiers": numbers} if "identifiers" in anchors else rest

    asked = select(col(Link.id), col(Link.anchors)).join(Person, col(Person.id) == col(Link.person_id))
    found = s.execute(asked.where(col(Link.school_id) == school_id, col(Person.role) == role)).all()
    changed = [{"id": i, "anchors": kept(held)} for i, held in found if held and kept(held) != held]
    bulk.update(s, Link, changed)
    only = {row["id"] for row in changed}

    def without(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "anchors": kept(row["anchors"])} if row.get("anchors") else row

    _forget(s, school_id, "link", without, only=only)


def contacts(s: Session, school_id: int, fields: Collection[str] | None = None) -> int:
    """Empty these fields of all contacts; None: the contacts themselves go. How many were touched.

    A contact that somebody used, with the reason, stays as it was used (H10).
    """
    _secure(s)
    if fields is not None:
        own = set(fields) - set(_OF_LINK)
        touched = _empty(s, Contact, school_id, own.intersection(table_of(Contact).c.keys()) - {"source_id"})
        _empty(s, ContactLink, school_id, set(fields).intersection(_OF_LINK))
        for table in ("contact", "contact_link"):
            _forget(s, school_id, table, lambda row: {k: v for k, v in row.items() if k not in fields})
        s.expire_all()
        return len(touched)
    removed = 0
    for table_cls in (ContactLink, Contact):
        t = table_of(table_cls)
        removed = s.connection().execute(delete(t).where(t.c.school_id == school_id)).rowcount
        _drop(s, school_id, t.name, None)
    s.expire_all()
    return removed


def memberships(s: Session, school_id: int) -> int:
    """Who belongs to which class or group; the classes themselves are about nobody."""
    _secure(s)
    t = table_of(Membership)
    removed = s.connection().execute(delete(t).where(t.c.school_id == school_id)).rowcount
    _drop(s, school_id, "membership", None)
    s.expire_all()
    return int(removed)


def held_contacts(s: Session, school_id: int) -> int:
    asked = select(func.count()).select_from(Contact).where(col(Contact.school_id) == school_id)
    return int(s.execute(asked).scalar() or 0)


def _secure(s: Session) -> None:
    if s.connection().dialect.name == "sqlite":
        s.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def _drop(s: Session, school_id: int, table: str, ids: Collection[int] | None) -> None:
    """Journal entries of rows that are gone altogether: there is nothing they could be taken back to."""
    here = (col(Journal.school_id) == school_id, col(Journal.table_name) == table)
    if ids is None:
        s.connection().execute(delete(table_of(Journal)).where(*here))
        return
    for part in bulk.chunks(sorted(ids)):
        s.connection().execute(delete(table_of(Journal)).where(*here, col(Journal.row_id).in_(part)))


def _forget(
    s: Session, school_id: int, table: str, kept: Change, *, only: Collection[int] | None = None
) -> None:
    """Take values out of the journal's rows of a table; an undo gives back what is left."""
    j = table_of(Journal)
    asked = select(j.c.id, j.c.row_id, cast(j.c.before, Text), cast(j.c.after, Text)).where(
        j.c.school_id == school_id, j.c.table_name == table
    )
    changed = []
    for entry, row_id, *raw in s.connection().execute(asked).all():
        if only is not None and row_id not in only:
            continue
        sides = [from_json(text) if text and text != "null" else None for text in raw]
        fresh = [kept(side) if side else side for side in sides]
        if fresh != sides:
            changed.append({"id": entry, "before": fresh[0], "after": fresh[1]})
    bulk.update(s, Journal, changed)
