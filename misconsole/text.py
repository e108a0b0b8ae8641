"""The one function for foreign text on its way to a screen, a terminal or a spreadsheet.

Whatever a MIS, a file or a directory delivers may hold escape codes, bidi overrides, invisible letters or
a formula.  The stored value stays as delivered; what is shown has passed ``shown``.  Standard library only.
"""

from __future__ import annotations

import re
import unicodedata

MARKS = 8  # combining marks on one letter; real orthographies need four at most
STAND_IN = "\ufffd"
_JOINER = "·"  # zero-width joiners: legitimate in some names, but never invisible
_HOLDER = "◌"  # carries a mark that has no letter before it

# Nothing here can do harm or change its neighbours, so most text is returned as it came.
_SUSPECT = re.compile(r"[^\x20-\x7e\xa1-\xac\xae-\u02ff\u25a0-\u25ff]")  # the last are lamps and blocks
_SPACES = frozenset("\t\n\r\v\f\x1c\x1d\x1e\x1f\x85")
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800")  # letters that show nothing
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def shown(text: str | None, *, limit: int | None = None) -> str:
    """``text`` on one line, without anything a terminal would act on.

    Tabs and line ends become spaces; control characters a visible stand-in (``ESC`` is shown as ␛);
    bidi controls, other format characters, half characters and unassigned ones U+FFFD.  Combining marks are
    kept, at most ``MARKS`` in a row.  ``limit``: at most so many characters, the last of them "…".
    """
    if not text:
        return ""
    if limit is not None and len(text) > limit:
        text = text[: limit * MARKS]  # a cut beyond which nothing could be shown
        clean = _clean(text)
        return clean[: max(limit - 1, 0)] + "…" if limit else ""
    return _clean(text)[:limit]


def _clean(text: str) -> str:
    if not _SUSPECT.search(text):
        return text
    out: list[str] = []
    run = MARKS  # a mark at the very start has no letter to sit on
    for char in text:
        kind = unicodedata.category(char)
        if kind in ("Mn", "Me", "Mc") and char not in _INVISIBLE:
            if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
                continue  # variation selectors only change the width
            if not out:
                out.append(_HOLDER)
                run = 0
            run += 1
            if run <= MARKS:
                out.append(char)
            continue
        run = 0
        out.append(_visible(char, kind))
    return "".join(out)


def _visible(char: str, kind: str) -> str:
    if char in _SPACES or kind in ("Zs", "Zl", "Zp"):
        return " "
    if char in _INVISIBLE:
        return STAND_IN
    if kind[0] != "C":
        return char
    if char in "\u200c\u200d":
        return _JOINER
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else STAND_IN


def cells(text: str) -> int:
    """How many columns a terminal gives to text that has passed ``shown``."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Mc") or "\u1160" <= char <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def fit(text: str | None, width: int) -> str:
    """Foreign text in exactly ``width`` columns: padded, or cut with "…"."""
    clean = shown(text, limit=max(width, 1) * (MARKS + 1))
    have = cells(clean)
    if have <= width:
        return clean + " " * (width - have)
    if width <= 0:
        return ""
    kept, used = [], 0
    for char in clean:
        size = _width(char)
        if used + size > width - 1:
            break
        kept.append(char)
        used += size
    return "".join(kept) + "…" + " " * (width - 1 - used)


def csv_safe(text: str | None) -> str:
    """A CSV cell that a spreadsheet opens as text.

    A cell that begins with ``= + - @``, tab or a line end would run as a formula: it gets a leading
    apostrophe, which the spreadsheet hides.  So does "+44 …" or "-1", and text that has such an apostrophe of
    its own, so that taking one off gives the text back.  Digits keep their leading zeros
    in the file; NUL, which no CSV reader takes, becomes U+FFFD.
    """
    value = (text or "").replace("\0", STAND_IN)
    return f"'{value}" if value.lstrip("'").startswith(_FORMULA) else value
