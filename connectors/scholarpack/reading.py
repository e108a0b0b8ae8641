"""Reading one school: which reports, and whether each came whole.

Protects against the biggest hazard (Z20): an empty or broken-off answer taken for "everyone left".  The
envelope counts pages and not people, so a report is ``Finished`` only after its last page agreed with all
the others, and a school without a single pupil or member of staff is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from connectors import notices
from connectors.errors import EmptyExtract, ScopeMissing
from connectors.http import Http
from connectors.in_turn import Item, in_turn, told
from connectors.records import Batch, ExtractRequest, Finished, Mark, Notice, PupilStatus, Report
from connectors.scholarpack.contacts import Contacts
from connectors.scholarpack.declaration import DECLARATION
from connectors.scholarpack.fieldmap import FieldMap
from connectors.scholarpack.groups import Groups
from connectors.scholarpack.paging import Collection, whole_row
from connectors.scholarpack.people import LEAVERS, Contracts, Employees, Pupils, Reader
from connectors.scholarpack.photos import with_photos
from connectors.scholarpack.scopes import CONTRACTED, PHOTOS
from connectors.values import Faults, no_object

Kind = TypeVar("Kind", bound=Reader)
A_BATCH = 500
WHAT = {Report.STUDENTS: "pupils", Report.STAFF: "staff"}


@dataclass(slots=True)
class Reading:
    """One extract.  ``roll`` ids of pupils on roll, once they have been read whole."""

    http: Http
    fields: FieldMap
    request: ExtractRequest
    today: date
    per_page: int
    roll: set[str] | None = None
    _told: list[Notice] = field(default_factory=list)

    def run(self) -> Generator[Item]:
        """Every report in turn; one whose scope is not granted leaves the others working."""
        for item in in_turn(self._tasks(), last=lambda: self._told):
            self.http.check_cancelled()
            yield item

    def _tasks(self) -> Iterator[Callable[[], Iterator[Item]]]:
        wanted = self.request.reports
        if Report.STAFF in wanted:
            yield self._staff
        if wanted & {Report.STUDENTS, Report.GROUPS_CLASSES}:
            yield self._pupils
        if Report.CONTACTS in wanted:
            yield self._contacts
        if Report.ATTENDANCE in wanted:
            yield self._marks

    def _reader(self, kind: type[Kind]) -> Kind:
        dropped = DECLARATION.dropped(self.request, kind.report)
        return kind(self.fields, DECLARATION.offered(kind.report), dropped, self.today)

    def _collection(self, path: str, key: Callable[[Any], Any]) -> Collection:
        return Collection(self.http, path, self.per_page, key)

    # -- staff ------------------------------------------------------------------------

    def _staff(self) -> Iterator[Item]:
        staff = self._reader(Employees)
        staff.contracts = self._contracts() if CONTRACTED & staff.wanted else None
        pages = self._collection("staff/", staff.key)
        yield from self._people(staff, pages, lambda _page, _records: None)
        if not staff.telling:
            yield Notice(
                level="warning", code="leavers_unknown",
                message="Nothing in ScholarPack's answers tells which staff have left; all count as here.",
                mend="Test the connection: it prints the keys there are. Name the one that says Active "
                "(--set fields=staff.current=…).",
            )  # fmt: skip
        yield Finished(report=Report.STAFF)

    def _contracts(self) -> Contracts | None:
        """None, and one warning, where the scope is not granted."""
        contracts = Contracts(self.fields, self.today)
        try:
            for page in self._collection("staff/contracts/", whole_row):
                contracts.add(page)
        except ScopeMissing as problem:
            self._told.append(told(problem, "warning"))
            return None
        return contracts

    # -- pupils, and the groups they make ---------------------------------------------

    def _pupils(self) -> Iterator[Item]:
        pupils, groups, wanted = self._reader(Pupils), Groups(self.fields), self.request.reports
        roll: set[str] = set()

        def seen(page: list[tuple[int, Any]], records: list[Any]) -> None:
            here = {one.source_id for one in records if one.status is PupilStatus.CURRENT}
            roll.update(here)
            if Report.GROUPS_CLASSES in wanted:
                keyed = ((pupils.key(row), row) for _, row in page)
                groups.add((own, row) for own, row in keyed if own in here)

        for item in self._people(pupils, self._collection("students/", pupils.key), seen):
            if Report.STUDENTS in wanted or isinstance(item, Notice):
                yield item
        self.roll = roll
        if Report.STUDENTS in wanted:
            yield Finished(report=Report.STUDENTS)
        if Report.GROUPS_CLASSES in wanted:
            records = groups.records()
            while part := tuple(islice(records, A_BATCH)):
                yield Batch(report=Report.GROUPS_CLASSES, records=part)
            yield Finished(report=Report.GROUPS_CLASSES)

    def _people(
        self, reader: Reader, pages: Collection, seen: Callable[[list[tuple[int, Any]], list[Any]], None]
    ) -> Iterator[Item]:
        what = WHAT[reader.report]
        later: list[date] = []
        long_gone = 0
        for page in pages:
            found = reader.read(page, what)
            later += found.later
            long_gone += found.long_gone
            seen(page, found.records)
            yield reader.faults.batch(self._photographed(reader, found.records))
        if pages.received == 0:
            raise EmptyExtract(
                f"ScholarPack answers with no {what} at all.",
                mend="Nothing was changed and no account was taken away. Check that the consent is this "
                f"school's; if the school really shares no {what}, decline the report.",
            )
        yield from notices.duplicates(pages.duplicates, what, tell="ScholarPack")
        yield from notices.not_started(later, what)
        yield from notices.long_gone(long_gone, what, days=LEAVERS.days)

    def _photographed(self, reader: Reader, records: list[Any]) -> list[Any]:
        """With photos where asked for; one refusal ends the asking."""
        if not PHOTOS & reader.wanted or reader.report not in self.request.reports:
            return records
        folder = "students" if reader.report is Report.STUDENTS else "staff"
        try:
            return list(with_photos(self.http, folder, records, reader.wanted))
        except ScopeMissing as problem:
            self._told.append(told(problem, "warning"))
            reader.wanted -= PHOTOS
            reader.dropped |= PHOTOS
            return records

    # -- contacts and marks -----------------------------------------------------------

    def _contacts(self) -> Iterator[Item]:
        contacts = self._reader(Contacts)
        contacts.roll = self.roll
        told, linked = set[str](), set[tuple[str, str]]()
        for page in self._collection("contacts/", contacts.key):
            yield contacts.faults.batch(contacts.page(page, told, linked))
        if linked and "priority" in contacts.wanted and not contacts.priorities:
            yield notices.no_priority(
                "ScholarPack gives no contact an order",
                mend="Name its key if there is one (--set fields=contact.priority=…).",
            )
        without = len(self.roll - {pupil for _, pupil in linked}) if self.roll else 0
        if without:
            yield Notice(
                level="info", code="contacts_not_allowed",
                message=f"{without} pupils have no contact here. ScholarPack gives only contacts whose own "
                "setting allows it.",
                mend="In ScholarPack, look at the contact's tick to allow contact by third parties.",
            )  # fmt: skip
        yield Finished(report=Report.CONTACTS)

    def _marks(self) -> Iterator[Item]:
        faults = Faults(Report.ATTENDANCE)
        for page in self._collection("students/register/", whole_row):
            marks = [mark for index, row in page if (mark := self._mark(row, f"register[{index}]", faults))]
            yield faults.batch(marks)
        yield Finished(report=Report.ATTENDANCE)

    def _mark(self, row: Any, where: str, faults: Faults) -> Mark | None:
        """None, and told, without pupil, day or mark; a row without a session counts for the day."""
        faults.at(where)
        if not isinstance(row, dict):
            no_object(faults, row)
            return None
        pupil = self.fields.identity("mark", row, "pupil", faults)
        if pupil is None:
            return None
        faults.source_id = pupil
        told = self.fields.fill("mark", row, ("day", "session", "code"), faults)
        if "day" not in told or "code" not in told:
            faults.whole("", "The mark has no day or no code; it was left out.", code="no_mark")
            return None
        return Mark(pupil_id=pupil, day=told["day"], session=told.get("session", ""), code=told["code"])
