"""The one list of the console: the keys that filter, sort, mark and move.

What it shows and where it stands is in ``standing``, how it looks in ``painted``.  An arrow key repaints
two lines, and a hundred thousand rows cost no more to show than twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from textual import events

from screens.commands import Command, bindings
from screens.widgets import told
from screens.widgets.columns import Column
from screens.widgets.lines import Line
from screens.widgets.painted import Painted

Row = TypeVar("Row")


class Grid(Painted[Row], can_focus=True, inherit_bindings=False):
    """Rows of a service, one a line, under a fixed header."""

    BINDINGS = bindings("list")
    scopes = ("list",)
    Moved, Chosen, Arranged = told.Moved, told.Chosen, told.Arranged

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        key: Callable[[Row], Hashable],
        search: Callable[[Row], str],
        empty: Callable[[], Sequence[Line]],
        markable: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(columns, key=key, search=search, empty=empty, id=id)
        self.markable = markable

    # Sort

    def do_sort_next(self, step: int = 1) -> None:
        names = ["", *(c.name for c in self.columns if c.sortable)]
        here = names.index(self.sort.column) if self.sort.column in names else 0
        self.sort_by(names[(here + step) % len(names)])

    def do_sort_previous(self) -> None:
        self.do_sort_next(-1)

    def do_sort_turn(self) -> None:
        self.sort_by(self.sort.column, descending=not self.sort.descending)

    @property
    def sort_words(self) -> str:
        """The order in words, for the line above the list; "" for the service's own order."""
        column = self.sort_column
        if column is None:
            return "reversed" if self.sort.descending else ""
        return f"by {column.title.lower()}{', falling' if self.sort.descending else ''}"

    # Marks

    def do_mark(self) -> None:
        key = self.cursor_key
        if key is None or not self.markable:
            return
        self.marked = self.marked ^ {key}
        self._refresh_row(self._cursor)
        self.post_message(told.Arranged(self))
        self.do_down()

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("list.mark", "list.mark-all") and not self.markable:
            return "The rows of this list are not for marking."
        return ""

    def do_mark_all(self) -> None:
        self.mark_all_shown(not self.marked)

    def mark_all_shown(self, on: bool) -> None:
        self.marked = self.marked.union(self.shown_keys()) if on else frozenset()
        self.refresh()
        self.post_message(told.Arranged(self))

    # Moving

    def do_up(self) -> None:
        self.stand(self._cursor - 1)

    def do_down(self) -> None:
        self.stand(self._cursor + 1)

    def do_page_up(self) -> None:
        self.stand(self._cursor - self.page, paging=True)

    def do_page_down(self) -> None:
        self.stand(self._cursor + self.page, paging=True)

    def do_first(self) -> None:
        self.stand(0)

    def do_last(self) -> None:
        self.stand(self.shown_count - 1)

    def do_choose(self) -> None:
        if (key := self.cursor_key) is not None:
            self.post_message(told.Chosen(self, key))

    # Focus and mouse

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            self._click_header(event.x)
            return
        clicked = self.scroll_offset.y + event.y - 1
        if clicked >= self.shown_count:
            return
        if clicked == self._cursor:
            self.do_choose()
        else:
            self.stand(clicked)

    def _click_header(self, x: int) -> None:
        for spot in self.placed:
            if spot.start <= x < spot.start + spot.width and spot.column.sortable:
                same = self.sort.column == spot.column.name
                self.sort_by(spot.column.name, descending=same and not self.sort.descending)
                return
