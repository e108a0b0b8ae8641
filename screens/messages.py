"""`F8`: what the console said in this sitting, newest first, so that no message is missed for good."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from screens.frame import Frame
from screens.reading import Reading
from screens.widgets.bars import Notice
from screens.widgets.lines import Line, line, span, wrap


class Messages(Frame[None]):
    AUTO_FOCUS = "#said"

    def place(self) -> Sequence[str]:
        return ("Messages",)

    def body(self) -> ComposeResult:
        yield Reading(self._lines, id="said")

    def _lines(self, width: int) -> list[Line]:
        said = self.program.said
        if not said:
            return [(), line("Nothing has been said yet. q goes back.")]
        lines: list[Line] = []
        for at, kind, text in reversed(said):
            sign = Notice.SIGNS.get(kind, " ")
            shown = self.program.showing.prose(text)
            lines += wrap(
                line(span(f"{at.astimezone():%H:%M:%S} ", "muted"), span(f"{sign} ", kind), shown),
                width,
                indent=11,
            )
        return lines
