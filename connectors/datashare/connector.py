"""The Datashare file set as a connector.  It reads, and does nothing else (B23)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from connectors import clock, notices, probes
from connectors.base import Access, AccessState, Probe
from connectors.datashare import columns
from connectors.datashare.declaration import DECLARATION
from connectors.datashare.fileset import Folder, NothingYet, open_set
from connectors.datashare.groups import Groups, marks
from connectors.datashare.people import People
from connectors.delimited import freshness
from connectors.delimited.connector import FilesConnector
from connectors.delimited.pages import pages
from connectors.delimited.source import whole_path
from connectors.errors import BadSettings, ConnectorError, EmptyExtract
from connectors.findings import Findings
from connectors.records import Batch, ExtractRequest, Finished, Notice, Record, Report

ORDER = (Report.STUDENTS, Report.STAFF, Report.CONTACTS, Report.GROUPS_CLASSES, Report.ATTENDANCE)
WHO = {Report.STUDENTS: "pupil", Report.STAFF: "teacher"}
#: H6: said once, since nothing in the files shows it
NO_PRIORITY = notices.no_priority("Integris has no order of contacts")


class Datashare(FilesConnector):
    """Reads the file set that the setting ``path`` names. Every method may raise ``ConnectorError``."""

    declaration = DECLARATION

    def access(self) -> Access:
        """Approved once the set is there.  Integris tells nobody that access was granted, so until then the
        operator is asked, and tests (B9)."""
        try:
            with closing(self._folder()) as source:
                found = open_set(source, self._typed(), Findings(frozenset()))
        except NothingYet as problem:
            return Access(state=AccessState.NOT_ASKED, message=problem.message, mend=problem.mend)
        except BadSettings:
            raise
        except ConnectorError as problem:
            return Access(state=AccessState.REFUSED, message=problem.message, mend=problem.mend)
        offered = frozenset(offer.report for offer in self.declaration.reports)
        return Access(
            state=AccessState.APPROVED, message=f"The file set is there: {found.files()}.",
            granted=found.supplies, withheld=offered - found.supplies,
        )  # fmt: skip

    def probe(self) -> tuple[Probe, ...]:
        """Whether the place can be read; then the columns and the first item of each list."""
        try:
            source = self._folder()
        except ConnectorError as problem:
            return probes.failed("connectivity", problem), probes.failed("data", problem)
        with closing(source):
            reached = Probe(name="connectivity", ok=True, message=f"{source.path} can be read.")
            return reached, self._probe_data(source)

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Stream the set. Damaged, or changed meanwhile: ``BadFile`` before any ``Finished``."""
        now = self._now()
        today = clock.today(self.setup, request)
        findings = Findings(request.reports, request.declined)
        with closing(self._folder()) as source:
            files = open_set(source, self._typed(), findings)
            sheets = list(files.sheets.values())
            yield from freshness.notices(
                sheets, last=next(iter(request.last.values()), ""), now=now, max_age=self._max_age(),
                weekdays=True,
            )  # fmt: skip
            people = People(files, findings, request.declined, today.year + 10)
            wanted = [report for report in ORDER if report in request.reports & files.supplies]
            for report in wanted:
                yield from self._report(report, people)
            source.check_unchanged()
            yield from findings.notices()
            if Report.CONTACTS in wanted:
                yield NO_PRIORITY
            yield from (Finished(report=r, high_water=freshness.mark(sheets)) for r in wanted)

    def _report(self, report: Report, people: People) -> Iterator[Batch]:
        yield from pages(
            _records(report, people), report=report, findings=people.findings,
            cancelled=self.setup.cancelled,
        )  # fmt: skip
        if report in WHO and not people.counts.get(report):
            raise EmptyExtract(
                f"The file set names no {WHO[report]}.",
                mend="Have the file set written again; nothing was changed.",
            )

    def _probe_data(self, source: Folder) -> Probe:
        quiet = Findings(frozenset())
        try:
            found = open_set(source, self._typed(), quiet)
            for name, each in found.columns.items():
                next(found.sheets[name].items(each, quiet, Report.STUDENTS), None)
        except ConnectorError as problem:
            return probes.failed("data", problem)
        return Probe(name="data", ok=True, message=f"{len(found.sheets)} lists of the file set can be read.")

    def _folder(self) -> Folder:
        return Folder(whole_path(self.setup.settings.get("path", ""), what="folder, ZIP or JSON file"))

    def _typed(self) -> dict[tuple[str, str], str]:
        return columns.parse(self.setup.settings.get("columns", ""))


def _records(report: Report, people: People) -> Iterator[Record]:
    if report is Report.GROUPS_CLASSES:
        return Groups(people, people.declined.get(report, frozenset())).records()
    makers = {
        Report.STUDENTS: people.pupils, Report.STAFF: people.teachers, Report.CONTACTS: people.contacts,
    }  # fmt: skip
    return makers[report]() if report in makers else marks(people)
