"""Every sign we draw, in one table, each with its plain ASCII stand-in.

Source and screens use the Unicode sign; ``plain`` swaps it when the terminal cannot show it, at the one
place where lines are painted.  Only our own signs are swapped: a pupil's "é" is data and stays.
A sign never carries meaning alone; a word always stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from misconsole.services.rows import Lamp

OK: Final = "✓"
WORKING: Final = "◐"
ATTENTION: Final = "▲"
PROBLEM: Final = "✗"
UNKNOWN: Final = "○"
LATER: Final = "·"
POINTER: Final = "›"
MARK: Final = "◆"
UP: Final = "↑"
DOWN: Final = "↓"
LEFT: Final = "‹"
RULE: Final = "─"
BAR: Final = "━"
BAR_REST: Final = "╌"
COLUMN: Final = "│"
DOT: Final = "•"
DASH: Final = "—"
ARROW: Final = "→"
ELLIPSIS: Final = "…"

LAMPS: Final[Mapping[Lamp, str]] = {
    Lamp.OK: OK,
    Lamp.WORKING: WORKING,
    Lamp.ATTENTION: ATTENTION,
    Lamp.PROBLEM: PROBLEM,
    Lamp.UNKNOWN: UNKNOWN,
}

#: How a line speaks of each lamp; the third signal after the sign and the word.
LAMP_KINDS: Final[Mapping[Lamp, str]] = {
    Lamp.OK: "good",
    Lamp.WORKING: "accent",
    Lamp.ATTENTION: "warn",
    Lamp.PROBLEM: "bad",
    Lamp.UNKNOWN: "muted",
}

ASCII: Final[Mapping[str, str]] = {
    OK: "+", WORKING: "~", ATTENTION: "!", PROBLEM: "x", UNKNOWN: "o", LATER: ".", POINTER: ">", MARK: "*",
    UP: "^", DOWN: "v", LEFT: "<", RULE: "-", BAR: "#", BAR_REST: ".", COLUMN: "|", DOT: "*", DASH: "-",
    ARROW: ">", ELLIPSIS: "~", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "×": "x", "≈": "~", "≠": "#",
}  # fmt: skip

_STAND_INS = str.maketrans(dict(ASCII))
_ascii_only = False


def use_ascii(on: bool) -> None:
    """Draw with ASCII signs from now on (MISCONSOLE_ASCII, or a terminal without Unicode)."""
    from screens.widgets import scrollbar

    global _ascii_only
    _ascii_only = on
    scrollbar.use_ascii(on)


def ascii_only() -> bool:
    return _ascii_only


def plain(text: str) -> str:
    return text.translate(_STAND_INS) if _ascii_only else text


def wants_ascii(env: Mapping[str, str]) -> bool:
    """MISCONSOLE_ASCII decides; without it, a locale of another character set than UTF-8.

    The bare locale C says so, too: Python makes C.UTF-8 of it but where LC_ALL asks for it outright.
    """
    chosen = env.get("MISCONSOLE_ASCII", "").strip().lower()
    if chosen:
        return chosen not in ("0", "no", "off", "false")
    if env.get("TERM") in ("linux", "vt100", "vt220"):
        return True
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    if locale in ("C", "POSIX"):
        return True
    _, dot, charset = locale.partition(".")
    return bool(dot) and charset.lower().replace("-", "").split("@")[0] != "utf8"
