"""Attendance marks, streamed: the largest of the reports, of which nothing but what was seen is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.findings import Findings
from connectors.records import Mark, Report
from connectors.sims_files.known import Known
from connectors.sims_files.opened import Opened
from connectors.sims_files.values import Values

ATTENDANCE = Report.ATTENDANCE
NEEDED = ("pupil", "day", "session", "code")


@dataclass(slots=True)
class Marks:
    """``seen``: pupil → day and session → mark."""

    file: Opened
    known: Known
    findings: Findings
    values: Values
    seen: dict[str, dict[tuple[int, str], str]] = field(default_factory=dict)

    def records(self) -> Iterator[Mark]:
        for line, row in self.file.sheet.rows(
            self.file.only(frozenset(NEEDED)), self.findings, (ATTENDANCE,)
        ):
            gone = next((name for name in NEEDED if name not in row), None)
            if gone is not None:
                self.findings.reject(
                    (ATTENDANCE,), self.file.where(line, gone), code="missing_value",
                    message="The row is no mark without it; left out.",
                )  # fmt: skip
                continue
            pupil = self.known.pupil(row["pupil"])
            if pupil is None:
                self._note("unknown_pupil", line, "pupil", "the pupil is not in the pupils' files; left out.")
                continue
            day = self.values.day("day", row["day"], line, pupil)
            marks = self.seen.setdefault(pupil, {})
            if day is None:
                continue
            at = (day.toordinal(), row["session"].upper())
            if at not in marks:
                marks[at] = row["code"]
                yield Mark(pupil_id=pupil, day=day, session=row["session"], code=row["code"])
            elif marks[at] != row["code"]:
                self._note("conflicting_values", line, "code", "that session has another mark already.")

    def _note(self, code: str, line: int, name: str, message: str) -> None:
        self.findings.note(
            code,
            self.file.sheet.label,
            line=line,
            column=self.file.names[name],
            message=message,
            level="info",
        )
