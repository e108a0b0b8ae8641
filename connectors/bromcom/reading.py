"""Reading one school: which reports, entity by entity, and whether it all came.

Protects against the biggest hazard (Z20): an empty or partial answer taken for "everyone left".  Bromcom
counts nothing for us, so a school without a single pupil or member of staff is an error, and rows whose own
dates contradict the question are read by their dates.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from connectors import notices
from connectors.bromcom import collections
from connectors.bromcom.contacts import Book, Slots
from connectors.bromcom.declaration import DECLARATION
from connectors.bromcom.entities import ENROLMENT, Entities, Read
from connectors.bromcom.groups import Groups
from connectors.bromcom.notices import Told
from connectors.bromcom.options import Options
from connectors.bromcom.pupils import Flat, FlatReader, Pupils, standing
from connectors.bromcom.read_staff import StaffRead
from connectors.errors import ConnectorError, EmptyExtract, ScopeMissing
from connectors.http_errors import NotFound
from connectors.in_turn import Item, in_turn
from connectors.records import (
    ExtractRequest,
    Finished,
    Notice,
    PupilStatus,
    Record,
    Report,
)
from connectors.values import Faults

FLAT = "StudentFlatView"
PUPILS = {PupilStatus.CURRENT: Report.STUDENTS, PupilStatus.ADMITTED: Report.STUDENTS_FUTURE,
          PupilStatus.LEAVER: Report.STUDENTS}  # fmt: skip


@dataclass(slots=True)
class Reading:
    """One extract.  ``roll`` pupils here now with tutor group and year, once read whole."""

    entities: Entities
    request: ExtractRequest
    options: Options
    told: Told = field(default_factory=Told)
    roll: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    _collections: collections.Collections | None = None

    def run(self) -> Generator[Item]:
        """Every report in turn; an entity that is not granted leaves the others working."""
        yield from in_turn(self._tasks(), goes_on=_not_granted, last=self._lost)

    def _lost(self) -> Iterator[Notice]:
        return self.told.lost(self._collections.lost if self._collections else ())

    def _tasks(self) -> Iterator[Callable[[], Iterator[Item]]]:
        wanted = self.request.reports
        if wanted & {Report.STAFF, Report.STAFF_FUTURE}:
            yield StaffRead(self.entities, self.request, self.options, self.told).run
        if wanted - {Report.STAFF, Report.STAFF_FUTURE}:
            yield self._pupils
        if Report.GROUPS_CLASSES in wanted and self.roll:
            yield self._groups

    def collections(self) -> collections.Collections:
        if self._collections is None:
            self._collections = collections.members(self.entities, self.options)
        return self._collections

    def _houses(self) -> dict[str, str] | None:
        reports = self.request.reports & {Report.STUDENTS, Report.STUDENTS_FUTURE}
        wanted = any("house" in DECLARATION.kept(self.request, report) for report in reports)
        return self.collections().houses(self.options) if wanted and self.options.houses else None

    # -- pupils and their contacts ----------------------------------------------------

    def _questions(self) -> Iterator[tuple[PupilStatus, Read]]:
        """All under way at once.  Those here come first: somebody in two answers is here (Z16)."""
        today, wanted = self.options.today, self.request.reports
        asked = {PupilStatus.CURRENT: ENROLMENT.current(today)}
        if Report.STUDENTS_FUTURE in wanted:
            asked[PupilStatus.ADMITTED] = ENROLMENT.later(today)
        if Report.STUDENTS in wanted and self.options.leavers:
            asked[PupilStatus.LEAVER] = ENROLMENT.left(today, self.options.leavers)
        reads = [(status, self.entities.start(FLAT, told)) for status, told in asked.items()]
        yield from reads

    def _pupils(self) -> Iterator[Item]:
        questions = list(self._questions())
        pupils = PupilRead(self, self._houses())
        for status, read in questions:
            for page in read:
                found = [
                    (f"{FLAT}[{index}]", flat)
                    for index, row in page
                    if (flat := pupils.reader.read(row, f"{FLAT}[{index}]")) is not None
                ]
                yield from pupils.batches(found, status)
            if status is PupilStatus.CURRENT and not self.roll:
                raise EmptyExtract(
                    "Bromcom answers with no pupils at all.",
                    mend="Nothing was changed and no account was taken away. Check that the school id is "
                    "this school's, and the data-processing consent; if there are no pupils, decline it.",
                )
        yield from pupils.ends()

    # -- groups and classes -----------------------------------------------------------

    def _groups(self) -> Iterator[Item]:
        found = self.collections()
        groups = Groups(
            self.entities,
            self.options,
            DECLARATION.kept(self.request, Report.GROUPS_CLASSES),
            self.roll,
            found,
        )
        groups.read()
        collections.staff(found, self.entities, self.options)
        for records in groups.records():
            yield groups.faults.batch(records)
        yield groups.faults.batch(())
        yield from self.told.old_classes(groups.old)
        yield Finished(report=Report.GROUPS_CLASSES)


def _not_granted(problem: ConnectorError) -> bool:
    return isinstance(problem, ScopeMissing | NotFound)


class PupilRead:
    """Pupils of all questions, each handed on once; the contacts in their rows when all are known."""

    def __init__(self, reading: Reading, houses: dict[str, str] | None) -> None:
        self.reading, options = reading, reading.options
        self.reader = FlatReader(Faults(Report.STUDENTS))
        self.makers = {
            report: Pupils(report, DECLARATION.kept(reading.request, report), houses, guests=options.guests)
            for report in (Report.STUDENTS, Report.STUDENTS_FUTURE)
        }
        wanted = DECLARATION.kept(reading.request, Report.CONTACTS)
        self.slots = Slots(wanted, DECLARATION.offered(Report.CONTACTS) - wanted, Faults(Report.CONTACTS))
        self.book = Book()
        self.twice = self.old = 0

    def batches(self, found: Sequence[tuple[str, Flat]], asked: PupilStatus) -> Iterator[Item]:
        wanted = self.reading.request.reports
        people: dict[Report, list[Record]] = {Report.STUDENTS: [], Report.STUDENTS_FUTURE: []}
        for where, flat in found:
            status = self._fresh(flat, asked)
            if status is None:
                continue
            report = PUPILS[status]
            people[report].append(self.makers[report].record(flat, status))
            here = status is PupilStatus.CURRENT or report in wanted
            if Report.CONTACTS in wanted and here and status is not PupilStatus.LEAVER:
                for slot in self.slots.of(flat, where):
                    self.book.add(slot)
        for report, records in people.items():
            if report in wanted and (records or report is Report.STUDENTS):
                yield self.reader.faults.batch(records, report=report)
        self.reader.faults.found.clear()
        if Report.CONTACTS in wanted:
            yield self.slots.faults.batch(())

    def _fresh(self, flat: Flat, asked: PupilStatus) -> PupilStatus | None:
        """How somebody not met before stands; None for one met, or gone too long."""
        reading, options = self.reading, self.reading.options
        status = standing(flat, options.today, asked)
        if flat.source_id in reading.seen:
            self.twice += asked is status
            return None
        left = flat.values["leaving_date"]
        if status is PupilStatus.LEAVER and left and left < options.today - timedelta(days=options.leavers):
            self.old += 1
            return None
        if status is PupilStatus.ADMITTED and asked is PupilStatus.CURRENT:
            return None  # the question for those still to come brings them
        reading.seen.add(flat.source_id)
        if status is PupilStatus.CURRENT:
            values = flat.values
            reading.roll[flat.source_id] = (values["registration_group"], values["nc_year"])
            self.reader.count(flat)
        return status

    def ends(self) -> Iterator[Item]:
        wanted, told = self.reading.request.reports, self.reading.told
        if Report.STUDENTS in wanted:
            yield from notices.duplicates(self.twice, "pupils", tell="Bromcom")
            yield from told.contradicting(self.old, "pupils")
            yield from told.codes(self.reader.codes, keep_guests=self.reading.options.guests)
        for report in (Report.STUDENTS, Report.STUDENTS_FUTURE):
            if report in wanted:
                yield Finished(report=report)
        if Report.CONTACTS in wanted:
            yield self.slots.faults.batch(self.book.records())
            yield from told.contacts(self.slots.seen, self.book.folded)
            if self.slots.seen:
                yield Finished(report=Report.CONTACTS)
