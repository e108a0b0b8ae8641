"""Pupils and staff, current and future, out of their folded rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from connectors.findings import Findings
from connectors.records import Pupil, PupilStatus, Report, Staff
from connectors.sims_files.fold import Folded
from connectors.sims_files.known import PUPILS, Known
from connectors.sims_files.opened import Opened
from connectors.sims_files.values import Values

_KEPT = frozenset({"source_id", "status", "unknown", "updated_at"})
EVERY = {kind: frozenset(each.name for each in fields(kind)) - _KEPT for kind in (Pupil, Staff)}


@dataclass(slots=True)
class People:
    """The people of one file.  ``declined`` are its fields the school does not share."""

    file: Opened
    known: Known
    findings: Findings
    declined: frozenset[str]
    values: Values

    def folded(self) -> dict[str, Folded]:
        """Everybody, with the columns that may be looked at."""
        wanted = frozenset(column.field for column in self.file.layout.columns) - self.declined
        found = self.known.read(self.file.report, self.findings, wanted)
        self.known.people[self.file.report] = found
        return found

    def records(self, folded: dict[str, Folded]) -> Iterator[Pupil | Staff]:
        make = self._pupil if self.file.report in PUPILS else self._staff
        for source_id, one in folded.items():
            if not one.texts.keys() & {"given_name", "family_name", "legal_given_name", "legal_family_name"}:
                self._whole(one, source_id, "missing_value", "The person has no name; left out.")
                continue
            if (found := make(source_id, one)) is not None:
                yield found

    def _pupil(self, source_id: str, one: Folded) -> Pupil | None:
        values = self._values(source_id, one)
        future = self.file.report is Report.STUDENTS_FUTURE
        if future and values.get("admission_date") is None:
            self._undated(one, source_id, "admission_date")
            return None
        status = PupilStatus.ADMITTED if future else PupilStatus.CURRENT
        return Pupil(source_id=source_id, status=status, unknown=self._unknown(Pupil), **values)

    def _staff(self, source_id: str, one: Folded) -> Staff | None:
        values = self._values(source_id, one)
        if self.file.report is Report.STAFF_FUTURE and values.get("start_date") is None:
            self._undated(one, source_id, "start_date")
            return None
        if roles := one.many.get("roles"):
            values["roles"] = tuple(dict.fromkeys(part.strip() for text in roles for part in text.split(";")
                                                  if part.strip()))  # fmt: skip
        if boss := values.pop("reports_to", None):
            values["reports_to"] = self._manager(boss, one, source_id)
        return Staff(source_id=source_id, unknown=self._unknown(Staff), **values)

    def _values(self, source_id: str, one: Folded) -> dict[str, Any]:
        names = [c.field for c in self.file.layout.columns
                 if c.offered and not c.many and c.field not in self.declined]  # fmt: skip
        values = self.values.of(one.texts, one.line, source_id, names)
        for part in ("given_name", "family_name"):
            if values.get(part) is None and f"legal_{part}" in values:
                values[part] = values[f"legal_{part}"]
        return values

    def _manager(self, number: str, one: Folded, source_id: str) -> str | None:
        found = self.known.staff(number)
        if found is None:
            self.findings.reject(
                (self.file.report,), self.file.where(one.line, "reports_to"), code="unknown_reference",
                field="reports_to", source_id=source_id, value=number,
                message="The line manager is not among the staff.",
            )  # fmt: skip
        return found

    def _unknown(self, kind: type[Pupil] | type[Staff]) -> frozenset[str]:
        """What this file does not deliver at all, so that it is never read as empty (D4)."""
        given = (frozenset(self.file.names) & EVERY[kind]) - self.declined
        return EVERY[kind] - given

    def _undated(self, one: Folded, source_id: str, name: str) -> None:
        """Somebody future without a first day would count as here already."""
        self._whole(one, source_id, "no_first_day", "A future person has no first day; left out.", name)

    def _whole(self, one: Folded, source_id: str, code: str, message: str, name: str = "") -> None:
        self.findings.reject(
            (self.file.report,), self.file.where(one.line, name), code=code, message=message,
            source_id=source_id,
            name=" ".join(one.texts.get(n, "") for n in ("given_name", "family_name")).strip()[:80] or None,
        )  # fmt: skip
