"""Slips to print and cut: one a person, a new page and a heading for each registration group.

The same people, passwords and day give the same bytes.  Nothing is cut off: a long name shrinks, then wraps;
a name with a letter the font does not have is written in plain letters, and that is told.  The document's
properties name the school and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.exports.cells import line
from misconsole.handouts.slip import Sheet, Slip, grouped
from misconsole.rules.handout_settings import USUAL

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).with_name("fonts")
PLAIN, MONO = "Plain", "Mono"
WIDE, HIGH = 210.0, 297.0  # A4, in mm
EDGE, HEAD, COLUMNS = 10.0, 12.0, 2
ROWS, ROWS_LONG = 4, 3  # slips down a page; fewer where the first steps are long
LONG_STEPS = 260  # characters
INSIDE = 4.0
LARGEST_STEPS = 10  # points
POINT = 0.3528  # mm


@dataclass(frozen=True, slots=True)
class Printed:
    """``plain``: whose names were written in other letters than their own."""

    content: bytes
    plain: tuple[str, ...]
    pages: int


def content(slips: Iterable[Slip], sheet: Sheet) -> Printed:
    page = _Page(sheet)
    for heading, group in grouped(slips):
        page.group(heading, group)
    return page.printed()


class _Page:
    """The document under way. Sizes are points, places and widths mm."""

    def __init__(self, sheet: Sheet) -> None:
        from fpdf import FPDF

        self.sheet = sheet
        self.plain: list[str] = []
        self.rows = ROWS_LONG if sum(map(len, sheet.steps)) > LONG_STEPS else ROWS
        self.wide = (WIDE - 2 * EDGE) / COLUMNS
        self.high = (HIGH - 2 * EDGE - HEAD) / self.rows
        pdf = self.pdf = FPDF(format="A4", unit="mm")
        pdf.set_auto_page_break(False)
        pdf.add_font(PLAIN, fname=FONTS / "DejaVuSans.ttf")
        pdf.add_font(MONO, fname=FONTS / "DejaVuSansMono-Bold.ttf")
        pdf.set_creation_date(datetime.combine(sheet.day, time(), tzinfo=UTC))
        pdf.set_title("First passwords")
        font: Any = pdf.fonts[PLAIN.lower()]
        self.known = frozenset(font.cmap)  # code points the font for names has
        self.school = self._letters(sheet.school)

    def printed(self) -> Printed:
        pages = self.pdf.page
        return Printed(bytes(self.pdf.output()), tuple(self.plain), pages)

    def group(self, heading: str, group: list[Slip]) -> None:
        each_page = self.rows * COLUMNS
        pages = -(-len(group) // each_page)
        for n in range(pages):
            self.pdf.add_page()
            self._head(heading, n + 1, pages)
            for place, each in enumerate(group[n * each_page : (n + 1) * each_page]):
                self._slip(each, place)

    def _head(self, heading: str, page: int, pages: int) -> None:
        self._line(EDGE, EDGE - 2, self._letters(heading), 14, self.wide)
        said = f"{self.school}, {self.sheet.day:%-d %B %Y}, page {page} of {pages} of this group"
        self._line(EDGE, EDGE + 4.2, said, 8, WIDE - 2 * EDGE, grey=True)
        warning = "Secret: cut, hand out, and shred what is left."
        self._line(WIDE - EDGE - self._width(warning, 8), EDGE - 1, warning, 8, WIDE / 2 - EDGE, grey=True)

    def _slip(self, each: Slip, place: int) -> None:
        left = EDGE + (place % COLUMNS) * self.wide
        top = EDGE + HEAD + (place // COLUMNS) * self.high
        self._cuts(left, top)
        x, y, wide = left + INSIDE, top + INSIDE - 1, self.wide - 2 * INSIDE
        y = self._line(x, y, self.school, 8, wide, grey=True)
        y = self._wrapped(x, y, self._own(each), 14, 7, wide, most=2) + 0.4
        about = ", ".join(filter(None, (each.heading if each.group else "", each.year)))
        y = self._line(x, y, self._letters(about), 8, wide, grey=True) if about else y
        y = self._labelled(x, y + 1.2, "Username", each.sign_in, 13, wide)
        y = self._labelled(x, y, "Password", each.password.reveal(), 22, wide)
        if each.email and each.email.lower() != each.sign_in.lower():
            y = self._labelled(x, y, "E-mail", each.email, 9, wide)
        self._foot(x, y + 0.6, wide, top + self.high - INSIDE / 2)

    def _own(self, each: Slip) -> str:
        name = line(each.name) or each.username
        shown = self._letters(name)
        if shown != name:
            self.plain.append(each.username)
        return shown

    def _labelled(self, x: float, y: float, label: str, value: str, size: float, wide: float) -> float:
        y = self._line(x, y, label, 8, wide, grey=True)
        return self._wrapped(x, y, value, size, 7, wide, font=MONO, most=3) + 1.2

    def _foot(self, x: float, y: float, wide: float, bottom: float) -> None:
        """Where to sign in and what to do first, as large as the room lets it be."""
        where = [] if self.sheet.where == USUAL else [f"Sign in at: {self.sheet.where}"]
        said = [*where, *self.sheet.steps]
        for half in range(LARGEST_STEPS * 2, 6, -1):
            size = half / 2
            lines = [each for text in said for each in self._split(self._letters(text), size, wide)]
            if y + len(lines) * size * POINT * 1.15 <= bottom:
                break
        for each in lines:
            y = self._line(x, y, each, size, wide)

    def _cuts(self, left: float, top: float) -> None:
        pdf = self.pdf
        pdf.set_draw_color(150)
        pdf.set_line_width(0.15)
        pdf.set_dash_pattern(dash=1.2, gap=1.2)
        pdf.rect(left, top, self.wide, self.high)
        pdf.set_dash_pattern()

    def _letters(self, text: str) -> str:
        """The text in letters the font has; the whole of it in plain ones where it lacks any."""
        from anyascii import anyascii

        shown = line(text)
        return shown if self.known.issuperset(map(ord, shown)) else anyascii(shown)

    def _line(
        self, x: float, y: float, text: str, size: float, wide: float, *, grey: bool = False,
        font: str = PLAIN,
    ) -> float:  # fmt: skip
        """One line, smaller where it would not fit; where the next one begins."""
        pdf: FPDF = self.pdf
        pdf.set_font(font, size=size)
        if (needs := pdf.get_string_width(text)) > wide:
            pdf.set_font(font, size=size * wide / needs)
        pdf.set_text_color(90 if grey else 0)
        pdf.text(x, y + size * POINT * 0.85, text)
        return y + size * POINT * 1.15

    def _wrapped(
        self, x: float, y: float, text: str, size: float, least: float, wide: float, *, most: int,
        font: str = PLAIN,
    ) -> float:  # fmt: skip
        """As large as fits in one line down to ``least``, then over up to ``most`` lines, or smaller."""
        needs = self._width(text, size, font)
        size = size if needs <= wide else max(least, size * wide / needs * 0.99)
        lines = self._split(text, size, wide, font)
        while len(lines) > most:
            size *= 0.9
            lines = self._split(text, size, wide, font)
        for each in lines:
            y = self._line(x, y, each, size, wide, font=font)
        return y

    def _width(self, text: str, size: float, font: str = PLAIN) -> float:
        self.pdf.set_font(font, size=size)
        return float(self.pdf.get_string_width(text))

    def _split(self, text: str, size: float, wide: float, font: str = PLAIN) -> list[str]:
        """At spaces, and within a word that alone is wider than the line."""
        lines = [""]
        for word in text.split(" "):
            tried = f"{lines[-1]} {word}" if lines[-1] else word
            if self._width(tried, size, font) <= wide:
                lines[-1] = tried
                continue
            lines += [] if not lines[-1] else [""]
            for char in word:
                if lines[-1] and self._width(lines[-1] + char, size, font) > wide:
                    lines.append("")
                lines[-1] += char
        return lines
