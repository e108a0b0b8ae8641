"""Who is in the files, in one quiet pass: so that a contact, a class or a line manager finds its person.

Exports name a pupil by id in one file, by admission number or UPN in the next; every such number leads to
the one id the person has here.  Small texts only, so that the files can be streamed afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connectors.csv_mapped.fields import PEOPLE, PUPILS, STAFF
from connectors.csv_mapped.opening import Mapped
from connectors.csv_mapped.person import Cells
from connectors.csv_mapped.shapes import PERSON_TYPES
from connectors.delimited.table import Row
from connectors.findings import Findings
from connectors.records import Report

NUMBERS = {
    Report.STUDENTS: ("source_id", "admission_number", "upn", "uln"),
    Report.STAFF: ("source_id", "staff_code", "email"),
}
_REPORT = {"pupil": Report.STUDENTS, "staff": Report.STAFF}


@dataclass(slots=True)
class Index:
    """``ids`` maps report → number → source id; ``doubtful`` numbers that two people have."""

    ids: dict[Report, dict[str, str]] = field(default_factory=lambda: {Report.STUDENTS: {}, Report.STAFF: {}})
    doubtful: set[str] = field(default_factory=set)

    def find(self, report: Report, number: str) -> str | None:
        return None if number in self.doubtful else self.ids[report].get(number)

    def add(self, report: Report, source_id: str, numbers: Iterable[str | None]) -> None:
        known = self.ids[report]
        for number in numbers:
            if number and known.setdefault(number, source_id) != source_id and number != source_id:
                self.doubtful.add(number)
        known[source_id] = source_id


def index(files: Iterable[Mapped], latest: int) -> Index:
    """Raises BadFile where a file cannot be read through."""
    found, silent = Index(), Findings(frozenset())
    for mapped in files:
        if mapped.kind not in (PUPILS, STAFF, PEOPLE):
            continue
        for row in mapped.table.rows(silent, (), quiet=True):
            report = report_of(mapped, row)
            if report is None:
                continue
            cells = Cells(mapped, row, report, silent, latest)
            if source_id := cells.id():
                found.add(report, source_id, (cells.raw(name) for name in NUMBERS[report] if cells.has(name)))
    return found


def report_of(mapped: Mapped, row: Row) -> Report | None:
    """Whom a row is about: the file's kind, or what its own column says; None for a word not known."""
    if mapped.kind != PEOPLE:
        return Report.STUDENTS if mapped.kind == PUPILS else Report.STAFF
    word = row[mapped.at["person_type"]]
    return _REPORT.get(PERSON_TYPES.get((word or "").casefold(), ""))


def people_rows(files: Iterable[Mapped], report: Report, findings: Findings, latest: int) -> Iterator[Cells]:
    """The rows of every file that are about pupils, or about staff."""
    own = PUPILS if report is Report.STUDENTS else STAFF
    for mapped in files:
        if mapped.kind not in (own, PEOPLE):
            continue
        for row in mapped.table.rows(findings, (report,)):
            told = report_of(mapped, row)
            if told is None and report is Report.STUDENTS:
                _unknown_type(mapped, row, findings)
            if told is report:
                yield Cells(mapped, row, report, findings, latest)


def _unknown_type(mapped: Mapped, row: Row, findings: Findings) -> None:
    label = mapped.label("person_type")
    findings.reject(
        (Report.STUDENTS, Report.STAFF), row.where(label), code="unknown_type",
        value=row[mapped.at["person_type"]],
        message=f"{label} says neither pupil nor staff; the row is left out.",
    )  # fmt: skip
