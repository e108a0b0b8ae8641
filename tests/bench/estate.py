"""Nights of an estate: 30, 300 and 3,000 schools through the worker; schools a minute, memory, the store.

    python -m tests.bench estate                                      forty people a school
    python -m tests.bench.estate --people 500 --schools 30 300 3000   the bar: 1.5 million people

Three nights of each: everybody is new, nothing has changed, 2 % have.  The MIS is in memory; the schedule,
worker, queue, engine and store are the real ones (``estate_night``).  The first column is a school beside
that of the smallest estate in the same night: linear is 1.0, and below where what each night costs anyway is
shared.  CPU counts, because others may be at work on the machine.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from tests.bench.show import ms, table

SIZES, PEOPLE, NIGHTS = (30, 300, 3000), 40, 3
HEADERS = (
    "a school", "schools", "night", "synced", "a minute", "CPU a school", "in memory", "peak", "store",
    "log, most", "begun in one minute",
)  # fmt: skip


def main(
    *, quick: bool = False, sizes: Sequence[int] = SIZES, people: int = PEOPLE, nights: int = NIGHTS
) -> None:
    if quick:
        sizes = sizes[:2]
    rows: list[list[object]] = []
    rounds: list[list[object]] = []
    first: dict[str, float] = {}
    for schools in sizes:
        seen, asked = measured(schools, people, nights)
        for night in seen:
            each = night["cpu"] / schools
            rows.append(_line(night, schools, each / first.setdefault(night["name"], each)))
        rounds += [[f"{schools:,}", name, ms(seconds)] for name, seconds in asked.items()]
    print(f"{people} people a school")
    table(HEADERS, rows)
    print("\nWhat is asked again and again, after those nights (CPU):")
    table(("schools", "what", "takes"), rounds)
    print("\nOne process does every run; 50 schools a minute are 3,000 in an hour.")


def _line(night: dict[str, Any], schools: int, ratio: float) -> list[object]:
    return [
        f"{ratio:.2f}x", f"{schools:,}", night["name"], f"{night['synced']:,}",
        f"{60 * night['synced'] / night['wall']:,.0f}", ms(night["cpu"] / schools),
        f"{night['resident']:.0f} MB", f"{night['peak']:.0f} MB", f"{night['store']:,.0f} MB",
        f"{night['log']:.0f} MB", night["most"],
    ]  # fmt: skip


def measured(schools: int, people: int, nights: int) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Each size in a process of its own, so that peaks of memory do not carry over."""
    words = [sys.executable, "-m", "tests.bench.estate_night", str(schools), str(people), str(nights)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    seen, asked = json.loads(done.stdout)
    return seen, asked


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.estate")
    parser.add_argument("--schools", type=int, nargs="+", default=SIZES)
    parser.add_argument("--people", type=int, default=PEOPLE, help="a school, nine of ten of them pupils")
    parser.add_argument("--nights", type=int, choices=(1, 2, 3), default=NIGHTS, help="of the three")
    told = parser.parse_args()
    main(sizes=told.schools, people=told.people, nights=told.nights)
