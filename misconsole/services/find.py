"""Finding anybody, across schools, as one types (Y5)."""

from __future__ import annotations

from sqlmodel import Session, col

from data import people as people_rows
from data import schools as school_rows
from data.tables import Person
from misconsole.services import lookup, present
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import FoundItem

SHORTEST = 2  # letters; one letter finds half the estate


def find(desk: Desk, text: str, *, school: str | None = None, limit: int = 50) -> tuple[FoundItem, ...]:
    """People by the beginnings of their names in any order, an identifier, or a username."""
    if len(text.strip()) < SHORTEST:
        return ()
    with desk.store.read() as s:
        if school:
            return tuple(_items(s, lookup.people(s, text, school_id=resolve(s, school).id, limit=limit)))
        seen = school_rows.seen_ids(s)
        wanted = [None] if seen is None else sorted(seen)
        ids = [i for each in wanted for i in lookup.people(s, text, school_id=each, limit=limit)]
        return tuple(_items(s, ids[:limit]))


def _items(s: Session, ids: list[int]) -> list[FoundItem]:
    if not ids:
        return []
    usernames = people_rows.usernames(s, people_rows.ids(col(Person.id).in_(ids)))
    people = {each.id: each for each in present.people(s, col(Person.id).in_(ids))}
    named = school_rows.names_of(s, {each.school for each in people.values()})
    return [
        FoundItem(
            school=people[i].school,
            school_name=named[people[i].school],
            person=people[i],
            account=usernames.get(i),
        )
        for i in ids
    ]
