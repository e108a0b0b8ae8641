"""Custom groups: any people a school put together.  Their members are persons; which of them is a pupil and
which is staff is looked up (I5, I9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.arbor import fields, sides
from connectors.arbor.source import Source
from connectors.errors import ScopeMissing
from connectors.records import ClassKind, Group, GroupKind, Membership, Part, Record, SchoolClass
from connectors.values import Faults, Row, identity


@dataclass(slots=True)
class CustomGroups:
    """``roll``: ids of pupils on roll; other pupils are not members."""

    source: Source
    today: date
    roll: frozenset[str]
    faults: Faults

    def read(self) -> list[Record] | None:
        """The groups with their members; None where they may not be read."""
        entity, needed = "CustomGroupMembership", ("customGroup", "person")
        if not self.source.has_entity("CustomGroup") or not sides.readable(self.source, entity, needed):
            return None
        try:
            paths = ["customGroupName", "displayName"]
            groups = list(sides.rows(self.source, "CustomGroup", paths))
            people = self._people_of_groups() if groups else {}
        except ScopeMissing:
            return None
        records: list[Record] = []
        roles = self._roles() if people else {}
        for index, row in enumerate(groups):
            self.faults.at(f"CustomGroup[{index}]")
            own = identity(row, self.faults)
            if own is not None:
                records += self._custom_set(row, own, [roles[p] for p in people.get(own, ()) if p in roles])
        return records

    def _people_of_groups(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        paths = ["person.id", "customGroup.id", "startDate", "endDate"]
        for row in sides.rows(self.source, "CustomGroupMembership", paths):
            person, group = fields.link(row, "person"), fields.link(row, "customGroup")
            if person and group and fields.running(row, self.today):
                found.setdefault(group, {})[person] = None
        return found

    def _roles(self) -> dict[str, tuple[str, str]]:
        """Person's id → ("pupil" or "staff", id in that role); somebody who is both counts as staff."""
        found: dict[str, tuple[str, str]] = {}
        for entity, role in (("Student", "pupil"), ("Staff", "staff")):
            if sides.readable(self.source, entity, ("person",)):
                for row in sides.rows(self.source, entity, ["person.id"]):
                    person, own = fields.link(row, "person"), fields.link(row, "id")
                    if person and own and (role == "staff" or own in self.roll):
                        found[person] = (role, own)
        return found

    def _custom_set(self, row: Row, own: str, members: list[tuple[str, str]]) -> list[Record]:
        name = fields.read(row, "customGroupName", "name", self.faults) or fields.read(
            row, "displayName", "name", self.faults
        )
        if name is None:
            self.faults.whole("name", "It has no name; it was left out.", code="no_name")
            return []
        pupils = {one: None for role, one in members if role == "pupil"}
        staff = {one: None for role, one in members if role == "staff"}
        source_id = f"custom-{own}"
        if pupils and staff:
            mixed = SchoolClass(source_id=source_id, name=name, kind=ClassKind.CUSTOM)
            both = memberships("class", source_id, "pupil", pupils) + memberships(
                "class", source_id, "staff", staff
            )
            return [mixed, *both]
        kind = GroupKind.STUDENT if pupils else GroupKind.OTHER
        return [
            Group(source_id=source_id, name=name, kind=kind),
            *memberships("group", source_id, "pupil", pupils),
        ]


def memberships(
    container: str, container_id: str, role: str, ids: dict[str, None], *, ranked: bool = False
) -> list[Membership]:
    """``ranked``: the first is the main teacher, the second the supervisor (I7), where the school says so."""
    usual = Part.PUPIL if role == "pupil" else Part.TEACHER
    parts = (Part.MAIN, Part.SUPERVISOR) if ranked else ()
    return [
        Membership(
            container=container, container_id=container_id, person_role=role, person_id=one,
            part=parts[place] if place < len(parts) else usual,
        )
        for place, one in enumerate(ids)
    ]  # fmt: skip
