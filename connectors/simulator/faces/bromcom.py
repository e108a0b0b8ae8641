"""Bromcom among the faces: ``/bromcom/v2/{Entity}`` for all schools, told apart by ``schoolId``.

The pair is the partner's, the same for every school; a school that has not granted an entity answers 403,
one that granted nothing answers so to everything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, TypeVar

from connectors.simulator.bromcom_filter import BadCondition, matches
from connectors.simulator.bromcom_rows import Rows
from connectors.simulator.face import Answer, Call, Ground, Typed, as_json, same, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.schools import DemoSchool
from connectors.simulator.timetable import HOUSES

Row = TypeVar("Row")
FULL_PAGE = 100_000
RESOURCES = {
    "StudentFlatView": "students", "Staff": "employees", "StaffLineManagers": "employees",
    "YearGroupSubjectStudents": "classes", "TimeTable": "classes", "CollectionAssociates": "groups",
    "CollectionTimetables": "groups", "CollectionExecutives": "groups",
}  # fmt: skip
_FILTER = re.compile(r"(.*)\{page:(\d+)\}", re.DOTALL)


class BromcomFace:
    """``withheld``: slug → entities the school has not granted.  ``page`` rows a page."""

    route: ClassVar[str] = "bromcom"
    prefixes: ClassVar[tuple[str, ...]] = ("bromcom",)

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.withheld: dict[str, frozenset[str]] = {}
        self.page = FULL_PAGE
        self._rows: dict[str, Rows] = {}

    def typed(self, school: DemoSchool) -> Typed:
        return Typed(
            settings={
                "url": f"{self.ground.origin}/bromcom/v2", "school_id": str(20_000 + school.number),
                "houses": ", ".join(HOUSES),
            },
            secrets={
                "application_id": self.ground.key("bromcom", "id"),
                "application_secret": self.ground.key("bromcom", "secret"),
            },
        )  # fmt: skip

    def _school(self, call: Call) -> DemoSchool | None:
        wanted = call.asked.get("schoolId", "")
        return next((s for s in self.ground.world.schools if str(20_000 + s.number) == wanted), None)

    def aim(self, call: Call) -> tuple[str | None, str]:
        school = self._school(call)
        return school.urn if school else None, RESOURCES.get(call.path[-1] if call.path else "", "meta")

    def answer(self, call: Call, spoilt: Sequence[Fault]) -> Answer:
        pair = ("id", "secret")
        told = (call.headers.get(f"application{word}", "") for word in pair)
        if not all(same(one, self.ground.key("bromcom", word)) for one, word in zip(told, pair, strict=True)):
            return as_json({"message": "Unauthorized"}, 401)
        school = self._school(call)
        entity = call.path[1] if len(call.path) == 2 and call.path[0] == "v2" else ""
        if call.method != "GET" or not entity:
            return as_json({"message": "Not found"}, 404)
        if school is None or not self.ground.approved(school):
            return as_json({"message": "Forbidden"}, 403)
        if entity in self.withheld.get(school.slug, frozenset()):
            return as_json({"message": "Forbidden"}, 403)
        if not self.ground.online(school):
            return as_json({"success": False, "message": "The school's database cannot be reached."})
        return self._entity(school, entity, call.asked.get("entityFilter", ""), spoilt)

    def _entity(self, school: DemoSchool, entity: str, told: str, spoilt: Sequence[Fault]) -> Answer:
        rows, found = self._of(school).of(entity), _FILTER.fullmatch(told)
        if rows is None:
            return as_json({"message": "Not found"}, 404)
        if found is None:
            return as_json({"message": "The filter has no page."}, 400)
        try:
            kept = [row for row in rows if matches(found[1], row)]
        except BadCondition:
            return as_json({"message": "Incorrect syntax in the filter."}, 400)
        page = cut(thinned(kept, spoilt), int(found[2]), self.page, {fault.kind for fault in spoilt})
        return as_json({"success": True, "data": page})

    def _of(self, school: DemoSchool) -> Rows:
        roll = self.ground.world.roll(school.urn)
        rows = self._rows.get(school.urn)
        if rows is None or rows.roll is not roll or rows.seen != (roll.version, roll.today):
            rows = self._rows[school.urn] = Rows(roll)
        return rows


def cut(rows: Sequence[Row], number: int, size: int, kinds: set[str]) -> Sequence[Row]:
    """One page; the paging faults say another number."""
    if "duplicated_page" in kinds:
        number = max(number - 1, 0)
    if "missing_page" in kinds and number and len(rows) > size:
        number += 1
    if "endless_paging" in kinds:
        number = min(number, max(len(rows) - 1, 0) // size)
    return rows[number * size :][:size]


FACE = BromcomFace
