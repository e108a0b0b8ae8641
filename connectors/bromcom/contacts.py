"""The three contact slots of a pupil's row as contacts and links (reference §3; checklist H).

The flat view has no contact ids: a contact is known by pupil and slot.  A parent of brothers and sisters
stands under each of them; where name, e-mail address and number are the same it is one person, known by the
first of these children, since nobody could make two records equal that are only ours (H8).  There is no
priority either; parental responsibility is a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.bromcom.pupils import Flat
from connectors.bromcom.words import parted, plain
from connectors.records import Contact, ContactLink
from connectors.values import Faults, flag

SLOTS = (1, 2, 3)
COLUMNS = {"email": "email", "phone": "telephone"}


@dataclass(frozen=True, slots=True)
class Slot:
    """``key`` tells who it is, wherever else the same person stands; ``rank`` which record of it counts."""

    key: tuple[str, ...]
    rank: tuple[int, str, int]
    contact: Contact
    link: ContactLink


@dataclass(slots=True)
class Book:
    """The contacts of all pupils, each person once.  ``folded``: records that were somebody met before."""

    people: dict[tuple[str, ...], Slot] = field(default_factory=dict)
    links: list[tuple[tuple[str, ...], ContactLink]] = field(default_factory=list)
    folded: int = 0

    def add(self, slot: Slot) -> None:
        known = self.people.setdefault(slot.key, slot)
        self.folded += known is not slot
        if slot.rank < known.rank:
            self.people[slot.key] = slot
        self.links.append((slot.key, slot.link))

    def records(self) -> list[Contact | ContactLink]:
        """Contacts, then their links; somebody in two slots of one pupil is linked once."""
        made: dict[tuple[str, str], ContactLink] = {}
        for key, link in self.links:
            own = self.people[key].contact.source_id
            made.setdefault((own, link.pupil_id), replace(link, contact_id=own))
        return [*(slot.contact for slot in self.people.values()), *made.values()]


class Slots:
    """``wanted``: fields that may be kept.  ``seen``: some row had the columns at all."""

    def __init__(self, wanted: frozenset[str], dropped: frozenset[str], faults: Faults) -> None:
        self.wanted, self.dropped, self.faults = wanted, dropped, faults
        self.seen = False

    def of(self, flat: Flat, where: str) -> Iterator[Slot]:
        self.seen = self.seen or "contact1name" in flat.row
        for number in SLOTS:
            self.faults.at(where)
            slot = self._slot(flat, number)
            if slot is not None:
                yield slot

    def _slot(self, flat: Flat, number: int) -> Slot | None:
        faults, start, source_id = self.faults, f"contact{number}", f"{flat.source_id}-{number}"
        faults.source_id = source_id
        name = plain(flat.row, f"{start}name", faults, "family_name")
        if name is None:
            if any(plain(flat.row, start + key, faults, own) for own, key in COLUMNS.items()):
                told = "A contact has an address or a number but no name; it was left out."
                faults.whole(f"{start}Name", told, code="no_name")
            return None
        title, given, family = parted(name, family=flat.values["family_name"])
        found: dict[str, Any] = {"title": title, "given_name": given, "family_name": family}
        found |= {own: plain(flat.row, start + key, faults, own) for own, key in COLUMNS.items()}
        absent = {own for own, key in COLUMNS.items() if start + key not in flat.row}
        contact = Contact(
            source_id=source_id, unknown=frozenset(absent | self.dropped),
            **{own: value for own, value in found.items() if own in self.wanted},
        )  # fmt: skip
        reached = (found["email"] or "", found["phone"] or "")
        key = (name, *reached) if any(reached) else (source_id,)
        rank = (len(flat.source_id), flat.source_id, number)
        return Slot(key, rank, contact, self._link(flat, start, source_id))

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
