"""`?`: every key of the screen in front, from the registry, with the reason where one is greyed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from misconsole.text import cells
from screens.commands import SCOPES, Command
from screens.frame import Frame
from screens.reading import Reading
from screens.widgets.lines import Line, line, span, wrap

SHARED = (SCOPES["workspace"], SCOPES["list"], SCOPES["app"])  # what other screens have too comes last


class Help(Frame[None]):
    """Made from the hosts of the screen it was opened on; read with the arrow and page keys."""

    AUTO_FOCUS = "#help"

    def __init__(self, about: Frame[Any]) -> None:
        super().__init__()
        self.about = about
        self.groups = _grouped(about)

    def place(self) -> Sequence[str]:
        return (*self.about.place(), "Help")

    def body(self) -> ComposeResult:
        yield Reading(self._lines, id="help")

    def key_escape(self) -> None:
        """Nothing is edited here, so Escape may close it too."""
        if self.is_active:
            self.app.pop_screen()

    def _lines(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for heading, commands in self.groups.items():
            lines += [line(span(heading, "title"))]
            for command, refused in commands:
                lines += _explained(command, refused, width)
            lines.append(())
        return lines


def _grouped(about: Frame[Any]) -> dict[str, list[tuple[Command, str]]]:
    groups: dict[str, list[tuple[Command, str]]] = {}
    for command, _, refused in about.offered_here():
        known = groups.setdefault(SCOPES[command.scope], [])
        if all(each[0].id != command.id for each in known):
            known.append((command, refused))
    own = [heading for heading in groups if heading not in SHARED]
    return {heading: groups[heading] for heading in (*own, *(each for each in SHARED if each in groups))}


def _explained(command: Command, refused: str, width: int) -> list[Line]:
    keys = command.key_text or "Ctrl+P"
    head = line(
        span(f"  {keys}{' ' * max(1, 11 - cells(keys))}", "key"),
        span(f"{command.title}: ", "strong"),
        command.help,
    )
    lines = wrap(head, width, indent=13)
    if refused:
        lines += wrap(line(span(f"{' ' * 13}Not now: {refused}", "warn")), width, indent=13)
    return lines
