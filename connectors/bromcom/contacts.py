"""The three contact slots of a pupil's row as contacts and links (reference §3; checklist H).

The flat view has no contact ids: a contact is known by pupil and slot, so brothers and sisters have theirs
each.  It has no priority either; parental responsibility is a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.bromcom.pupils import Flat
from connectors.bromcom.words import parted, plain
from connectors.records import Contact, ContactLink
from connectors.values import Faults, flag

SLOTS = (1, 2, 3)
COLUMNS = {"email": "email", "phone": "telephone"}


class Slots:
    """``wanted``: fields that may be kept.  ``seen``: some row had the columns at all."""

    def __init__(self, wanted: frozenset[str], dropped: frozenset[str], faults: Faults) -> None:
        self.wanted, self.dropped, self.faults = wanted, dropped, faults
        self.seen = False

    def of(self, flat: Flat, where: str) -> Iterator[Contact | ContactLink]:
        self.seen = self.seen or "contact1name" in flat.row
        for slot in SLOTS:
            self.faults.at(where)
            yield from self._slot(flat, slot)

    def _slot(self, flat: Flat, slot: int) -> Iterator[Contact | ContactLink]:
        faults, start, source_id = self.faults, f"contact{slot}", f"{flat.source_id}-{slot}"
        faults.source_id = source_id
        name = plain(flat.row, f"{start}name", faults, "family_name")
        if name is None:
            if any(plain(flat.row, start + key, faults, own) for own, key in COLUMNS.items()):
                told = "A contact has an address or a number but no name; it was left out."
                faults.whole(f"{start}Name", told, code="no_name")
            return
        title, given, family = parted(name, family=flat.values["family_name"])
        found: dict[str, Any] = {"title": title, "given_name": given, "family_name": family}
        found |= {own: plain(flat.row, start + key, faults, own) for own, key in COLUMNS.items()}
        absent = {own for own, key in COLUMNS.items() if start + key not in flat.row}
        yield Contact(
            source_id=source_id, unknown=frozenset(absent | self.dropped),
            **{own: value for own, value in found.items() if own in self.wanted},
        )  # fmt: skip
        yield self._link(flat, start, source_id)

    def _link(self, flat: Flat, start: str, source_id: str) -> ContactLink:
        relationship = responsible = None
        if "relationship" in self.wanted:
            relationship = plain(flat.row, f"{start}relationship", self.faults, "relationship")
        if "parental_responsibility" in self.wanted:
            key = f"{start}parentalresponsibility"
            responsible = flag(flat.row, key, self.faults, "parental_responsibility")
        return ContactLink(
            contact_id=source_id, pupil_id=flat.source_id, relationship=relationship,
            parental_responsibility=responsible,
        )  # fmt: skip
