"""Wonde's classes and groups as our classes, groups and memberships (reference §9, §12.1).

Primaries publish no classes: their forms are REGISTRATION groups, which are read as classes of kind
registration everywhere, so that a school's forms keep their kind when classes appear beside them.
"""

from __future__ import annotations

from typing import Any

from connectors.records import ClassKind, Group, GroupKind, Membership, Part, Record, SchoolClass, Subject
from connectors.wonde.shapes import MISSING, Faults, Row, first_of, identity, many, one, text

# I10: only student, house and year groups come through; the rest is OTHER, with no members kept.
GROUP_KINDS = {"YEAR": GroupKind.YEAR, "HOUSE": GroupKind.HOUSE, "USER": GroupKind.STUDENT}


class ClassReader:
    """Rows of ``classes`` and ``groups``.  A class always brings all its members: in a delta its
    members replace those known before."""

    def __init__(self, *, dropped: frozenset[str], faults: Faults) -> None:
        self.faults = faults
        self._dropped = dropped
        self._subjects: set[str] = set()
        self.members_delivered = True

    def read_class(self, row: Row) -> list[Record]:
        return self._as_class(row, ClassKind.TEACHING)

    def read_group(self, row: Row) -> list[Record]:
        """A registration group is a class; another one a group with pupils only (I11)."""
        kind = str(row.get("type") or "").upper()
        if kind == "REGISTRATION":
            return self._as_class(row, ClassKind.REGISTRATION)
        source_id = identity(row, self.faults)
        if source_id is None:
            return []
        self.faults.source_id = source_id
        name = self._name(row)
        if name is None:
            return []
        group = Group(
            source_id=source_id,
            name=name,
            code=self._kept(row, "code"),
            kind=GROUP_KINDS.get(kind, GroupKind.OTHER),
        )
        if group.kind is GroupKind.OTHER:
            return [group]
        return [group, *self._members(row, "group", source_id, "students")]

    def _as_class(self, row: Row, kind: ClassKind) -> list[Record]:
        source_id = identity(row, self.faults)
        if source_id is None:
            return []
        self.faults.source_id = source_id
        name = self._name(row)
        if name is None:
            return []
        subject_id, subjects = self._subject(row)
        school_class = SchoolClass(
            source_id=source_id,
            name=name,
            code=self._kept(row, "code"),
            description=self._kept(row, "description"),
            kind=kind,
            subject_id=subject_id,
        )
        return [
            *subjects,
            school_class,
            *self._members(row, "class", source_id, "students"),
            *self._members(row, "class", source_id, "employees"),
        ]

    def _name(self, row: Row) -> str | None:
        name = first_of(row, ("name", "code", "description"), self.faults, "name")
        if name is None:
            self.faults.whole("name", "It has no name, code or description; it was left out.", code="no_name")
        return name

    def _kept(self, row: Row, key: str) -> str | None:
        return None if key in self._dropped else text(row, key, self.faults, key)

    def _subject(self, row: Row) -> tuple[str | None, list[Record]]:
        """A bare id until included, then an object (§7)."""
        value: Any = row.get("subject")
        if value is None or "subject_id" in self._dropped:
            return None, []
        if isinstance(value, str):
            return (value or None), []
        subject = one(row, "subject", self.faults)
        if subject is MISSING or not subject:
            return None, []
        source_id = text(subject, "id", self.faults, "subject_id")
        if source_id is None or source_id in self._subjects:
            return source_id, []
        self._subjects.add(source_id)
        code, name = (text(subject, key, self.faults, f"subject {key}") for key in ("code", "name"))
        return source_id, [Subject(source_id=source_id, code=code, name=name)]

    def _members(self, row: Row, container: str, container_id: str, key: str) -> list[Membership]:
        """Whoever is listed, once each.  Nobody is called the main teacher: Wonde does not tell (E11)."""
        rows = many(row, key, self.faults)
        if rows is MISSING:
            self.members_delivered = False
            return []
        role, what = ("pupil", Part.PUPIL) if key == "students" else ("staff", Part.TEACHER)
        ids = {str(person["id"]): None for person in rows if isinstance(person.get("id"), str | int)}
        return [
            Membership(
                container=container,
                container_id=container_id,
                person_role=role,
                person_id=person_id,
                part=what,
            )
            for person_id in ids
        ]
