"""Writing contacts, classes, groups and subjects, and who belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from data import bulk, roster, roster_items
from data.journal import Scribe
from data.tables import ContactLink, Membership
from misconsole.rules.plan import Plan
from misconsole.rules.plan_parts import Item

if TYPE_CHECKING:
    from sqlmodel import Session

CONTAINERS = ("class", "group")
AT_ONCE = 4_000  # rows; a year group alone may have thousands of members


def write(s: Session, scribe: Scribe, plan: Plan) -> None:
    """The part of the plan about what people belong to; so many items at a time."""
    for kind in roster_items.ITEM_TABLES:
        new = [item for item in plan.items_new if item.kind == kind]
        changed = [item for item in plan.items_changed if item.kind == kind]
        gone = [item.row_id for item in plan.items_gone if item.kind == kind]
        pupils = roster.person_ids(s, plan.school_id, "pupil") if kind == "contact" else {}
        for part in _parts(new):
            _write(s, scribe, plan.school_id, kind, part, [], pupils)
        for part in _parts(changed):
            _write(s, scribe, plan.school_id, kind, [], part, pupils)
        _update(s, scribe, roster_items.ITEM_TABLES[kind], {row_id: {"present": False} for row_id in gone})


def _parts(items: list[Item]) -> Iterator[list[Item]]:
    """So many items at a time that not much more than AT_ONCE rows hang on them."""
    part: list[Item] = []
    rows = 0
    for item in items:
        part.append(item)
        rows += 1 + len(item.details)
        if rows >= AT_ONCE:
            yield part
            part, rows = [], 0
    if part:
        yield part


def _write(
    s: Session,
    scribe: Scribe,
    school_id: int,
    kind: str,
    new: list[Item],
    changed: list[Item],
    pupils: dict[str, int],
) -> None:
    table = roster_items.ITEM_TABLES[kind]
    ids = scribe.insert_many(table, [_row(item, school_id) for item in new])
    places = {item.source_id: i for item, i in zip(new, ids, strict=True)}
    places |= {item.source_id: item.row_id for item in changed if item.row_id is not None}
    _update(s, scribe, table, {i.row_id: _row(i, school_id) for i in changed if i.row_id is not None})
    if kind in CONTAINERS:
        _members(s, scribe, school_id, kind, new, changed)
    elif kind == "contact":
        _contact_links(s, scribe, school_id, new + changed, places, pupils, born=set(ids))


def _row(item: Item, school_id: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "school_id": school_id, "source_id": item.source_id, "present": True, "digest": item.digest,
        **item.values,
    }  # fmt: skip
    return row if item.kind == "subject" else {**row, "gate": item.gate}


def _update(s: Session, scribe: Scribe, table: type[Any], wanted: dict[int, dict[str, Any]]) -> None:
    before = bulk.load(s, table, list(wanted))
    scribe.update_many(table, [(i, before[i], row) for i, row in wanted.items() if i in before])


def _members(
    s: Session, scribe: Scribe, school_id: int, kind: str, new: list[Item], changed: list[Item]
) -> None:
    stored = {
        (place, role, source): (row_id, part)
        for row_id, place, role, source, part in roster_items.memberships_of(
            s, school_id, kind, [item.source_id for item in changed]
        )
    }
    fresh: list[dict[str, Any]] = []
    parts: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    for item in (*new, *changed):
        for role, source, part in item.details:
            old = stored.pop((item.source_id, str(role), str(source)), None)
            if old is None:
                fresh.append(
                    {
                        "school_id": school_id, "container": kind, "container_id": item.source_id,
                        "person_role": role, "person_source_id": source, "part": part,
                    }
                )  # fmt: skip
            elif old[1] != part:
                parts.append((old[0], {"part": old[1]}, {"part": part}))
    born = {item.source_id for item in new}
    bulk.insert(s, Membership, [row for row in fresh if row["container_id"] in born])
    scribe.insert_many(Membership, [row for row in fresh if row["container_id"] not in born])
    scribe.update_many(Membership, parts)
    scribe.delete_many(Membership, [row_id for row_id, _part in stored.values()])


def _contact_links(
    s: Session,
    scribe: Scribe,
    school_id: int,
    items: Iterable[Item],
    places: dict[str, int],
    pupils: dict[str, int],
    *,
    born: set[int],
) -> None:
    wanted = [item for item in items if item.source_id in places]
    stored = {
        (row.contact_id, row.person_id): row
        for row in roster_items.contact_links_of(s, [places[item.source_id] for item in wanted])
    }
    fresh: list[dict[str, Any]] = []
    changes: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    for item in wanted:
        for pupil, relationship, responsibility, priority in item.details:
            if (person_id := pupils.get(str(pupil))) is None:
                continue
            values = {
                "relationship": relationship, "parental_responsibility": responsibility, "priority": priority,
            }  # fmt: skip
            old = stored.pop((places[item.source_id], person_id), None)
            if old is None:
                fresh.append(
                    {
                        "school_id": school_id,
                        "contact_id": places[item.source_id],
                        "person_id": person_id,
                        **values,
                    }
                )
            else:
                changes.append((old.id or 0, {name: getattr(old, name) for name in values}, values))
    bulk.insert(s, ContactLink, [row for row in fresh if row["contact_id"] in born])
    scribe.insert_many(ContactLink, [row for row in fresh if row["contact_id"] not in born])
    scribe.update_many(ContactLink, changes)
    scribe.delete_many(ContactLink, [row.id for row in stored.values() if row.id is not None])
