"""One cell → one value, and what was odd about it. Pure; foreign text in, never an exception out.

Each reader gives ``(value, oddity)``: oddity "" for text that follows the standard, a word for text that
was understood nevertheless, and value None with oddity ``BAD`` for text that means nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache

BAD = "bad"
DAY_FIRST = "day first"  # 4/03/2014, read as 4 March
MONTH_FIRST = "month first"  # 03/14/2014 cannot be day first
INSTANT = "instant"  # a time where a day belongs: its first ten characters count
CASE = "case"

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(T.*|\s.*)?", re.ASCII | re.DOTALL)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_USER_IDS = re.compile(r"\{\s*([^{}:,]{1,60}?)\s*:\s*([^{},]{1,200}?)\s*\}")


@lru_cache(maxsize=8192)  # a school's dates are few and repeat
def day(text: str) -> tuple[date | None, str]:
    """A day. Slashed dates are day first; the caller decides whether to believe that of the column."""
    if found := _ISO.fullmatch(text):
        return _made(int(found[1]), int(found[2]), int(found[3]), INSTANT if found[4] else "")
    if found := _SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        if second > 12 >= first:
            return None, MONTH_FIRST
        return _made(year, second, first, DAY_FIRST)
    return None, BAD


def _made(year: int, month: int, number: int, oddity: str) -> tuple[date | None, str]:
    try:
        return date(year, month, number), oddity
    except ValueError:
        return None, BAD


def instant(text: str) -> tuple[datetime | None, str]:
    """A moment, aware, in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None, BAD
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC), ""
    except (OverflowError, ValueError):
        return None, BAD


def boolean(text: str) -> tuple[bool | None, str]:
    """true and false; TRUE, False, 1 and 0 are met and understood."""
    if text in ("true", "false"):
        return text == "true", ""
    lowered = text.lower()
    if lowered in ("true", "1", "false", "0"):
        return lowered in ("true", "1"), CASE
    return None, BAD


def words(text: str | None) -> tuple[str, ...]:
    """The parts of a list cell: split at commas, trimmed, blanks dropped, order kept, none twice."""
    if not text:
        return ()
    return tuple(dict.fromkeys(part for piece in text.split(",") if (part := piece.strip())))


def user_ids(text: str | None) -> tuple[tuple[tuple[str, str], ...], str]:
    """``{type:id},{type:id}`` as (type, id) pairs; what is not of that form is BAD, the rest is kept."""
    if not text:
        return (), ""
    pairs = tuple((kind, value) for kind, value in _USER_IDS.findall(text))
    rest = _USER_IDS.sub("", text).replace(",", "").strip()
    return pairs, BAD if rest else ""
