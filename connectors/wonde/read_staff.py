"""Staff: those employed, those who have left (the rules name them so), and those still to start.

All stand in one collection; the start of employment tells who belongs to the future report (F6, J2).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.http_errors import Unacceptable
from connectors.records import Batch, Finished, Notice, Report, Staff
from connectors.wonde.checks import not_empty
from connectors.wonde.deletions import gone
from connectors.wonde.paging import Collection, includes_listed
from connectors.wonde.people import STAFF_INCLUDES, StaffReader
from connectors.wonde.read_pupils import PHOTO_PAGE
from connectors.wonde.shapes import MISSING, Faults, Row, day, one
from connectors.wonde.source import Rows, Source, opened

if TYPE_CHECKING:
    from connectors.in_turn import Item
    from connectors.wonde.reading import Reading

UNDOCUMENTED = frozenset({"line_manager"})  # asked only where the server lists it (E4)
REPORTS = (Report.STAFF, Report.STAFF_FUTURE)


def starts_later(row: Row, today: date) -> bool:
    """Told from the raw row, since the school may have declined to let us keep the date."""
    silent = Faults(Report.STAFF)
    details = one(row, "employment_details", silent)
    if details is MISSING or not details:
        return False
    start = day(details, "employment_start_date", silent, "start_date")
    return start is not None and start > today


class StaffRead:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.seen: dict[str, datetime | None] = {}
        self.later = 0  # rows of people who have not started
        self.faults = {report: Faults(report) for report in REPORTS}
        self._known: frozenset[str] | None = None
        self.readers = {
            report: StaffReader(
                report,
                dropped=reading.dropped(report),
                faults=self.faults[report],
                limited=reading.options.limited,
            )
            for report in REPORTS
        }

    def open(self, params: dict[str, str], expected: int | None) -> Source:
        includes = [n for n in self._includes() if n not in UNDOCUMENTED or n in self._listed()]
        per_page = self.reading.options.per_page
        collection = Collection(
            self.reading.http,
            f"{self.reading.root}/employees",
            params,
            paging=self.reading.options.paging,
            per_page=min(per_page, PHOTO_PAGE) if "photo" in includes else per_page,
            expected=expected,
        )
        return opened(collection, includes)

    def _listed(self) -> frozenset[str]:
        """The includes the server itself says it has: asked once, on one record."""
        if self._known is None:
            url = f"{self.reading.root}/employees"
            self._known = includes_listed(self.reading.http.get(url, {"per_page": "1"}))
        return self._known

    def _includes(self) -> list[str]:
        """Employment is always needed: it tells who is current; the rest only if wanted."""
        dropped = [self.reading.dropped(r) for r in REPORTS if r in self.reading.request.reports]
        return [
            name
            for name, brings in STAFF_INCLUDES.items()
            if name == "employment_details" or not all(d.issuperset(brings) for d in dropped)
        ]

    def batches(self, source: Source, total: int | None) -> Iterator[Batch]:
        for page in source.pages:
            sorted_out = self._page(page)
            for report in REPORTS:
                faults = self.faults[report]
                if report in self.reading.request.reports:
                    yield Batch(
                        report=report,
                        records=tuple(sorted_out[report]),
                        rejected=tuple(faults.found),
                        total=total if report is Report.STAFF else None,
                    )
                faults.found.clear()

    def _page(self, page: Rows) -> dict[Report, list[Staff]]:
        found: dict[Report, list[Staff]] = {report: [] for report in REPORTS}
        for index, row in page:
            later = isinstance(row, dict) and starts_later(row, self.reading.options.today)
            report = Report.STAFF_FUTURE if later else Report.STAFF
            self.later += later
            faults = self.faults[report]
            faults.at(f"employees[{index}]")
            if not isinstance(row, dict):
                faults.whole("", "A record is not an object; it was left out.", code="wrong_type", value=row)
                continue
            person = self.readers[report].read(row)
            if person is not None and person.source_id not in self.seen:
                self.seen[person.source_id] = person.updated_at
                found[report].append(person)
        return found


def read(reading: Reading) -> Iterator[Item]:
    wanted = reading.request.reports
    shared = StaffRead(reading)
    since = reading.since(*REPORTS)
    only_future = Report.STAFF not in wanted
    counted = None if only_future else reading.counts.known.get("employees")
    params = {"updated_after": since} if since else {}
    if only_future and not since:
        params["employment_start_after"] = reading.options.today.isoformat()
    source = shared.open(params, None if since else counted)
    yield from shared.batches(source, None if since else counted)
    yield from reading.notices(source, "staff")
    if not since and not only_future:
        not_empty(source.received, "staff")
        yield from reading.counts.check("employees", source.received, "staff")
        counted = reading.counts.known.get("employees")
    if since:
        yield from _started(shared, since)
        report = Report.STAFF_FUTURE if only_future else Report.STAFF
        yield from gone(reading, report, "employee", since, shared.seen)
    for report in REPORTS:
        if report in wanted:
            yield Finished(
                report=report,
                delta=since is not None,
                # Wonde counts everybody; who starts later does not come under this report.
                counted=None if counted is None or report is not Report.STAFF else counted - shared.later,
                high_water=reading.high_water(source),
            )


def _started(shared: StaffRead, since: str) -> Iterator[Item]:
    """Starting work changes no record, so a delta alone would miss whoever started meanwhile."""
    today = shared.reading.options.today
    first = date.fromisoformat(since[:10]) - timedelta(days=1)
    params = {
        "employment_start_after": first.isoformat(),
        "employment_start_before": (today + timedelta(days=1)).isoformat(),
    }
    try:
        source = shared.open(params, None)
        yield from shared.batches(source, None)
    except Unacceptable:
        yield Notice(
            level="warning",
            code="starters_unknown",
            message="Wonde would not tell who started lately; they come with the next full read.",
            mend="Run a full read (misconsole sync SCHOOL --full) if somebody is missing.",
        )
