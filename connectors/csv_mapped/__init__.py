"""CSV files of any MIS, read by columns that somebody looked at and accepted.

The console guesses what each column is (``guess``), shows it, and keeps what was accepted as the setting
``mapping``.  Until then, and whenever a header changes, nothing is read.  The files are never unpacked,
changed or moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from connectors import probes
from connectors.base import Access, AccessState, Probe
from connectors.csv_mapped.declaration import DECLARATION
from connectors.csv_mapped.fields import CLASSES, CONTACTS, MEMBERS, PEOPLE, PUPILS, STAFF
from connectors.csv_mapped.mapping import LOOK, FileMap, parse
from connectors.csv_mapped.opening import Mapped, match
from connectors.csv_mapped.read import Reading
from connectors.delimited.connector import FilesConnector
from connectors.delimited.source import Source, whole_path
from connectors.errors import BadSettings, ConnectorError
from connectors.findings import Findings
from connectors.records import Batch, ExtractRequest, Finished, Notice, Report

_SUPPLIES = {
    PUPILS: {Report.STUDENTS, Report.GROUPS_CLASSES}, STAFF: {Report.STAFF}, CONTACTS: {Report.CONTACTS},
    CLASSES: {Report.GROUPS_CLASSES}, MEMBERS: {Report.GROUPS_CLASSES},
    PEOPLE: {Report.STUDENTS, Report.STAFF, Report.GROUPS_CLASSES},
}  # fmt: skip
NOT_LOOKED = "Nobody has looked at the columns of these files yet, so nothing is read."


class CsvMapped(FilesConnector):
    """Reads the files that the setting ``path`` names. Every method may raise ``ConnectorError``."""

    declaration = DECLARATION

    def access(self) -> Access:
        """Approved once the columns are accepted and still fit; until then not asked: look at them."""
        confirmed = self._confirmed()
        try:
            with closing(self._source()) as source:
                if not confirmed:
                    return Access(state=AccessState.NOT_ASKED, message=NOT_LOOKED, mend=LOOK)
                mapped = match(source, confirmed, Findings(frozenset()))
        except ConnectorError as problem:
            return Access(state=AccessState.REFUSED, message=problem.message, mend=problem.mend)
        granted = supplied_by(mapped)
        offered = frozenset(offer.report for offer in self.declaration.reports)
        files = ", ".join(each.table.file for each in mapped)
        return Access(
            state=AccessState.APPROVED, message=f"The columns of {files} are as they were accepted.",
            granted=granted, withheld=offered - granted,
        )  # fmt: skip

    def probe(self) -> tuple[Probe, ...]:
        """Whether the path can be read; then the headers and the first row of each file."""
        try:
            source = self._source()
        except ConnectorError as problem:
            return (probes.failed("connectivity", problem), probes.failed("data", problem))
        with closing(source):
            return Probe(name="connectivity", ok=True, message=f"{source.path} can be read."), self._data(
                source
            )

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        """Stream the files. ``BadFile`` before any ``Finished`` for a changed header or a damaged file."""
        confirmed = self._confirmed()
        if not confirmed:
            raise BadSettings(NOT_LOOKED, mend=LOOK)
        with closing(self._source()) as source:
            yield from Reading(
                source, confirmed, request=request, now=self._now(), max_age=self._max_age(),
                cancelled=self.setup.cancelled,
            ).items()  # fmt: skip

    def _data(self, source: Source) -> Probe:
        try:
            confirmed = self._confirmed()
            if not confirmed:
                return Probe(name="data", ok=False, message=NOT_LOOKED, mend=LOOK)
            mapped = match(source, confirmed, Findings(frozenset()))
            for each in mapped:
                next(each.table.rows(Findings(frozenset()), (), quiet=True), None)
        except ConnectorError as problem:
            return probes.failed("data", problem)
        return Probe(name="data", ok=True, message=f"{len(mapped)} files with accepted columns can be read.")

    def _source(self) -> Source:
        return Source(whole_path(self.setup.settings.get("path", "")))

    def _confirmed(self) -> dict[str, FileMap]:
        return parse(self.setup.settings.get("mapping", ""))


def supplied_by(mapped: tuple[Mapped, ...]) -> frozenset[Report]:
    """The reports that files so mapped can fill."""
    found = {report for each in mapped for report in _SUPPLIES[each.kind]}
    if any(field.startswith("contact") for each in mapped if each.kind == PUPILS for field in each.at):
        found.add(Report.CONTACTS)
    return frozenset(found)


CONNECTOR = CsvMapped
