"""Which character parts the columns, and which row names them: told by consistency. Pure.

Every delimiter met in exports is tried on the same lines; the one under which the rows have as many cells
as the header has, wins.  What stands before the header (a title, a date, a filter) is preamble; blank last
cells that an export leaves out are known by no row having any.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

DELIMITERS = {
    ",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars", "^": "carets", "~": "tildes",
}  # fmt: skip
MOST_PREAMBLE = 40
_VALUE = re.compile(
    r"\d[\d\s,.:/-]*|\d{4}-\d\d-\d\d.*|\d{1,2}[/. -]\w{1,9}[/. -]\d{2,4}.*|[^@\s]+@[^@\s]+|[A-Z]\d{11}[\dA-Z]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """``header_line`` counts from 1; ``ragged``: rows leave out blank cells at their end.
    ``agreed``: the share of rows that fit, 0 to 1."""

    delimiter: str
    header_line: int
    header: tuple[str, ...]
    preamble: tuple[str, ...] = ()
    spaced: bool = False
    ragged: bool = False
    agreed: float = 1.0

    @property
    def title(self) -> str:
        return DELIMITERS[self.delimiter]


def decide(lines: Sequence[str], *, header: Callable[[Sequence[str]], bool] | None = None) -> Dialect | None:
    """The dialect of a file that begins with these lines; None where no reading of them is a table.
    ``header`` knows the row of names where that can be known, else it is told by its looks."""
    header = header or looks_like_header
    tried = [found for mark in DELIMITERS if (found := _read_with(lines, mark, header)) is not None]
    return max(tried, key=lambda d: (round(d.agreed, 1), len(d.header), d.agreed), default=None)


def _read_with(lines: Sequence[str], mark: str, header: Callable[[Sequence[str]], bool]) -> Dialect | None:
    if not any(mark in line for line in lines):
        return None
    spaced = any(f'{mark} "' in line for line in lines) and mark != "\t"
    rows = _rows(lines, mark, spaced)
    full = Counter(len(cells) for _, cells in rows if len(cells) > 1)
    if not full:
        return None
    usual = max(full, key=lambda width: (full[width], width))
    heads = [at for at, (_, cells) in enumerate(rows[:MOST_PREAMBLE]) if header(cells)]
    wide = [at for at in heads if len(rows[at][1]) >= usual]
    return _judged(rows, (wide or heads)[0], mark, spaced) if heads else None


def _judged(rows: list[tuple[int, list[str]]], at: int, mark: str, spaced: bool) -> Dialect:
    line, header = rows[at]
    body = [cells for _, cells in rows[at + 1 :]]
    width = len(header)
    whole = [cells for cells in body if len(cells) == width or not any(cells[width:])]
    whole = [cells for cells in whole if len(cells) >= width]
    short = sum(1 < len(cells) < width for cells in body)
    ragged = bool(short) and all(cells[width - 1].strip() for cells in whole)
    fitting = len(whole) + (short if ragged else 0)
    return Dialect(
        delimiter=mark, header_line=line, header=tuple(header), spaced=spaced, ragged=ragged,
        preamble=tuple(" ".join(filter(None, cells)).strip() for _, cells in rows[:at]),
        agreed=fitting / len(body) if body else 1.0,
    )  # fmt: skip


def _rows(lines: Sequence[str], mark: str, spaced: bool) -> list[tuple[int, list[str]]]:
    """(first line, cells) of the rows that are not blank."""
    reader = csv.reader(lines, delimiter=mark, skipinitialspace=spaced)
    found: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            return found
        if cells is None:
            return found
        if any(cell.strip() for cell in cells):
            found.append((line, cells))


def looks_like_header(cells: Sequence[str]) -> bool:
    """Mostly filled, words and not values, and hardly a name twice."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2 or len(filled) < 0.6 * len(cells):
        return False
    if any(_VALUE.fullmatch(cell[:200]) for cell in filled) or any(len(cell) > 120 for cell in filled):
        return False
    return sum(any(c.isalpha() for c in cell) for cell in filled) >= 0.8 * len(filled)


def labels_of(header: Sequence[str]) -> tuple[str, ...]:
    """A name for each column that no other has: a second “Name” is “Name (2)”, a blank one “Column 4”."""
    taken: set[str] = set()
    labels = []
    for number, cell in enumerate(header, start=1):
        plain = " ".join(cell.split())[:80] or f"Column {number}"
        label, again = plain, 1
        while label in taken:
            again += 1
            label = f"{plain} ({again})"
        taken.add(label)
        labels.append(label)
    return tuple(labels)
