"""A screen that is one text to read: what a service answered or, where it could not, why, and what to do."""

from __future__ import annotations

from textual.app import ComposeResult

from screens import glyphs
from screens.asking import Trouble
from screens.frame import Frame
from screens.reading import Reading
from screens.widgets.lines import Line, line, span, wrap


class Page(Frame[None]):
    """Subclasses set ``school`` (a URN) when they are made, and give ``lines``."""

    AUTO_FOCUS = "Reading"
    DEFAULT_CSS = "Page Reading { margin-top: 1; }"

    school: str
    problem: Trouble | None = None

    def lines(self, width: int) -> list[Line]:
        raise NotImplementedError

    @property
    def urn(self) -> str:
        return self.school

    def body(self) -> ComposeResult:
        yield Reading(self.lines)

    def failed(self, trouble: Trouble) -> None:
        self.problem = trouble
        self.repaint()

    def repaint(self) -> None:
        self.query_one(Reading).show(self.lines)
        self.retitle()
        self.refresh_bindings()

    def redraw_masked(self) -> None:
        super().redraw_masked()
        self.repaint()


def trouble_lines(trouble: Trouble, width: int) -> list[Line]:
    said = wrap(line(span(f"{glyphs.PROBLEM} {trouble.message}", "bad")), width, indent=2)
    return [*said, *wrap(line(trouble.mend), width)]
