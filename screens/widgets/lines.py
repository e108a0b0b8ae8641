"""Text as lines of spans: how every part of a screen says what it shows, without markup.

A ``Line`` is a tuple of ``Span``s; a span is text and a *kind* ("good", "muted", ...), and only the widget
that paints knows what a kind looks like.  Foreign text passes ``misconsole.text.shown`` when a span is
made, so that a name from a MIS can be neither markup nor an escape code (textual-notes §2).

``Lines`` is the widget: it repaints only the lines that changed, which keeps slow links quiet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.dom import DOMNode
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from misconsole.text import cells, fit, shown
from screens import glyphs

KINDS = ("strong", "muted", "good", "warn", "bad", "accent", "key", "title", "chosen")


class Span(NamedTuple):
    text: str
    kind: str = ""


Line = tuple[Span, ...]
Builder = Callable[[int], Sequence[Line]]


def span(text: object, kind: str = "") -> Span:
    """The only way foreign text becomes part of a line."""
    return Span(shown(str(text)), kind)


def line(*parts: Span | str) -> Line:
    return tuple(part if isinstance(part, Span) else span(part) for part in parts)


def line_cells(parts: Iterable[Span]) -> int:
    return sum(cells(part.text) for part in parts)


def wrap(parts: Line, width: int, *, indent: int = 0) -> list[Line]:
    """Break a line at spaces into lines of at most ``width`` cells; a word too long for it is cut into
    pieces.  Following lines are indented by ``indent`` cells."""
    width = max(width, 4)
    indent = max(0, min(indent, width - 4))
    lines: list[list[Span]] = [[]]
    used = 0
    for word, kind in _words(parts, width - indent):
        size = cells(word)
        if used + size > width and used > indent:
            lines.append([Span(" " * indent)] if indent else [])
            used = indent
            word = word.lstrip(" ")
            size = cells(word)
        lines[-1].append(Span(word, kind))
        used += size
    return [_joined(each) for each in lines]


def _words(parts: Line, limit: int) -> Iterable[tuple[str, str]]:
    """Words, each with the spaces before it; longer ones than ``limit`` cells in pieces."""
    for text, kind in parts:
        word = ""
        for character in text:
            if (character == " " and word.strip(" ")) or cells(word + character) > limit:
                yield word, kind
                word = ""
            word += character
        if word:
            yield word, kind


def _joined(parts: list[Span]) -> Line:
    """Neighbours of one kind as one span: fewer style changes, fewer bytes."""
    joined: list[Span] = []
    for part in parts:
        if joined and joined[-1].kind == part.kind:
            joined[-1] = Span(joined[-1].text + part.text, part.kind)
        else:
            joined.append(part)
    return tuple(joined)


def difference(before: Line, after: Line) -> tuple[int, int]:
    """(first cell, how many cells) that differ between two lines: only those need to be sent again."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    start = line_cells(before[:same])
    end = max(line_cells(before), line_cells(after))
    if line_cells(before) == line_cells(after):
        tail = 0
        while tail < min(len(before), len(after)) - same and before[-1 - tail] == after[-1 - tail]:
            tail += 1
        end -= line_cells(after[len(after) - tail :])
    return start, max(0, end - start)


def strip_of(parts: Line, width: int, styles: Kinds) -> Strip:
    """Paint a line exactly ``width`` cells wide, cut with an ellipsis where it is longer."""
    base = styles[""]
    segments: list[Segment] = []
    left = width
    for text, kind in parts:
        if left <= 0:
            break
        text = shown(text)
        size = cells(text)
        if size > left:
            text, size = fit(text, left), left
        left -= size
        segments.append(Segment(glyphs.plain(text), styles[kind]))
    if left > 0:
        segments.append(Segment(" " * left, base))
    return Strip(segments, width)


class Kinds(dict[str, Style]):
    """The widget's own style under "", and what its stylesheet says of each kind of words.

    Worked out when a kind is first painted: as component classes they are worked out for every widget each
    time one is mounted or focused, which cost the first frame and every change of focus more than painting.
    ``classes`` are by kind, for kinds that are not words'.
    """

    def __init__(self, widget: Widget, **classes: str) -> None:
        super().__init__({"": widget.rich_style})
        self._widget = widget
        self._classes = {kind: f"lines--{kind}" for kind in KINDS} | classes

    def __missing__(self, kind: str) -> Style:
        style = self[""]
        if kind in self._classes:
            part = DOMNode(classes=self._classes[kind])
            part._attach(self._widget)
            self._widget.app.stylesheet.apply(part)
            style = part.rich_style
        self[kind] = style
        return style


class Lines(ScrollView, can_focus=False, inherit_bindings=False):
    """Shows lines made by a builder ``width -> lines``; asked again when the width changes.

    Not focusable by itself.  ``show`` compares with what is painted and repaints what differs.
    """

    DEFAULT_CSS = """
    Lines {
        height: auto;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & > .lines--strong { text-style: bold; }
        & > .lines--title { text-style: bold; color: $primary; }
        & > .lines--muted { color: $text-muted; }
        & > .lines--good { color: $text-success; }
        & > .lines--warn { color: $text-warning; }
        & > .lines--bad { color: $text-error; }
        & > .lines--accent { color: $text-accent; }
        & > .lines--key { color: $text-accent; text-style: bold; }
        & > .lines--chosen {
            background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
        }
    }
    """

    def __init__(
        self,
        builder: Builder | None = None,
        *,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._builder: Builder = builder or (lambda _width: ())
        self._lines: list[Line] = []
        self._built_for = 0
        self._styles: Kinds | None = None

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    @property
    def plain_text(self) -> str:
        """What is shown, for tests and for copying."""
        return "\n".join("".join(part.text for part in each).rstrip() for each in self._lines)

    def show(self, builder: Builder) -> None:
        """Show other lines; before the first paint there is nothing to compare with."""
        self._builder = builder
        width = self.scrollable_content_region.width
        if not width or not self._built_for or not self.display:
            self._built_for = 0
            self.refresh(layout=bool(width) and self.display and self.styles.is_auto_height)
            return
        old = self._lines
        self._build(width)
        if len(old) != len(self._lines):
            self.refresh(layout=self.styles.is_auto_height)
            return
        for y, (before, after) in enumerate(zip(old, self._lines, strict=True)):
            if before != after:
                start, size = difference(before, after)
                self.refresh(Region(start, y - self.scroll_offset.y, min(size, width - start), 1))

    def _build(self, width: int) -> None:
        self._lines = list(self._builder(width))
        self._built_for = width
        size = Size(width, len(self._lines))
        if size != self.virtual_size:
            self.virtual_size = size

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        return len(self._lines if width == self._built_for else self._builder(width))

    def on_resize(self) -> None:
        width = self.scrollable_content_region.width
        if width and width != self._built_for:
            self._build(width)
            self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = None

    @property
    def line_styles(self) -> Kinds:
        if self._styles is None:
            self._styles = Kinds(self)
        return self._styles

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if width != self._built_for:  # painted before any resize was told
            self._lines = list(self._builder(width))
            self._built_for = width
            self.call_later(self._build, width)
        index = y + self.scroll_offset.y
        parts = self._lines[index] if index < len(self._lines) else ()
        return strip_of(parts, width, self.line_styles)
