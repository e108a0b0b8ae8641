"""Which rows of a grid are shown, and in which order: pure, so that it can run in a worker thread."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and which way. No column: as the service delivered the rows."""

    column: str = ""
    descending: bool = False


@dataclass(slots=True)
class Rows(Generic[Row]):
    """Rows with their keys and what the filter searches; ``made`` in the worker that read them."""

    items: Sequence[Row] = ()
    keys: list[Hashable] = field(default_factory=list)
    haystack: list[str] = field(default_factory=list)
    index: dict[Hashable, int] = field(default_factory=dict)

    @classmethod
    def made(
        cls, items: Sequence[Row], *, key: Callable[[Row], Hashable], search: Callable[[Row], str]
    ) -> Rows[Row]:
        keys = [key(item) for item in items]
        return cls(
            items=items,
            keys=keys,
            haystack=[search(item).casefold() for item in items],
            index={each: number for number, each in enumerate(keys)},
        )


def order(
    rows: Rows[Row], *, wanted: str, sort_key: Callable[[Row], Any] | None, descending: bool
) -> list[int]:
    """Indexes of the rows that hold every word of ``wanted``, sorted; None sorts last either way."""
    words = wanted.casefold().split()
    shown = [i for i, hay in enumerate(rows.haystack) if all(w in hay for w in words)] if words else None
    indexes = list(range(len(rows.items))) if shown is None else shown
    if sort_key is None:
        return indexes[::-1] if descending else indexes
    keyed = [(sort_key(rows.items[i]), i) for i in indexes]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [i for _, i in known] + [i for key, i in keyed if key is None]


def next_after(gone: Hashable, before: Sequence[Hashable], now: dict[Hashable, int]) -> Hashable | None:
    """The record to stand on when ``gone`` is no longer shown: the one that followed it, else the one
    before it."""
    try:
        place = before.index(gone)
    except ValueError:
        return None
    following = (key for key in before[place + 1 :] if key in now)
    preceding = (key for key in reversed(before[:place]) if key in now)
    return next(following, next(preceding, None))
