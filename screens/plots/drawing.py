"""A figure drawn with characters: once, and again only when it or the window changes."""

from __future__ import annotations

from rich.text import Text
from textual_plotext import PlotextPlot

from misconsole import drawing
from misconsole.rules.figures import Figure
from screens import glyphs


class Drawing(PlotextPlot):
    """Empty until ``show``. Signs tell series apart where colours cannot."""

    DEFAULT_CSS = "Drawing { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.figure: Figure | None = None
        self._drawn: tuple[object, Text] | None = None

    def show(self, figure: Figure) -> None:
        self.figure = figure
        self._drawn = None
        self.refresh()

    def render(self) -> Text:
        if self.figure is None or self.figure.empty or self.size.width < 20 or self.size.height < 6:
            return Text("")
        key = (self.figure, self.size, self.app.theme, glyphs.ascii_only())
        if self._drawn is None or self._drawn[0] != key:
            drawing.draw(self.plt, self.figure, width=self.size.width, plain=glyphs.ascii_only())
            picture = super().render()
            assert isinstance(picture, Text)  # noqa: S101 - what the widget promises
            if glyphs.ascii_only():
                picture.plain = picture.plain.translate(drawing.ASCII)
            self._drawn = (key, picture)
        return self._drawn[1]
