"""Who is in the files, by every number that another report may name them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from connectors.findings import Findings
from connectors.records import Report
from connectors.sims_files.fold import Folded, fold
from connectors.sims_files.opened import IDS, Opened

PUPILS = (Report.STUDENTS, Report.STUDENTS_FUTURE)
STAFF = (Report.STAFF, Report.STAFF_FUTURE)
_NUMBERS = {
    **dict.fromkeys(PUPILS, (*IDS, "admission_number", "upn")),
    **dict.fromkeys(STAFF, (*IDS, "staff_code")),
}  # fmt: skip


@dataclass(slots=True)
class Known:
    """``people`` of the reports that are read; ``ids`` number → source id; ``doubtful``: of two people."""

    files: Mapping[Report, Opened]
    cancelled: Callable[[], bool]
    people: dict[Report, dict[str, Folded]] = field(default_factory=dict)
    _ids: dict[tuple[Report, ...], dict[str, str]] = field(default_factory=dict)
    _doubtful: set[tuple[tuple[Report, ...], str]] = field(default_factory=set)

    def read(self, report: Report, findings: Findings, wanted: frozenset[str]) -> dict[str, Folded]:
        """The people of a report with the fields wanted; nobody for a file that is not there."""
        file = self.files.get(report)
        if file is None:
            return {}
        rows = file.sheet.rows(file.only(wanted | frozenset(_NUMBERS[report])), findings, (report,))
        return fold(rows, file, findings, self.cancelled)

    def pupil(self, number: str) -> str | None:
        return self._find(PUPILS, number)

    def staff(self, number: str) -> str | None:
        return self._find(STAFF, number)

    def _find(self, reports: tuple[Report, ...], number: str) -> str | None:
        """The id of whoever has that number.  Where there is no file of such people it is taken as given."""
        there = [report for report in reports if report in self.files]
        if not there:
            return number
        if reports not in self._ids:
            self._index(reports, there)
        return None if (reports, number) in self._doubtful else self._ids[reports].get(number)

    def _index(self, reports: tuple[Report, ...], there: Iterable[Report]) -> None:
        ids = self._ids.setdefault(reports, {})
        sure: set[str] = set()
        for report in there:
            people = self.people.get(report)
            if people is None:
                people = self.read(report, Findings(frozenset()), frozenset())
            sure.update(people)
            for source_id, one in people.items():
                for name in _NUMBERS[report]:
                    number = one.texts.get(name)
                    if number and ids.setdefault(number, source_id) != source_id:
                        self._doubtful.add((reports, number))
        ids.update((source_id, source_id) for source_id in sure)
        self._doubtful -= {(reports, source_id) for source_id in sure}
