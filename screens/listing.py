"""A screen that is one list with what is under its cursor beside it: below it where the terminal is narrow.

What all of them have in common is here alone, so that a details pane never tells of another row than the one
the keys act on: it follows the cursor, begins at its top for another row, keeps its place while the same row
is read again, and is painted anew when the mask is switched.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Container

from screens.frame import Frame
from screens.reading import Reading
from screens.showing import Showing
from screens.widgets.grid import Grid
from screens.widgets.lines import Line
from screens.widgets.panel import Panel

Row = TypeVar("Row")


class Listing(Frame[None], Generic[Row]):
    """Subclasses set ``grid`` and ``school`` (a URN) when they are made, and give ``details``.

    ``noun`` is what a row is, singular and plural; ``heading`` stands before the count.
    """

    noun: ClassVar[tuple[str, str]]
    heading: ClassVar[str] = ""

    grid: Grid[Row]
    school: str
    _stood: Row | None = None

    def details(self, row: Row, width: int) -> list[Line]:
        """What is said of the row under the cursor."""
        raise NotImplementedError

    def about(self, width: int) -> list[Line]:
        """What stands beside the list; nothing where no row is under the cursor."""
        row = self.grid.cursor_row
        return [] if row is None else self.details(row, width)

    def moved(self) -> None:
        """Another row is under the cursor, or the list was read again."""

    # Showing

    @property
    def urn(self) -> str:
        return self.school

    @property
    def showing(self) -> Showing:
        return self.program.showing

    def body(self) -> ComposeResult:
        with Container(classes="beside"):
            yield Panel(self.grid, noun=self.noun, heading=self.heading)
            yield Reading(self.about, classes="about")

    def on_grid_moved(self) -> None:
        """A subclass has ``moved``, not this: handlers of a message are called class by class."""
        before, self._stood = self._stood, self.grid.cursor_row
        self.show_about()
        if before is None or before != self._stood:
            self.query_one(Reading).scroll_home(animate=False)
        self.moved()
        self.refresh_bindings()

    def show_about(self) -> None:
        self.query_one(Reading).show(self.about)

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.grid.refresh()
        self.show_about()
