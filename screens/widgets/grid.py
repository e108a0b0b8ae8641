"""The one list of the console: a grid that paints only the lines in view.

It protects three things.  The cursor and the marks belong to records, not to row numbers, so sorting,
filtering and refreshing never move a decision onto somebody else.  An arrow key repaints two lines.  And
a hundred thousand rows cost no more to show than twenty.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from misconsole.text import cells, fit, shown
from screens import glyphs
from screens.commands import Command, bindings
from screens.hosting import Hosting
from screens.widgets.columns import Column, Placed, as_span, place
from screens.widgets.lines import KINDS, Line, line, strip_of, wrap
from screens.widgets.order import Rows, Sort, next_after, order

Row = TypeVar("Row")
GUTTER = 2  # pointer and mark


class Grid(ScrollView, Hosting, Generic[Row], can_focus=True, inherit_bindings=False):
    """Rows of a service, one a line, under a fixed header."""

    BINDINGS = bindings("list")
    scopes = ("list",)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"grid--header", "grid--cursor", "grid--here"} | {
        f"lines--{kind}" for kind in KINDS
    }
    DEFAULT_CSS = """
    Grid {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & > .grid--header { color: $text-muted; text-style: bold; }
        & > .grid--here { background: $block-cursor-blurred-background; }
        & > .grid--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .lines--strong { text-style: bold; }
        & > .lines--title { text-style: bold; color: $primary; }
        & > .lines--muted { color: $text-muted; }
        & > .lines--good { color: $text-success; }
        & > .lines--warn { color: $text-warning; }
        & > .lines--bad { color: $text-error; }
        & > .lines--accent { color: $text-accent; }
        & > .lines--key { color: $text-accent; text-style: bold; }
    }
    """
    wanted: var[str] = var("", init=False)

    @dataclass
    class Moved(Message):
        """Another record is under the cursor (None: the list is empty)."""

        grid: Grid[Any]
        key: Hashable | None

        @property
        def control(self) -> Grid[Any]:
            return self.grid

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, Grid.Moved) and message.grid is self.grid

    @dataclass
    class Chosen(Message):
        """Enter, or a click on the row under the cursor."""

        grid: Grid[Any]
        key: Hashable

        @property
        def control(self) -> Grid[Any]:
            return self.grid

    @dataclass
    class Arranged(Message):
        """Rows, filter, sort or marks changed: counts shown elsewhere may need a new look."""

        grid: Grid[Any]

        @property
        def control(self) -> Grid[Any]:
            return self.grid

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
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.key_of = key
        self.search_of = search
        self.markable = markable
        self.sort = Sort()
        self.marked: frozenset[Hashable] = frozenset()
        self.faint: frozenset[Hashable] = frozenset()
        self._empty = empty
        self._rows: Rows[Row] = Rows()
        self._order: list[int] = []
        self._cursor = 0
        self._placed: tuple[Placed[Row], ...] = ()
        self._placed_for = -1
        self._styles: dict[str, Style] | None = None
        self._loaded = False

    # What is shown

    def prepare(self, items: Sequence[Row]) -> Rows[Row]:
        """Safe in a thread: keys and haystack of rows just read."""
        return Rows.made(items, key=self.key_of, search=self.search_of)

    def show(self, rows: Rows[Row] | Sequence[Row]) -> None:
        """Show these rows instead; cursor and marks stay with their records."""
        before, was_loaded = self._picture(), self._loaded
        self._rows, old = rows if isinstance(rows, Rows) else self.prepare(rows), self._rows
        self._loaded = True
        if self.marked:
            self.marked = frozenset(key for key in self.marked if key in self._rows.index)
        self._arrange([old.keys[i] for i in self._order])
        after = self._picture()
        if not was_loaded or len(before) != len(after):
            self.refresh()
            return
        for y, (old_line, new_line) in enumerate(zip(before, after, strict=True)):
            if old_line != new_line:
                self.refresh(Region(0, y + 1, self.size.width, 1))

    def _picture(self) -> list[tuple[Row, bool, bool]]:
        """What the lines in view are painted from."""
        top = self.scroll_offset.y
        shown = range(top, min(top + self.page, len(self._order)))
        return [
            (
                self._rows.items[self._order[n]],
                n == self._cursor,
                self._rows.keys[self._order[n]] in self.marked,
            )
            for n in shown
        ]

    def _arrange(self, old_keys: Sequence[Hashable] | None = None, *, to_top: bool = False) -> None:
        """Filter and sort again; stand on the same record, or on its neighbour when it is gone."""
        keys = old_keys if old_keys is not None else [self._rows.keys[i] for i in self._order]
        here = keys[self._cursor] if 0 <= self._cursor < len(keys) else None
        column = self.sort_column
        self._order = order(
            self._rows,
            wanted=self.wanted,
            sort_key=column.key if column else None,
            descending=self.sort.descending,
        )
        places = {self._rows.keys[i]: n for n, i in enumerate(self._order)}
        if here is not None and here not in places:
            here = None if to_top else next_after(here, keys, places)
        self._cursor = places.get(here, 0) if here is not None else 0
        self.virtual_size = Size(self.size.width, len(self._order) + 1)
        self._keep_in_view()
        self.post_message(self.Arranged(self))
        self.post_message(self.Moved(self, self.cursor_key))

    @property
    def loaded(self) -> bool:
        return self._loaded

    @property
    def total(self) -> int:
        return len(self._rows.items)

    @property
    def shown_count(self) -> int:
        return len(self._order)

    @property
    def cursor_key(self) -> Hashable | None:
        return self._rows.keys[self._order[self._cursor]] if self._order else None

    @property
    def cursor_row(self) -> Row | None:
        return self._rows.items[self._order[self._cursor]] if self._order else None

    @property
    def cursor_place(self) -> int:
        return self._cursor

    def row(self, key: Hashable) -> Row | None:
        index = self._rows.index.get(key)
        return None if index is None else self._rows.items[index]

    @property
    def items(self) -> Sequence[Row]:
        """Every row, those the filter hides as well."""
        return self._rows.items

    def shown_keys(self) -> list[Hashable]:
        return [self._rows.keys[i] for i in self._order]

    @property
    def marked_hidden(self) -> int:
        """How many marked records the filter hides."""
        if not self.marked:
            return 0
        visible = {self._rows.keys[i] for i in self._order}
        return sum(key not in visible for key in self.marked)

    # Filter and sort

    def watch_wanted(self) -> None:
        self._arrange(to_top=True)
        self.refresh()

    @property
    def sort_column(self) -> Column[Row] | None:
        return next((c for c in self.columns if c.name == self.sort.column), None)

    def sort_by(self, column: str, *, descending: bool = False) -> None:
        self.sort = Sort(column, descending)
        self._arrange()
        self.refresh()

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
        self.post_message(self.Arranged(self))
        self.do_down()

    def why_not(self, wanted: Command) -> str:
        if wanted.id in ("list.mark", "list.mark-all") and not self.markable:
            return "The rows of this list are not for marking."
        return ""

    def do_mark_all(self) -> None:
        self.mark_all_shown(not self.marked)

    def mark_all_shown(self, on: bool) -> None:
        shown_keys = frozenset(self.shown_keys())
        self.marked = self.marked | shown_keys if on else frozenset()
        self.refresh()
        self.post_message(self.Arranged(self))

    def fade(self, keys: frozenset[Hashable]) -> None:
        """Show these rows as put aside (skipped)."""
        self.faint = keys
        self.refresh()

    # Moving

    @property
    def page(self) -> int:
        return max(1, self.size.height - 1)

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
        self.stand(len(self._order) - 1)

    def do_choose(self) -> None:
        if (key := self.cursor_key) is not None:
            self.post_message(self.Chosen(self, key))

    def stand_on(self, key: Hashable) -> bool:
        """Put the cursor on that record, if it is shown."""
        index = self._rows.index.get(key)
        if index is None or index not in self._order:
            return False
        self.stand(self._order.index(index))
        return True

    def stand(self, place_: int, *, paging: bool = False) -> None:
        """Put the cursor on the nth shown row. Leaving the view scrolls half a page, so that most arrow
        keys repaint two lines only; paging scrolls a page."""
        before = self._cursor
        self._cursor = max(0, min(place_, len(self._order) - 1))
        if self._cursor == before:
            return
        self._refresh_row(before)
        self._refresh_row(self._cursor)
        if paging:
            self.scroll_to(y=max(0, self.scroll_offset.y + self._cursor - before), animate=False)
        self._keep_in_view()
        self.post_message(self.Moved(self, self.cursor_key))

    def _keep_in_view(self) -> None:
        top, page = self.scroll_offset.y, self.page
        if not self.size.height:
            return
        if self._cursor < top:
            self.scroll_to(y=max(0, self._cursor - page // 2), animate=False)
        elif self._cursor >= top + page:
            self.scroll_to(y=self._cursor - page // 2, animate=False)

    def _refresh_row(self, place_: int) -> None:
        y = place_ - self.scroll_offset.y + 1
        if 1 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._order) + 1)
        self._keep_in_view()
        self.refresh()

    def on_focus(self) -> None:
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            self._click_header(event.x)
            return
        clicked = self.scroll_offset.y + event.y - 1
        if clicked >= len(self._order):
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

    # Painting

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = None

    @property
    def styles_by_kind(self) -> dict[str, Style]:
        if self._styles is None:
            self._styles = {"": self.rich_style} | {
                kind: self.get_component_rich_style(f"lines--{kind}") for kind in KINDS
            }
            for name in ("header", "cursor", "here"):
                self._styles[name] = self.get_component_rich_style(f"grid--{name}")
        return self._styles

    @property
    def placed(self) -> tuple[Placed[Row], ...]:
        width = self.scrollable_content_region.width
        if width != self._placed_for:
            self._placed = place(self.columns, width, start=GUTTER)
            self._placed_for = width
        return self._placed

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if not self._order:
            return self._render_empty(y, width)
        if y == 0:
            return self._render_header(width)
        row = self.scroll_offset.y + y - 1
        if row >= len(self._order):
            return Strip.blank(width, self.rich_style)
        return self._render_row(row, width)

    def _render_empty(self, y: int, width: int) -> Strip:
        lines: list[Line] = [()]
        for said in self._why_empty():
            lines += wrap((*line("  "), *said), width, indent=2)
        return strip_of(lines[y] if y < len(lines) else (), width, self.styles_by_kind)

    def _why_empty(self) -> Sequence[Line]:
        if not self._loaded:
            return [line("Reading…")]
        if self.wanted and self.total:
            return [
                line(f"None of the {self.total} match “{self.wanted}”."),
                line("Escape", " clears the filter."),
            ]
        return self._empty()

    def _render_header(self, width: int) -> Strip:
        text = " " * GUTTER
        for spot in self.placed:
            title = spot.column.title
            if spot.column.name == self.sort.column:
                title += f" {glyphs.DOWN}" if self.sort.descending else f" {glyphs.UP}"
            title = fit(title, spot.width)
            text += _aligned(title, spot) + "  "
        return self._one_style(text, width, self.styles_by_kind["header"])

    def _render_row(self, row: int, width: int) -> Strip:
        index = self._order[row]
        item, key = self._rows.items[index], self._rows.keys[index]
        here = row == self._cursor
        pointer = glyphs.POINTER if here else " "
        mark = glyphs.MARK if key in self.marked else " "
        parts = [(f"{pointer}{mark}", "")]
        for spot in self.placed:
            cell = as_span(spot.column.cell(item))
            parts.append((_aligned(fit(shown(cell.text), spot.width), spot) + "  ", cell.kind))
        styles = self.styles_by_kind
        if here:
            style = styles["cursor" if self.has_focus else "here"]
            return self._one_style("".join(text for text, _ in parts), width, style)
        if key in self.faint:
            return self._one_style("".join(text for text, _ in parts), width, styles["muted"])
        return self._segments(parts, width, styles)

    def _segments(self, parts: list[tuple[str, str]], width: int, styles: dict[str, Style]) -> Strip:
        """Neighbouring cells of one kind become one segment: fewer codes on the wire."""
        joined: list[tuple[str, str]] = []
        for text, kind in parts:
            if joined and joined[-1][1] == kind:
                joined[-1] = (joined[-1][0] + text, kind)
            else:
                joined.append((text, kind))
        segments = [Segment(glyphs.plain(text), styles.get(kind, styles[""])) for text, kind in joined]
        return Strip(segments).adjust_cell_length(width, styles[""])

    def _one_style(self, text: str, width: int, style: Style) -> Strip:
        return Strip([Segment(glyphs.plain(fit(text.rstrip(), width)), style)], width)


def _aligned(text: str, spot: Placed[Row]) -> str:
    if not spot.column.right:
        return text
    bare = text.rstrip()
    return " " * (cells(text) - cells(bare)) + bare
