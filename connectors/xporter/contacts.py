"""Contacts, and their links to pupils, which stand in a collection of their own (reference §7).

Joint records are handed over as they are; the rules split them.
"""

from __future__ import annotations

from typing import Any

from connectors.records import Contact, ContactLink, Report
from connectors.values import Faults, identity, moment, no_object, number
from connectors.xporter.columns import CONTACT, LINK, by_lower, delivered, fill, select
from connectors.xporter.groups import plain

LINKS = ("StudentContacts/", "StudentContacts")
PEOPLE = ("Contacts/", "Contacts")


class Kin:
    """``wanted`` fields of the report; ``priorities`` counts links that have one (H6)."""

    def __init__(self, wanted: frozenset[str], dropped: frozenset[str]) -> None:
        self.wanted, self.dropped = wanted, dropped
        self.faults = Faults(Report.CONTACTS)
        self.priorities = 0

    def link_columns(self) -> str:
        return select(LINK, self.wanted, ("StudentId", "ContactId"))

    def person_columns(self) -> str:
        return select(CONTACT, self.wanted, ("LastUpdated",))

    def link(self, raw: Any, where: str) -> ContactLink | None:
        self.faults.at(where)
        row = by_lower(raw)
        if row is None:
            no_object(self.faults, raw)
            return None
        ends = {name: _end(row.get(name)) for name in ("contactid", "studentid")}
        if None in ends.values():
            missing = "pupil" if ends["contactid"] else "contact"
            self.faults.whole("", f"The relationship names no {missing}; it was left out.", code="no_id")
            return None
        self.faults.source_id = ends["contactid"]
        values = fill(row, {name: LINK[name] for name in ("relationship", "parental_responsibility")},
                      self.wanted, self.faults)  # fmt: skip
        if "priority" in self.wanted:
            priority = number(row, "priority", self.faults, "priority")
            values["priority"] = None if priority is None else int(priority)
            self.priorities += priority is not None
        return ContactLink(contact_id=ends["contactid"] or "", pupil_id=ends["studentid"] or "", **values)

    def person(self, raw: Any, where: str, only: frozenset[str]) -> Contact | None:
        """None for somebody who is nobody's contact here (H3), or has no id."""
        self.faults.at(where)
        row = by_lower(raw)
        if row is None:
            no_object(self.faults, raw)
            return None
        source_id = identity(row, self.faults)
        if source_id is None or source_id.strip() not in only:
            return None
        self.faults.source_id = source_id
        missing = (self.wanted & CONTACT.keys()) - delivered(row, CONTACT)
        return Contact(
            source_id=source_id.strip(), updated_at=moment(row.get("lastupdated")),
            unknown=frozenset(missing) | self.dropped, **fill(row, CONTACT, self.wanted, self.faults),
        )  # fmt: skip


def _end(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return plain(str(value)) or None
