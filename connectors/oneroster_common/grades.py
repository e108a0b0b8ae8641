"""``grades`` → year group text, for two meanings of the same column (oneroster.md §8).

``nc``    the school's own year, as British vendors write it: passed on untouched
``ceds``  the American words of the standard: CEDS n is Year n + 1, TK is Reception, KG is Year 1
``auto``  whichever fits more pupils by their age on 31 August; the National Curriculum where nothing tells

The text that comes out is read by rules/year.py; no guess is made about a cell that names two years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

NC, CEDS, AUTO = "nc", "ceds", "auto"
CHOICES = (NC, CEDS, AUTO)

_EARLY = {"PR": "N1", "PK": "N2", "TK": "R", "KG": "1"}
_NO_YEAR = {"IT", "PS", "UG", "OTHER", "ABE", "ASE", "ADULTESL", "CTE"}
_NURSERY = {"N1": -2, "N2": -1, "R": 0}


def year_text(grade: str, mapping: str) -> str | None:
    """The year group as text; None for grades outside school years. ``mapping`` is nc or ceds."""
    word = grade.strip().upper()
    if mapping == NC:
        return grade.strip() or None
    if word in _EARLY:
        return _EARLY[word]
    if word in _NO_YEAR:
        return None
    if re.fullmatch(r"\d{1,2}", word, re.ASCII):
        return str(int(word) + 1)
    return grade.strip() or None


def number(grade: str, mapping: str) -> int | None:
    """The year number of a grade (Year 1 = 1, Reception = 0), where it has one."""
    text = (year_text(grade, mapping) or "").upper()
    if text in _NURSERY:
        return _NURSERY[text]
    found = re.fullmatch(r"(?:YEAR|YR|Y)?\s*(\d{1,2})", text, re.ASCII)
    return int(found[1]) if found else None


def by_age(born: date, today: date) -> int:
    """The year number that age on 31 August before this academic year gives: 11 → Year 7."""
    start = today.year if today.month >= 9 else today.year - 1
    return start - born.year - ((born.month, born.day) > (8, 31)) - 4


@dataclass(slots=True)
class Votes:
    """How many pupils with a date of birth each mapping fits."""

    nc: int = 0
    ceds: int = 0
    asked: int = 0

    def add(self, grade: str, born: date, today: date) -> None:
        place = by_age(born, today)
        self.asked += 1
        self.nc += number(grade, NC) == place
        self.ceds += number(grade, CEDS) == place

    @property
    def better(self) -> str:
        return CEDS if self.ceds > self.nc else NC

    def told(self, mapping: str) -> str:
        """What was decided, for the operator."""
        name = {NC: "National Curriculum years", CEDS: "American grades (grade n is Year n + 1)"}[mapping]
        return (
            f"grades are read as {name}. Of {self.asked} pupils with a date of birth, "
            f"{self.nc} fit as National Curriculum years and {self.ceds} as American grades."
        )
