"""Pupils, pupils before admission, and the contacts that stand under them.

Contacts are read with their pupils, because only there the relationship is told (§12.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.errors import ScopeMissing
from connectors.records import Batch, Contact, ContactLink, Finished, Notice, Pupil, Report
from connectors.wonde.checks import not_empty
from connectors.wonde.contacts import ContactReader
from connectors.wonde.deletions import gone
from connectors.wonde.paging import Collection
from connectors.wonde.people import PUPIL_INCLUDES, PupilReader
from connectors.wonde.shapes import Faults, identity
from connectors.wonde.source import Rows, Source, opened

if TYPE_CHECKING:
    from connectors.in_turn import Item
    from connectors.wonde.reading import Reading

PHOTO_PAGE = 50  # a photo comes with its picture, which is thrown away at once


class PupilRead:
    """What the two pupil collections share: who was seen, contacts, and their faults."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.seen: dict[str, datetime | None] = {}
        self.contact_faults = Faults(Report.CONTACTS)
        self.contacts: ContactReader | None = None
        if Report.CONTACTS in reading.request.reports:
            self.contacts = ContactReader(
                dropped=reading.dropped(Report.CONTACTS), faults=self.contact_faults
            )
        self.contacts_changed: dict[str, datetime | None] = {}

    def open(self, path: str, report: Report, since: str | None) -> Source:
        includes = self._includes(report)
        per_page = self.reading.options.per_page
        collection = Collection(
            self.reading.http,
            f"{self.reading.root}/{path}",
            {"updated_after": since} if since else {},
            paging=self.reading.options.paging,
            per_page=min(per_page, PHOTO_PAGE) if "photo" in includes else per_page,
            expected=None if since else self.reading.counts.known.get(path),
        )
        return opened(collection, includes)

    def _includes(self, report: Report) -> list[str]:
        """Only what accepted reports and fields need (C7, X2)."""
        dropped = self.reading.dropped(report)
        names = [name for name, brings in PUPIL_INCLUDES.items() if not dropped.issuperset(brings)]
        if report not in self.reading.request.reports:
            names = []
        if self.contacts is None:
            return names
        withheld = self.reading.dropped(Report.CONTACTS)
        names.append("contacts")
        if not withheld.issuperset(("email", "phone")):
            names.append("contacts.contact_details")
        return names

    def batches(self, source: Source, path: str, report: Report, total: int | None) -> Iterator[Batch]:
        faults = Faults(report)
        reader = PupilReader(report, dropped=self.reading.dropped(report), faults=faults)
        wanted = report in self.reading.request.reports
        for page in source.pages:
            pupils, contacts = self._page(page, path, reader, faults)
            if wanted:
                yield Batch(report=report, records=tuple(pupils), rejected=tuple(faults.found), total=total)
            if self.contacts is not None:
                rejected = tuple(self.contact_faults.found)
                yield Batch(report=Report.CONTACTS, records=tuple(contacts), rejected=rejected)
            faults.found.clear()
            self.contact_faults.found.clear()

    def _page(
        self, page: Rows, path: str, reader: PupilReader, faults: Faults
    ) -> tuple[list[Pupil], list[Contact | ContactLink]]:
        pupils: list[Pupil] = []
        contacts: list[Contact | ContactLink] = []
        only_contacts = reader.report not in self.reading.request.reports
        for index, row in page:
            faults.at(f"{path}[{index}]")
            if not isinstance(row, dict):
                faults.whole("", "A record is not an object; it was left out.", code="wrong_type", value=row)
                continue
            pupil = Pupil(source_id=found) if only_contacts and (found := identity(row, faults)) else None
            pupil = pupil if only_contacts else reader.read(row)
            if pupil is None or pupil.source_id in self.seen:
                continue
            self.seen[pupil.source_id] = pupil.updated_at
            pupils.append(pupil)
            if self.contacts is not None:
                self.contact_faults.at(f"{path}[{index}]")
                contacts += self.contacts.under(row, pupil.source_id)
        return pupils, contacts


def read(reading: Reading) -> Iterator[Item]:
    """Current pupils first: somebody in both collections is current (Z16).  The reports are a delta
    together or not at all, since a pupil moves from one to the other."""
    wanted = reading.request.reports
    shared = PupilRead(reading)
    since = reading.since(Report.STUDENTS, Report.STUDENTS_FUTURE, Report.CONTACTS)
    sources: list[Source] = []
    ends: list[Finished] = []
    if wanted & {Report.STUDENTS, Report.CONTACTS}:
        yield from _current(shared, since, sources)
    if Report.STUDENTS in wanted:
        counted = reading.counts.known.get("students")
        ends.append(_end(reading, Report.STUDENTS, since, sources[-1], counted))
    if Report.STUDENTS_FUTURE in wanted:
        try:
            yield from _future(shared, since, sources)
            ends.append(_end(reading, Report.STUDENTS_FUTURE, since, sources[-1], None))
        except ScopeMissing as problem:
            yield Notice(level="error", code=problem.code, message=problem.message, mend=problem.mend)
            if wanted == {Report.STUDENTS_FUTURE}:
                raise
    if since is not None and ends:
        yield from gone(reading, ends[0].report, "student", since, shared.seen)
    yield from ends
    if shared.contacts is not None:
        yield from _contacts(shared, since, sources)


def _end(
    reading: Reading, report: Report, since: str | None, source: Source, counted: int | None
) -> Finished:
    return Finished(
        report=report, delta=since is not None, counted=counted, high_water=reading.high_water(source)
    )


def _current(shared: PupilRead, since: str | None, sources: list[Source]) -> Iterator[Item]:
    reading = shared.reading
    source = shared.open("students", Report.STUDENTS, since)
    sources.append(source)
    counted = None if since else reading.counts.known.get("students")
    yield from shared.batches(source, "students", Report.STUDENTS, counted)
    yield from reading.notices(source, "pupils")
    if since is None:
        not_empty(source.received, "pupils")
        yield from reading.counts.check("students", source.received, "pupils")


def _future(shared: PupilRead, since: str | None, sources: list[Source]) -> Iterator[Item]:
    path = "students-pre-admission"
    source = shared.open(path, Report.STUDENTS_FUTURE, since)
    sources.append(source)
    before = len(shared.seen)
    yield from shared.batches(source, path, Report.STUDENTS_FUTURE, None)
    yield from shared.reading.notices(source, "pupils before admission")
    both = source.received - (len(shared.seen) - before)
    if both > 0 and before:
        yield Notice(
            level="info",
            code="already_admitted",
            message=f"{both} pupils before admission are left out: already admitted, or not readable.",
        )


def _contacts(shared: PupilRead, since: str | None, sources: list[Source]) -> Iterator[Item]:
    reading, contacts = shared.reading, shared.contacts
    lost = any("contacts" in source.lost for source in sources)
    if contacts is None or lost or not contacts.delivered:
        yield Notice(
            level="error",
            code="contacts_not_shared",
            message="Pupils came without their contacts; contacts were left as they are.",
            mend="Ask the school to allow contacts in the Wonde school portal, or decline the report.",
        )
        return
    if since is not None:
        yield from _changed_contacts(shared, contacts, since)
        yield from gone(reading, Report.CONTACTS, "contact", since, shared.contacts_changed)
    yield Finished(report=Report.CONTACTS, delta=since is not None, high_water=reading.high_water(*sources))


def _changed_contacts(shared: PupilRead, contacts: ContactReader, since: str) -> Iterator[Batch]:
    """A contact may change without its pupils: changed ones come from their own collection."""
    reading, faults = shared.reading, shared.contact_faults
    collection = Collection(
        reading.http, f"{reading.root}/contacts", {"updated_after": since}, per_page=reading.options.per_page
    )
    for page in opened(collection, ["contact_details"]).pages:
        people: list[Contact] = []
        for index, row in page:
            faults.at(f"contacts[{index}]")
            if isinstance(row, dict) and (source_id := identity(row, faults)) is not None:
                faults.source_id = source_id
                people.append(contacts.person(row, source_id))
                shared.contacts_changed[source_id] = people[-1].updated_at
        yield Batch(report=Report.CONTACTS, records=tuple(people), rejected=tuple(faults.found))
        faults.found.clear()
