"""Rows of ``/contacts/``: a contact and the pupil it belongs to, once for each pupil (checklist H).

ScholarPack gives only contacts whose own setting allows us.  Joint records are handed over as they are; the
rules split them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from connectors.records import Contact, ContactLink, Record, Report
from connectors.scholarpack.people import LINK, Reader
from connectors.values import Row, number


class Contacts(Reader):
    """``roll``: pupils on roll where they were read; other pupils' contacts are then left out (H3)."""

    report, kind = Report.CONTACTS, "contact"
    roll: Collection[str] | None = None
    priorities = 0

    def key(self, row: Any) -> Any:
        own = super().key(row)
        return own and (own, tuple(self._pupils(row)))

    def page(self, rows: list[tuple[int, Any]], told: set[str], linked: set[tuple[str, str]]) -> list[Record]:
        """Contacts not in ``told`` yet, and links not in ``linked``; both are added to."""
        found: list[Record] = []
        for index, row in rows:
            own = self.begin(row, f"contacts[{index}]")
            if own is None:
                continue
            pupils = self._pupils(row)
            if not pupils:
                self.faults.whole("", "The contact names no pupil; it was left out.", code="no_id")
            here = [one for one in pupils if self.roll is None or one in self.roll]
            if here and own not in told:
                told.add(own)
                found.append(self._contact(row, own))
            for pupil in here:
                if (own, pupil) not in linked:
                    linked.add((own, pupil))
                    found.append(self._link(row, own, pupil))
        return found

    def _pupils(self, row: Row) -> list[str]:
        value = self.map.raw(self.kind, row, "pupil")
        listed = value if isinstance(value, list) else [value]
        return [str(one) for one in listed if isinstance(one, str | int) and str(one).strip()]

    def _contact(self, row: Row, own: str) -> Contact:
        values = self.map.fill(self.kind, row, self.wanted - LINK, self.faults)
        return Contact(source_id=own, unknown=self.unknown(row), **values)

    def _link(self, row: Row, own: str, pupil: str) -> ContactLink:
        values = self.map.fill(self.kind, row, self.wanted & LINK - {"priority"}, self.faults)
        if "priority" in self.wanted:
            order = self.map.raw(self.kind, row, "priority")
            read = number({"priority": order}, "priority", self.faults, "priority")
            values["priority"] = None if read is None else int(read)
            self.priorities += read is not None
        return ContactLink(contact_id=own, pupil_id=pupil, **values)
