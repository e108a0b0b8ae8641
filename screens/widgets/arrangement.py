"""A list put in order, with the place where the cursor lands: worked out beside the event loop.

It protects what the operator stands on.  Whatever is filtered, sorted or read again, the cursor is on the
same record after it, or on its neighbour when it is gone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from screens.widgets.order import NATURAL, Sort, SortKey, Source, next_after

Row = TypeVar("Row")
AROUND = 4  # pages on either side of the one in view that are read ahead


@dataclass(frozen=True, slots=True)
class Arrangement(Generic[Row]):
    """``order``: places shown; ``cursor``: an index into it; ``fetched``: rows the source did not have."""

    source: Source[Row]
    order: Sequence[int] = ()
    cursor: int = 0
    wanted: str = ""
    sort: Sort = NATURAL
    fetched: Mapping[Any, Row] = field(default_factory=dict)

    @property
    def key(self) -> Hashable | None:
        """Of the record under the cursor."""
        return self.source.keys[self.order[self.cursor]] if self.order else None

    def keys(self) -> list[Hashable]:
        """Of everything shown, in order."""
        keys = self.source.keys
        return [keys[place] for place in self.order]

    def on(self, key: Hashable | None) -> Arrangement[Row]:
        """With the cursor on that record instead, if it is shown."""
        found = None if key is None else position(self, key)
        return self if found is None else replace(self, cursor=found)

    def near(self, first: int, last: int) -> Sequence[int]:
        """Places shown from the ``first`` to before the ``last``, as far as there are any."""
        return self.order[max(0, first) : max(0, last)]


def arrange(
    before: Arrangement[Row],
    source: Source[Row],
    *,
    wanted: str,
    sort: Sort,
    sort_key: SortKey[Row] | None,
    to_top: bool,
    page: int,
) -> Arrangement[Row]:
    """``to_top``: a record that is gone leaves the cursor at the top (a filter), else at its neighbour."""
    order = source.order(wanted, sort, sort_key)
    bare = Arrangement(source, order, 0, wanted, sort)
    cursor = _landing(before, bare, to_top=to_top)
    fetched: Mapping[Any, Row] = {}
    if not source.complete:
        fetched = source.fetch(source.missing(bare.near(cursor - page, cursor + 2 * page)))
    return Arrangement(source, order, cursor, wanted, sort, fetched)


def _landing(before: Arrangement[Row], now: Arrangement[Row], *, to_top: bool) -> int:
    here = before.key if before.cursor < len(before.order) else None
    if here is None or not now.order:
        return 0
    found = position(now, here)
    if found is None and not to_top:
        neighbour = next_after(here, before.keys(), frozenset(now.keys()))
        found = None if neighbour is None else position(now, neighbour)
    return found or 0


def position(now: Arrangement[Row], key: Hashable) -> int | None:
    """Where that record is shown; None: it is not."""
    place = now.source.place(key)
    if place is None:
        return None
    try:
        return now.order.index(place)
    except ValueError:
        return None
