"""Pupils, staff and contacts, streamed row by row as records.

Exports multiply rows (one for each class or contact of a pupil): the first row of somebody counts, and one
that says something else about the same id is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.csv_mapped.fields import CONTACTS, PUPILS, SLOTS
from connectors.csv_mapped.index import Index, people_rows
from connectors.csv_mapped.opening import Mapped
from connectors.csv_mapped.person import Cells, unknown_in, values_of
from connectors.findings import Findings
from connectors.records import Contact, ContactLink, Pupil, PupilStatus, Record, Report, Staff


@dataclass(slots=True)
class People:
    """``latest``: the last year two digits can mean; ``declined`` by report."""

    files: tuple[Mapped, ...]
    findings: Findings
    index: Index
    today: date
    declined: dict[Report, frozenset[str]]
    counts: dict[Report, int] = field(default_factory=dict)

    @property
    def latest(self) -> int:
        return self.today.year + 10

    def records(self, report: Report) -> Iterator[Record]:
        makers = {Report.STUDENTS: self._pupils, Report.STAFF: self._staff, Report.CONTACTS: self._contacts}
        for record in makers[report]():
            self.counts[report] = self.counts.get(report, 0) + isinstance(record, Pupil | Staff | Contact)
            yield record

    def _first_rows(self, report: Report) -> Iterator[tuple[Cells, str]]:
        """Each person's first row, with the id."""
        seen: dict[str, str] = {}
        for row in people_rows(self.files, report, self.findings, self.latest):
            source_id = row.id()
            if source_id is None:
                row.whole("missing_source_id", "No column tells who this is; the row is left out.")
                continue
            name = row.name()
            if source_id not in seen:
                seen[source_id] = name
                yield row, source_id
            elif seen[source_id] == name:
                self._again(row)
            else:
                row.whole("duplicate_source_id", "Somebody else has that id; the first row counts.")

    def _again(self, row: Cells) -> None:
        self.findings.note(
            "repeated_row", row.row.file, line=row.row.line, level="info",
            message="somebody is there again; the first row counts.",
        )  # fmt: skip

    def _pupils(self) -> Iterator[Record]:
        declined = self.declined.get(Report.STUDENTS, frozenset())
        for row, source_id in self._first_rows(Report.STUDENTS):
            values = values_of(row, declined)
            if "status" not in values:
                values["status"] = self._by_date(row)
            unknown = unknown_in(row.mapped, Report.STUDENTS, declined)
            yield Pupil(source_id=source_id, unknown=unknown, **values)

    def _by_date(self, row: Cells) -> PupilStatus:
        """Nothing says so, but somebody admitted next term is not here yet."""
        begins = row.day("admission_date") if row.has("admission_date") else None
        return PupilStatus.ADMITTED if begins and begins > self.today else PupilStatus.CURRENT

    def _staff(self) -> Iterator[Record]:
        declined = self.declined.get(Report.STAFF, frozenset())
        for row, source_id in self._first_rows(Report.STAFF):
            values = values_of(row, declined)
            if row.has("reports_to") and "reports_to" not in declined:
                values["reports_to"] = self._manager(row)
            unknown = unknown_in(row.mapped, Report.STAFF, declined)
            yield Staff(source_id=source_id, unknown=unknown, **values)

    def _manager(self, row: Cells) -> str | None:
        number = row.raw("reports_to")
        found = self.index.find(Report.STAFF, number) if number else None
        if number and found is None:
            row.reject("reports_to", "unknown_reference", "The line manager is not among the staff.", number)
        return found

    def _contacts(self) -> Iterator[Record]:
        seen: set[str] = set()
        links: set[tuple[str, str]] = set()
        for row, pupil in self._contact_rows():
            found = self._contact(row)
            if found is None:
                continue
            if found.source_id not in seen:
                seen.add(found.source_id)
                yield found
            if (found.source_id, pupil) not in links:
                links.add((found.source_id, pupil))
                yield self._link(row, found.source_id, pupil)

    def _contact_rows(self) -> Iterator[tuple[Cells, str]]:
        """(the cells of one contact, the pupil's id) from contacts' files and from pupils' own rows."""
        for mapped in self.files:
            if mapped.kind == CONTACTS:
                for row in mapped.table.rows(self.findings, (Report.CONTACTS,)):
                    cells = Cells(mapped, row, Report.CONTACTS, self.findings, self.latest)
                    if pupil := self._pupil(cells):
                        yield cells, pupil
            slots = [f"contact{n}." for n in SLOTS if any(f.startswith(f"contact{n}.") for f in mapped.at)]
            if mapped.kind == PUPILS and slots:
                yield from self._slots(mapped, slots)

    def _slots(self, mapped: Mapped, slots: list[str]) -> Iterator[tuple[Cells, str]]:
        for row in mapped.table.rows(self.findings, (), quiet=True):
            pupil = Cells(mapped, row, Report.STUDENTS, self.findings, self.latest).id()
            for slot in slots if pupil else ():
                cells = Cells(mapped, row, Report.CONTACTS, self.findings, self.latest, slot)
                if pupil and (cells.name() or cells.raw("email")):
                    yield cells, pupil

    def _pupil(self, cells: Cells) -> str | None:
        number = cells.raw("pupil")
        if number is None:
            cells.whole("missing_value", "The pupil's number is blank; the row is left out.", field="pupil")
            return None
        if not self.index.ids[Report.STUDENTS]:
            return number
        found = self.index.find(Report.STUDENTS, number)
        if found is None:
            self.findings.note(
                "unknown_pupil", cells.row.file, line=cells.row.line, column=cells.mapped.label("pupil"),
                message="the pupil is not in the pupils' file; that contact is left out.",
            )  # fmt: skip
        return found

    def _contact(self, row: Cells) -> Contact | None:
        declined = self.declined.get(Report.CONTACTS, frozenset())
        if not row.name():
            row.whole("missing_value", "The contact has no name; the row is left out.")
            return None
        source_id = row.id() or _made_id(row)
        values: dict[str, Any] = values_of(row, declined)
        unknown = unknown_in(row.mapped, Report.CONTACTS, declined)
        return Contact(source_id=source_id, unknown=unknown, **values)

    def _link(self, row: Cells, contact: str, pupil: str) -> ContactLink:
        declined = self.declined.get(Report.CONTACTS, frozenset())
        priority = row.raw("priority") if "priority" not in declined else None
        said = row.flag("parental_responsibility") if row.has("parental_responsibility") else None
        return ContactLink(
            contact_id=contact, pupil_id=pupil,
            relationship=None if "relationship" in declined else row.text("relationship"),
            parental_responsibility=None if "parental_responsibility" in declined else said,
            priority=int(priority) if priority and priority.isdecimal() and len(priority) < 6 else None,
        )  # fmt: skip


def _made_id(row: Cells) -> str:
    """Of a contact without a number: from name and address, so that siblings share the contact and
    it stays the same as long as both do."""
    parts = [row.raw("title"), row.name(), row.raw("email") or row.raw("phone")]
    text = "\x1f".join(" ".join((part or "").casefold().split()) for part in parts)
    return f"made-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:20]}"
