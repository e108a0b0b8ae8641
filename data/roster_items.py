"""What people belong to, as a run must know it: contacts, classes, groups, subjects, and who is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from data import asking, bulk
from data.tables import Contact, ContactLink, Group, Membership, Person, SchoolClass, Subject

ITEM_TABLES: dict[str, type[Any]] = {
    "contact": Contact, "class": SchoolClass, "group": Group, "subject": Subject,
}  # fmt: skip


def items(s: Session, school_id: int) -> Iterator[tuple[str, str, int, str, bool, str]]:
    """(kind, source_id, id, digest, present, gate) of contacts, classes, groups and subjects."""
    for kind, table in ITEM_TABLES.items():
        gate = table.gate if kind != "subject" else None
        columns = [table.source_id, table.id, table.digest, table.present]
        asked = select(*columns, *([gate] if gate is not None else [])).where(table.school_id == school_id)
        for source_id, row_id, digest, present, *rest in asking.stream(s, asked):
            yield kind, source_id, row_id, digest, present, rest[0] if rest else ""


def stored_items(
    s: Session, school_id: int, kind: str, only: Collection[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Whole rows of one kind that are present; some by source id, where ``only`` names them."""
    return asking.stored(s, ITEM_TABLES[kind], school_id, "source_id", only)


def memberships(s: Session, school_id: int) -> Iterable[Any]:
    """(container, container_id, role, source_id, part)."""
    asked = select(
        col(Membership.container), col(Membership.container_id), col(Membership.person_role),
        col(Membership.person_source_id), col(Membership.part),
    ).where(col(Membership.school_id) == school_id)  # fmt: skip
    return asking.stream(s, asked)


def memberships_of(s: Session, school_id: int, container: str, ids: Sequence[str]) -> Iterator[Any]:
    """(id, container id, role, person source id, part) of those classes or groups."""
    for part in bulk.chunks(ids):
        asked = select(
            col(Membership.id), col(Membership.container_id), col(Membership.person_role),
            col(Membership.person_source_id), col(Membership.part),
        ).where(
            col(Membership.school_id) == school_id,
            col(Membership.container) == container,
            col(Membership.container_id).in_(part),
        )  # fmt: skip
        yield from asking.stream(s, asked)


def contact_links(s: Session, school_id: int) -> Iterable[Any]:
    """(contact source_id, pupil source_id, relationship, parental responsibility, priority)."""
    asked = (
        select(
            col(Contact.source_id), col(Person.source_id), col(ContactLink.relationship),
            col(ContactLink.parental_responsibility), col(ContactLink.priority),
        )
        .join(Contact, col(Contact.id) == col(ContactLink.contact_id))
        .join(Person, col(Person.id) == col(ContactLink.person_id))
        .where(col(ContactLink.school_id) == school_id)
    )  # fmt: skip
    return asking.stream(s, asked)


def contact_links_of(s: Session, contact_ids: Sequence[int]) -> list[ContactLink]:
    found: list[ContactLink] = []
    for part in bulk.chunks(contact_ids):
        found += s.execute(select(ContactLink).where(col(ContactLink.contact_id).in_(part))).scalars()
    return found
