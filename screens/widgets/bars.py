"""The three fixed lines of every screen: where you are, what just happened, and the keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.dom import DOMNode

from misconsole.text import cells, fit, shown
from screens import glyphs
from screens.commands import Command
from screens.hosting import Hosting
from screens.widgets.field import Field
from screens.widgets.lines import Line, Lines, Span, line, line_cells, span, wrap

if TYPE_CHECKING:
    from screens.frame import Frame

Offered = tuple[Command, DOMNode, str]
POINTING = f" {glyphs.POINTER} "
LEAST_CRUMB = 12  # cells; a name cut shorter names nothing
ALWAYS = 80  # footer numbers from here on are never left out


def crumbs_within(place: Sequence[str], room: int) -> str:
    """The way to a screen in ``room`` cells. What goes first is where every way begins, then the tail of the
    longest name, then the way itself; the screen's own name stays."""
    crumbs = [shown(each) for each in place]
    if _size(crumbs) > room and len(crumbs) > 2:
        crumbs[0] = glyphs.ELLIPSIS
    longest = max(crumbs, key=cells, default="")
    if (over := _size(crumbs) - room) > 0 and cells(longest) - over >= LEAST_CRUMB:
        crumbs[crumbs.index(longest)] = fit(longest, cells(longest) - over)
    while len(crumbs) > 1 and _size(crumbs) > room:
        crumbs.pop(1 if crumbs[0] == glyphs.ELLIPSIS and len(crumbs) > 2 else 0)
    joined = POINTING.join(crumbs)
    return joined if cells(joined) <= room else fit(joined, max(room, 1))


def _size(crumbs: Sequence[str]) -> int:
    return cells(POINTING.join(crumbs))


class TitleBar(Lines):
    """Where you are, and what holds for the whole console (demo, masked, read-only)."""

    DEFAULT_CSS = "TitleBar { height: 1; padding: 0 1; background: $panel; }"

    def __init__(self, place: Callable[[], Sequence[str]], flags: Callable[[], Sequence[str]]) -> None:
        super().__init__(self._title)
        self._place = place
        self._flags = flags

    def _title(self, width: int) -> Sequence[Line]:
        flags = f" {glyphs.DOT} ".join(self._flags())
        name = span("misconsole  ", "title")
        room = width - line_cells([name]) - (cells(flags) + 1 if flags else 0)
        crumbs = crumbs_within([each for each in self._place() if each], room)
        gap = width - line_cells([name]) - cells(crumbs) - cells(flags)
        return [line(name, crumbs, " " * max(0, gap), span(flags, "warn"))]

    def update_title(self) -> None:
        self.show(self._title)


class Notice(Lines):
    """The one sentence of status, kept until the next one; trouble gets a second for what mends it."""

    DEFAULT_CSS = "Notice { height: auto; max-height: 4; min-height: 1; padding: 0 1; }"
    SIGNS = {"good": glyphs.OK, "warn": glyphs.ATTENTION, "bad": glyphs.PROBLEM}

    def say(self, text: str, *, kind: str = "", mend: str = "") -> None:
        self.show(lambda width: self._said(text, kind, mend, width))

    def _said(self, text: str, kind: str, mend: str, width: int) -> list[Line]:
        if not text:
            return [()]
        sign = self.SIGNS.get(kind, "")
        parts = [span(f"{sign} " if sign else "", kind), span(text, kind)]
        if mend:
            parts.append(span(f" {mend}"))
        return wrap(line(*parts), width, indent=2 if sign else 0)[:4]


class KeyBar(Lines):
    """The keys that work here, from the registry; never cut off: what does not fit is in the help page."""

    DEFAULT_CSS = "KeyBar { height: 1; padding: 0 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__(self._keys)
        self._spots: list[tuple[int, int, Offered]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.show(self._keys))

    def _keys(self, width: int) -> Sequence[Line]:
        self._spots = []
        if isinstance(focused := self.screen.focused, Field):
            return [line(span(focused.hint, "muted"))]
        chosen = self._fitting(width)
        parts: list[Span] = []
        x = 0
        for each in chosen:
            said = _key_spans(each)
            size = line_cells(said)
            self._spots.append((x, x + size, each))
            parts += [*said, span("  ")]
            x += size + 2
        return [tuple(parts[:-1])]

    def _fitting(self, width: int) -> list[Offered]:
        offered = [each for each in cast("Frame[Any]", self.screen).offered_here() if each[0].footer]
        offered.sort(key=lambda each: each[0].footer)
        kept = [each for each in offered if each[0].footer >= ALWAYS]
        left = width - sum(line_cells(_key_spans(each)) + 2 for each in kept) + 2
        while kept and left < 0:
            left += line_cells(_key_spans(kept.pop(0))) + 2
        own: list[Offered] = []
        for each in offered:
            size = line_cells(_key_spans(each)) + 2
            if each[0].footer < ALWAYS and size <= left:
                own.append(each)
                left -= size
        return own + kept

    async def on_click(self, event: events.Click) -> None:
        for start, end, (command, host, _) in self._spots:
            if start <= event.x - 1 < end and not command.each_key:
                await cast(Hosting, host).action_command(command.id)


def _key_spans(offered: Offered) -> list[Span]:
    command, _, refused = offered
    key = command.key_text.split(" ")[0]
    if refused:
        return [span(f"{key} {command.title}", "muted")]
    return [span(key, "key"), span(f" {command.title}")]
