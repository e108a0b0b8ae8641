"""A link to open elsewhere: sent to the terminal's clipboard, spelt out, and as a QR code for a phone."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from screens import glyphs
from screens.frame import Frame
from screens.reading import Reading
from screens.widgets.lines import Line, line, span, wrap

QUIET = 2  # light modules around the code


class Link(Frame[None]):
    AUTO_FOCUS = "Reading"

    def __init__(self, link: str, title: str) -> None:
        super().__init__()
        self.link = link
        self.link_title = title

    def place(self) -> Sequence[str]:
        return ("Connect", self.link_title)

    def body(self) -> ComposeResult:
        yield Reading(self._lines)

    def _lines(self, width: int) -> list[Line]:
        code = qr_lines(self.link, dark=self.program.current_theme.dark, ascii_only=glyphs.ascii_only())
        return [
            *wrap(line(span(self.link, "accent")), width),
            (),
            *(line(span(row)) for row in code),
            line("q goes back"),
        ]


def qr_lines(text: str, *, dark: bool, ascii_only: bool) -> list[str]:
    """Rows of a QR code. Light modules are drawn on a dark screen and dark ones on a light screen, so that
    the code always has the right way round; two module rows a line, or two signs a module in ASCII."""
    import segno

    code = segno.make(text, error="l", micro=False)
    rows = [[bool(cell) for cell in row] for row in code.matrix]
    size = len(rows[0]) + 2 * QUIET
    empty = [[False] * size for _ in range(QUIET)]
    rows = [*empty, *([False] * QUIET + row + [False] * QUIET for row in rows), *empty]
    drawn = [[cell != dark for cell in row] for row in rows]
    if ascii_only:
        return ["".join("##" if cell else "  " for cell in row) for row in drawn]
    if len(drawn) % 2:
        drawn.append([dark] * size)
    pairs = zip(drawn[::2], drawn[1::2], strict=True)
    return ["".join(BLOCKS[top, bottom] for top, bottom in zip(*pair, strict=True)) for pair in pairs]


BLOCKS = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
