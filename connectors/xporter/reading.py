"""Reading one school: which collections, full or by changes, and whether it all came.

Protects against the biggest hazard (Z20): an error, an old extract or a broken-off answer taken for
"everyone left".  A report is ``Finished`` only when its collections were read to the end and agree with
Xporter's own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from connectors import notices
from connectors.errors import ConnectorError, MisOffline, ScopeMissing
from connectors.in_turn import Item, in_turn, not_shared
from connectors.records import ExtractRequest, Notice, Report
from connectors.xporter import snapshot
from connectors.xporter.answers import APPROVE_SCOPE, Told, first
from connectors.xporter.counts import Counts, Withheld, withheld
from connectors.xporter.declaration import DECLARATION
from connectors.xporter.paging import Collection, Rows
from connectors.xporter.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``oldest``: age at which data counts as frozen, None never.  ``now`` is aware."""

    size: int
    select: bool
    follow: bool
    check: bool
    oldest: timedelta | None
    weeks: int
    now: datetime
    today: date


@dataclass(slots=True)
class Reading:
    """One extract.  ``limited``: fields the MIS behind Xporter is known not to supply by this route."""

    session: Session
    request: ExtractRequest
    options: Options
    counts: Counts = field(init=False)
    held: Withheld = field(init=False, default_factory=Withheld)
    limited: frozenset[str] = frozenset()
    select: bool = True
    _notes: list[Notice] = field(init=False, default_factory=list)
    _seen: snapshot.Snapshot | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.counts = Counts(self.session)
        self.select = self.options.select

    def run(self) -> Generator[Item]:
        """Every report in turn; one that is not shared, or cannot be fetched just now, leaves the others."""
        yield from self._opening()
        tasks = (partial(task, self) for task in self._tasks())
        yield from in_turn(tasks, goes_on=self._goes_on, after=self.flushed)

    def _goes_on(self, problem: ConnectorError) -> bool:
        """A link that is down is the whole school's, unless its data was seen to be of today."""
        return not_shared(problem) or (isinstance(problem, MisOffline) and self._seen is not None)

    def _opening(self) -> Iterator[Notice]:
        try:
            body = self.session.get(self.session.school("SchoolInfo"))
        except ScopeMissing:
            body = {}
        self._look(first(body, "meta"))
        yield from self.flushed()
        if self.options.check and not self.counts.load():
            yield Notice(
                level="info", code="no_totals",
                message="Xporter gives no totals for this school; only its number of rows is checked.",
            )  # fmt: skip
        self.held = withheld(self.session)
        if self.held.only:
            self.counts.known.clear()
        if self.held.people or self.held.only:
            who = (
                "lets only some people through to"
                if self.held.only
                else f"holds {self.held.people} people back from"
            )
            yield Notice(
                level="warning", code="people_held_back",
                message=f"The school {who} us, by its choice at Groupcall.",
                mend="Somebody missing here has not necessarily left; the school can let them through.",
            )  # fmt: skip

    def _look(self, meta: dict[str, object]) -> None:
        """Once: when the data was taken and from which MIS.  MisOffline where that is too long ago."""
        if self._seen is not None or not meta:
            return
        self._seen = seen = snapshot.of(meta)
        self.limited = snapshot.limited(seen.mis)
        snapshot.fresh_enough(seen, self.options.now, self.options.oldest)
        note = snapshot.notice(seen, self.options.now)
        if note is not None:
            self._notes.append(note)

    def note(self, notice: Notice) -> None:
        self._notes.append(notice)

    def flushed(self) -> Iterator[Notice]:
        yield from self._notes
        self._notes.clear()

    def _tasks(self) -> Iterator[Callable[[Reading], Iterator[Item]]]:
        from connectors.xporter import read_others, read_people
        from connectors.xporter.people import EMPLOYEES, PUPILS

        wanted = self.request.reports
        for kind in (EMPLOYEES, PUPILS):
            if wanted & {kind.current, kind.future}:
                yield lambda reading, kind=kind: read_people.read(reading, kind)  # type: ignore[misc]
        if Report.GROUPS_CLASSES in wanted:
            yield read_others.groups
        if Report.CONTACTS in wanted:
            yield read_others.contacts
        if Report.ATTENDANCE in wanted:
            yield read_others.attendance

    def dropped(self, report: Report) -> frozenset[str]:
        """Optional fields that are not to be kept, and those the MIS is known not to supply."""
        return DECLARATION.dropped(self.request, report, more=self.limited)

    def collection(self, path: str, name: str, what: str, params: dict[str, str]) -> Collection:
        """``params`` without blank ones, and without ``select`` where it was refused or is not wanted."""
        asked = {key: value for key, value in params.items() if value and (self.select or key != "select")}
        return Collection(self.session, self.session.school(path), name, asked, self.options.size, what)

    def pages(self, collection: Collection) -> Iterator[Rows]:
        """The pages of a collection; where naming the columns is refused, all of them once more."""
        pages = iter(collection)
        try:
            page = next(pages, None)
        except Told:
            if "select" not in collection.params:
                raise
            self.select = False
            del collection.params["select"]
            pages = iter(collection)
            page = next(pages, None)
            self.note(
                Notice(
                    level="info", code="select_refused",
                    message="Xporter would not give single columns; all are fetched, and the rest dropped.",
                )
            )  # fmt: skip
        self._look(collection.meta)
        while page is not None:
            yield page
            page = next(pages, None)
        self._notes += notices.duplicates(collection.duplicates, collection.what, tell="Groupcall")

    def lost(self, what: str, fields: list[str], scopes: list[str]) -> None:
        """Fields asked for that no row had a column for."""
        if fields:
            named = f" The scopes they need: {', '.join(scopes)}." if scopes else ""
            self.note(
                Notice(
                    level="warning", code="details_not_shared",
                    message=f"For {what}, these details are not shared with us: {', '.join(fields)}.{named}",
                    mend=APPROVE_SCOPE,
                )
            )  # fmt: skip
