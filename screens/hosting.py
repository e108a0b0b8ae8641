"""How a widget carries a scope of the command registry: keys in, reasons out.

The Textual class must come first among the bases, because only the first one is looked at for styles.
"""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.dom import DOMNode

from screens.commands import Command, command, commands

if TYPE_CHECKING:
    from screens.console import Console


class Hosting(DOMNode):
    """Base of screens and tabs: their ``do_<run>`` methods are reached through the registry alone."""

    scopes: ClassVar[tuple[str, ...]] = ()

    def why_not(self, wanted: Command) -> str:  # noqa: ARG002
        """The reason why this command cannot be used now; "" when it can."""
        return ""

    def refusal(self, wanted: Command) -> str:
        console = cast("Console", self.app)
        return console.refusal(wanted) or self.why_not(wanted)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "command":
            return super().check_action(action, parameters)
        return None if self.refusal(command(str(parameters[0]))) else True

    async def action_command(self, id_: str, key: str = "") -> None:
        wanted = command(id_)
        if reason := self.refusal(wanted):
            cast("Console", self.app).say(reason, kind="warn")
            return
        method = getattr(self, wanted.method)
        result = method(key) if wanted.each_key else method()
        if isawaitable(result):
            await result

    def offered(self) -> list[tuple[Command, DOMNode, str]]:
        """Each command of these scopes with who runs it and why it cannot be used, if so."""
        return [(each, self, self.refusal(each)) for each in commands(*self.scopes) if self.scopes]
