"""The home screen, ``status`` and the plots of an estate: 15 schools and 3,000, everything waiting in them.

A command is measured beside the five-line script on the same store; the console by its keys through a real
terminal of 80x24, and by how quiet it is while it reads the list again every ten seconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil

from tests.bench import three_thousand
from tests.bench.show import interleaved, ms, table, verdict
from tests.bench.startup import MISCONSOLE, SCRIPT, compiled_env, timed
from tests.bench.table import idle, series
from tests.terminal.pty import DOWN, PAGE_DOWN, Terminal

PEOPLE = 50
WATCHED = 25.0  # seconds: two readings of the list and more
LETTERS = [*"north", *["\x7f"] * 5, *"42", *["\x7f"] * 2]
BARS = {
    "down": "≤ 20/100 ms, ≤ 500 B", "page down": "≤ 20/100 ms, ≤ 6,000 B", "filter": "≤ 20/100 ms",
    f"idle {WATCHED:.0f} s": "0 B",
}  # fmt: skip


def main(*, quick: bool = False) -> None:
    commands: list[list[object]] = []
    keys: list[list[object]] = []
    for schools in (15, 300) if quick else (15, 3000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            store = folder / "store.sqlite3"
            url = f"sqlite:///{store}"
            three_thousand.build(url, schools=schools, people=PEOPLE, now=datetime.now(UTC))
            env = compiled_env(folder) | {"MISCONSOLE_STORE": url}
            commands += at_once(schools, env, folder, store, rounds=3 if quick else 7)
            keys += console(schools, env, times=5 if quick else 30)
            if schools > 15:
                pictures = plots(url)
    table(["ratio", "schools", "what", "median", "bar"], commands)
    print()
    table(["schools", "key", "median", "worst", "bytes, median", "most", "bar"], keys)
    print(f"\nThe plots of all {schools:,} schools over a year:")
    table(["what", "read and counted"], pictures)


def at_once(
    schools: int, env: dict[str, str], folder: Path, store: Path, *, rounds: int
) -> list[list[object]]:
    script = folder / "script.py"
    script.write_text(SCRIPT)
    asked = {"five-line script": [sys.executable, str(script), str(store)]}
    for words in (["status"], ["status", "--json"], ["status", "--perfdata"]):
        asked["misconsole " + " ".join(words)] = [MISCONSOLE, *words]
    tasks = {name: partial(timed, words, env) for name, words in asked.items()}
    for task in tasks.values():
        task()
    seen = interleaved(tasks, rounds=rounds)
    floor = seen["five-line script"]
    return [
        [f"{s / floor:.2f}x", f"{schools:,}", name, ms(s), verdict(s / floor, 2) if schools == 15 else ""]
        for name, s in seen.items()
    ]


def console(schools: int, env: dict[str, str], *, times: int) -> list[list[object]]:
    with Terminal([MISCONSOLE], env=env) as terminal:
        usable = terminal.wait_for("Ashdown")
        terminal.wait_gone("being opened")
        terminal.settle(1.0)
        rows = [
            ["down", *series(terminal, DOWN, times)],
            ["page down", *series(terminal, PAGE_DOWN, times)],
        ]
        terminal.send("/")
        terminal.settle(0.5)
        rows.append(["filter", *series(terminal, LETTERS, max(1, times // 10))])
        terminal.send("\x1b")
        terminal.settle(1.0)
        process = psutil.Process(terminal.process.pid)
        spent, began = sum(process.cpu_times()[:2]), time.perf_counter()
        quiet = idle(terminal, WATCHED)
        share = (sum(process.cpu_times()[:2]) - spent) / (time.perf_counter() - began)
        rows.append([f"idle {WATCHED:.0f} s", "", "", quiet, quiet])
        memory = process.memory_info().rss / 2**20
    print(
        f"{schools:,} schools: list usable {usable:.1f} s after start, "
        f"{100 * share:.0f} % of a core while idle, {memory:.0f} MB resident (bar 150)"
    )
    return [[f"{schools:,}", *row, BARS[str(row[0])]] for row in rows]


def plots(url: str) -> list[list[object]]:
    from data.store import Store
    from misconsole.secrets import Secrets
    from misconsole.services import plots as asked
    from misconsole.services.desk import Desk

    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as name, Store.open(url) as store:
        desk = Desk(
            store=store, secrets=Secrets.at(Path(name)), actor="bench", now=lambda: datetime.now(UTC),
            workdir=Path(name),
        )  # fmt: skip
        for figure in asked.NAMES:
            began = time.perf_counter()
            asked.figure(desk, figure, weeks=52)
            rows.append([figure, ms(time.perf_counter() - began)])
    return rows
