"""Contacts as they stand under pupils, as our records (reference §9, §12.2).

The same contact is repeated under each sibling with another relationship: the person is kept once, by
id, and a link for every pupil.
"""

from __future__ import annotations

from typing import Any

from connectors.records import Contact, ContactLink
from connectors.wonde.people import part
from connectors.wonde.shapes import (
    MISSING,
    Faults,
    Row,
    first_of,
    flag,
    identity,
    many,
    moment,
    number,
    one,
    text,
)


class ContactReader:
    """Reads the ``contacts`` of pupils, and rows of the collection of that name."""

    def __init__(self, *, dropped: frozenset[str], faults: Faults) -> None:
        self.faults = faults
        self._dropped = dropped
        self._seen: set[str] = set()
        self.delivered = True  # false once a pupil came without the include

    def under(self, row: Row, pupil_id: str) -> list[Contact | ContactLink]:
        """The new contacts of this pupil and all the pupil's links."""
        rows = many(row, "contacts", self.faults)
        if rows is MISSING:
            self.delivered = False
            return []
        found: list[Contact | ContactLink] = []
        here: set[str] = set()
        where = self.faults.where
        for index, contact in enumerate(rows):
            self.faults.at(f"{where}.contacts[{index}]")
            source_id = identity(contact, self.faults)
            if source_id is None or source_id in here:
                continue
            here.add(source_id)
            self.faults.source_id = source_id
            if source_id not in self._seen:
                found.append(self.person(contact, source_id))
            found.append(self._link(contact, source_id, pupil_id))
        return found

    def person(self, row: Row, source_id: str) -> Contact:
        self._seen.add(source_id)
        faults = self.faults
        missing = set(self._dropped)
        details = one(row, "contact_details", faults)
        if details is MISSING:
            missing.update(("email", "phone"))
            details = None
        emails, phones = part(details, "emails"), part(details, "phones")
        values = {
            "upi": text(row, "upi", faults, "upi"),
            "title": text(row, "title", faults, "title"),
            "given_name": text(row, "forename", faults, "given_name"),
            "family_name": text(row, "surname", faults, "family_name"),
            "email": first_of(emails, ("primary", "email", "home", "work"), faults, "email"),
            "phone": first_of(phones, ("primary", "mobile", "phone", "home", "work"), faults, "phone"),
        }
        for name in self._dropped:
            values.pop(name, None)
        return Contact(
            source_id=source_id,
            updated_at=moment(row.get("updated_at")),
            unknown=frozenset(missing),
            **values,
        )

    def _link(self, row: Row, source_id: str, pupil_id: str) -> ContactLink:
        relation = one(row, "relationship", self.faults)  # bare, or wrapped like the rest (§7)
        relation = {} if relation is MISSING or not relation else relation
        faults = self.faults
        priority = number(relation, "priority", faults, "priority")
        values: dict[str, Any] = {
            "relationship": text(relation, "relationship", faults, "relationship"),
            "parental_responsibility": flag(
                relation, "parental_responsibility", faults, "parental_responsibility"
            ),
            "priority": None if priority is None else int(priority),
        }
        for name in self._dropped:
            values.pop(name, None)
        return ContactLink(contact_id=source_id, pupil_id=pupil_id, **values)
