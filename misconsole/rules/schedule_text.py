"""What a school types about its times: schedule, quiet hours and terms, read into plain values.

    schedule   mis | off | DAYS TIME[-TIME] [; DAYS TIME[-TIME] …]   DAYS: daily, weekdays, mon,wed
    quiet      01:00-02:00, 04:30-05:00                              hours in which nothing may start
    terms      2026-09-02..2026-10-23, 2026-11-02..2026-12-18

Standard library only.  A wrong word raises ValueError with a sentence that names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

DAY = 24 * 60  # minutes
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GROUPS = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5)), "weekends": frozenset({5, 6})}
MIS, OFF, NONE = "mis", "off", "none"
MOST = 12  # times, quiet hours or terms of one school
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")

Span = tuple[int, int]  # minutes after midnight; the end is above the start and may lie on the next day
Term = tuple[date, date]  # both days included


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """On ``days`` (Monday 0) a run between ``start`` and ``end``, in minutes after midnight of that day.

    ``exact``: a time was typed and no window; the run begins within ten minutes of it and the rest of the
    day serves for catching up.
    """

    days: frozenset[int]
    start: int
    end: int
    exact: bool = False


def rules(text: str) -> tuple[Rule, ...]:
    """The rules of a schedule; none for ``off``. Not for ``mis``, which the catalogue answers."""
    if text.strip().casefold() in (OFF, NONE, ""):
        return ()
    return tuple(rule(part) for part in _parts(text, ";", "times"))


def rule(text: str) -> Rule:
    days, _, times = " ".join(text.casefold().split()).rpartition(" ")
    if not days:
        raise ValueError(f"“{text.strip()[:40]}” is not days and a time.")
    if "-" in times:
        start, end = span(times)
        return Rule(days=_days(days), start=start, end=end)
    start = minutes(times)
    return Rule(days=_days(days), start=start, end=start + EXACT_ROOM, exact=True)


EXACT_ROOM = 120  # minutes for a run at a typed time and its two further tries


def check(text: str) -> object:
    """For the setting: any schedule, ``mis`` and ``off`` too."""
    return text if text.strip().casefold() == MIS else rules(text)


def quiet(text: str) -> tuple[Span, ...]:
    """The hours in which nothing starts: back-ups, or a server that is off (T13)."""
    return tuple(span(part) for part in _parts(text, ",", "quiet hours"))


def terms(text: str) -> tuple[Term, ...]:
    found = sorted(_term(part) for part in _parts(text, ",", "terms"))
    for (_, ended), (began, _) in pairwise(found):
        if began <= ended:
            raise ValueError(f"Two terms overlap at {began}.")
    return tuple(found)


def span(text: str) -> Span:
    """``23:00-06:00`` as minutes; an end before the start is on the next day."""
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError(f"“{text.strip()[:40]}” is not a time from and to, such as 01:00-02:00.")
    start, end = minutes(first), minutes(last)
    if start == end:
        raise ValueError(f"“{text.strip()[:40]}” begins and ends at the same time.")
    return start, end if end > start else end + DAY


def minutes(text: str) -> int:
    found = _TIME.fullmatch(text.strip())
    if not found or not text.strip().isascii():
        raise ValueError(f"“{text.strip()[:20]}” is not a time, such as 19:30.")
    return int(found[1]) * 60 + int(found[2])


def clock(minute: int) -> str:
    """Minutes after midnight as 19:30, whatever day they are on."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def days_told(days: frozenset[int]) -> str:
    """``every day``, ``Monday to Friday``, or the days one by one."""
    if days == GROUPS["daily"]:
        return "every day"
    if days == GROUPS["weekdays"]:
        return "Monday to Friday"
    return ", ".join(FULL[day] for day in sorted(days))


FULL = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _parts(text: str, mark: str, what: str) -> list[str]:
    if text.strip().casefold() in (NONE, ""):
        return []
    parts = [part for part in text.split(mark) if part.strip()]
    if len(parts) > MOST:
        raise ValueError(f"More than {MOST} {what}.")
    return parts


def _days(text: str) -> frozenset[int]:
    if text in GROUPS:
        return GROUPS[text]
    found = set()
    for word in (part.strip() for part in text.split(",")):
        if word not in NAMES:
            raise ValueError(f"“{word[:20]}” is not a day; days are daily, weekdays, {', '.join(NAMES)}.")
        found.add(NAMES.index(word))
    return frozenset(found)


def _term(text: str) -> Term:
    first, dots, last = text.partition("..")
    try:
        began, ended = date.fromisoformat(first.strip()), date.fromisoformat(last.strip())
    except ValueError:
        raise ValueError(f"“{text.strip()[:40]}” is not a term, such as 2026-09-02..2026-10-23.") from None
    if not dots or ended < began:
        raise ValueError(f"The term {text.strip()[:40]} ends before it begins.")
    return began, ended
