"""Nights of one estate in this process, as JSON: ``python -m tests.bench.estate_night SCHOOLS PEOPLE NIGHTS``

The clock is turned by hand through the window of 19:00 to 22:00.  Making what the MIS says is not counted.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.records import Report
from data import bulk
from data import slots as slot_rows
from data.store import Store
from data.tables import Connection, ReportScope, School
from misconsole.secrets import Secrets
from misconsole.services import due, housekeeping, notify, runs, status, worker
from misconsole.services.desk import Desk
from misconsole.services.due import Due
from tests.fake_mis import FakeMis, a_school, pupil, staff

AFTERNOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
NIGHTS = ("first", "unchanged", "2 % changed")
STEP = timedelta(minutes=10)
CHANGED = 50  # every fiftieth of them


@dataclass(kw_only=True)
class Estate:
    """A store of that many schools, and what each night is measured by."""

    store: Store
    folder: Path
    schools: int
    people: int
    now: datetime = AFTERNOON
    changed: bool = False
    starts: Counter[datetime] = field(default_factory=Counter)
    apart: list[float] = field(default_factory=lambda: [0.0, 0.0])  # wall and CPU of making what the MIS says
    log: int = 0

    def desk(self) -> Desk:
        return Desk(
            store=self.store, secrets=Secrets.at(self.folder), actor="bench", origin="worker",
            now=lambda: self.now, workdir=self.folder,
        )  # fmt: skip

    def launch(self, desk: Desk, each: Due) -> None:
        self.starts[(each.serves or self.now).replace(second=0)] += 1
        wall, spent = time.perf_counter(), time.process_time()
        mis = roll(int(each.urn), self.people, changed=self.changed)
        self.apart[0] += time.perf_counter() - wall
        self.apart[1] += time.process_time() - spent
        runs.run_now(replace(desk), each.urn, due_at=each.serves, open_connector=mis.open)
        self.log = max(self.log, _size(Path(f"{self.store.path}-wal")))

    def night(self, number: int) -> dict[str, Any]:
        """One night from the afternoon before it; what it cost and how it ended."""
        self.now = AFTERNOON + timedelta(days=number)
        self.changed = number == NIGHTS.index("2 % changed")
        self.starts.clear()
        self.apart, self.log = [0.0, 0.0], 0
        caps = worker.Caps(parallel=10_000, per_supplier=10_000)
        shift = worker.Shift(desk=self.desk(), launch=self.launch, caps=caps)
        shift.begin()
        wall, spent, ends = time.perf_counter(), time.process_time(), self.now + timedelta(hours=7)
        while self.now < ends:
            shift.look()
            self.now += STEP
        wall, spent = time.perf_counter() - wall - self.apart[0], time.process_time() - spent - self.apart[1]
        shift.end()
        checked = [line["last_checked"] for line in status.lines(self.store.url, now=self.now)]
        return {
            "name": NIGHTS[number], "wall": wall, "cpu": spent, "log": self.log / 2**20,
            "synced": sum(at is not None and at > ends - timedelta(hours=7) for at in checked),
            "resident": resident(), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "store": _size(self.store.path) / 2**20, "most": max(self.starts.values()),
        }  # fmt: skip


def asked(estate: Estate) -> dict[str, float]:
    """Seconds of CPU of what the worker, the console and monitoring ask again and again."""
    desk = estate.desk()
    shift = worker.Shift(desk=desk)
    shift.begin()
    notify.add(desk, notify.Channel(name="office"), "json://office.example", understood=lambda _: True)
    notify.tell(desk, lambda *_: "")  # the first time everything is news
    tasks: dict[str, Callable[[], object]] = {
        "a look with nothing due": shift.look,
        "how long to wait": shift.pause,
        "notices, nothing new": lambda: notify.tell(desk, lambda *_: ""),
        "status": lambda: status.lines(estate.store.url, now=estate.now),
        "open runs": lambda: _open(desk),
        "keeping the house": lambda: housekeeping.tidy(desk, crashes=estate.folder),
    }
    return {name: _spent(task) for name, task in tasks.items()}


def _spent(task: Callable[[], object]) -> float:
    began = time.process_time()
    task()
    return time.process_time() - began


def _open(desk: Desk) -> int:
    with desk.store.read() as s:
        return len(slot_rows.open_runs(s))


def roll(number: int, people: int, *, changed: bool) -> FakeMis:
    """The same invented people at every school, with ids of their own; ``changed``: some moved to 7B."""
    pupils = people * 9 // 10
    mis = a_school(0, 0)
    mis.page = 200
    moved = range(7, pupils if changed else 0, CHANGED)
    mis.records[Report.STUDENTS] = [
        pupil(n, source_id=f"{number}-P{n}", registration_group="7B" if n in moved else "7A")
        for n in range(pupils)
    ]
    mis.records[Report.STAFF] = [
        staff(n, source_id=f"{number}-S{n}") for n in range(pupils, people)
    ]  # numbered on, so that no member of staff is called like a pupil
    return mis


def resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _size(path: Path | None) -> int:
    return path.stat().st_size if path is not None and path.exists() else 0


def furnish(store: Store, schools: int) -> None:
    ids = range(1, schools + 1)
    with store.write() as s:
        bulk.insert(s, School, [_school(n) for n in ids])
        bulk.insert(
            s, Connection,
            [{"school_id": n, "mis": "isams", "route": "isams", "access": "approved"} for n in ids],
        )  # fmt: skip
        bulk.insert(
            s, ReportScope,
            [{"school_id": n, "report": r, "accepted": True} for n in ids for r in ("staff", "students")],
        )  # fmt: skip


def _school(n: int) -> dict[str, Any]:
    return {
        "id": n, "urn": str(100000 + n), "slug": f"school-{n}", "name": f"School {n}",
        "domain": f"school-{n}.example",
    }  # fmt: skip


def main(schools: int, people: int, count: int) -> None:
    with tempfile.TemporaryDirectory() as name, Store.open(f"sqlite:///{name}/store.sqlite3") as store:
        furnish(store, schools)
        estate = Estate(store=store, folder=Path(name), schools=schools, people=people)
        due.plan_missing(estate.desk())
        nights = [estate.night(number) for number in range(count)]
        print(json.dumps([nights, asked(estate)]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
