"""Who is in which class and group, small enough for hundreds of thousands of memberships.

A membership costs one whole number here: the person's key and the row to store are each kept once, however
many classes the person is in.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator

from connectors.records import Membership, Part, SchoolClass
from misconsole.rules.criteria import settle_parts
from misconsole.rules.plan_parts import Detail

Place = tuple[str, str]  # ("class" or "group", source id)
Who = tuple[str, str]  # (role, source id)


PARTS = tuple(Part)
_PART = {part: number for number, part in enumerate(PARTS)}


class Members:
    """Of somebody named twice in one place the later part counts."""

    def __init__(
        self, members: Iterable[Membership] = (), *, same: Callable[[str], str] = lambda text: text
    ) -> None:
        """``same`` gives the copy of an id that is kept anyway."""
        self._same = same
        self._places: dict[Place, array[int]] = {}  # number of the person, times the parts, plus the part's
        self._numbers: dict[Who, int] = {}
        self._people: list[Who] = []
        self._rows: dict[int, Detail] = {}
        for member in members:
            self.add(member)

    def __iter__(self) -> Iterator[Membership]:
        for place in self._places:
            yield from self.of(place)

    @property
    def places(self) -> Collection[Place]:
        return self._places.keys()

    def add(self, member: Membership) -> None:
        place = (sys.intern(member.container), member.container_id)
        if (inside := self._places.get(place)) is None:
            inside = self._places[place] = array("L")
        inside.append(self._code((member.person_role, member.person_id), member.part))

    def _code(self, who: Who, part: Part) -> int:
        number = self._numbers.get(who)
        if number is None:
            who = (who[0], self._same(who[1]))
            number = self._numbers[who] = len(self._people)
            self._people.append(who)
        return number * len(PARTS) + _PART[part]

    def _inside(self, place: Place) -> Iterator[int]:
        """The codes of one place, each person once, in the order in which they were first named."""
        codes = self._places.get(place, ())
        return iter({code // len(PARTS): code for code in codes}.values())

    def of(self, place: Place) -> Iterator[Membership]:
        for code in self._inside(place):
            number, part = divmod(code, len(PARTS))
            role, person_id = self._people[number]
            yield Membership(
                container=place[0], container_id=place[1], person_role=role, person_id=person_id,
                part=PARTS[part],
            )  # fmt: skip

    def groups(self) -> Iterator[Membership]:
        """The memberships of groups alone."""
        for place in self._places:
            if place[0] == "group":
                yield from self.of(place)

    def settle(self, classes: Iterable[SchoolClass]) -> None:
        """Give teachers the parts the rules want, and drop those too many (I7, I8, I11)."""
        by_id = {each.source_id: each for each in classes}
        for place, inside in self._places.items():
            if all(self._people[code // len(PARTS)][0] != "staff" for code in inside):
                continue
            known = [by_id[place[1]]] if place[0] == "class" and place[1] in by_id else []
            kept, _left = settle_parts(self.of(place), classes=known)
            self._places[place] = array("L", [self._code((m.person_role, m.person_id), m.part) for m in kept])

    def take(self, other: Members, *, told: Collection[Place]) -> None:
        """Forget the places that were ``told`` of anew, and add what the other knows."""
        for place in told:
            self._places.pop(place, None)
        for member in other:
            self.add(member)

    def rows(self, place: Place) -> tuple[Detail, ...]:
        """(role, person source id, part) of one place, in a fixed order."""
        made = [self._row(code) for code in self._inside(place)]
        made.sort(key=str)
        return tuple(made)

    def _row(self, code: int) -> Detail:
        row = self._rows.get(code)
        if row is None:
            number, part = divmod(code, len(PARTS))
            row = self._rows[code] = (*self._people[number], PARTS[part].value)
        return row
