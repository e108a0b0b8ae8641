"""The order of reading: rights, which files, their columns, then each report to its end.

A report whose file is missing, empty or an error of SIMS gets no ``Finished``: it says nothing of who is
there.  Nothing else gets one before the last look shows that no file changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors import clock
from connectors.delimited import freshness
from connectors.delimited.pages import pages
from connectors.errors import BadFile, ConnectorError
from connectors.findings import Findings
from connectors.notices import no_priority
from connectors.records import Batch, ExtractRequest, Finished, Notice, Record, Report
from connectors.sims_files.contacts import Contacts
from connectors.sims_files.drop import Drop
from connectors.sims_files.known import PUPILS, STAFF, Known
from connectors.sims_files.layout import BY_REPORT
from connectors.sims_files.marks import Marks
from connectors.sims_files.opened import Opened, opened
from connectors.sims_files.people import People
from connectors.sims_files.sets import Sets
from connectors.sims_files.sheet import RUN_AGAIN, Failed, Sheet, sheet
from connectors.sims_files.values import Values

ORDER = tuple(BY_REPORT)
CURRENT = (Report.STUDENTS, Report.STAFF)
LEANS: Mapping[Report, tuple[Report, ...]] = {
    Report.CONTACTS: (Report.STUDENTS,), Report.ATTENDANCE: (Report.STUDENTS,),
    Report.GROUPS_CLASSES: (Report.STUDENTS, Report.STAFF),
}  # fmt: skip
APART = 20 * 3600  # seconds between files that one run of the export cannot have written


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The settings, read."""

    key: str
    captions: Mapping[tuple[Report, str], str] = field(default_factory=dict)
    owner: str = ""
    rights: bool = True
    settle: int = 60
    max_age: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """``files`` that can be used; ``failed``: report → why there is nothing to read, with the mend."""

    files: dict[Report, Opened]
    failed: dict[Report, tuple[str, str]]
    notices: tuple[Notice, ...]


def deliver(drop: Drop, choices: Choices, *, now: datetime, wanted: frozenset[Report]) -> Delivery:
    """The newest set, columns checked.  Raises BadFile for a file wanted that is damaged or lacks a column.

    Files of people who may be named in one that is wanted are opened too; of them nothing is yielded.
    """
    notices = drop.check_rights(choices.owner) if choices.rights else []
    files: dict[Report, Opened] = {}
    failed: dict[Report, tuple[str, str]] = {}
    newest = drop.newest()
    for report in _needed(wanted):
        layout, name = BY_REPORT[report], newest.get(report)
        if name is None:
            failed[report] = (
                f"There is no file of the report {layout.title} ({layout.names[0]}.xml).",
                RUN_AGAIN,
            )
            continue
        try:
            drop.check_still(name, now=now, settle=choices.settle)
            files[report] = opened(layout, _sheet(drop, name), choices.captions, key=choices.key)
        except ConnectorError as problem:
            if report in wanted and not isinstance(problem, Failed):
                raise
            failed[report] = (problem.message, problem.mend)
    notices += [
        Notice(level="info", code="not_read", message=f"{name} {odd}.") for name, odd in drop.oddities
    ]
    return Delivery(files, failed, (*notices, *_apart(files)))


def _needed(wanted: frozenset[Report]) -> list[Report]:
    named = wanted | {need for report in wanted for need in LEANS.get(report, ())}
    people = {each for kind in (PUPILS, STAFF) for each in kind if named & frozenset(kind)}
    return [report for report in ORDER if report in named | people]


def _sheet(drop: Drop, name: str) -> Sheet:
    found = sheet(drop, name)
    if not found.filled():
        raise Failed(f"{found.file} has no records.", mend=RUN_AGAIN, where=found.file)
    return found


def _apart(files: dict[Report, Opened]) -> Iterator[Notice]:
    """Files that are a day older than the newest: one report of the set was not written again."""
    written = {report: file.sheet.written for report, file in files.items()}
    last = max(written.values(), default=None)
    for report, when in written.items():
        if last is not None and (last - when).total_seconds() > APART:
            yield Notice(
                level="warning", code="older_part", mend=RUN_AGAIN,
                message=f"{files[report].sheet.file} is of {freshness.long_date(when.date())}, the newest "
                f"file of {freshness.long_date(last.date())}: it was not written again.",
            )  # fmt: skip


class Reading:
    """One extract of the files in ``drop``."""

    def __init__(
        self, drop: Drop, choices: Choices, *, request: ExtractRequest, now: datetime,
        cancelled: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.drop, self.choices, self.request, self.now = drop, choices, request, now
        self.cancelled = cancelled
        self.latest = (request.today or clock.school_day(now)).year + 10
        self.findings = Findings(request.reports, request.declined)

    def items(self) -> Iterator[Batch | Finished | Notice]:
        found = deliver(self.drop, self.choices, now=self.now, wanted=self.request.reports)
        wanted = [report for report in ORDER if report in self.request.reports]
        failed = {**found.failed, **self._leaning(found.failed)}
        current = [report for report in wanted if report in CURRENT]
        if current and all(report in failed for report in current):
            message, mend = failed[current[0]]
            raise BadFile(f"Nobody can be read. {message}", mend=mend, where=str(self.drop.path))
        sheets = [file.sheet for file in found.files.values()]
        last = next(iter(self.request.last.values()), "")
        yield from freshness.notices(sheets, last=last, now=self.now, max_age=self.choices.max_age)
        yield from found.notices
        known, done = Known(found.files, self.cancelled), list[Report]()
        for report in wanted:
            if report in failed:
                yield _untouched(report, *failed[report])
                continue
            yield from found.files[report].notices(self._declined(report))
            yield from self._report(found.files[report], known, done)
        self.drop.check_unchanged()
        yield from self.findings.notices()
        mark = freshness.mark(sheets)
        yield from (Finished(report=report, high_water=mark) for report in done)

    def _leaning(self, failed: Mapping[Report, object]) -> dict[Report, tuple[str, str]]:
        """Reports that name people of a report that failed: without it they would lose everybody."""
        return {
            report: (f"{BY_REPORT[report].title} cannot be read without {BY_REPORT[need].title}.", RUN_AGAIN)
            for report, needs in LEANS.items() for need in needs
            if need in failed and need in self.request.reports and report not in failed
        }  # fmt: skip

    def _report(self, file: Opened, known: Known, done: list[Report]) -> Iterator[Batch | Notice]:
        count = 0
        for batch in pages(
            self._records(file, known), report=file.report, findings=self.findings, cancelled=self.cancelled
        ):
            count += len(batch.records)
            yield batch
        if count:
            done.append(file.report)
        else:
            yield _untouched(file.report, f"{file.sheet.file} has no record that can be used.", RUN_AGAIN)
        if count and file.report is Report.CONTACTS and not file.has("priority"):
            yield no_priority(f"{file.sheet.file} has no order of contacts")

    def _records(self, file: Opened, known: Known) -> Iterator[Record]:
        declined, values = self._declined(file.report), Values(file, self.findings, self.latest)
        if file.report is Report.ATTENDANCE:
            yield from Marks(file, known, self.findings, values).records()
        elif file.report is Report.GROUPS_CLASSES:
            yield from Sets(file, known, self.findings, declined).records()
        elif file.report is Report.CONTACTS:
            contacts = Contacts(file, known, self.findings, declined, values, self.cancelled)
            yield from contacts.records(contacts.folded())
        else:
            people = People(file, known, self.findings, declined, values)
            yield from people.records(people.folded())

    def _declined(self, report: Report) -> frozenset[str]:
        """Without what is mandatory: a report that is accepted brings that."""
        must = {column.field for column in BY_REPORT[report].columns if column.must or not column.offered}
        return frozenset(self.request.declined.get(report, frozenset())) - must


def _untouched(report: Report, message: str, mend: str) -> Notice:
    """Z20: a report that is not there is not a school without people."""
    return Notice(
        level="error" if report in CURRENT else "warning", code="report_missing", mend=mend,
        message=f"{message} Nobody of {BY_REPORT[report].title} is taken for gone.",
    )  # fmt: skip
