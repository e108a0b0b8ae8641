"""Fourteen nights of the demo estate with the clock turned by hand: who ran when, and which lamps showed.

Sunday, 18 October 2026, to Sunday, 1 November: a weekend each side, the clocks go back on the 25th, a bank
holiday (26 October, in Ireland), half-term, and a machine that is off for thirty hours.  Four schools have
trouble of their own.  The MISs are in memory and tiny; services, engine, store and worker are the real ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.base import Access, AccessState
from connectors.errors import RateLimited, Unreachable
from connectors.records import Report
from data.store import Store
from data.tables import Connection, Run, School, Slot
from misconsole.rules import schedule as rules
from misconsole.rules.schedule import SlotTime
from misconsole.services import due, runs, status, worker
from misconsole.services.demo import DEMO_ROUTES
from misconsole.services.desk import Desk
from misconsole.services.due import Due
from tests.fake_mis import Bench, FakeMis, a_school

BEGIN = datetime(2026, 10, 18, 12, tzinfo=UTC)
END = BEGIN + timedelta(days=14)
OFF = (datetime(2026, 10, 28, 21, tzinfo=UTC), datetime(2026, 10, 30, 3, tzinfo=UTC))
STEP = timedelta(minutes=30)
LONDON = ZoneInfo("Europe/London")
#: name, MIS, settings; the MISs of the demo estate by the routes of the demo estate
SCHOOLS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Larkmere Academy", "arbor", {}),
    ("Harrowgate Lane Primary", "scholarpack", {}),
    ("Mossfield High", "bromcom", {}),
    ("Withy Brook Junior", "integris", {}),
    ("St Aldhelm's", "isams", {}),
    ("Cobham Rise", "edgen", {}),
    ("Fenwick Infants", "juniper-horizons", {}),
    ("Bracken Edge", "sims", {}),
    ("Overstone School", "sims-connected", {"quiet": "19:00-20:00"}),
    ("Glenbirnie Primary", "seemis", {}),
    ("Marsh Court", "cloud-school", {"schedule": "daily 01:30"}),  # in the doubled hour
    ("Tidewater School", "wcbs", {"schedule": "weekdays 19:00; sat 08:30-10:00"}),
    ("Ballinree College", "other", {"term_days_only": "yes"}),  # a bank holiday
    (
        "Denholme Grammar",
        "engage",
        {"term_days_only": "yes", "terms": "2026-09-02..2026-10-23, 2026-11-02..2026-12-18"},
    ),
    ("Ravenscar School", "cmis", {"schedule": "off"}),
)
REVOKED, OFFLINE, HALF, LIMITED = "St Aldhelm's", "Bracken Edge", "Mossfield High", "Larkmere Academy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A lamp that was not green while the machine was on."""

    at: datetime
    name: str
    lamp: str
    word: str


@dataclass(slots=True)
class Fortnight:
    benches: dict[str, Bench] = field(default_factory=dict)
    expected: dict[str, list[SlotTime]] = field(default_factory=dict)
    runs: dict[str, list[Run]] = field(default_factory=dict)
    lamps: list[Seen] = field(default_factory=list)
    looks: int = 0
    said: list[str] = field(default_factory=list)

    def served(self, name: str) -> dict[datetime, list[Run]]:
        """Slot -> the scheduled runs that served it, tries included."""
        found: dict[datetime, list[Run]] = {}
        for run in self.runs[name]:
            if run.due_at is not None:
                found.setdefault(run.due_at, []).append(run)
        return found


def off(at: datetime) -> bool:
    return OFF[0] <= at < OFF[1]


def play(store: Store, folder: Path) -> Fortnight:
    """The whole fortnight; about two hundred runs."""
    fortnight, clock = Fortnight(), [BEGIN]
    _furnish(store, folder, fortnight, clock)
    mises = {bench.urn: bench.mis for bench in fortnight.benches.values()}
    desk = replace(next(iter(fortnight.benches.values())).desk, origin="worker", now=lambda: clock[0])

    def launch(desk: Desk, each: Due) -> None:
        runs.run_now(desk, each.urn, due_at=each.serves, open_connector=mises[each.urn].open)

    shift = _sign_on(desk, launch, fortnight)
    troubles = sorted(_troubles(fortnight), key=lambda each: each[0])
    while clock[0] < END:
        while troubles and troubles[0][0] <= clock[0]:
            troubles.pop(0)[1]()
        if off(clock[0]):
            clock[0] = OFF[1]
            shift = _sign_on(desk, launch, fortnight)
        while shift.look():
            pass
        fortnight.looks += 1
        _note_lamps(store, fortnight, clock[0])
        clock[0] = _next_moment(store, clock[0], [at for at, _ in troubles])
    with store.read() as s:
        from sqlmodel import select

        found = list(s.exec(select(Run).where(Run.kind == "sync").order_by(Run.id)))  # type: ignore[arg-type]
    ids = {bench.school_id: name for name, bench in fortnight.benches.items()}
    fortnight.runs = {
        name: [run for run in found if ids[run.school_id] == name] for name in fortnight.benches
    }
    return fortnight


def _furnish(store: Store, folder: Path, fortnight: Fortnight, clock: list[datetime]) -> None:
    """Connected and synced once by hand, on Sunday at noon."""
    for number, (name, mis, settings) in enumerate(SCHOOLS):
        country = {"seemis": "scotland", "other": "ireland"}.get(mis, "england")
        slug = f"school-{number}"
        bench = Bench(
            store, folder, a_school(6, 2), urn=str(140201 + 37 * number), slug=slug, name=name,
            country=country, domain=f"{slug}.example",
        )  # fmt: skip
        bench.now = clock[0]
        with store.write() as s:
            from sqlmodel import select

            row = s.exec(select(Connection).where(Connection.school_id == bench.school_id)).one()
            row.mis, row.route = mis, DEMO_ROUTES.get(mis, "csv")
        if settings:
            bench.options(**settings)
        assert bench.sync().state == "succeeded"
        fortnight.benches[name] = bench
        with store.read() as s:
            school = s.get(School, bench.school_id)
            connection = s.exec(select(Connection).where(Connection.school_id == bench.school_id)).one()
            assert school is not None
            fortnight.expected[name] = list(
                rules.slots(due.schedule_of(school, connection), BEGIN, until=END)
            )


def _sign_on(desk: Desk, launch: worker.Launch, fortnight: Fortnight) -> worker.Shift:
    shift = worker.Shift(
        desk=desk, launch=launch, say=fortnight.said.append, caps=worker.Caps(parallel=99, per_supplier=99)
    )
    shift.begin()
    return shift


def _troubles(fortnight: Fortnight) -> Iterator[tuple[datetime, Any]]:
    def mis(name: str) -> FakeMis:
        return fortnight.benches[name].mis

    def revoke() -> None:
        mis(REVOKED).access = Access(state=AccessState.REVOKED, message="The school took its approval back.")

    def approve() -> None:
        mis(REVOKED).access = Access(state=AccessState.APPROVED)
        bench = fortnight.benches[REVOKED]
        with bench.store.write() as s:  # as authorise does once the school has approved again
            from sqlmodel import select

            s.exec(
                select(Connection).where(Connection.school_id == bench.school_id)
            ).one().access = "approved"

    def fails(name: str, error: Any) -> None:
        mis(name).fails[Report.STUDENTS] = error

    def well(name: str) -> None:
        mis(name).fails.clear()

    pupils: list[Any] = []

    def half() -> None:
        pupils.extend(mis(HALF).records[Report.STUDENTS])
        del mis(HALF).records[Report.STUDENTS][3:]

    def whole() -> None:
        mis(HALF).records[Report.STUDENTS][:] = pupils

    yield datetime(2026, 10, 21, 12, tzinfo=UTC), revoke
    yield datetime(2026, 10, 23, 12, tzinfo=UTC), approve
    yield (
        datetime(2026, 10, 22, 12, tzinfo=UTC),
        lambda: fails(OFFLINE, Unreachable("The line to the MIS is down.")),
    )
    yield datetime(2026, 10, 23, 12, tzinfo=UTC), lambda: well(OFFLINE)
    yield datetime(2026, 10, 24, 12, tzinfo=UTC), half
    yield datetime(2026, 10, 25, 12, tzinfo=UTC), whole
    limited = next(slot.due_at for slot in fortnight.expected[LIMITED] if slot.day == date(2026, 10, 27))
    yield limited - timedelta(minutes=5), lambda: fails(LIMITED, RateLimited("Too many requests."))
    yield limited + timedelta(minutes=5), lambda: well(LIMITED)


def _note_lamps(store: Store, fortnight: Fortnight, now: datetime) -> None:
    for line in status.lines(store.url, now=now):
        if line["lamp"] != "ok":
            fortnight.lamps.append(Seen(at=now, name=line["name"], lamp=line["lamp"], word=line["lamp_word"]))


def _next_moment(store: Store, now: datetime, events: list[datetime]) -> datetime:
    """The next slot, event or half-hour; the clock never passes one of them."""
    from sqlmodel import col, select

    with store.read() as s:
        later = s.exec(
            select(Slot.due_at).where(col(Slot.due_at) > now).order_by(col(Slot.due_at)).limit(1)
        ).first()
    return min([now + STEP, *([later] if later else []), *[at for at in events if at > now], END])


MARKS = {"succeeded": "●", "held": "▲", "failed": "✖", "cancelled": "○"}


def rows(fortnight: Fortnight) -> list[list[str]]:
    """A line a school: MIS, when it begins, each day (Sunday to Sunday), runs and tries."""
    days = [BEGIN.date() + timedelta(days=n) for n in range(15)]
    found = []
    for name, mis, _ in SCHOOLS:
        expected = {slot.day: slot for slot in fortnight.expected[name]}
        served = fortnight.served(name)
        cells = [_cell(expected.get(day), served) for day in days]
        first = fortnight.expected[name]
        begins = f"{first[0].due_at.astimezone(LONDON):%H:%M}" if first else "-"
        scheduled = sum(len(tries) for tries in served.values())
        found.append([name, mis, begins, *cells, str(scheduled)])
    return found


def _cell(slot: SlotTime | None, served: dict[datetime, list[Run]]) -> str:
    if slot is None:
        return "·"
    tries = served.get(slot.due_at, [])
    if not tries:
        return "–"
    late = tries[0].started_at is not None and tries[0].started_at > slot.due_at
    return (str(len(tries)) if len(tries) > 1 else "") + MARKS[tries[-1].state] + ("<" if late else "")


HEADERS = ("school", "MIS", "at", *(f"{(BEGIN + timedelta(days=n)):%a%d}"[:5] for n in range(15)), "runs")
LEGEND = (
    "● read to its end   ▲ held   ✖ failed   2● at the second try   < caught up later in its hours   "
    "· nothing scheduled   – left out (revoked, or the machine was off)"
)
