"""A MIS in memory for the tests of the run: a connector that yields what a test puts into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connectors.base import Access, AccessState, Declaration, FieldOffer, Probe, ReportOffer
from connectors.errors import ConnectorError
from connectors.records import (
    Batch,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Group,
    Mark,
    Membership,
    Notice,
    Pupil,
    Rejected,
    Report,
    SchoolClass,
    Staff,
    Subject,
)
from data.store import Store
from data.tables import Connection, ReportScope, School
from misconsole.secrets import Secrets
from misconsole.services import runs
from misconsole.services.desk import Desk
from misconsole.services.views import RunView

NOW = datetime(2026, 9, 14, 6, 30, tzinfo=UTC)
TODAY = NOW.date()
STRUCTURE = ("source_id", "unknown", "updated_at", "status", "kind", "contact_id", "pupil_id")


def offer(report: Report, *kinds: type) -> ReportOffer:
    names = {f.name for kind in kinds for f in fields(kind)} - set(STRUCTURE)
    asked = {"photo_id", "photo_hash"}
    offers = tuple(FieldOffer(name=name, title=name, on_request=name in asked) for name in sorted(names))
    return ReportOffer(report=report, fields=offers)


DECLARATION = Declaration(
    slug="fake", route="fake", title="Fake", kind="direct", delta=True,
    reports=(
        offer(Report.STAFF, Staff), offer(Report.STUDENTS, Pupil), offer(Report.STAFF_FUTURE, Staff),
        offer(Report.STUDENTS_FUTURE, Pupil), offer(Report.CONTACTS, Contact, ContactLink),
        offer(Report.GROUPS_CLASSES, SchoolClass, Group, Subject), offer(Report.ATTENDANCE, Mark),
    ),
)  # fmt: skip
PEOPLE = (Report.STAFF, Report.STUDENTS)
GIVEN = (
    "Amos", "Bryony", "Cormac", "Delphine", "Ezra", "Freya", "Gethin", "Honor", "Idris", "Jemima", "Kofi",
    "Lowri", "Magnus", "Nerys", "Osric", "Petra", "Quentin", "Rhoswen", "Silas", "Tamsin", "Ulric", "Verity",
    "Wilfred", "Yasmin",
)  # fmt: skip
FAMILY = (
    "Vickers", "Ashdown", "Birkett", "Cawthorne", "Dunmore", "Entwistle", "Fotheringay", "Gilchrist",
    "Hexham", "Ingleby", "Jessop", "Kilburn", "Lockwood", "Marchbanks", "Nettleship", "Oakeshott",
    "Pemberton", "Quigley", "Ravensworth", "Sizergh", "Thistlewood", "Underhay", "Winstanley",
    "Yarborough", "Zouch",
)  # fmt: skip
STAFF = 311  # so that no member of staff is called like one of the first pupils


@dataclass
class FakeMis:
    """What the MIS holds and how it misbehaves; ``page`` records a page, ``on_page`` called before each."""

    records: dict[Report, list[Any]] = field(default_factory=dict)
    access: Access = field(default_factory=lambda: Access(state=AccessState.APPROVED))
    page: int = 50
    counted: dict[Report, int] = field(default_factory=dict)
    totals: dict[Report, list[int]] = field(default_factory=dict)
    rejected: dict[Report, tuple[Rejected, ...]] = field(default_factory=dict)
    unfinished: set[Report] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)
    fails: dict[Report, ConnectorError] = field(default_factory=dict)
    delta: dict[Report, list[Any]] | None = None
    on_page: Callable[[], None] = lambda: None
    requests: list[ExtractRequest] = field(default_factory=list)
    closed: int = 0
    declaration: Declaration = DECLARATION

    def open(self, _desk: Desk, _school: School, cancelled: Callable[[], bool]) -> FakeConnector:
        return FakeConnector(self, cancelled)


class FakeConnector:
    def __init__(self, mis: FakeMis, cancelled: Callable[[], bool]) -> None:
        self.mis, self.cancelled, self.declaration = mis, cancelled, mis.declaration

    def access(self) -> Access:
        return self.mis.access

    request_access = access

    def probe(self) -> tuple[Probe, ...]:
        return ()

    def close(self) -> None:
        self.mis.closed += 1

    def extract(self, request: ExtractRequest) -> Iterator[Batch | Finished | Notice]:
        self.mis.requests.append(request)
        yield from self.mis.notices
        for report in sorted(request.reports):
            yield from self._report(report, request)

    def _report(self, report: Report, request: ExtractRequest) -> Iterator[Batch | Finished]:
        mis = self.mis
        delta = report in request.since and mis.delta is not None
        rows = list((mis.delta or {}).get(report, []) if delta else mis.records.get(report, []))
        totals = iter(mis.totals.get(report, []))
        for start in range(0, len(rows), mis.page):
            mis.on_page()
            yield Batch(
                report=report, records=tuple(rows[start : start + mis.page]), total=next(totals, None),
                rejected=mis.rejected.get(report, ()) if start == 0 else (),
            )  # fmt: skip
        if report in mis.fails:
            raise mis.fails[report]
        if report not in mis.unfinished:
            yield Finished(report=report, delta=delta, counted=mis.counted.get(report), high_water="hw")


def pupil(number: int, given: str = "", family: str = "", **more: Any) -> Pupil:
    """An invented pupil, born in 2014 or so, in Year 7."""
    values: dict[str, Any] = {
        "source_id": f"P{number}", "mis_id": f"M{number}",
        "given_name": given or named(number)[0], "family_name": family or named(number)[1],
        "date_of_birth": date(2014, 1 + number % 12, 1 + number % 28), "nc_year": "7",
        "admission_number": f"{number:06}", "registration_group": "7A", "admission_date": date(2025, 9, 1),
    }  # fmt: skip
    return Pupil(**{**values, **more})


def staff(number: int, given: str = "", family: str = "", **more: Any) -> Staff:
    values: dict[str, Any] = {
        "source_id": f"S{number}", "mis_id": f"E{number}", "given_name": given or named(number + STAFF)[0],
        "family_name": family or named(number + STAFF)[1], "staff_code": f"H{number:03}", "title": "Ms",
        "date_of_birth": date(1980, 1 + number % 12, 1 + number % 28), "current": True,
    }  # fmt: skip
    return Staff(**{**values, **more})


def named(number: int) -> tuple[str, str]:
    """A given name and a surname of our own, unlike those of the other numbers below 600."""
    more = letters(number // 600) if number >= 600 else ""
    return GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)] + more


def letters(number: int) -> str:
    """A number as letters, so that invented names differ in more than digits: 0 aa, 1 ab, 26 ba."""
    return "".join(chr(97 + digit) for digit in (number // 676 % 26, number // 26 % 26, number % 26))


def a_school(pupils: int = 12, teachers: int = 4) -> FakeMis:
    return FakeMis(
        records={
            Report.STUDENTS: [pupil(n) for n in range(pupils)],
            Report.STAFF: [staff(n) for n in range(teachers)],
        }
    )


class Bench:
    """One school with a fake MIS and a store, and short words for what tests do."""

    def __init__(self, store: Store, folder: Path, mis: FakeMis | None = None, **school: Any) -> None:
        self.store, self.mis = store, mis or a_school()
        self.now = NOW
        self.desk = Desk(
            store=store, secrets=Secrets.at(folder), actor="tester", now=lambda: self.now, workdir=folder
        )
        values = {
            "urn": "100001", "slug": "larkmere", "name": "Larkmere School", "domain": "larkmere.example",
        }  # fmt: skip
        with store.write() as s:
            row = School(**{**values, **school})
            s.add(row)
            s.flush()
            self.school_id = row.id or 0
            s.add(Connection(school_id=self.school_id, mis="other", route="fake", access="approved"))
            for report in PEOPLE:
                s.add(ReportScope(school_id=self.school_id, report=report.value, accepted=True))
        self.urn = str(values["urn"] if "urn" not in school else school["urn"])

    def accept(self, *reports: Report, declined: Iterable[str] = (), requested: Iterable[str] = ()) -> None:
        with self.store.write() as s:
            for report in reports:
                asked = select(ReportScope).filter_by(school_id=self.school_id, report=report.value)
                for old in s.execute(asked).scalars():
                    s.delete(old)
                s.flush()
                s.add(
                    ReportScope(
                        school_id=self.school_id, report=report.value, accepted=True,
                        fields_declined=list(declined), fields_requested=list(requested),
                    )
                )  # fmt: skip

    def options(self, **settings: str) -> None:
        from misconsole.services import schools

        schools.set_options(self.desk, self.urn, settings)

    def sync(self, **how: Any) -> RunView:
        return runs.run_now(self.desk, self.urn, open_connector=self.mis.open, **how)

    def change(self, report: Report, source_id: str, **changes: Any) -> None:
        rows = self.mis.records[report]
        rows[:] = [replace(r, **changes) if r.source_id == source_id else r for r in rows]

    def drop(self, report: Report, *source_ids: str) -> None:
        rows = self.mis.records[report]
        rows[:] = [r for r in rows if r.source_id not in source_ids]

    def rows(self, table: type[Any], **where: Any) -> list[Any]:
        with self.store.read() as s:
            order = table.__table__.primary_key.columns
            return list(s.execute(select(table).filter_by(**where).order_by(*order)).scalars())

    def one(self, table: type[Any], **where: Any) -> Any:
        (found,) = self.rows(table, **where)
        return found


__all__ = [
    "DECLARATION", "NOW", "TODAY", "Bench", "FakeMis", "Group", "Membership", "Subject", "a_school",
    "letters", "offer", "pupil", "staff",
]  # fmt: skip
