"""Reading one school: which reports, full or by the change log, and whether it all came.

Protects against the biggest hazard (Z20): an empty or broken-off answer taken for "everyone left".  Arbor
counts nothing for us, so a report is ``Finished`` only after an empty page, and a school without a single
pupil or member of staff is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from connectors import notices
from connectors.arbor import changes, groups
from connectors.arbor.contacts import RELATIONSHIP, Guardians
from connectors.arbor.declaration import DECLARATION
from connectors.arbor.pages import Rows
from connectors.arbor.people import Employees, Options, People, Pupils
from connectors.arbor.source import Read, Source
from connectors.errors import EmptyExtract
from connectors.http import Http
from connectors.in_turn import Item, in_turn
from connectors.records import Batch, ContactLink, ExtractRequest, Finished, Gone, Notice, Report

KIND = {Report.STUDENTS: ("pupil", "pupils"), Report.STAFF: ("staff", "staff")}
PEOPLE: dict[Report, type[People]] = {Report.STAFF: Employees, Report.STUDENTS: Pupils}


@dataclass(slots=True)
class Reading:
    """One extract.  ``roll`` ids of pupils on roll, once they have been read whole."""

    http: Http
    source: Source
    request: ExtractRequest
    options: Options
    roll: frozenset[str] | None = None
    log: changes.ChangeLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = changes.ChangeLog(self.http, self.source)

    def run(self) -> Generator[Item]:
        """Every report in turn; one that may not be read leaves the others working."""
        self.source.prepare()
        yield from in_turn(self._tasks(), last=self._withheld)

    def _tasks(self) -> Iterator[Callable[[], Iterator[Item]]]:
        wanted = self.request.reports
        for report in (Report.STAFF, Report.STUDENTS):
            if report in wanted:
                yield lambda report=report: self._people(report)  # type: ignore[misc]
        if Report.GROUPS_CLASSES in wanted:
            yield lambda: groups.read(self, self.on_roll())
        if Report.CONTACTS in wanted:
            yield self._contacts

    def dropped(self, report: Report) -> frozenset[str]:
        return DECLARATION.dropped(self.request, report)

    def _withheld(self) -> Iterator[Notice]:
        """What the app may not read, in the supplier's own terms."""
        names = sorted(f"{entity}.{name}" if name else entity for entity, name in self.source.denied)
        if names:
            more = f" and {len(names) - 20} more" if len(names) > 20 else ""
            yield Notice(
                level="warning", code="details_not_shared",
                message=f"Arbor will not let us read {', '.join(names[:20])}{more}.",
                mend="Ask your supplier to add them to the app in Arbor's developer portal; nobody at the "
                "school needs to approve again. Or decline the fields here.",
            )  # fmt: skip

    # -- people -----------------------------------------------------------------------

    def _people(self, report: Report) -> Iterator[Item]:
        people = PEOPLE[report](self.http, self.source, self.options, self.dropped(report))
        mark = changes.mark_of(self.request.since.get(report)) if self.options.changes else None
        if mark is not None:
            try:
                ids, gone, revisions = self._changed(people, mark)
            except changes.NotFollowed:
                yield Notice(
                    level="info", code="read_whole",
                    message=f"Arbor's change log could not be followed for {KIND[report][1]}; all are read.",
                )  # fmt: skip
            else:
                yield from self._delta(people, mark, ids, gone, revisions)
                return
        yield from self._full(people)

    def _changed(self, people: People, mark: changes.Mark) -> tuple[list[str], list[str], dict[str, int]]:
        logs = changes.logs(people.report, people.wanted)
        ids, gone, revisions = self.log.people(people.entity, logs, mark)
        ids = list(dict.fromkeys([*ids, *changes.due(mark, self.options.today)]))
        return [one for one in ids if one not in gone], gone, revisions

    def _delta(
        self, people: People, mark: changes.Mark, ids: list[str], gone: list[str], revisions: dict[str, int]
    ) -> Iterator[Item]:
        """Only who changed; somebody the log names and Arbor no longer shows ends in a full read."""
        kind, what = KIND[people.report]
        later = {one: day for one, day in mark.later.items() if one not in ids and one not in gone}
        if ids:
            people.load()
            rows = self.source.some(people.entity, people.paths(), ids)
            if len(rows) < len(ids):
                yield from self._full(people)
                return
            found = people.read(list(enumerate(rows)), what)
            later |= found.later
            yield people.faults.batch(found.records)
        if gone:
            yield Batch(report=people.report, records=tuple(Gone(kind=kind, source_id=one) for one in gone))
        yield Finished(report=people.report, delta=True, high_water=str(changes.Mark(revisions, later)))

    def _full(self, people: People) -> Iterator[Item]:
        what = KIND[people.report][1]
        logs = changes.logs(people.report, people.wanted) if self.options.changes else {}
        revisions = self.log.now(logs, {}) if logs else None
        people.load()
        read = self.source.read(people.entity, people.paths())
        mark, long_gone, seen = changes.Mark(revisions or {}), 0, set[str]()
        for page in read.pages:
            found = people.read(page, what)
            mark.later |= found.later
            long_gone += found.long_gone
            seen |= {one.source_id for one in found.records}
            yield people.faults.batch(found.records)
        if read.received == 0:
            raise EmptyExtract(
                f"Arbor answers with no {what} at all.",
                mend="Nothing was changed and no account was taken away. Check that the address is "
                f"this school's; if the school really shares no {what}, decline the report.",
            )
        if people.report is Report.STUDENTS:
            self.roll = frozenset(seen)
        yield from self._told(people, read, mark, long_gone)
        if self.options.changes and revisions is None:
            yield Notice(
                level="info", code="no_change_log",
                message=f"Arbor gives no change log for {what}; they are read whole each time.",
            )  # fmt: skip
        yield Finished(report=people.report, high_water=str(mark) if revisions is not None else None)

    def _told(self, people: People, read: Read, mark: changes.Mark, long_gone: int) -> Iterator[Notice]:
        what = KIND[people.report][1]
        yield from notices.duplicates(read.duplicates, what, tell="Arbor")
        yield from notices.not_started(mark.later.values(), what)
        yield from notices.long_gone(long_gone, what, days=self.options.leavers)
        if isinstance(people, Employees) and people.posts.several:
            yield Notice(
                level="info", code="several_managers",
                message=f"For {people.posts.several} staff several hold the position above; no line "
                "manager was taken.",
                mend="Nothing needs doing unless it matters; then give the position one holder in Arbor.",
            )  # fmt: skip

    # -- contacts ---------------------------------------------------------------------

    def on_roll(self) -> frozenset[str]:
        """Pupils on roll now, by two dates where the pupils themselves are not read."""
        if self.roll is None:
            dropped = frozenset(Pupils(self.http, self.source, self.options, frozenset()).wanted)
            pupils = Pupils(self.http, self.source, self.options, dropped)
            pupils.load()
            found: set[str] = set()
            for page in self.source.read("Student", pupils.paths()).pages:
                found |= {one.source_id for one in pupils.read(page, "pupils").records}
            self.roll = frozenset(found)
        return self.roll

    def _contacts(self) -> Iterator[Item]:
        """Relationships of pupils on roll first: who is nobody's contact now is not read (H3)."""
        guardians = Guardians(self.source, self.dropped(Report.CONTACTS))
        roll, people, links = self.on_roll(), set[str](), 0
        for page in self.source.read(RELATIONSHIP, guardians.link_paths()).pages:
            found = [one for one in _links(guardians, page) if one.pupil_id in roll]
            people |= {one.contact_id for one in found}
            links += len(found)
            yield guardians.faults.batch(found)
        guardians.addresses.load()
        for page in self.source.read("Guardian", guardians.paths()).pages:
            told = [guardians.person(row, f"contacts[{index}]", people) for index, row in page]
            yield guardians.faults.batch([one for one in told if one is not None])
        if links and "priority" in guardians.wanted and not guardians.priorities:
            yield notices.no_priority(
                "Arbor gives no contact an emergency priority",
                mend="Fill the priorities in Arbor if the order matters.",
            )
        yield Finished(report=Report.CONTACTS)


def _links(guardians: Guardians, page: Rows) -> Iterator[ContactLink]:
    for index, row in page:
        link = guardians.link(row, f"relationships[{index}]")
        if link is not None:
            yield link
