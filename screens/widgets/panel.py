"""A list with the line above it: how many rows, how many the filter shows, what is marked, the filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from screens import glyphs
from screens.commands import bindings
from screens.hosting import Hosting
from screens.remembering import Remembering, name_of
from screens.showing import HIDDEN, counted
from screens.widgets.field import FilterField, is_masked
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, Lines, Span, line, span
from screens.widgets.told import Arranged


class Panel(Vertical, Hosting):
    """``noun`` is what a row is, singular and plural; ``heading`` stands before the count, and what
    ``summary`` says of all rows after it, while all of them are shown."""

    BINDINGS = bindings("panel")
    scopes = ("panel",)
    DEFAULT_CSS = """
    Panel { height: 1fr; }
    Panel > .panel--count { height: 1; padding: 0 1; }
    Panel > FilterField { display: none; margin: 0 1; width: 1fr; }
    Panel.-filtering > FilterField { display: block; }
    Panel.-filtering > .panel--count { display: none; }
    """

    def __init__(
        self,
        grid: Grid[Any],
        *,
        noun: tuple[str, str],
        heading: str = "",
        summary: Callable[[], Sequence[Span]] = tuple,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.grid = grid
        self.summary = summary
        self.noun = noun
        self.heading = heading
        self._count = Lines(self._count_lines, classes="panel--count")
        self._field: FilterField | None = None  # made when it is first asked for: most lists never are

    def compose(self) -> ComposeResult:
        yield self._count
        yield self.grid

    def on_mount(self) -> None:
        """The order and the filter this list was left with."""
        if self._memory is not None:
            self._memory.put_back(name_of(self), self.grid)

    @property
    def _memory(self) -> Remembering | None:
        """Of the console; a list shown by itself has none."""
        return getattr(self.app, "memory", None)

    def _count_lines(self, _width: int) -> Sequence[Line]:
        grid = self.grid
        if not grid.loaded:
            return [line(span(self.heading, "strong"))]
        if grid.shown_for:
            words = HIDDEN if is_masked(self.app) else grid.shown_for
            said = f"{grid.shown_count:,} of {counted(grid.total, *self.noun)} match “{words}”"
        else:
            said = counted(grid.total, *self.noun)
        parts = [span(f"{self.heading}  " if self.heading else "", "strong"), span(said, "muted")]
        if not grid.shown_for:
            parts += self.summary()
        if words := grid.sort_words:
            parts.append(span(f" {glyphs.DOT} {words}", "muted"))
        if grid.marked:
            hidden = f", {grid.marked_hidden} hidden" if grid.marked_hidden else ""
            parts.append(span(f" {glyphs.MARK} {len(grid.marked)} marked{hidden}", "accent"))
        return [line(*parts)]

    def on_grid_arranged(self, message: Arranged) -> None:
        if message.grid is self.grid:
            self._count.show(self._count_lines)
            if self._memory is not None:
                self._memory.left(name_of(self), self.grid)

    def cover(self) -> None:
        """The privacy mask was switched: what is looked for may be a name."""
        self._count.show(self._count_lines)

    async def do_filter(self) -> None:
        """Before the next key is looked at: letters typed after this one must not be taken as keys."""
        self.add_class("-filtering")
        if self._field is None:
            self._field = FilterField(self.grid.wanted, typed=self._typed)
            await self.mount(self._field, before=self.grid)
        self.screen.set_focus(self._field)

    def do_clear(self) -> None:
        if self._field is not None:
            self._field.value = ""
        self.grid.wanted = ""

    def _typed(self, words: str) -> None:
        self.grid.wanted = words

    def on_input_changed(self, event: Input.Changed) -> None:
        """Heard already, and nobody else's business."""
        if event.input is self._field:
            event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input is self._field:
            event.stop()
            self.remove_class("-filtering")
            self._count.show(self._count_lines)
            self.grid.focus()
