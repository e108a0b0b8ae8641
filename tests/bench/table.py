"""Keys in a long list through a real terminal of 80x24: how long until the last byte, and how many bytes.

The store is filled straight through the bulk writer; what is measured is the console: opening Accounts of
a school with 10,000 and 100,000 of them, then arrows, pages and filter keys, then how quiet it is.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from tests.bench.show import ms, table
from tests.bench.startup import MISCONSOLE, compiled_env
from tests.terminal.pty import DOWN, ENTER, PAGE_DOWN, Terminal

QUIET = 0.12  # after this long without a byte, a key is taken to be answered


def fill(url: str, people: int) -> None:
    from data import bulk
    from data.store import Store
    from data.tables import Account, School

    with Store.open(url) as store, store.write() as s:
        school = School(urn="199887", slug="larkmere", name="Larkmere Academy", domain="larkmere.example")
        s.add(school)
        s.flush()
        bulk.insert(
            s,
            Account,
            [
                {
                    "school_id": school.id, "domain_key": "larkmere", "username": f"26pupil{n:06}",
                    "username_key": f"26pupil{n:06}", "display_name": f"Given{n % 997} Family{n % 7919}",
                    "given_name": f"Given{n % 997}", "family_name": f"Family{n % 7919}", "role": "pupil",
                    "state": "active", "origin": "imported",
                }
                for n in range(people)
            ],
        )  # fmt: skip


def answered(terminal: Terminal, key: str) -> tuple[float, int]:
    """Seconds from the key to the last byte of its answer, and the bytes."""
    before = terminal.received
    terminal.send(key)
    started = last = time.perf_counter()
    while time.perf_counter() - last < QUIET:
        if terminal.pump(0.01):
            last = time.perf_counter()
    return max(0.0, last - started), terminal.received - before


def series(terminal: Terminal, key: str, times: int) -> list[object]:
    seen = [answered(terminal, key) for _ in range(times)]
    seconds, sizes = [s for s, _ in seen], [b for _, b in seen]
    return [ms(statistics.median(seconds)), ms(max(seconds)), int(statistics.median(sizes)), max(sizes)]


def idle(terminal: Terminal, seconds: float = 3.0) -> int:
    before, ends = terminal.received, time.perf_counter() + seconds
    while time.perf_counter() < ends:
        terminal.pump(0.1)
    return terminal.received - before


def measure(people: int, times: int) -> list[list[object]]:
    with tempfile.TemporaryDirectory() as name:
        env = compiled_env(Path(name))
        env["MISCONSOLE_STORE"] = url = f"sqlite:///{name}/store.sqlite3"
        fill(url, people)
        with Terminal([MISCONSOLE], env=env) as terminal:
            terminal.wait_for("Larkmere Academy")
            terminal.press(ENTER, "Accounts")
            terminal.settle(0.5)
            while not re.fullmatch(r"[0-9.,k]+ accounts", terminal.lines[2].strip()):
                terminal.send("[")  # from the right, past short lists, so that only this one is loaded
                terminal.settle(0.5)
                terminal.wait_gone("Reading…")
            ready = terminal.wait_for("26pupil000000")
            terminal.settle(0.5)
            rows = [
                ["down", *series(terminal, DOWN, times)],
                ["page down", *series(terminal, PAGE_DOWN, times)],
            ]
            terminal.send("/")
            terminal.settle()
            rows.append(["filter, a key", *(series(terminal, "9", 1))])
            for key in "1", "2":
                rows.append(["filter, next", *(series(terminal, key, 1))])
            terminal.send("\x1b")
            terminal.settle(0.5)
            quiet = idle(terminal)
            memory = psutil.Process(terminal.process.pid).memory_info().rss / 2**20
            rows.append(["idle 3 s", "", "", quiet, quiet])
    bars = {"down": "≤ 20/100 ms, ≤ 500 B", "page down": "≤ 20/100 ms, ≤ 6,000 B", "idle 3 s": "0 B"}
    print(f"{people:,} accounts: list ready {ready:.1f} s after start, {memory:.0f} MB resident (bar 150)")
    return [[f"{people:,}", *row, bars.get(str(row[0]), "≤ 100 ms")] for row in rows]


def main(*, quick: bool = False) -> None:
    rows: list[list[object]] = []
    for people in (1_000,) if quick else (10_000, 100_000):
        rows += measure(people, 5 if quick else 30)
    table(["rows", "key", "median", "worst", "bytes, median", "most", "bar"], rows)
