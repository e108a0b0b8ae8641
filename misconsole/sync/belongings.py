"""Classes, groups, subjects and contacts: from records, or from the store where nothing new was told.

A report that was not read to its end changes nothing; one that told only changes keeps what it did
not speak of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from connectors.records import (
    ClassKind,
    Contact,
    ContactLink,
    Group,
    GroupKind,
    Membership,
    Part,
    Report,
    SchoolClass,
    Subject,
)
from data import affected, roster_items
from misconsole.rules import digest
from misconsole.rules.criteria import CriteriaResult
from misconsole.rules.plan_parts import Detail, Item
from misconsole.sync.extract import Extract, Page
from misconsole.sync.members import Members

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Everything the report Groups & Classes tells, delivered now or earlier."""

    classes: tuple[SchoolClass, ...] = ()
    groups: tuple[Group, ...] = ()
    subjects: tuple[Subject, ...] = ()
    members: Members = field(default_factory=Members)


def timetable(extract: Extract, s: Session, school_id: int) -> Timetable:
    """What is known of classes now; from the store what this extract does not speak of."""
    page = extract.of(Report.GROUPS_CLASSES)
    if page is not None and page.full:
        return delivered(page)
    old = _stored(s, school_id)
    if page is None:
        return old
    new = delivered(page)
    gone = page.gone
    told = {("class", c.source_id) for c in new.classes} | {("group", g.source_id) for g in new.groups} | gone
    classes = {c.source_id: c for c in (*old.classes, *new.classes) if ("class", c.source_id) not in gone}
    groups = {g.source_id: g for g in (*old.groups, *new.groups) if ("group", g.source_id) not in gone}
    subjects = {x.source_id: x for x in (*old.subjects, *new.subjects)}
    old.members.take(new.members, told=told)
    return Timetable(
        classes=tuple(classes.values()),
        groups=tuple(groups.values()),
        subjects=tuple(subjects.values()),
        members=old.members,
    )


def delivered(page: Page) -> Timetable:
    """What one report tells, its parts settled."""
    page.members.settle(page.classes.values())
    return Timetable(
        classes=tuple(page.classes.values()),
        groups=tuple(page.groups.values()),
        subjects=tuple(page.subjects.values()),
        members=page.members,
    )


def without(table: Timetable, gone: Collection[tuple[str, str]]) -> Timetable:
    """The same less the classes and groups that the same report says were deleted."""
    return replace(
        table,
        classes=tuple(c for c in table.classes if ("class", c.source_id) not in gone),
        groups=tuple(g for g in table.groups if ("group", g.source_id) not in gone),
    )


def _stored(s: Session, school_id: int) -> Timetable:
    return Timetable(
        classes=tuple(
            SchoolClass(
                source_id=row["source_id"], name=row["name"], code=row["code"],
                description=row["description"], kind=ClassKind(row["kind"]), subject_id=row["subject_id"],
            )
            for row in roster_items.stored_items(s, school_id, "class")
        ),
        groups=_groups(roster_items.stored_items(s, school_id, "group")),
        subjects=tuple(
            Subject(source_id=row["source_id"], code=row["code"], name=row["name"])
            for row in roster_items.stored_items(s, school_id, "subject")
        ),
        members=Members(_membership(*row) for row in roster_items.memberships(s, school_id)),
    )  # fmt: skip


def _groups(rows: Iterable[Mapping[str, Any]]) -> tuple[Group, ...]:
    return tuple(
        Group(source_id=row["source_id"], name=row["name"], code=row["code"], kind=GroupKind(row["kind"]))
        for row in rows
    )


def _membership(container: str, place: str, role: str, person_id: str, part: str) -> Membership:
    return Membership(
        container=container, container_id=place, person_role=role, person_id=person_id, part=Part(part)
    )


def stored_groups(s: Session, school_id: int, ids: Collection[str]) -> Timetable:
    """Some groups as they are stored, with their members."""
    if not ids:
        return Timetable()
    return Timetable(
        groups=_groups(roster_items.stored_items(s, school_id, "group", ids)),
        members=Members(_membership("group", *row) for row in affected.members(s, school_id, "group", ids)),
    )


def timetable_items(table: Timetable, criteria: CriteriaResult) -> list[Item]:
    """Rows to store, classes and groups with the gate they fail (W8)."""
    made = [_item("subject", x.source_id, {"code": x.code, "name": x.name}, "", ()) for x in table.subjects]
    for c in table.classes:
        place = ("class", c.source_id)
        values = {
            "name": c.name, "code": c.code, "description": c.description, "kind": c.kind.value,
            "subject_id": c.subject_id,
        }  # fmt: skip
        made.append(_item(*place, values, criteria.left_out.get(place, ""), table.members.rows(place)))
    for g in table.groups:
        place = ("group", g.source_id)
        values = {"name": g.name, "code": g.code, "kind": g.kind.value}
        made.append(_item(*place, values, criteria.left_out.get(place, ""), table.members.rows(place)))
    return made


def contact_items(
    contacts: Mapping[str, Contact], links: Iterable[ContactLink], left_out: Mapping[str, str]
) -> list[Item]:
    """``left_out``: contact source id -> the code of why it does not come through (H2, H3, C17)."""
    hanging: dict[str, list[Detail]] = {}
    for link in links:
        row = (link.pupil_id, link.relationship, link.parental_responsibility, link.priority)
        hanging.setdefault(link.contact_id, []).append(row)
    return [
        _item(
            "contact", c.source_id,
            {"title": c.title, "given_name": c.given_name, "family_name": c.family_name, "email": c.email,
             "phone": c.phone},
            left_out.get(c.source_id, ""), hanging.get(c.source_id, ()),
        )
        for c in contacts.values()
    ]  # fmt: skip


def _item(
    kind: str, source_id: str, values: dict[str, str | None], gate: str, details: Iterable[Detail]
) -> Item:
    """``details`` in a fixed order, whatever the order the MIS sent them in."""
    hanging = tuple(details)
    return Item(
        kind=kind, source_id=source_id, values=values, gate=gate, details=hanging,
        digest=digest.of((sorted(values.items()), hanging)),
    )  # fmt: skip
