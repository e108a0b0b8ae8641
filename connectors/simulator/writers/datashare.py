"""What Datashare carries of a school, as a folder of delimited lists or as one JSON file.

Teachers come only with a class, contacts without any order, classes with their staff; nothing else of the
roll is in it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from connectors.simulator.face import Typed, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.people import PupilRow, Roll, SetRow, StaffRow
from connectors.simulator.schools import DemoSchool
from connectors.simulator.world import World

Item = dict[str, Any]
COLUMNS = {
    "students": ("studentId", "knownName", "surname", "yearGroup", "className", "dateOfBirth"),
    "contacts": ("contactId", "title", "firstName", "surname", "email", "phone", "relationship"),
    "contactLinks": ("studentId", "contactId", "relationship", "parentalResponsibility"),
    "teachers": ("staffId", "title", "forename", "surname", "email"),
    "classes": (
        "classId", "classCode", "description", "type", "staffId1", "staffId2", "staffIds", "studentIds",
    ),
    "groups": ("groupId", "description", "type", "studentIds"),
}  # fmt: skip
GROUP_TYPES = {"HOUSE": "House", "YEAR": "Year", "MISC": "Student"}
CLASS_TYPES = {"REGISTRATION": ("R", "Registration"), "CLASS": ("T", "Teaching set"),
               "COURSE": ("M", "Mixed group")}  # fmt: skip


class DatashareWriter:
    route: ClassVar[str] = "datashare"

    def write(self, world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault]) -> Typed:
        return Typed(settings={"path": str(write_rows(world, school, folder, spoilt))})


def write_rows(world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault] = ()) -> Path:
    """A folder of lists.  The fault "truncated" ends each file in the middle of a row."""
    for name, items in file_set(world.roll(school.urn), spoilt).items():
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS[name])
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in item.items()} for item in items)
        (folder / f"{name}.csv").write_bytes(_cut(text.getvalue().encode(), spoilt))
    return folder


def write_json(world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault] = ()) -> Path:
    """One file."""
    target = folder / f"{school.slug}.json"
    text = json.dumps(file_set(world.roll(school.urn), spoilt), ensure_ascii=False)
    target.write_bytes(_cut(text.encode(), spoilt))
    return target


def file_set(roll: Roll, spoilt: Sequence[Fault] = ()) -> dict[str, list[Item]]:
    lists = _Lists(roll)
    made = {
        "students": lists.students(), "contacts": lists.contacts(), "contactLinks": lists.links(),
        "teachers": lists.teachers(), "classes": lists.classes(), "groups": lists.groups(),
    }  # fmt: skip
    return {name: list(thinned(list(items), spoilt)) for name, items in made.items()}


@dataclass(frozen=True, slots=True)
class _Lists:
    roll: Roll

    @property
    def pupils(self) -> list[PupilRow]:
        return [row for row in self.roll.of_status("current") if row.registration]

    @property
    def sets(self) -> list[SetRow]:
        """Everything with pupils and staff."""
        shelves = (*self.roll.classes.values(), *self.roll.groups.values())
        return [row for row in shelves if row.kind in CLASS_TYPES and row.pupils and row.staff]

    @property
    def staff(self) -> list[StaffRow]:
        teaching = {one for row in self.sets for one in row.staff}
        return [row for row in self.roll.staff.values() if row.id in teaching and row.current]

    def students(self) -> Iterator[Item]:
        for row in self.pupils:
            yield {
                "studentId": row.mis_id, "knownName": row.forename, "surname": row.surname,
                "yearGroup": _year(row.year_text), "className": self.roll.groups[row.registration or ""].name,
                "dateOfBirth": row.born.isoformat() if row.born else None,
            }  # fmt: skip

    def contacts(self) -> Iterator[Item]:
        words = {tie.contact: tie.relationship for p in self.pupils for tie in self.roll.ties.get(p.id, ())}
        for source_id, word in words.items():
            row = self.roll.contacts[source_id]
            yield {
                "contactId": row.mis_id, "title": row.title, "firstName": row.forename,
                "surname": row.surname, "email": row.email, "phone": row.phone, "relationship": word,
            }  # fmt: skip

    def links(self) -> Iterator[Item]:
        for pupil in self.pupils:
            for tie in self.roll.ties.get(pupil.id, ()):
                yield {
                    "studentId": pupil.mis_id, "contactId": self.roll.contacts[tie.contact].mis_id,
                    "relationship": tie.relationship, "parentalResponsibility": tie.responsible,
                }  # fmt: skip

    def teachers(self) -> Iterator[Item]:
        for row in self.staff:
            yield {
                "staffId": row.mis_id, "title": row.title, "forename": row.forename, "surname": row.surname,
                "email": row.email,
            }  # fmt: skip

    def classes(self) -> Iterator[Item]:
        for row in self.sets:
            letter, kind = CLASS_TYPES[row.kind]
            staff = [self.roll.staff[one].mis_id for one in row.staff if one in self.roll.staff]
            first = [*staff, None, None] if kind == "Registration" else [None, None]
            yield {
                "classId": f"{letter}{row.mis_id}", "classCode": row.code, "description": row.name,
                "type": kind, "staffId1": first[0], "staffId2": first[1],
                "staffIds": [] if kind == "Registration" else staff, "studentIds": self._members(row),
            }  # fmt: skip

    def groups(self) -> Iterator[Item]:
        for row in self.roll.groups.values():
            if row.kind in GROUP_TYPES:
                yield {
                    "groupId": f"G{row.mis_id}", "description": row.name, "type": GROUP_TYPES[row.kind],
                    "studentIds": self._members(row),
                }  # fmt: skip

    def _members(self, row: SetRow) -> list[str]:
        return [self.roll.pupils[one].mis_id for one in row.pupils if one in self.roll.pupils]


def _year(text: str | None) -> str | None:
    return f"Year {text}" if text and text.isdecimal() else {"R": "Reception"}.get(text or "", text)


def _cell(value: list[str] | str | bool | None) -> str:
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return value or ""


def _cut(content: bytes, spoilt: Sequence[Fault]) -> bytes:
    return content[: len(content) * 2 // 3] if any(f.kind == "truncated" for f in spoilt) else content


WRITER = DatashareWriter()
