"""The order of reading: headers first, then who is there, then each report streamed to its end.

Nothing counts until the last look shows that no file changed meanwhile: only then comes the first
``Finished``, and a run that gets none changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from connectors import clock, notices
from connectors.csv_mapped.fields import CONTACTS, PUPILS
from connectors.csv_mapped.groups import Groups
from connectors.csv_mapped.index import Index, index
from connectors.csv_mapped.mapping import FileMap
from connectors.csv_mapped.opening import Mapped, match
from connectors.csv_mapped.people import People
from connectors.delimited import freshness
from connectors.delimited.pages import pages
from connectors.delimited.source import Source
from connectors.errors import EmptyExtract
from connectors.findings import Findings
from connectors.records import Batch, ExtractRequest, Finished, Notice, Record, Report

UTF8 = ("utf-8", "utf-8-sig")  # what nobody needs to be told
ORDER = (Report.STUDENTS, Report.STAFF, Report.CONTACTS, Report.GROUPS_CLASSES)


class Reading:
    """One extract of the files in ``source``, by the columns that were ``confirmed``."""

    def __init__(
        self, source: Source, confirmed: dict[str, FileMap], *, request: ExtractRequest, now: datetime,
        max_age: int, cancelled: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.source, self.confirmed, self.request, self.now = source, confirmed, request, now
        self.max_age, self.cancelled = max_age, cancelled
        self.today = request.today or clock.school_day(now)
        self.findings = Findings(request.reports, request.declined)

    def items(self) -> Iterator[Batch | Finished | Notice]:
        from connectors.csv_mapped import supplied_by

        files = match(self.source, self.confirmed, self.findings)
        tables = [each.table for each in files]
        for table in tables:
            if table.found.encoding not in UTF8:
                said = f"is read as {table.found.title}."
                self.findings.note("encoding", table.file, message=said, level="info")
        last = next(iter(self.request.last.values()), "")
        yield from freshness.notices(tables, last=last, now=self.now, max_age=self.max_age)
        asked = [r for r in ORDER if r in self.request.reports]
        wanted = [r for r in asked if r in supplied_by(files)]
        known = index(files, self.today.year + 10)
        people = People(files, self.findings, known, self.today, self.request.declined)
        for report in wanted:
            yield from self._report(report, files, people, known)
        self.source.check_unchanged()
        yield from self.findings.notices()
        yield from self._assumed(files, wanted)
        mark = freshness.mark(tables)
        yield from (Finished(report=report, high_water=mark) for report in wanted)

    def _report(
        self, report: Report, files: tuple[Mapped, ...], people: People, known: Index
    ) -> Iterator[Batch]:
        records: Iterator[Record]
        if report is Report.GROUPS_CLASSES:
            declined = self.request.declined.get(report, frozenset())
            records = Groups(files, self.findings, known, declined, people.latest).records()
        else:
            records = people.records(report)
        yield from pages(records, report=report, findings=self.findings, cancelled=self.cancelled)
        if report in (Report.STUDENTS, Report.STAFF) and not people.counts.get(report):
            raise EmptyExtract(
                f"The files name no {'pupil' if report is Report.STUDENTS else 'member of staff'}.",
                mend="Export them again from the MIS; nothing was changed.",
            )

    def _assumed(self, files: tuple[Mapped, ...], wanted: list[Report]) -> Iterator[Notice]:
        """H6: without an order of contacts all are as near; said once."""
        ordered = any(f.rpartition(".")[2] == "priority" for each in files for f in each.at)
        theirs = any(each.kind in (CONTACTS, PUPILS) for each in files)
        if Report.CONTACTS in wanted and theirs and not ordered:
            yield notices.no_priority("The files have no order of contacts")
