"""The palette (Ctrl+P): every command that works here, from the registry, greyed ones with their reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from screens.commands import Command
from screens.hosting import Hosting

if TYPE_CHECKING:
    from screens.console import Console


class Palette(Provider):
    """Thin over the registry: titles and help are ours, so no foreign text reaches the palette."""

    def _offered(self) -> list[tuple[Command, DOMNode, str]]:
        frame = cast("Console", self.app).frame
        seen: dict[str, tuple[Command, DOMNode, str]] = {}
        for each in frame.offered_here():
            if each[0].palette:
                seen.setdefault(each[0].id, each)
        return list(seen.values())

    async def discover(self) -> Hits:
        for command, host, refused in self._offered():
            yield DiscoveryHit(_title(command), partial(_run, host, command), help=refused or command.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command, host, refused in self._offered():
            title = _title(command)
            if (score := max(matcher.match(title), matcher.match(command.help) * 0.5)) > 0:
                yield Hit(
                    score,
                    matcher.highlight(title),
                    partial(_run, host, command),
                    help=refused or command.help,
                )


def _title(command: Command) -> str:
    return f"{command.title} ({command.key_text})" if command.key_text else command.title


async def _run(host: DOMNode, command: Command) -> None:
    await cast(Hosting, host).action_command(command.id)
