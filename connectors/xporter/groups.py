"""Registration groups and teaching groups as classes, year groups and houses as groups, with their members.

Members are asked for as ids in the group's own row, so that a page of groups is whole in itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.records import (
    ClassKind,
    Group,
    GroupKind,
    Membership,
    Part,
    Record,
    Report,
    SchoolClass,
    Subject,
)
from connectors.values import Faults, Row, first_of, identity, no_object, text
from connectors.xporter.columns import by_lower

_PREFIX = re.compile(r"^(?:PL|PWT|PC|G[A-Z])-(?=.)")


def plain(id_: str) -> str:
    """A MIS id without the prefix of its type: documentation shows members with it, answers without."""
    return _PREFIX.sub("", id_.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One type of group.  ``prefix`` keeps ids apart, since the MIS's own may meet across types."""

    type: str
    prefix: str
    what: str
    class_kind: ClassKind | None = None
    group_kind: GroupKind | None = None


SHELVES = (
    Shelf(type="YearGrp", prefix="year", what="year groups", group_kind=GroupKind.YEAR),
    Shelf(type="HouseGrp", prefix="house", what="houses", group_kind=GroupKind.HOUSE),
    Shelf(type="RegGrp", prefix="reg", what="registration groups", class_kind=ClassKind.REGISTRATION),
    Shelf(type="TeachingGrp", prefix="teaching", what="teaching groups", class_kind=ClassKind.TEACHING),
)


class Groups:
    """``members_told``: every group so far came with its members."""

    def __init__(self, dropped: frozenset[str]) -> None:
        self.dropped = dropped
        self.faults = Faults(Report.GROUPS_CLASSES)
        self.members_told = True
        self._subjects: set[str] = set()

    def options(self, shelf: Shelf) -> str:
        subjects = shelf.class_kind is ClassKind.TEACHING and "subject_id" not in self.dropped
        return "includeMembersIds,includeSubjects" if subjects else "includeMembersIds"

    def read(self, shelf: Shelf, raw: Any, where: str) -> list[Record]:
        self.faults.at(where)
        row = by_lower(raw)
        if row is None:
            no_object(self.faults, raw)
            return []
        own = identity(row, self.faults)
        if own is None:
            return []
        self.faults.source_id = own
        name = first_of(row, ("name", "code"), self.faults, "name")
        if name is None:
            self.faults.whole("name", "It has neither name nor code; it was left out.", code="no_name")
            return []
        told = str(row.get("type") or shelf.type)
        if told.lower() != shelf.type.lower():
            self.faults.whole(
                "type", f"It is no {shelf.type}; it was left out.", code="wrong_kind", value=told
            )
            return []
        return self._set(shelf, row, f"{shelf.prefix}-{own.strip()}", " ".join(name.split()))

    def _set(self, shelf: Shelf, row: Row, source_id: str, name: str) -> list[Record]:
        code = None if "code" in self.dropped else text(row, "code", self.faults, "code")
        pupils = self._ids(row, "studentids")
        if shelf.group_kind is not None:
            group = Group(source_id=source_id, name=name, code=code, kind=shelf.group_kind)
            return [group, *_members("group", source_id, pupils)]
        subject_id, subjects = self._subject(row)
        school_class = SchoolClass(
            source_id=source_id, name=name, code=code, kind=shelf.class_kind or ClassKind.OTHER,
            subject_id=subject_id,
        )  # fmt: skip
        staff = self._staff(row, registration=shelf.class_kind is ClassKind.REGISTRATION)
        return [
            *subjects, school_class, *_members("class", source_id, pupils),
            *(_member("class", source_id, "staff", one, part) for one, part in staff.items()),
        ]  # fmt: skip

    def _ids(self, row: Row, key: str) -> list[str]:
        """Comma-joined ids, or a list of them; where the column is not there, nothing was said."""
        if key not in row:
            self.members_told = False
            return []
        value = row[key]
        parts = value if isinstance(value, list) else str(value or "").split(",")
        return list(dict.fromkeys(plain(str(part)) for part in parts if str(part).strip()))

    def _staff(self, row: Row, *, registration: bool) -> dict[str, Part]:
        """The primary member of staff is the main teacher; in a registration group the next one is the
        supervisor (I7), in a teaching group all others are equal (I8)."""
        primary = row.get("primarystaffid")
        main = [plain(str(primary))] if isinstance(primary, str | int) and str(primary).strip() else []
        found: dict[str, Part] = dict.fromkeys(main, Part.MAIN)
        others = [one for one in self._ids(row, "staffids") if one not in found]
        for place, one in enumerate(others):
            second = registration and bool(main) and place == 0
            found[one] = Part.SUPERVISOR if second else Part.TEACHER
        return found

    def _subject(self, row: Row) -> tuple[str | None, list[Record]]:
        if "subject_id" in self.dropped:
            return None, []
        own = first_of(row, ("subjectlocalid", "subjectcode"), self.faults, "subject_id")
        if own is None or own in self._subjects:
            return own, []
        self._subjects.add(own)
        code, name = (
            text(row, f"subject{part}", self.faults, f"subject {part}") for part in ("code", "name")
        )
        return own, [Subject(source_id=own, code=code, name=name)]


def _members(container: str, source_id: str, ids: Iterable[str]) -> list[Membership]:
    return [_member(container, source_id, "pupil", one, Part.PUPIL) for one in ids]


def _member(container: str, source_id: str, role: str, person: str, part: Part) -> Membership:
    return Membership(
        container=container, container_id=source_id, person_role=role, person_id=person, part=part
    )
