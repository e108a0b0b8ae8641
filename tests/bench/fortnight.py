"""The simulated fortnight as a table: every school, every night (tests/fortnight.py)."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

from data.store import Store
from tests import fortnight
from tests.bench.show import table


def main(*, quick: bool = False) -> None:
    with tempfile.TemporaryDirectory() as name:
        began = time.process_time()
        with Store.open(f"sqlite:///{name}/store.sqlite3") as store:
            played = fortnight.play(store, Path(name))
        seconds = time.process_time() - began
    table(fortnight.HEADERS, fortnight.rows(played))
    print(f"\n{fortnight.LEGEND}\n")
    worst = Counter((seen.name, seen.lamp, seen.word) for seen in played.lamps)
    table(
        ("school", "lamp", "word", "looks"),
        [(*key, count) for key, count in sorted(worst.items(), key=lambda item: item[0])],
    )
    runs = sum(len(tries) for name in played.runs for tries in played.served(name).values())
    wanted = sum(len(slots) for slots in played.expected.values())
    print(
        f"\n{wanted} slots, {runs} scheduled runs, {played.looks} looks of the worker, {seconds:.0f} s of CPU"
    )
