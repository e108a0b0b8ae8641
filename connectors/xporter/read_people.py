"""Pupils or staff, those of today and those still to come, in one read of one collection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from connectors.records import Batch, Finished, Gone, Notice
from connectors.xporter import changes, photos
from connectors.xporter.answers import Told
from connectors.xporter.columns import scope_for, select
from connectors.xporter.counts import not_empty
from connectors.xporter.declaration import DECLARATION
from connectors.xporter.paging import Collection, Rows
from connectors.xporter.people import PHOTO, Kind, Reader

if TYPE_CHECKING:
    from connectors.in_turn import Item
    from connectors.xporter.reading import Reading


class PeopleRead:
    def __init__(self, reading: Reading, kind: Kind) -> None:
        self.reading, self.kind = reading, kind
        self.asked = [r for r in (kind.current, kind.future) if r in reading.request.reports]
        self.dropped = {report: reading.dropped(report) for report in self.asked}
        self.wanted = {report: DECLARATION.offered(report) - self.dropped[report] for report in self.asked}
        self.fields = frozenset().union(*self.wanted.values())
        self.pictured = bool(PHOTO & self.fields)

    @property
    def follow(self) -> bool:
        """A new photo changes no person's row, so with photos everything is read."""
        return self.reading.options.follow and not self.pictured

    def collection(self, rows: str = "") -> Collection:
        """``rows``: the mark whose changes are wanted."""
        kind = self.kind
        params = {
            "options": kind.option if kind.future in self.asked else "",
            "select": select(kind.places, self.fields, (kind.status, "LastUpdated")),
            "changedRows": rows,
        }
        return self.reading.collection(kind.path, kind.list, kind.what, params)

    def reader(self) -> Reader:
        found = None
        if self.pictured:
            found = photos.of(self.reading.session, self.kind.person_type)
        return Reader(self.kind, self.wanted, self.dropped, found, self.reading.options.today)

    def fingerprint(self, collection: Collection) -> str:
        estab = self.reading.session.place.estab
        return changes.fingerprint(estab, self.kind.path, collection.params, collection.size)

    def batches(self, reader: Reader, page: Rows) -> Iterator[Batch]:
        for report, records in reader.read(page).items():
            if records or reader.faults[report].found:
                yield reader.faults[report].batch(records)

    # -- everything -----------------------------------------------------------------

    def full(self) -> Iterator[Item]:
        reading, kind = self.reading, self.kind
        reader = self.reader()
        collection = self.collection(changes.ALL if self.follow else "")
        for page in reading.pages(collection):
            yield from self.batches(reader, page)
        counted = None
        if kind.current in self.asked:
            not_empty(reader.now, kind.what)
            area = "students" if kind.gone == "pupil" else "staff"
            counted = reading.counts.check(area, reader.now, len(reading.held.of(kind.gone)))
        self._lost(reader)
        rows = changes.next_rows(collection.changes, changes.ALL) if self.follow else ""
        mark = str(changes.Mark(self.fingerprint(collection), rows)) if rows else None
        yield from reading.flushed()
        for report in self.asked:
            yield Finished(
                report=report, counted=counted if report is kind.current else None, high_water=mark
            )

    def _lost(self, reader: Reader) -> None:
        places = self.kind.places.keys()
        missing = sorted((self.fields & places) - reader.told) if reader.told else []
        if self.pictured and reader.photos is None:
            missing.append("photo")
        scopes = scope_for(self.kind.current, missing) + (["Photos"] if "photo" in missing else [])
        self.reading.lost(self.kind.what, missing, scopes)

    # -- changes only -----------------------------------------------------------------

    def mark(self) -> changes.Mark | None:
        """Both reports are read together, so they must have been read together before."""
        told = {self.reading.request.since.get(report) for report in self.asked}
        return changes.mark_of(told.pop()) if len(told) == 1 and self.follow else None

    def delta(self, mark: changes.Mark) -> Iterator[Item] | None:
        """None where the changes can't be followed.  All pages are read before one is handed on: they are
        few, and must be of one snapshot."""
        collection = self.collection(mark.rows)
        if self.fingerprint(collection) != mark.asked:
            return None
        try:
            pages = list(self.reading.pages(collection))
        except Told:
            return None
        rows = changes.next_rows(collection.changes, mark.rows)
        if not rows or self.fingerprint(collection) != mark.asked:
            return None
        return self._delta(collection, pages, str(changes.Mark(mark.asked, rows)))

    def _delta(self, collection: Collection, pages: list[Rows], mark: str) -> Iterator[Item]:
        reader, kind = self.reader(), self.kind
        elsewhere: list[str] = []
        for page in pages:
            yield from self.batches(reader, page)
            elsewhere += reader.elsewhere
            reader.elsewhere.clear()
        held = self.reading.held.of(kind.gone)
        gone = [one for one in dict.fromkeys([*collection.deleted, *elsewhere]) if one not in held]
        if gone:
            records = tuple(Gone(kind=kind.gone, source_id=one) for one in gone)
            yield Batch(report=self.asked[0], records=records)
        if len(gone) < len(set(collection.deleted) | set(elsewhere)):
            yield Notice(
                level="warning", code="held_back_lately",
                message=f"Some {kind.what} do not come any more because the school holds them back; "
                "they are not taken for leavers.",
                mend="The school can let them through at Groupcall.",
            )  # fmt: skip
        for report in self.asked:
            yield Finished(report=report, delta=True, high_water=mark)


def read(reading: Reading, kind: Kind) -> Iterator[Item]:
    people = PeopleRead(reading, kind)
    mark = people.mark()
    if mark is not None:
        found = people.delta(mark)
        if found is not None:
            yield from found
            return
        yield Notice(
            level="info", code="read_whole",
            message=f"Xporter's changes could not be followed for {kind.what}; all are read.",
        )  # fmt: skip
    yield from people.full()
