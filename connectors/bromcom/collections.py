"""Collections: whatever groups people in Bromcom - tutor groups, houses, sets, clubs (reference §3).

They come without their kind, so they are told apart by name: what is a tutor group, class or year in
another entity lends its members nothing here, and its leaders everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.bromcom.entities import USUAL, Entities
from connectors.bromcom.options import Options
from connectors.bromcom.words import class_name, plain, plain_id, school_year
from connectors.errors import ScopeMissing
from connectors.http_errors import NotFound
from connectors.records import Part, Report
from connectors.values import Faults

MEMBERS, TAUGHT, LEADERS = "CollectionAssociates", "CollectionTimetables", "CollectionExecutives"
PARTS = {
    "main tutor": Part.MAIN, "main teacher": Part.MAIN, "additional tutor": Part.SUPERVISOR,
    "additional teacher": Part.TEACHER, "teacher": Part.TEACHER, "tutor": Part.TEACHER,
}  # fmt: skip


@dataclass(slots=True)
class Collection:
    name: str
    people: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Collections:
    """``found`` by id, ``staff`` by the collection's name in small letters, ``taught`` ids with a timetable.
    ``lost`` names what is not granted."""

    found: dict[str, Collection] = field(default_factory=dict)
    staff: dict[str, dict[str, Part]] = field(default_factory=dict)
    taught: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)

    def houses(self, options: Options) -> dict[str, str] | None:
        """Person → house; None where nobody told which collections are houses, or they can't be read."""
        if not options.houses or MEMBERS in self.lost:
            return None
        named = [one for one in self.found.values() if one.name.lower() in options.houses]
        return {person: one.name for one in named for person in one.people}


def members(entities: Entities, options: Options) -> Collections:
    """Who is in which collection now."""
    made, year, silent = Collections(), school_year(options.today), Faults(Report.GROUPS_CLASSES)
    for row in _rows(entities, MEMBERS, USUAL.current(options.today), made.lost):
        own, person = plain_id(row, "collectionid"), plain_id(row, "personid")
        name, when = class_name(plain(row, "collectionname", silent, "name") or "")
        if own and person and name and when in (None, year):
            made.found.setdefault(own, Collection(name)).people[person] = None
    return made


def staff(made: Collections, entities: Entities, options: Options) -> None:
    """Who teaches or leads them; a main teacher is told only by ``CollectionExecutives`` (I7)."""
    for row in _rows(entities, TAUGHT, USUAL.current(options.today), made.lost):
        own, person = plain_id(row, "collectionid"), plain_id(row, "employeeid")
        if own in made.found and person:
            made.taught.add(own)
            made.staff.setdefault(made.found[own].name.lower(), {}).setdefault(person, Part.TEACHER)
    if not options.executives:
        return
    ended = f"isnull(EndDate,'')='' or EndDate>='{options.today}'"
    for row in _rows(entities, LEADERS, ended, made.lost):
        own, person = plain_id(row, "collectionid"), plain_id(row, "staffid")
        part = PARTS.get(str(row.get("collectionroletypedescription") or "").strip().lower())
        if own in made.found and person and part:
            made.staff.setdefault(made.found[own].name.lower(), {})[person] = part


def _rows(entities: Entities, entity: str, condition: str, lost: list[str]) -> Iterator[dict[str, Any]]:
    """Nothing where the school has not granted the entity, or Bromcom does not have it."""
    try:
        for page in entities.start(entity, condition):
            yield from (row for _, row in page if isinstance(row, dict))
    except (ScopeMissing, NotFound):
        lost.append(entity)
