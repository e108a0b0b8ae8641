"""Contacts and whom they belong to: the contact's own columns folded, the link's columns kept by pupil."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.findings import Findings
from connectors.records import Contact, ContactLink, Report
from connectors.sims_files.fold import Folded, fold
from connectors.sims_files.known import Known
from connectors.sims_files.opened import Opened
from connectors.sims_files.sheet import Row
from connectors.sims_files.values import Values

_OWN = ("title", "given_name", "family_name", "email", "phone")
_TIE = ("relationship", "parental_responsibility", "priority")


@dataclass(slots=True)
class Contacts:
    """``ties``: (contact, pupil) → line and the texts of the link."""

    file: Opened
    known: Known
    findings: Findings
    declined: frozenset[str]
    values: Values
    cancelled: Callable[[], bool]
    ties: dict[tuple[str, str], tuple[int, Row]] = field(default_factory=dict)

    def folded(self) -> dict[str, Folded]:
        wanted = frozenset({*_OWN, *_TIE, "pupil", self.file.key}) - self.declined
        rows = self.file.sheet.rows(self.file.only(wanted), self.findings, (Report.CONTACTS,))
        return fold(self._of_pupils(rows), self.file, self.findings, self.cancelled)

    def records(self, folded: dict[str, Folded]) -> Iterator[Contact | ContactLink]:
        given = frozenset(self.file.names) - self.declined
        unknown = frozenset(_OWN) - given
        for source_id, one in folded.items():
            values = self.values.of(one.texts, one.line, source_id, _OWN)
            yield Contact(source_id=source_id, unknown=unknown, **values)
        for (contact, pupil), (line, row) in self.ties.items():
            if contact in folded:
                yield ContactLink(contact_id=contact, pupil_id=pupil, **self._tie(row, line, contact))

    def _of_pupils(self, rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        """The rows whose pupil is known, without the columns of the link."""
        for line, row in rows:
            pupil = self._pupil(row.pop("pupil", None), line)
            tie = {name: row.pop(name) for name in _TIE if name in row}
            if pupil is None:
                continue
            if not row.keys() & {"given_name", "family_name"}:
                self._left_out(line, "family_name", "missing_value", "The contact has no name; left out.")
                continue
            if source_id := row.get(self.file.key):
                _, first = self.ties.setdefault((source_id, pupil), (line, tie))
                self._compare(first, tie, line)
            yield line, row

    def _pupil(self, number: str | None, line: int) -> str | None:
        if number is None:
            self._left_out(line, "pupil", "missing_value", "The contact's row names no pupil; left out.")
            return None
        found = self.known.pupil(number)
        if found is None:
            self.findings.note(
                "unknown_pupil", self.file.sheet.label, line=line, column=self.file.names["pupil"],
                message="the pupil is not in the pupils' files; that contact is left out.", level="info",
            )  # fmt: skip
        return found

    def _compare(self, first: Row, tie: Row, line: int) -> None:
        for name in tie.keys() & first.keys():
            if tie[name] != first[name]:
                self.findings.note(
                    "conflicting_values", self.file.sheet.label, line=line, column=self.file.names[name],
                    message="the same contact of the same pupil has another value here than before.",
                )  # fmt: skip

    def _tie(self, row: Row, line: int, contact: str) -> dict[str, Any]:
        found = self.values.of(row, line, contact, ("relationship", "parental_responsibility"))
        number = row.get("priority", "")
        found["priority"] = int(number) if number.isdecimal() and len(number) < 6 else None
        return found

    def _left_out(self, line: int, name: str, code: str, message: str) -> None:
        self.findings.reject((Report.CONTACTS,), self.file.where(line, name), code=code, message=message)
