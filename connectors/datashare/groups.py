"""Classes and groups with their members, and marks.

Registration classes have at most two staff, StaffID1 first and main, the other a supervisor (I7); teaching
sets and custom groups have any number, all equal (I8); groups have none (I11).  Lists may name a class once
with all ids, or once for each member.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from connectors.datashare.columns import CLASSES, GROUPS, MARKS, plain
from connectors.datashare.people import People, read_day
from connectors.datashare.sheets import Item
from connectors.records import (
    ClassKind,
    Group,
    GroupKind,
    Mark,
    Membership,
    Part,
    Record,
    Report,
    SchoolClass,
)

REPORT = Report.GROUPS_CLASSES
CLASS_KINDS = {
    "registration": ClassKind.REGISTRATION, "registrationgroup": ClassKind.REGISTRATION,
    "registrationclass": ClassKind.REGISTRATION, "teachingset": ClassKind.TEACHING,
    "teachinggroup": ClassKind.TEACHING, "mixedgroup": ClassKind.CUSTOM, "customgroup": ClassKind.CUSTOM,
}  # fmt: skip
GROUP_KINDS = {
    word + end: kind
    for word, kind in (("student", GroupKind.STUDENT), ("house", GroupKind.HOUSE), ("year", GroupKind.YEAR))
    for end in ("", "group")
}
Kind = TypeVar("Kind", ClassKind, GroupKind)
MOST_STAFF = 2  # of a registration class


@dataclass(slots=True)
class _Gathered:
    """One class or group out of all its items."""

    item: Item  # the first
    first: list[str] = field(default_factory=list)  # staffId1, then staffId2
    staff: list[str] = field(default_factory=list)
    pupils: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Groups:
    people: People
    declined: frozenset[str]

    def records(self) -> Iterator[Record]:
        for source_id, found in self._gathered(CLASSES, "classId").items():
            kind = self._kind(found.item, CLASS_KINDS, ClassKind.OTHER)
            code, about = found.item.text("classCode"), found.item.text("description")
            yield SchoolClass(
                source_id=source_id, name=about or code or source_id, kind=kind,
                code=self._kept("code", code), description=self._kept("description", about),
            )  # fmt: skip
            yield from _members("class", source_id, "pupil", [(one, Part.PUPIL) for one in found.pupils])
            yield from _members("class", source_id, "staff", self._staff(found, kind))
        for source_id, found in self._gathered(GROUPS, "groupId").items():
            group_kind = self._kind(found.item, GROUP_KINDS, GroupKind.OTHER)
            yield Group(
                source_id=source_id, name=found.item.text("description") or source_id, kind=group_kind
            )
            yield from _members("group", source_id, "pupil", [(one, Part.PUPIL) for one in found.pupils])

    def _kept(self, name: str, value: str | None) -> str | None:
        return None if name in self.declined else value

    def _gathered(self, name: str, key: str) -> dict[str, _Gathered]:
        found: dict[str, _Gathered] = {}
        for item in self.people.items(name, REPORT):
            source_id = item.text(key)
            if not source_id or len(source_id) > 255:
                self._reject(item, key, "missing_source_id", f"The {key} is blank or no id; left out.")
                continue
            one = found.setdefault(source_id, _Gathered(item))
            _add(one.first, [*item.ids("staffId1"), *item.ids("staffId2")])
            _add(one.staff, item.ids("staffIds"))
            _add(one.pupils, item.ids("studentIds"))
        return found

    def _kind(self, item: Item, kinds: Mapping[str, Kind], other: Kind) -> Kind:
        """A type of no use here stays one; the product says that it is not let through (I5, I10)."""
        word = item.text("type") or ""
        found = kinds.get(plain(word), other)
        if found is other:
            self.people.findings.note(
                "type_unknown",
                item.file,
                line=item.line,
                column=item.labels["type"],
                message=f"“{word[:30]}” is not one of the types that come through.",
            )
        return found

    def _staff(self, found: _Gathered, kind: ClassKind) -> list[tuple[str, Part]]:
        everyone = list(dict.fromkeys([*found.first, *found.staff]))
        if kind is not ClassKind.REGISTRATION:
            return [(one, Part.TEACHER) for one in everyone]
        for one in everyone[MOST_STAFF:]:
            self._reject(
                found.item, "staffIds", "too_many_staff", value=one,
                message="A registration class has at most two staff; this one is left out of it.",
            )  # fmt: skip
        second_only = not found.item.ids("staffId1") and found.item.ids("staffId2")
        parts = (Part.SUPERVISOR,) * 2 if second_only else (Part.MAIN, Part.SUPERVISOR)
        return list(zip(everyone, parts, strict=False))

    def _reject(self, item: Item, name: str, code: str, message: str, value: str | None = None) -> None:
        self.people.findings.reject((REPORT,), item.where(name), code=code, message=message, value=value)


def marks(people: People) -> Iterator[Record]:
    """E9: one mark a pupil, day and session."""
    report, seen = Report.ATTENDANCE, set[tuple[object, ...]]()
    for item in people.items(MARKS, report):
        pupil, session, code = item.text("studentId"), item.text("session"), item.text("mark")
        text = item.text("date")
        if not (pupil and session and code and text):
            people.findings.reject(
                (report,), item.where(), code="missing_value",
                message="A mark needs a student, a date, a session and the mark; it is left out.",
            )  # fmt: skip
            continue
        day = read_day(item, "date", text, report, "day", people.findings, people.latest)
        if day and (pupil, day, session) not in seen:
            seen.add((pupil, day, session))
            yield Mark(pupil_id=pupil, day=day, session=session, code=code)


def _add(known: list[str], ids: Collection[str]) -> None:
    known.extend(one for one in ids if one not in known)


def _members(
    container: str, source_id: str, role: str, people: Iterable[tuple[str, Part]]
) -> Iterator[Membership]:
    for person, part in people:
        yield Membership(
            container=container, container_id=source_id, person_role=role, person_id=person, part=part
        )
