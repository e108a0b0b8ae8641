"""Who is in which class and group, small enough for hundreds of thousands of memberships.

A membership costs one slot in a dictionary here: the person's key and the row to store are each kept once,
however many classes the person is in.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator

from connectors.records import Membership, Part, SchoolClass
from misconsole.rules.criteria import settle_parts
from misconsole.rules.plan_parts import Detail

Place = tuple[str, str]  # ("class" or "group", source id)
Who = tuple[str, str]  # (role, source id)


class Members:
    """Of somebody named twice in one place the later part counts."""

    def __init__(self, members: Iterable[Membership] = ()) -> None:
        self._places: dict[Place, dict[Who, Part]] = {}
        self._people: dict[Who, Who] = {}
        self._rows: dict[Detail, Detail] = {}
        for member in members:
            self.add(member)

    def __iter__(self) -> Iterator[Membership]:
        for place in self._places:
            yield from self.of(place)

    @property
    def places(self) -> Collection[Place]:
        return self._places.keys()

    def add(self, member: Membership) -> None:
        who = (member.person_role, member.person_id)
        who = self._people.setdefault(who, who)
        place = (sys.intern(member.container), member.container_id)
        self._places.setdefault(place, {})[who] = member.part

    def of(self, place: Place) -> Iterator[Membership]:
        for (role, person_id), part in self._places.get(place, {}).items():
            yield Membership(
                container=place[0], container_id=place[1], person_role=role, person_id=person_id, part=part
            )

    def groups(self) -> Iterator[Membership]:
        """The memberships of groups alone."""
        for place in self._places:
            if place[0] == "group":
                yield from self.of(place)

    def settle(self, classes: Iterable[SchoolClass]) -> None:
        """Give teachers the parts the rules want, and drop those too many (I7, I8, I11)."""
        by_id = {each.source_id: each for each in classes}
        for place, inside in self._places.items():
            if all(role != "staff" for role, _ in inside):
                continue
            known = [by_id[place[1]]] if place[0] == "class" and place[1] in by_id else []
            kept, _left = settle_parts(self.of(place), classes=known)
            self._places[place] = {self._people[m.person_role, m.person_id]: m.part for m in kept}

    def take(self, other: Members, *, told: Collection[Place]) -> None:
        """Forget the places that were ``told`` of anew, and add what the other knows."""
        for place in told:
            self._places.pop(place, None)
        for member in other:
            self.add(member)

    def rows(self, place: Place) -> tuple[Detail, ...]:
        """(role, person source id, part) of one place, in a fixed order."""
        inside = self._places.get(place, {})
        made: list[Detail] = [(role, person_id, part.value) for (role, person_id), part in inside.items()]
        made.sort(key=str)
        return tuple(self._rows.setdefault(row, row) for row in made)
