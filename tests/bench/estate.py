"""One night of an estate: 30, 300 and 3,000 schools through the worker, schools a minute and memory.

The MIS is in memory; schedule, worker, queue, engine and store are the real ones.  A school has forty people
here, not five hundred: what this measures is what a school costs besides its people, which ``sync`` measures.
The clock is turned by hand through the window of 19:00 to 22:00.  The first column is the time of a school
beside that of the smallest estate: linear is 1.0, and below where what each night costs anyway is shared.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data import bulk
from data.store import Store
from data.tables import Connection, ReportScope, School
from misconsole.secrets import Secrets
from misconsole.services import due, runs, status, worker
from misconsole.services.desk import Desk
from misconsole.services.due import Due
from tests.bench.show import table
from tests.fake_mis import FakeMis, a_school

AFTERNOON = datetime(2026, 11, 23, 15, tzinfo=UTC)
SIZES = (30, 300, 3000)
PUPILS, STAFF = 36, 4
STEP = timedelta(minutes=10)


def main(*, quick: bool = False) -> None:
    rows = []
    first = 0.0
    for schools in SIZES[:2] if quick else SIZES:
        seconds, peak, look, ran, spread = measured(schools)
        each = seconds / schools
        first = first or each
        rows.append(
            [
                f"{each / first:.2f}x",
                f"{schools:,}",
                f"{ran:,}",
                f"{60 / each:,.0f}",
                f"{peak:.0f} MB",
                f"{look * 1000:.0f} ms",
                spread,
            ]
        )
    table(
        ["a school", "schools", "synced", "schools a minute", "peak memory", "status", "most in one minute"],
        rows,
    )
    print("\nForty people a school, first sync of each, one process; 50 a minute are 3,000 in an hour.")


def measured(schools: int) -> tuple[float, float, float, int, int]:
    """Each size in a process of its own, so that peaks of memory do not carry over."""
    words = [sys.executable, "-c", f"from tests.bench import estate; estate.night({schools})"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    seconds, peak, look, ran, spread = done.stdout.split()
    return float(seconds), float(peak), float(look), int(ran), int(spread)


def night(schools: int) -> None:
    """One night; prints seconds, peak MB, seconds of a status, schools synced, most starts in a minute."""
    with tempfile.TemporaryDirectory() as name, Store.open(f"sqlite:///{name}/store.sqlite3") as store:
        clock = [AFTERNOON]
        desk = Desk(
            store=store, secrets=Secrets.at(Path(name)), actor="bench", origin="worker", now=lambda: clock[0],
            workdir=Path(name),
        )  # fmt: skip
        furnish(store, schools)
        due.plan_missing(desk)
        starts: list[datetime] = []
        shift = worker.Shift(
            desk=desk, launch=launcher(clock, starts), caps=worker.Caps(parallel=10_000, per_supplier=10_000)
        )
        shift.begin()
        began = time.perf_counter()
        while clock[0] < AFTERNOON + timedelta(hours=7):
            shift.look()
            clock[0] += STEP
        seconds = time.perf_counter() - began
        looked = time.perf_counter()
        good = sum(line["lamp"] in ("ok", "attention") for line in status.lines(store.url, now=clock[0]))
        looked = time.perf_counter() - looked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        most = max(starts.count(at) for at in set(starts))
        print(seconds, peak, looked, good, most)


def launcher(clock: list[datetime], starts: list[datetime]) -> worker.Launch:
    def launch(desk: Desk, each: Due) -> None:
        starts.append((each.serves or clock[0]).replace(second=0))
        mis = people(int(each.urn))
        runs.run_now(replace(desk), each.urn, due_at=each.serves, open_connector=mis.open)

    return launch


def people(number: int) -> FakeMis:
    """The same forty invented people, with ids of their own."""
    mis = a_school(PUPILS, STAFF)
    for report, records in mis.records.items():
        mis.records[report] = [replace(r, source_id=f"{number}-{r.source_id}") for r in records]
    return mis


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
