"""Guardians and their relationships to pupils (reference §5; checklist H).

Parental responsibility is ``isLegalGuardian``, priority ``emergencyContactPriority``.  Joint records are
handed over as they are; the rules split them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connectors.arbor import fields
from connectors.arbor.addresses import Addresses
from connectors.arbor.declaration import DECLARATION
from connectors.arbor.source import Source
from connectors.records import Contact, ContactLink, Report
from connectors.values import Faults, Row, flag, identity, no_object, number

RELATIONSHIP = "StudentGuardianRelationship"
LINK = {
    "relationship": "guardianRelationshipType",
    "parental_responsibility": "isLegalGuardian",
    "priority": "emergencyContactPriority",
}


class Guardians:
    """``beneath``: "guardian." where the guardian is read through the relationship, else ""."""

    def __init__(self, source: Source, dropped: frozenset[str]) -> None:
        self.source, self.dropped = source, dropped
        self.faults = Faults(Report.CONTACTS)
        self.wanted = DECLARATION.offered(Report.CONTACTS) - dropped
        kinds = [kind for kind in ("email", "phone") if kind in self.wanted]
        self.addresses = Addresses(source, "Guardian", kinds)
        self.priorities = 0

    # -- relationships ----------------------------------------------------------------

    def link_paths(self) -> list[str]:
        return ["student.id", "guardian.id", *(path for name, path in LINK.items() if name in self.wanted)]

    def link(self, row: Any, where: str) -> ContactLink | None:
        self.faults.at(where)
        if not isinstance(row, dict):
            no_object(self.faults, row)
            return None
        contact_id, pupil_id = fields.link(row, "guardian"), fields.link(row, "student")
        if contact_id is None or pupil_id is None:
            missing = "guardian" if contact_id is None else "student"
            self.faults.whole(missing, f"The relationship names no {missing}; it was left out.", code="no_id")
            return None
        self.faults.source_id = contact_id
        values: dict[str, Any] = {}
        if "relationship" in self.wanted:
            kind = LINK["relationship"]
            values["relationship"] = fields.read(row, kind, "relationship", self.faults)
        if "parental_responsibility" in self.wanted:
            name = "parental_responsibility"
            values[name] = flag(row, LINK[name], self.faults, name)
        if "priority" in self.wanted:
            priority = number(row, LINK["priority"], self.faults, "priority")
            values["priority"] = None if priority is None else int(priority)
            self.priorities += priority is not None
        return ContactLink(contact_id=contact_id, pupil_id=pupil_id, **values)

    # -- people -----------------------------------------------------------------------

    def chosen(self) -> dict[str, tuple[str, ...]]:
        asked = {name: groups for name, groups in fields.CONTACT.items() if name in self.wanted}
        return fields.found(self.source, "Guardian", asked)

    def paths(self) -> list[str]:
        return ["id", "person.id", *fields.wanted(self.chosen()), *self.addresses.paths()]

    def person(self, row: Any, where: str, only: Iterable[str] | None = None) -> Contact | None:
        """None for somebody who is nobody's contact here (H3), or has no id."""
        self.faults.at(where)
        if not isinstance(row, dict):
            no_object(self.faults, row)
            return None
        source_id = identity(row, self.faults)
        if source_id is None or (only is not None and source_id not in only):
            return None
        self.faults.source_id = source_id
        return self._contact(row, source_id)

    def _contact(self, row: Row, source_id: str) -> Contact:
        chosen = self.chosen()
        values = fields.fill(row, chosen, self.faults)
        for kind in ("email", "phone"):
            if kind in self.wanted:
                values[kind] = self.addresses.own(row, kind, self.faults)
        told = {*chosen, *self.addresses.known, *LINK}
        return Contact(source_id=source_id, unknown=fields.unknown(self.wanted, told, self.dropped), **values)
