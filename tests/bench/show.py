"""Tables and statistics for the benchmarks."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence


def table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = [[str(c) for c in row] for row in (headers, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headers))]
    for number, row in enumerate(cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def interleaved(tasks: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, float]:
    """The median of each task's seconds, the tasks taking turns so that noise falls on all alike."""
    seen: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            seen[name].append(task())
    return {name: statistics.median(values) for name, values in seen.items()}


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def verdict(ratio: float, bar: float, *, at_most: bool = True) -> str:
    good = ratio <= bar if at_most else ratio >= bar
    return f"{'within' if good else 'MISSES'} {'≤' if at_most else '≥'} {bar:g}x"
