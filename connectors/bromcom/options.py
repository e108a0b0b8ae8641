"""What the settings mean for a reading, and what each report may keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``today`` in the school's own time; ``houses`` in small letters; ``timetable`` "" does without."""

    today: date
    leavers: int
    houses: frozenset[str]
    guests: bool
    no_staff_code: bool
    teaching_by_code: bool
    timetable: str
    executives: bool
    collections: bool


def options(settings: Mapping[str, str], today: date) -> Options:
    houses = (name.strip().lower() for name in settings["houses"].split(","))
    return Options(
        today=today, leavers=int(settings["leavers"]), houses=frozenset(name for name in houses if name),
        guests=settings["guests"] == "keep", no_staff_code=settings["no_staff_code"] == "keep",
        teaching_by_code=settings["teaching"] == "staff-code",
        timetable=settings["timetable"].replace("none", ""),
        executives=settings["executives"] == "read", collections=settings["collections"] == "groups",
    )  # fmt: skip
