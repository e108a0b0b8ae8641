"""Year groups and the year of entry (N1-N9, Z9, Z10).

Canonical year groups
  England, Wales      E1 E2 N1 N2 R 1 ... 14        (Year 14 exists in special schools)
  Northern Ireland    the same words; P1 to P7 are read as 1 to 7
  Scotland            N1 N2 P1 ... P7 S1 ... S6      (N2 is the year before P1)

Year of entry = start of the academic year − (year number − 1); Reception is 0, nursery negative (N8).

Decisions
  * The academic year begins on 1 September; in Scotland, where terms begin in mid-August on different
    days in different authorities, on 1 August: no Scottish school teaches in the first week of August,
    so every start of term falls after the boundary.
  * A run in July still belongs to the old year: the MIS itself moves pupils up at the boundary.  One that
    does so earlier, on 1 August, is a year out until then (docs/decisions.md, Z10).
  * A pupil who has not started is in the academic year of the start date, because the MIS already shows
    the year group being joined (Z9).  Some English schools open in the last days of August, so there a
    start in August belongs to the year that begins in September.
  * A mixed-year class, a key stage, "X" (not following the National Curriculum) and anything unclear
    give no year group, with a reason, rather than a guess.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

SCOTLAND = "scotland"
NORTHERN_IRELAND = "northern-ireland"

_ENGLAND = {"E1": -4, "E2": -3, "N1": -2, "N2": -1, "R": 0} | {str(n): n for n in range(1, 15)}
_SCOTLAND = {"N1": -1, "N2": 0} | {f"P{n}": n for n in range(1, 8)} | {f"S{n}": n + 7 for n in range(1, 7)}

_ALIASES = {
    "r": "R", "rec": "R", "recep": "R", "reception": "R", "0": "R", "fs2": "R", "f2": "R", "yr": "R",
    "eyfs2": "R", "foundation2": "R", "foundationstage2": "R",
    "fs1": "N2", "f1": "N2", "eyfs1": "N2", "foundation1": "N2", "foundationstage1": "N2",
    "n": "N2", "nursery": "N2", "nur": "N2", "nursery2": "N2", "-1": "N2", "nursery1": "N1", "-2": "N1",
    "early1": "E1", "early2": "E2",
    "lowersixth": "12", "lower6th": "12", "lower6": "12", "l6": "12", "l6th": "12", "lvi": "12",
    "uppersixth": "13", "upper6th": "13", "upper6": "13", "u6": "13", "u6th": "13", "uvi": "13",
}  # fmt: skip
_NUMBERS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen",
)  # fmt: skip
_WORDS = {word: number for number, word in enumerate(_NUMBERS, start=1)}
_LEAD = re.compile(r"^(?:national curriculum|curriculum|nc)\s*|^(?:year group|year|yr|ncy|y)(?=\s*\w)\s*")
_TWO_YEARS = re.compile(
    r"(?:^|\D)(?:[a-z]{0,9}\s*\d{1,2}|r|reception|nursery|n)\s*(?:/|&|\+|,|-|–|\band\b|\bto\b)"
    r"\s*(?:[a-z]{0,9}\s*\d{1,2}|r|reception|nursery)(?:\D|$)"
)


@dataclass(frozen=True, slots=True)
class YearGroup:
    """A year group as read: ``code`` is canonical, or None with the ``reason`` in plain words."""

    code: str | None
    reason: str = ""


def read(nc_year: str | None, *, country: str = "england") -> YearGroup:
    """The year group a MIS's own text means in that country, or why it means none (Z10)."""
    if nc_year is None or not nc_year.strip():
        return YearGroup(None, "the MIS gives no year group")
    text = unicodedata.normalize("NFKC", nc_year[:200]).replace("_", " ").casefold()
    text = " ".join(text.split())
    code = _scottish(text) if country == SCOTLAND else _english(text, country)
    return YearGroup(code) if code else YearGroup(None, _reason(text, country))


def parse(nc_year: str | None, *, country: str = "england") -> str | None:
    """The canonical year group, or None; ``read`` also says why."""
    return read(nc_year, country=country).code


def _squeezed(text: str) -> str:
    return text.replace(" ", "").replace(".", "").replace(":", "")


def _english(text: str, country: str) -> str | None:
    squeezed = _squeezed(text)
    if squeezed in _ALIASES:
        return _ALIASES[squeezed]
    rest = _squeezed(_lead_off(text))
    if rest in _ALIASES:
        return _ALIASES[rest]
    if country == NORTHERN_IRELAND and (found := re.fullmatch(r"(?:p|primary)([1-7])", rest)):
        return found[1]
    if rest in _WORDS:
        return str(_WORDS[rest])
    number = re.fullmatch(r"0*(\d{1,2})", rest)
    code = number[1] if number else rest.upper()
    return code if code in _ENGLAND else None


def _lead_off(text: str) -> str:
    """``text`` without "Year", "Yr", "Y", "NC Year" and their kind in front."""
    text = re.sub(r"(\d)\.0$", r"\1", text).replace(".", " ").replace(":", " ")
    for _ in range(2):
        text = _LEAD.sub("", text.strip(), count=1)
    return text


def _scottish(text: str) -> str | None:
    rest = _squeezed(text)
    found = re.fullmatch(r"(p|primary|s|secondary|senior|n|nursery)0?(\d)", rest)
    code = f"{found[1][0].upper()}{found[2]}" if found else {"nursery": "N2", "n": "N2"}.get(rest, "")
    return code if code in _SCOTLAND else None


def _reason(text: str, country: str) -> str:
    shown = f"“{text[:30]}”"
    if text in {"m", "mixed"} or "mixed" in text or _TWO_YEARS.search(text):
        return f"{shown} is a mixed-year class: it does not say which year the pupil is in"
    if text in {"x", "not applicable", "n/a", "na"}:
        return f"{shown} means that the pupil does not follow year groups"
    if re.match(r"ks\s*\d|key stage", text):
        return f"{shown} is a key stage, which covers several years"
    if country == SCOTLAND and re.search(r"^(y|year|yr)?\s*\d{1,2}$|^r(eception)?$", text):
        return f"{shown} is not a Scottish stage (P1 to P7, S1 to S6)"
    if country != SCOTLAND and re.fullmatch(r"(p|primary|s|secondary)\s*\d", text):
        return f"{shown} is a Scottish stage, but the school is not in Scotland"
    return f"{shown} is not a year group of this country's schools"


def number(canonical: str | None, *, country: str = "england") -> int | None:
    """Years since the start of Year 1 plus one: Year 1 and P1 are 1, Reception 0, nursery below."""
    if canonical is None:
        return None
    return (_SCOTLAND if country == SCOTLAND else _ENGLAND).get(canonical)


def label(canonical: str | None, country: str = "england") -> str:
    """What the screen shows: "Year 7", "Reception", "P3"; "" for none or for a code of another country."""
    place = number(canonical, country=country)
    if canonical is None or place is None:
        return ""
    if country == SCOTLAND:
        return canonical if canonical[0] in "PS" else f"Nursery {canonical[1]}"
    if place > 0:
        return f"Year {place}"
    return {"R": "Reception", "N": f"Nursery {canonical[-1]}", "E": f"Early years {canonical[-1]}"}[
        canonical[0]
    ]


def academic_year(on: date, *, country: str = "england") -> int:
    """The calendar year in which the academic year of that day began."""
    return on.year if on.month >= (8 if country == SCOTLAND else 9) else on.year - 1


def year_of_entry(
    canonical: str | None, *, on: date, country: str = "england", starts: date | None = None
) -> int | None:
    """The academic year in which the pupil would have started Year 1 or P1 (N1, N2, N8).

    ``on`` is the day of the run; ``starts`` the admission date.  Only a start in a later academic year
    than ``on`` changes anything (Z9); the date of a pupil who joined in an earlier year never does (N2).
    None where there is no year group.
    """
    place = number(canonical, country=country)
    if place is None:
        return None
    year = academic_year(on, country=country)
    if starts is not None:
        # From 1 August a joiner joins the coming year, in every country.
        year = max(year, academic_year(starts, country=SCOTLAND))
    return year - (place - 1)


def age_on_31_august(born: date, *, academic: int) -> int:
    """Whole years of age on the 31 August before the academic year that begins in ``academic``."""
    return academic - born.year - ((born.month, born.day) > (8, 31))


def expected(born: date, *, on: date, country: str = "england") -> str | None:
    """The year group that age alone suggests in England and Wales: a check, never a source.

    Outside nursery to Year 14, and in other countries (whose cut-off days differ), None.
    """
    if country not in {"england", "wales"}:
        return None
    place = age_on_31_august(born, academic=academic_year(on)) - 4
    return next((code for code, n in _ENGLAND.items() if n == place), None)
