"""Reading one school: which collections, which includes, full or delta, and whether it all came.

Protects against the biggest hazard of all (Z20): an empty, short or contradictory answer taken for
"everyone left".  A report is ``Finished`` only when its collections were read to the end and agree
with the totals.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

from connectors import notices
from connectors.errors import EmptyExtract, ScopeMissing
from connectors.http import Http
from connectors.in_turn import Item, in_turn
from connectors.records import ExtractRequest, Notice, Report
from connectors.wonde.checks import Counts, held_back
from connectors.wonde.declaration import DECLARATION
from connectors.wonde.source import Source

MARK = "%Y-%m-%d %H:%M:%S"
OVERLAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``limited``: fields the MIS behind Wonde is known not to supply.  ``now`` is aware."""

    paging: str
    per_page: int
    check_counts: bool
    limited: frozenset[str]
    now: datetime
    today: date


@dataclass(slots=True)
class Reading:
    """One extract.  ``root`` is the school's path, ``schools/A…``."""

    http: Http
    root: str
    request: ExtractRequest
    options: Options
    counts: Counts = field(init=False)

    def __post_init__(self) -> None:
        self.counts = Counts(self.http, self.root)

    def run(self) -> Generator[Item]:
        """Every task in turn; one that is not shared (403) leaves the others working."""
        yield from self._opening()
        yield from in_turn(partial(task, self) for task in self._tasks())

    def _opening(self) -> Iterator[Notice]:
        if self.options.check_counts:
            yield from self.counts.load()
        held = held_back(self.http, self.root)
        if held:
            self.counts.held = held
            yield Notice(
                level="warning",
                code="people_held_back",
                message=f"The school holds {held} people back from us in Wonde's access control.",
                mend="Somebody missing here has not necessarily left; the school can let them through.",
            )

    def _tasks(self) -> Iterator[Callable[[Reading], Iterator[Item]]]:
        from connectors.wonde import read_classes, read_pupils, read_staff

        wanted = self.request.reports
        if wanted & {Report.STUDENTS, Report.STUDENTS_FUTURE, Report.CONTACTS}:
            yield read_pupils.read
        if wanted & {Report.STAFF, Report.STAFF_FUTURE}:
            yield read_staff.read
        if Report.GROUPS_CLASSES in wanted:
            yield read_classes.read

    def dropped(self, report: Report) -> frozenset[str]:
        return DECLARATION.dropped(self.request, report)

    def since(self, *reports: Report) -> str | None:
        """Where the delta of reports read together begins; None (a full read) unless all have one."""
        marks = [self.request.since.get(report) for report in reports if report in self.request.reports]
        read = [mark for mark in marks if mark and is_mark(mark)]
        return min(read) if read and len(read) == len(marks) else None

    def high_water(self, *sources: Source) -> str:
        """Where the next delta begins: five minutes before the read, by the slower of both clocks."""
        clocks = [self.options.now, *(s.served_at for s in sources if s.served_at)]
        return (min(clocks) - OVERLAP).astimezone(UTC).strftime(MARK)

    def notices(self, source: Source, what: str) -> Iterator[Notice]:
        """What the operator should know about a collection that was read to its end."""
        if source.lost:
            yield Notice(
                level="warning",
                code="details_not_shared",
                message=f"For {what}, these details are not shared with us: {', '.join(source.lost)}.",
                mend="Ask the school to allow them in the Wonde school portal, or decline the fields here.",
            )
        yield from notices.duplicates(source.duplicates, what, tell="Wonde")

    def sample(self) -> str:
        """At most one record of each collection, told in one sentence; EmptyExtract if nothing comes."""
        from connectors.wonde.paging import page_of

        told: list[str] = []
        seen = 0
        for path, what in (
            ("students", "pupils"),
            ("employees", "staff"),
            ("classes", "classes"),
            ("groups", "groups"),
        ):
            try:
                rows = page_of(self.http.get(f"{self.root}/{path}", {"per_page": "1"})).rows
            except ScopeMissing:
                told.append(f"{what} not shared")
                continue
            seen += bool(rows)
            told.append(f"{what} yes" if rows else f"no {what}")
        if not seen:
            raise EmptyExtract(f"Wonde answers, but with no data: {', '.join(told)}.")
        return f"Data arrives: {', '.join(told)}."


def is_mark(mark: str) -> bool:
    """Only our own spelling counts; anything else means a full read."""
    try:
        return bool(datetime.strptime(mark, MARK))  # noqa: DTZ007 - UTC by definition
    except ValueError:
        return False
