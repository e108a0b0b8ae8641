"""Year groups in the words of whoever reads the file.

``nc`` our own years ("07", "R", "P3"); ``ceds`` the American words, in which grade n is Year n + 1.
"""

from __future__ import annotations

from datetime import date

from misconsole.exports.shapes import Option
from misconsole.rules import year

_EARLY = {-2: "PR", -1: "PK", 0: "TK", 1: "KG"}
GRADES = ("nc", "ceds")


def grade(canonical: str | None, *, country: str, words: str, zero: bool = True) -> str:
    """The year group, "" where there is none or the other words have none for it."""
    place = year.number(canonical, country=country)
    if canonical is None or place is None:
        return ""
    if words == "ceds":
        return _EARLY.get(place, "") if place < 2 else f"{place - 1:02}"
    return f"{place:02}" if zero and canonical.isdecimal() else canonical


def option(default: str) -> Option:
    return Option(
        name="grades", default=default, choices=GRADES,
        doc="nc writes our own year groups; ceds the American words, in which grade n is Year n + 1",
    )  # fmt: skip


def session(today: date, *, country: str) -> tuple[int, date, date]:
    """(the year it begins in, first day, last day) of the academic year of that day."""
    begins = year.academic_year(today, country=country)
    month = 8 if country == year.SCOTLAND else 9
    return begins, date(begins, month, 1), date(begins + 1, month - 1, 31)
