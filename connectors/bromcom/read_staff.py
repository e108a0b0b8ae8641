"""Staff here, still to come, and lately gone; one person may hold several posts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors.bromcom.declaration import DECLARATION
from connectors.bromcom.entities import EVERYTHING, USUAL, Entities
from connectors.bromcom.options import Options
from connectors.bromcom.staff import Employees, Managers, Person, StaffReader
from connectors.errors import EmptyExtract, ScopeMissing
from connectors.http_errors import NotFound
from connectors.records import Batch, ExtractRequest, Finished, Notice, Report, Staff
from connectors.values import Faults

if TYPE_CHECKING:
    from connectors.bromcom.notices import Told
    from connectors.in_turn import Item

STAFF, MANAGERS = "Staff", "StaffLineManagers"
HERE, LATER, LEFT = "here", "later", "left"
REPORTS = {HERE: Report.STAFF, LATER: Report.STAFF_FUTURE, LEFT: Report.STAFF}


@dataclass(slots=True)
class StaffRead:
    entities: Entities
    request: ExtractRequest
    options: Options
    told: Told
    seen: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    codeless: int = 0
    old: int = 0

    def run(self) -> Iterator[Item]:
        wanted, today = self.request.reports, self.options.today
        asked = {HERE: USUAL.current(today)}
        if Report.STAFF_FUTURE in wanted:
            asked[LATER] = USUAL.later(today)
        if Report.STAFF in wanted and self.options.leavers:
            asked[LEFT] = USUAL.left(today, self.options.leavers)
        reads = [(kind, self.entities.start(STAFF, told)) for kind, told in asked.items()]
        managers = self._managers()
        fit = True
        for kind, read in reads:
            reader = StaffReader(Faults(REPORTS[kind]))
            for page in read:
                for index, row in page:
                    reader.add(row, f"{STAFF}[{index}]")
            if kind == HERE:
                self._not_empty(reader)
                fit = managers.fits(reader.people)
                managers.of = managers.of if fit else None
            yield from self._batch(kind, reader, managers)
        yield from self._notices(managers, fit=fit)
        yield from (Finished(report=one) for one in (Report.STAFF, Report.STAFF_FUTURE) if one in wanted)

    def _not_empty(self, reader: StaffReader) -> None:
        if not reader.people:
            raise EmptyExtract(
                "Bromcom answers with no staff at all.",
                mend="Nothing was changed and no account was taken away. Check that the school id is this "
                "school's; if it really shares no staff, decline the report.",
            )

    def _batch(self, kind: str, reader: StaffReader, managers: Managers) -> Iterator[Batch]:
        """By report, since a row's own dates may put it elsewhere than it was asked for."""
        wanted = self.request.reports
        makers = {
            report: Employees(
                report,
                DECLARATION.kept(self.request, report),
                managers,
                teaching_by_code=self.options.teaching_by_code,
            )
            for report in wanted & {Report.STAFF, Report.STAFF_FUTURE}
        }
        found: dict[Report, list[Staff]] = {report: [] for report in makers}
        for person in reader.people.values():
            standing = self._standing(person, kind)
            if standing is not None and (report := REPORTS[standing]) in makers:
                found[report].append(makers[report].record(person, reader.columns, current=standing != LEFT))
        for report, people in found.items():
            rejected = tuple(reader.faults.found) if report is REPORTS[kind] else ()
            if people or rejected:
                yield Batch(report=report, records=tuple(people), rejected=rejected)

    def _standing(self, person: Person, kind: str) -> str | None:
        """How somebody not met before stands, by the dates; None for one met, or not to be read."""
        if person.source_id in self.seen:
            return None
        standing = self._by_dates(person, kind)
        if standing == LATER and kind == HERE:
            return None  # the question for those still to come brings them
        if standing == LEFT and not self._lately(person.end):
            self.old += kind == HERE
            return None
        if not self.options.no_staff_code and "staff_code" not in person.texts:
            self.codeless += 1
            return None
        self.seen.add(person.source_id)
        return standing

    def _by_dates(self, person: Person, kind: str) -> str:
        today, end = self.options.today, person.end
        if person.start is not None and person.start > today:
            return LATER
        if end is not None and end < today:
            return LEFT
        return kind

    def _lately(self, end: date | None) -> bool:
        return end is None or end >= self.options.today - timedelta(days=self.options.leavers)

    def _managers(self) -> Managers:
        """Asked for only where the school accepts who reports to whom."""
        reports = self.request.reports & {Report.STAFF, Report.STAFF_FUTURE}
        managers = Managers()
        if not any("reports_to" in DECLARATION.kept(self.request, report) for report in reports):
            return managers
        managers.of = {}
        try:
            for page in self.entities.start(MANAGERS, EVERYTHING):
                for _, row in page:
                    managers.add(row)
        except (ScopeMissing, NotFound):
            self.lost.append(MANAGERS)
            managers.of = None
        return managers

    def _notices(self, managers: Managers, *, fit: bool) -> Iterator[Notice]:
        yield from self.told.contradicting(self.old, "staff")
        yield from self.told.codeless(self.codeless)
        yield from self.told.managers(managers.several, fit=fit)
        yield from self.told.lost(self.lost)
