"""Keys in a long list through a real terminal of 80x24: how long until the last byte, and how many bytes.

The store is filled straight through the bulk writer; what is measured is the console: opening Accounts of
a school with 10,000 and 100,000 of them, each with somebody in the MIS, then arrows, pages and filter keys
(letters typed and taken back), then how quiet it is and how much it holds.
"""

from __future__ import annotations

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
    from data.tables import Account, Identifier, Link, Person, School

    with Store.open(url) as store, store.write() as s:
        school = School(urn="199887", slug="larkmere", name="Larkmere Academy", domain="larkmere.example")
        s.add(school)
        s.flush()
        named = [(f"Given{n % 997}", f"Family{n % 7919}", 2019 + n % 7) for n in range(people)]
        pupils = bulk.insert(
            s,
            Person,
            [
                {
                    "school_id": school.id, "role": "pupil", "source_id": f"p{n}", "given_name": given,
                    "family_name": family, "search_name": f"{family} {given}".lower(),
                    "registration_group": f"{n % 7 + 7}{'ABCDEFGH'[n % 8]}", "year_of_entry": entry,
                }
                for n, (given, family, entry) in enumerate(named)
            ],
        )  # fmt: skip
        accounts = bulk.insert(
            s,
            Account,
            [
                {
                    "school_id": school.id, "domain_key": "larkmere", "username": f"26pupil{n:06}",
                    "username_key": f"26pupil{n:06}", "display_name": f"{given} {family}",
                    "email": f"26pupil{n:06}@larkmere.example", "given_name": given, "family_name": family,
                    "role": "pupil", "state": "active", "origin": "imported", "year_of_entry": entry,
                }
                for n, (given, family, entry) in enumerate(named)
            ],
        )  # fmt: skip
        upns = [{"school_id": school.id, "person_id": p, "kind": "upn", "value": f"A{p:012}"} for p in pupils]
        bulk.insert(s, Identifier, upns)
        pairs = zip(pupils, accounts, strict=True)
        links = [{"school_id": school.id, "person_id": p, "account_id": a, "how": "exact"} for p, a in pairs]
        bulk.insert(s, Link, links)


def answered(terminal: Terminal, key: str) -> tuple[float, int]:
    """Seconds from the key to the last byte of its answer, and the bytes."""
    before = terminal.received
    terminal.send(key)
    started = last = time.perf_counter()
    while time.perf_counter() - last < QUIET:
        if terminal.pump(0.01):
            last = time.perf_counter()
    return max(0.0, last - started), terminal.received - before


def series(terminal: Terminal, keys: str | list[str], times: int) -> list[object]:
    """Median and worst of so many rounds of these keys."""
    each = [keys] if isinstance(keys, str) else keys
    seen = [answered(terminal, key) for _ in range(times) for key in each]
    seconds, sizes = [s for s, _ in seen], [b for _, b in seen]
    return [ms(statistics.median(seconds)), ms(max(seconds)), int(statistics.median(sizes)), max(sizes)]


def opened(terminal: Terminal) -> float:
    """Seconds from the key that opens the Accounts tab, left out before, to its first row."""
    terminal.send("[")
    terminal.settle(0.5)
    started = time.perf_counter()
    terminal.send("]")
    while "26pupil000000" not in terminal.text:
        terminal.pump(0.002)
    return time.perf_counter() - started


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
            for _ in range(4):  # from the right, past short lists; Problems, History, New users, Accounts
                terminal.send("[")
                terminal.settle(0.3)
            ready = terminal.wait_for("26pupil000000")
            terminal.settle(1.0)
            again = opened(terminal)
            terminal.settle(1.0)
            rows = [
                ["down", *series(terminal, DOWN, times)],
                ["page down", *series(terminal, PAGE_DOWN, times)],
            ]
            terminal.send("/")
            terminal.settle()
            letters = [*"912", *["\x7f"] * 3, *"fam7", *["\x7f"] * 4]
            rows.append(["filter", *series(terminal, letters, max(1, times // 10))])
            terminal.send("\x1b")
            terminal.settle(0.5)
            quiet = idle(terminal)
            memory = psutil.Process(terminal.process.pid).memory_info().rss / 2**20
            rows.append(["idle 3 s", "", "", quiet, quiet])
    bars = {
        "down": "≤ 20/100 ms, ≤ 500 B", "page down": "≤ 20/100 ms, ≤ 6,000 B", "filter": "≤ 20/100 ms",
        "idle 3 s": "0 B",
    }  # fmt: skip
    print(
        f"{people:,} accounts: first rows {ready:.1f} s after start, {ms(again)} after a change of tab, "
        f"{memory:.0f} MB resident (bar 150)"
    )
    return [[f"{people:,}", *row, bars[str(row[0])]] for row in rows]


def main(*, quick: bool = False) -> None:
    rows: list[list[object]] = []
    for people in (1_000,) if quick else (10_000, 100_000):
        rows += measure(people, 5 if quick else 30)
    table(["rows", "key", "median", "worst", "bytes, median", "most", "bar"], rows)
