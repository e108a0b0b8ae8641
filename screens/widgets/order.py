"""Which rows of a list are shown, and in which order: pure, so that it can run in a worker thread.

A list is a ``Source``: the keys of all its rows, and the rows themselves, as far as they are here.  ``Rows``
holds all of them and suits a queue of some thousands; ``screens.widgets.stored`` holds a window.  A *place*
is an index into the keys of a source; what is shown is a sequence of places.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
SortKey = Callable[[Row], Any]
AT_ONCE = 5_000  # so many rows in memory are arranged between two keys without anybody noticing


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column, and which way. No column: as the service delivered the rows."""

    column: str = ""
    descending: bool = False


NATURAL = Sort()


class Source(Generic[Row]):
    """What a grid shows rows of."""

    keys: Sequence[Hashable]
    complete = True  # every row is here
    at_once = True  # ``order`` is quick enough for the event loop

    def place(self, key: Hashable) -> int | None:
        raise NotImplementedError

    def row(self, place: int) -> Row | None:
        """None: it is not here, ``missing`` until it was fetched and kept."""
        raise NotImplementedError

    def order(self, wanted: str, sort: Sort, key: SortKey[Row] | None) -> Sequence[int]:
        """Places of the rows that hold every word of ``wanted``, sorted; None sorts last either way."""
        raise NotImplementedError

    def missing(self, places: Sequence[int]) -> list[Any]:  # noqa: ARG002
        """Keys of those rows that are not here."""
        return []

    def fetch(self, keys: Sequence[Any]) -> Mapping[Any, Row]:  # noqa: ARG002
        """Read rows; called in a thread."""
        return {}

    def keep(self, rows: Mapping[Any, Row], near: Sequence[int]) -> None:
        """Rows that were fetched; of the others those near these places stay."""

    def warm(self) -> None:
        """Get ready for the first letter of a filter; called in a thread."""


@dataclass(slots=True)
class Rows(Source[Row]):
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

    @property
    def at_once(self) -> bool:  # type: ignore[override]
        return len(self.items) <= AT_ONCE

    def place(self, key: Hashable) -> int | None:
        return self.index.get(key)

    def row(self, place: int) -> Row:
        return self.items[place]

    def order(self, wanted: str, sort: Sort, key: SortKey[Row] | None) -> Sequence[int]:
        return order(self, wanted=wanted, sort_key=key, descending=sort.descending)


def order(rows: Rows[Row], *, wanted: str, sort_key: SortKey[Row] | None, descending: bool) -> Sequence[int]:
    """Indexes of the rows that hold every word of ``wanted``, sorted; None sorts last either way."""
    words = wanted.casefold().split()
    indexes: Sequence[int] = range(len(rows.items))
    for word in words:
        indexes = [i for i in indexes if word in rows.haystack[i]]
    if sort_key is None:
        return indexes[::-1] if descending else indexes
    keyed = [(sort_key(rows.items[i]), i) for i in indexes]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return [i for _, i in known] + [i for key, i in keyed if key is None]


def next_after(gone: Hashable, before: Sequence[Hashable], now: Container[Hashable]) -> Hashable | None:
    """The record to stand on when ``gone`` is no longer shown: the one that followed it, else the one
    before it."""
    try:
        place = before.index(gone)
    except ValueError:
        return None
    following = (key for key in before[place + 1 :] if key in now)
    preceding = (key for key in reversed(before[:place]) if key in now)
    return next(following, next(preceding, None))
