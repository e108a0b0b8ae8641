"""One cell → one value, in the shapes UK exports use. Pure; foreign text in, never an exception out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

BAD = "bad"
MONTH_FIRST = "month first"  # 03/14/2014 cannot be day first
SHORT_YEAR = "short year"  # 1-Sep-14: the century is ours
SERIAL = "serial"  # 42248: days since 30 December 1899, as spreadsheets count

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_TIME = r"(?:[T ,]+\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]m)?(?:Z|[+-]\d\d:?\d\d)?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}", re.ASCII | re.IGNORECASE)
_DAY_FIRST = re.compile(
    rf"(\d{{1,2}})([/. -])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII | re.IGNORECASE
)
_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[ /.-]*([a-z]{{3,9}})\.?[ /.,-]*(\d{{4}}|\d{{2}}){_TIME}",
    re.ASCII | re.IGNORECASE,
)
_MONTH_NAMED = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII | re.IGNORECASE)
_PACKED = re.compile(r"(19|20)(\d\d)(\d\d)(\d\d)", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?", re.ASCII)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +", re.ASCII | re.IGNORECASE)
_FORMULA = re.compile(r'="([\w /.:@+-]*)"')
_TITLE = re.compile(
    r"(mr|mrs|ms|miss|mx|dr|prof|professor|rev|revd|sir|dame|lady|lord|fr|sr|canon)\.?(?=\s)", re.IGNORECASE
)
_PARTICLES = frozenset({
    "al", "bin", "da", "dal", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "la", "le", "st",
    "st.", "ten", "van", "von",
})  # fmt: skip
YES = frozenset({"y", "yes", "true", "t", "1"})
NO = frozenset({"n", "no", "false", "f", "0"})


def value(cell: str) -> str | None:
    """The text of a cell; None for a blank.  ``="00123"``, the guard of leading zeros, is taken off."""
    if not cell or cell.isspace():
        return None
    text = cell.strip()
    guarded = _FORMULA.fullmatch(text) if text.startswith('="') else None
    return (guarded[1].strip() or None) if guarded else text


@lru_cache(maxsize=8192)  # a school's dates are few and repeat
def day(text: str, latest: int = 2100) -> tuple[date | None, str]:
    """A day, day first, and what was odd.  ``latest``: the last year that two digits can mean."""
    text = _WEEKDAY.sub("", text[:60].strip(), count=1)
    if found := _ISO.fullmatch(text):
        return _made(int(found[1]), int(found[2]), int(found[3]), "")
    if found := _PACKED.fullmatch(text):
        return _made(int(found[1] + found[2]), int(found[3]), int(found[4]), "")
    if found := _DAY_FIRST.fullmatch(text):
        first, second, (year, odd) = int(found[1]), int(found[3]), _year(found[4], latest)
        if second > 12 >= first:
            return None, MONTH_FIRST
        return _made(year, second, first, odd)
    if found := _SERIAL.fullmatch(text):
        return _serial(int(found[1]))
    return _in_words(text, latest)


def _in_words(text: str, latest: int) -> tuple[date | None, str]:
    if found := _NAMED.fullmatch(text):
        number, word, written = found[1], found[2], found[3]
    elif found := _MONTH_NAMED.fullmatch(text):
        number, word, written = found[2], found[1], found[3]
    else:
        return None, BAD
    month = next((n for n, name in enumerate(_MONTHS, 1) if _means(word.lower(), name)), 0)
    if not month:
        return None, BAD
    year, odd = _year(written, latest)
    return _made(year, month, int(number), odd)


def _means(word: str, month: str) -> bool:
    return month.startswith(word) or (word, month) == ("sept", "september")


def _year(digits: str, latest: int) -> tuple[int, str]:
    if len(digits) == 4:
        return int(digits), ""
    year = latest - latest % 100 + int(digits)
    return (year if year <= latest else year - 100), SHORT_YEAR


def _made(year: int, month: int, number: int, oddity: str) -> tuple[date | None, str]:
    try:
        return date(year, month, number), oddity
    except ValueError:
        return None, BAD


def _serial(number: int) -> tuple[date | None, str]:
    """Between 1927 and 2063, so that an admission number of five digits is rarely taken for a day."""
    if not 10_000 <= number < 60_000:
        return None, BAD
    return date(1899, 12, 30) + timedelta(days=number), SERIAL


def yes_no(text: str) -> bool | None:
    word = text.strip().casefold()
    return True if word in YES else False if word in NO else None


def surname_first(text: str) -> tuple[str | None, str | None, str | None]:
    """“Surname, Forename” → (title, given, family); without a comma all of it is the family name."""
    family, comma, given = text.partition(",")
    title, given = titled(given.strip()) if comma else (None, "")
    return title, given or None, family.strip() or None


def surname_last(text: str) -> tuple[str | None, str | None, str | None]:
    """“Forename Surname” → (title, given, family); “van der”, “de” and their kind belong to the family."""
    title, rest = titled(text.strip())
    words = rest.split()
    at = len(words) - 1
    while at > 1 and words[at - 1].casefold() in _PARTICLES:
        at -= 1
    return title, " ".join(words[:at]) or None, " ".join(words[max(at, 0) :]) or None


def titled(text: str) -> tuple[str | None, str]:
    """(title, the rest) of a name that begins with one."""
    found = _TITLE.match(text)
    return (found[0], text[found.end() :].strip()) if found else (None, text)
