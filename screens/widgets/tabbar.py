"""The tabs of a workspace on one line that always fits: labels shorten, counts shorten, then the line
slides around the open tab. Nothing is ever cut in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from screens import glyphs
from screens.showing import short_count
from screens.widgets.lines import Line, Lines, Span, line, span


@dataclass(frozen=True, slots=True, kw_only=True)
class TabLabel:
    slug: str
    label: str
    short: str
    tiny: str
    count: int | None = None


class TabBar(Lines):
    DEFAULT_CSS = "TabBar { height: 1; padding: 0; }"

    @dataclass
    class Picked(Message):
        slug: str

    def __init__(self) -> None:
        super().__init__(self._bar)
        self.tabs: tuple[TabLabel, ...] = ()
        self.open = ""
        self._spots: list[tuple[int, int, str]] = []

    def set(self, tabs: Sequence[TabLabel], opened: str) -> None:
        self.tabs, self.open = tuple(tabs), opened
        self.show(self._bar)

    def _bar(self, width: int) -> Sequence[Line]:
        for words, gap in ((_long, 3), (_short, 2), (_close, 1), (_tiny, 1)):
            labels = [words(tab) for tab in self.tabs]
            if sum(map(len, labels)) + gap * len(labels) <= width:
                return [self._joined(labels, range(len(labels)), gap)]
        labels = [_short(tab) for tab in self.tabs]
        return [self._joined(labels, self._window(labels, width - 4), 2)]

    def _window(self, labels: Sequence[str], width: int) -> range:
        """As many neighbours of the open tab as fit."""
        here = next((n for n, tab in enumerate(self.tabs) if tab.slug == self.open), 0)
        first, last = here, here + 1
        while True:
            wider = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last < len(labels))
            fitting = [w for w in wider if sum(len(labels[n]) + 2 for n in range(*w)) <= width]
            if not fitting:
                return range(first, last)
            first, last = fitting[-1]

    def _joined(self, labels: Sequence[str], shown: range, gap: int) -> Line:
        parts: list[Span] = []
        self._spots = []
        x = 0
        if shown and shown.start > 0:
            parts.append(span(f"{glyphs.LEFT} ", "muted"))
            x += 2
        for n in shown:
            opened = self.tabs[n].slug == self.open
            text = f"{' ' * (gap > 1)}{labels[n]}{' ' * (gap > 0)}"
            self._spots.append((x, x + len(text), self.tabs[n].slug))
            parts.append(span(text, "chosen" if opened else ("" if self.tabs[n].count else "muted")))
            x += len(text)
            if gap > 2 and n + 1 in shown:
                parts.append(span(glyphs.COLUMN, "muted"))
                x += 1
        if shown and shown.stop < len(labels):
            parts.append(span(f" {glyphs.POINTER}", "muted"))
        return line(*parts)

    def on_click(self, event: events.Click) -> None:
        for start, end, slug in self._spots:
            if start <= event.x < end:
                self.post_message(self.Picked(slug))


def _long(tab: TabLabel) -> str:
    return f"{tab.label} {tab.count:,}" if tab.count else tab.label


def _short(tab: TabLabel) -> str:
    return f"{tab.short} {short_count(tab.count)}" if tab.count else tab.short


def _close(tab: TabLabel) -> str:
    return f"{tab.short}:{short_count(tab.count)}" if tab.count else tab.short


def _tiny(tab: TabLabel) -> str:
    return f"{tab.tiny}:{short_count(tab.count)}" if tab.count else tab.tiny
