"""The way in: settle the terminal, then open the console.

Only the standard library is imported here, because Textual reads its environment at import.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from misconsole.errors import Exit
from screens import terminal

if TYPE_CHECKING:
    from screens.demo import DemoEstate


def run(
    url: str, *, school: str | None = None, demo: DemoEstate | None = None, read_only: bool = False
) -> int:
    """Open the console on the store at ``url``; gives the exit code (129/143 after a hang-up or a
    termination).

    ``school`` (URN or slug) opens straight at its workspace. ``demo`` is a running demo estate, which the
    palette then steers.
    """
    env = terminal.environment()
    if reason := terminal.refusal(env):
        terminal.tell(f"{reason} Without a screen: misconsole status, misconsole --help.")
        return int(Exit.USAGE)
    terminal.settle(env)
    gc.disable()  # nothing made before the first frame is waste; ``Console`` turns it on again
    from screens.console import Console

    console = Console(url, school=school, demo=demo, read_only=read_only)
    console.run(mouse=not terminal.slow(env))
    return int(console.return_code or 0)
