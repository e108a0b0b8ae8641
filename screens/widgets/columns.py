"""Columns of a grid: what a cell says, how wide it may be, what gives way when the window is narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from screens.widgets.lines import Span, span

Row = TypeVar("Row")
GAP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """``width`` is the least it needs in cells, ``grow`` its share of what is left over (0: fixed).

    ``rank`` 0 is never hidden; the highest rank gives way first.  ``sort`` gives the sort key; without it
    the column sorts by the folded text of its cell.  ``wide`` columns right-align (numbers).
    """

    name: str
    title: str
    cell: Callable[[Row], Span | str]
    width: int
    grow: int = 0
    rank: int = 0
    right: bool = False
    sort: Callable[[Row], Any] | None = None
    sortable: bool = True

    def key(self, row: Row) -> Any:
        if self.sort is not None:
            return self.sort(row)
        return as_span(self.cell(row)).text.casefold()


def as_span(cell: Span | str) -> Span:
    return cell if isinstance(cell, Span) else span(cell)


@dataclass(frozen=True, slots=True)
class Placed(Generic[Row]):
    """A column with its place on the line."""

    column: Column[Row]
    start: int
    width: int


def place(columns: Sequence[Column[Row]], width: int, *, start: int = 0) -> tuple[Placed[Row], ...]:
    """Lay columns out on ``width`` cells: hide by rank until the rest fits, then share what is left."""
    shown = list(columns)
    while len(shown) > 1 and _needed(shown) > width - start:
        least = max(shown, key=lambda c: c.rank)
        if least.rank == 0:
            break
        shown.remove(least)
    spare = max(0, width - start - _needed(shown))
    shares = sum(column.grow for column in shown)
    placed: list[Placed[Row]] = []
    for column in shown:
        extra = spare * column.grow // shares if shares else 0
        size = max(0, min(column.width + extra, width - start))
        placed.append(Placed(column, start, size))
        start += size + GAP
    return tuple(placed)


def _needed(columns: Sequence[Column[Row]]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)
