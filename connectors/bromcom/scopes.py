"""What the school has switched on for our application, asked entity by entity (reference §4).

Each is asked for nobody (``1=0``): nothing is read, and a 403 tells that the school has not granted it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.bromcom.entities import NOTHING, Entities
from connectors.errors import ScopeMissing
from connectors.http_errors import NotFound
from connectors.records import Report

FLAT = "StudentFlatView"
COLLECTIONS = ("CollectionAssociates", "CollectionTimetables")


@dataclass(frozen=True, slots=True)
class Scopes:
    """``needed``: report → entities without which it cannot be read; ``helpful``: those that only add to
    it; ``granted`` of all of them."""

    needed: Mapping[Report, tuple[str, ...]]
    helpful: Mapping[Report, tuple[str, ...]]
    granted: frozenset[str] = frozenset()

    def names(self, reports: frozenset[Report]) -> tuple[str, ...]:
        told = (
            name for shelf in (self.needed, self.helpful) for r in shelf if r in reports for name in shelf[r]
        )
        return tuple(dict.fromkeys(told))

    def reports(self) -> frozenset[Report]:
        """Reports that can be read."""
        return frozenset(report for report, names in self.needed.items() if self.granted.issuperset(names))

    def told(self, reports: frozenset[Report]) -> str:
        names = self.names(reports)
        there = ", ".join(name for name in names if name in self.granted) or "nothing"
        missing = ", ".join(name for name in names if name not in self.granted)
        return f"Switched on: {there}.{f' Not switched on: {missing}.' if missing else ''}"

    def missing(self, reports: frozenset[Report]) -> bool:
        return not self.granted.issuperset(self.names(reports))


def wanted(settings: Mapping[str, str]) -> Scopes:
    timetable = () if settings["timetable"] == "none" else (settings["timetable"],)
    leaders = ("CollectionExecutives",) if settings["executives"] == "read" else ()
    staff = (Report.STAFF, Report.STAFF_FUTURE)
    pupils = (Report.STUDENTS, Report.STUDENTS_FUTURE, Report.CONTACTS)
    return Scopes(
        needed={
            **dict.fromkeys(staff, ("Staff",)), **dict.fromkeys(pupils, (FLAT,)),
            Report.GROUPS_CLASSES: (FLAT, "YearGroupSubjectStudents", *timetable),
        },
        helpful={
            **dict.fromkeys(staff, ("StaffLineManagers",)),
            Report.GROUPS_CLASSES: (*COLLECTIONS, *leaders),
        },
    )  # fmt: skip


def ask(entities: Entities, settings: Mapping[str, str]) -> Scopes:
    """All at once.  NotFound where Bromcom knows none of them: a wrong address or school."""
    asked = wanted(settings)
    names = asked.names(frozenset(asked.needed))
    wrong: list[NotFound] = []
    granted = frozenset(_granted(entities, names, wrong))
    if len(wrong) == len(names):
        raise wrong[0]
    return Scopes(asked.needed, asked.helpful, granted)


def _granted(entities: Entities, names: tuple[str, ...], wrong: list[NotFound]) -> Iterator[str]:
    under_way = {name: entities.ask(name, NOTHING, 0) for name in names}
    for name, future in under_way.items():
        try:
            entities.take(name, future)
            yield name
        except ScopeMissing:
            continue
        except NotFound as problem:
            wrong.append(problem)
