"""The operator's clipboard, by OSC 52: sent to the terminal, never confirmed, so it is said that way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from misconsole.text import shown

if TYPE_CHECKING:
    from screens.console import Console

LIMIT = 75_000  # bytes; terminals drop longer ones without a word


def send(program: Console, text: str, *, what: str) -> None:
    """``text`` is cleaned line by line: what is pasted elsewhere must hold no escape code either."""
    clean = "\n".join(shown(line) for line in text.split("\n"))
    if len(clean.encode("utf-8")) > LIMIT:
        program.say(
            f"{what} is too long for the terminal's clipboard; use the command misconsole why.", kind="warn"
        )
        return
    program.copy_to_clipboard(clean)
    program.say(f"{what} was sent to your terminal's clipboard.", kind="good")
