"""What must be settled about the terminal before Textual is imported.

Escape timing over SSH, animations, colour and signs are read by Textual once, at import; this module
imports the standard library alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping
from threading import Timer
from typing import Final

GRACE: Final = 10.0  # seconds for an orderly end
DEFAULT_THEME: Final = "calm-dark"
PLAIN_THEME: Final = "ansi-dark"


def refusal(env: Mapping[str, str]) -> str:
    """Why the console cannot open here, naming what to use instead; "" when it can."""
    if env.get("TERM", "") in ("", "dumb"):
        return "This terminal cannot show the console (TERM is unset or dumb)."
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return "The console needs a terminal to read keys from and to draw on."
    return ""


def settle(env: MutableMapping[str, str]) -> None:
    """Set what Textual reads at import, where the operator has not chosen.

    Frames are painted when something changed, never by the clock; the number says how long the second one
    after a key (the letter, then what it filtered) has to wait.
    """
    env.setdefault("TEXTUAL_ANIMATIONS", "none")
    env.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    env.setdefault("TEXTUAL_FPS", "15" if slow(env) else "30")
    if env.get("SSH_CONNECTION"):
        env.setdefault("ESCDELAY", "300")


def must_end(sign: int, _frame: object) -> None:
    """End even where the console waits for ever to be read by a terminal that has gone: what it would still
    write has nowhere to go, and nothing it keeps is kept by writing to a terminal."""
    late = Timer(GRACE, os._exit, (128 + sign,))
    late.daemon = True
    late.start()


def slow(env: Mapping[str, str]) -> bool:
    """MISCONSOLE_SLOW: one switch for slow links; no mouse, few frames, the terminal's own colours."""
    return env.get("MISCONSOLE_SLOW", "").strip().lower() not in ("", "0", "no", "off", "false")


def few_colours(env: Mapping[str, str]) -> bool:
    """Sixteen colours or fewer: as Rich, and so Textual, will decide."""
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    term = env.get("TERM", "")
    return not term.endswith(("256color", "kitty", "direct", "ghostty"))


def theme(env: Mapping[str, str], known: Mapping[str, object] | set[str]) -> tuple[str, str]:
    """The theme to start with, and a complaint when the one asked for does not exist."""
    asked = env.get("MISCONSOLE_THEME", "").strip()
    default = PLAIN_THEME if "NO_COLOR" in env or slow(env) or few_colours(env) else DEFAULT_THEME
    if not asked:
        return default, ""
    if asked in known:
        return asked, ""
    return default, f"There is no theme called {asked}; Ctrl+P, Theme lists them."


def tell(message: str) -> None:
    """One line for the shell, where the console cannot show it itself."""
    sys.stderr.write(message + "\n")


def environment() -> MutableMapping[str, str]:
    return os.environ
