"""What a list shows and where its cursor stands, kept through filters, sorts, refreshes and slow reads.

The cursor and the marks belong to records, not to row numbers, so none of these moves a decision onto
somebody else.  Long lists are arranged in a thread, and only the answer to the last question is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Generic, TypeVar, cast

from textual.geometry import Region, Size
from textual.reactive import Reactive, var
from textual.scroll_view import ScrollView

from screens.asking import Asking
from screens.hosting import Hosting
from screens.widgets.arrangement import AROUND, Arrangement, arrange, position
from screens.widgets.columns import Column
from screens.widgets.order import Rows, Sort, Source
from screens.widgets.told import Arranged, Moved

Row = TypeVar("Row")
WARM_AFTER = 0.4  # seconds


class Standing(ScrollView, Hosting, Asking, Generic[Row], inherit_bindings=False):
    """Rows of a source, arranged, with a cursor on one of them."""

    wanted: var[str] = var("", init=False)
    virtual_size = Reactive(
        Size(0, 0), repaint=False
    )  # another length is not another layout, see ``_measure``

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], Hashable],
        search: Callable[[Row], str],
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.key_of = key
        self.search_of = search
        self.sort = Sort()
        self.marked: frozenset[Hashable] = frozenset()
        self._source: Source[Row] = Rows()  # the last one shown; ``_now`` follows when it is arranged
        self._now: Arrangement[Row] = Arrangement(self._source)
        self._round = 0
        self._coming: set[Hashable] = set()
        self._cursor = 0
        self._loaded = False

    # What is shown

    def prepare(self, items: Sequence[Row]) -> Rows[Row]:
        """Safe in a thread: keys and haystack of rows just read."""
        return Rows.made(items, key=self.key_of, search=self.search_of)

    def show(self, rows: Source[Row] | Sequence[Row]) -> None:
        """Show these rows instead; cursor and marks stay with their records."""
        self._source = rows if isinstance(rows, Source) else self.prepare(rows)
        self._arrange()

    def _arrange(self, *, to_top: bool = False) -> None:
        """Filter and sort again; stand on the same record, or on its neighbour when it is gone."""
        self._round += 1
        column = self.sort_column
        job = partial(
            arrange,
            self._standing,
            self._source,
            wanted=self.wanted,
            sort=self.sort,
            sort_key=column.key if column else None,
            to_top=to_top,
            page=self.page,
        )
        if self._source.at_once:
            self._arranged(job())
            return
        asked, here = self._round, self.cursor_key

        def arranged(found: Arrangement[Row]) -> None:
            if asked == self._round:
                moved = self.cursor_key if self.cursor_key != here else None
                self._arranged(found.on(moved))

        self.ask(job, arranged, group="arrange")

    @property
    def _standing(self) -> Arrangement[Row]:
        return replace(self._now, cursor=self._cursor)

    def _arranged(self, arrangement: Arrangement[Row]) -> None:
        before, old, was_loaded = self._picture(), self._now, self._loaded
        fresh = arrangement.source is not old.source
        self._now, self._cursor, self._loaded = arrangement, arrangement.cursor, True
        arrangement.source.keep(arrangement.fetched, self._around())
        if fresh and self.marked:
            self.marked = self.marked.intersection(arrangement.source.keys)
        self._measure()
        self._keep_in_view()
        whole = not was_loaded or old.sort != arrangement.sort or not (old.order and arrangement.order)
        self._repaint(None if whole else before)
        self._fill()
        if fresh and not arrangement.source.complete:
            self.set_timer(WARM_AFTER, partial(self._warm, arrangement.source))
        self.post_message(Arranged(cast(Any, self)))
        self.post_message(Moved(cast(Any, self), self.cursor_key))

    def _warm(self, source: Source[Row]) -> None:
        """Only a list that was not left or read again at once is made ready for a filter."""
        if source is self._now.source and self.display:
            self.ask(source.warm, lambda _: None, group="warm")

    def _measure(self) -> None:
        """Only the scroll bar depends on the length; a new layout, which takes as long as all the rest of
        a key, is made when the bar comes or goes."""
        size = Size(self.size.width, len(self._now.order) + 1)
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)

    def _picture(self) -> list[tuple[Row | None, bool, bool]]:
        """What the lines in view are painted from."""
        top, now = self.scroll_offset.y, self._now
        source, keys = now.source, now.source.keys
        return [
            (source.row(place), number == self._cursor, keys[place] in self.marked)
            for number, place in enumerate(now.near(top, top + self.page), top)
        ]

    def _repaint(self, before: list[tuple[Row | None, bool, bool]] | None) -> None:
        """Of the lines in view those that differ from ``before``; all, when there is nothing to compare."""
        if before is None:
            self.refresh()
            return
        for first, size in _runs(before, self._picture()):
            self.refresh(Region(0, first + 1, self.size.width, size))

    # Rows that are not here yet

    def _around(self) -> Sequence[int]:
        return self._now.near(self._cursor - AROUND * self.page, self._cursor + (AROUND + 1) * self.page)

    def _fill(self) -> None:
        """Read the rows around the view, before they are in it where possible."""
        source, top, page = self._now.source, self.scroll_offset.y, self.page
        if source.complete:
            return
        if not source.missing([*self._now.near(top - page, top + 2 * page), *self._marked_places()]):
            return
        seen = self._now.near(top - AROUND * page, top + (AROUND + 1) * page)
        places = [*seen, *self._marked_places()]
        wanted = [key for key in source.missing(places) if key not in self._coming]
        if wanted:
            self._coming.update(wanted)
            self.ask(
                partial(source.fetch, wanted), partial(self._filled, source, wanted), group="fill", each=True
            )

    def _marked_places(self) -> list[int]:
        """A decision may be about the one marked row, which is not in view."""
        if len(self.marked) != 1:
            return []
        place = self._now.source.place(next(iter(self.marked)))
        return [] if place is None else [place]

    def _filled(self, source: Source[Row], asked: Sequence[Any], rows: Mapping[Any, Row]) -> None:
        self._coming.difference_update(asked)
        if source is not self._now.source:
            return
        before, was_there = self._picture(), self.cursor_row is not None
        source.keep(rows, [*self._around(), *self._marked_places()])
        self._repaint(before)
        if not was_there:
            self.post_message(Moved(cast(Any, self), self.cursor_key))

    # What it holds

    @property
    def loaded(self) -> bool:
        return self._loaded

    @property
    def total(self) -> int:
        return len(self._now.source.keys)

    @property
    def shown_count(self) -> int:
        return len(self._now.order)

    @property
    def shown_for(self) -> str:
        """The filter that what is shown has passed: the one typed, once it is worked out."""
        return self._now.wanted

    @property
    def cursor_key(self) -> Hashable | None:
        return self._standing.key

    @property
    def cursor_row(self) -> Row | None:
        """None also while the row is being read."""
        now = self._now
        return now.source.row(now.order[self._cursor]) if now.order else None

    @property
    def cursor_place(self) -> int:
        return self._cursor

    def row(self, key: Hashable) -> Row | None:
        place = self._now.source.place(key)
        return None if place is None else self._now.source.row(place)

    @property
    def items(self) -> Sequence[Row]:
        """Every row, those the filter hides as well; of a list in the store, those that are here."""
        source = self._now.source
        if isinstance(source, Rows):
            return source.items
        return [row for place in range(self.total) if (row := source.row(place)) is not None]

    def shown_keys(self) -> list[Hashable]:
        return self._now.keys()

    @property
    def marked_hidden(self) -> int:
        """How many marked records the filter hides."""
        if not self.marked or self.shown_count == self.total:
            return 0
        return len(self.marked) - sum(key in self.marked for key in self.shown_keys())

    # Filter and sort

    def watch_wanted(self) -> None:
        self._arrange(to_top=True)

    @property
    def sort_column(self) -> Column[Row] | None:
        return next((c for c in self.columns if c.name == self.sort.column), None)

    def sort_by(self, column: str, *, descending: bool = False) -> None:
        self.sort = Sort(column, descending)
        self._arrange()

    # The cursor

    @property
    def page(self) -> int:
        return max(1, self.size.height - 1)

    def stand_on(self, key: Hashable) -> bool:
        """Put the cursor on that record, if it is shown."""
        found = position(self._now, key)
        if found is None:
            return False
        self.stand(found)
        return True

    def stand(self, place_: int, *, paging: bool = False) -> None:
        """Put the cursor on the nth shown row. Leaving the view scrolls half a page, so that most arrow
        keys repaint two lines only; paging scrolls a page."""
        before = self._cursor
        self._cursor = max(0, min(place_, self.shown_count - 1))
        if self._cursor == before:
            return
        self._refresh_row(before)
        self._refresh_row(self._cursor)
        if paging:
            self.scroll_to(y=max(0, self.scroll_offset.y + self._cursor - before), animate=False)
        self._keep_in_view()
        self.post_message(Moved(cast(Any, self), self.cursor_key))

    def _keep_in_view(self) -> None:
        top, page = self.scroll_offset.y, self.page
        if not self.size.height:
            return
        if self._cursor < top:
            self.scroll_to(y=max(0, self._cursor - page // 2), animate=False)
        elif self._cursor >= top + page:
            self.scroll_to(y=self._cursor - page // 2, animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._fill()

    def _refresh_row(self, place_: int) -> None:
        y = place_ - self.scroll_offset.y + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        self._measure()
        self._keep_in_view()
        self._fill()
        self.refresh()


def _runs(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """(first, how many) of the neighbouring lines that differ: painting twenty lines together takes a
    third of the time of painting each."""
    first = size = 0
    for y in range(max(len(before), len(after))):
        if before[y : y + 1] == after[y : y + 1]:
            continue
        if size and first + size == y:
            size += 1
            continue
        if size:
            yield first, size
        first, size = y, 1
    if size:
        yield first, size
