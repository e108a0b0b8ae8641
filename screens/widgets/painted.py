"""How a list looks: a fixed header, one line a row, and only the lines in view are ever made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from misconsole.text import cells, fit, shown
from screens import glyphs
from screens.widgets.columns import Column, Placed, as_span, place
from screens.widgets.lines import Kinds, Line, Span, line, strip_of, wrap
from screens.widgets.standing import Standing

Row = TypeVar("Row")
GUTTER = 2  # pointer and mark


class Painted(Standing[Row], inherit_bindings=False):
    """``empty`` says why there are no rows."""

    DEFAULT_CSS = """
    Painted {
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

    def __init__(self, *args: Any, empty: Callable[[], Sequence[Line]], **how: Any) -> None:
        super().__init__(*args, **how)
        self.faint: frozenset[Any] = frozenset()
        self._empty = empty
        self._placed: tuple[Placed[Row], ...] = ()
        self._placed_for = -1
        self._styles: Kinds | None = None

    def lay(self, columns: Sequence[Column[Row]]) -> None:
        """Other columns from now on; rows, order, cursor and marks stay."""
        self.columns = tuple(columns)
        self._placed_for = -1
        self.refresh()

    def fade(self, keys: frozenset[Any]) -> None:
        """Show these rows as put aside (skipped)."""
        self.faint = keys
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = None

    @property
    def styles_by_kind(self) -> Kinds:
        if self._styles is None:
            self._styles = Kinds(self, header="grid--header", cursor="grid--cursor", here="grid--here")
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
        if not self.shown_count:
            return self._render_empty(y, width)
        if y == 0:
            return self._render_header(width)
        number = self.scroll_offset.y + y - 1
        if number >= self.shown_count:
            return Strip.blank(width, self.rich_style)
        return self._render_row(number, width)

    def _render_empty(self, y: int, width: int) -> Strip:
        lines: list[Line] = [()]
        for said in self._why_empty():
            lines += wrap((*line("  "), *said), width, indent=2)
        return strip_of(lines[y] if y < len(lines) else (), width, self.styles_by_kind)

    def _why_empty(self) -> Sequence[Line]:
        if not self._loaded:
            return [line("Reading…")]
        if self.shown_for and self.total:
            return [
                line(f"None of the {self.total} match “{self.shown_for}”."),
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

    def _render_row(self, number: int, width: int) -> Strip:
        source, place_ = self._now.source, self._now.order[number]
        item, key = source.row(place_), source.keys[place_]
        here = number == self._cursor
        pointer = glyphs.POINTER if here else " "
        mark = glyphs.MARK if key in self.marked else " "
        parts = [(f"{pointer}{mark}", "")]
        parts += [] if item is None else self._cells(item)
        styles = self.styles_by_kind
        if here:
            style = styles["cursor" if self.has_focus else "here"]
            return self._one_style("".join(text for text, _ in parts), width, style)
        if key in self.faint:
            return self._one_style("".join(text for text, _ in parts), width, styles["muted"])
        return self._segments(parts, width, styles)

    def _cells(self, item: Row) -> Iterator[tuple[str, str]]:
        for spot in self.placed:
            cell = as_span(spot.column.cell(item))
            yield _aligned(fit(shown(cell.text), spot.width), spot) + "  ", cell.kind

    def _segments(self, parts: list[tuple[str, str]], width: int, styles: Kinds) -> Strip:
        """Neighbouring cells of one kind become one segment: fewer codes on the wire."""
        joined: list[tuple[str, str]] = []
        for text, kind in parts:
            if joined and joined[-1][1] == kind:
                joined[-1] = (joined[-1][0] + text, kind)
            else:
                joined.append((text, kind))
        text, kind = joined.pop()
        joined.append((text.rstrip(), kind))
        return strip_of(tuple(Span(*part) for part in joined), width, styles)

    def _one_style(self, text: str, width: int, style: Style) -> Strip:
        return Strip([Segment(glyphs.plain(fit(text.rstrip(), width)), style)], width)


def _aligned(text: str, spot: Placed[Row]) -> str:
    if not spot.column.right:
        return text
    bare = text.rstrip()
    return " " * (cells(text) - cells(bare)) + bare
