"""What the values of a column look like, whatever its header says. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from connectors.delimited.cells import day, yes_no

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_UPN = re.compile(r"[A-Z]\d{11}[0-9A-Z]")
_YEAR = re.compile(
    r"(?:(?:nc ?)?(?:year|yr|y|primary|secondary|p|s|nursery|n|e) ?)?0?\d{1,2}|reception|rec|r|nursery|nur|"
    r"(?:fs|f|eyfs) ?[12]|[lu]6|(?:lower|upper) (?:sixth|6th)",
    re.IGNORECASE,
)
_LATEST = 2100
TEACHING = {
    "teacher": True, "teaching": True, "teaching staff": True, "support": False, "non-teaching": False,
    "non teaching": False, "support staff": False, "non-teacher": False, "associate": False,
    "associate staff": False,
}  # fmt: skip
PERSON_TYPES = {
    "pupil": "pupil", "student": "pupil", "learner": "pupil", "child": "pupil", "p": "pupil",
    "staff": "staff", "teacher": "staff", "employee": "staff", "teaching staff": "staff", "s": "staff",
    "support staff": "staff", "associate staff": "staff", "non-teaching staff": "staff", "support": "staff",
    "teaching assistant": "staff", "t": "staff",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Shares of the filled cells of a sample, 0 to 1; ``filled`` is how many there are.

    ``upn``: with a right check letter; ``upn_like``: of that form at least.
    ``serial``: dates that are spreadsheet numbers; ``comma``: “Surname, Forename”; ``words``: several words.
    """

    filled: int
    distinct: float = 0
    upn: float = 0
    upn_like: float = 0
    uln: float = 0
    date: float = 0
    serial: float = 0
    email: float = 0
    number: float = 0
    comma: float = 0
    words: float = 0
    flag: float = 0
    teaching: float = 0
    year: float = 0
    person: float = 0
    years: tuple[int, int] = (0, 0)  # the first and last year among dates


def shape(values: Sequence[str | None]) -> Shape:
    filled = [value[:200] for value in values if value]
    if not filled:
        return Shape(filled=0)

    def share(test: Callable[[str], object]) -> float:
        return sum(bool(test(value)) for value in filled) / len(filled)

    days = [found for found in (day(value, _LATEST) for value in filled) if found[0]]
    years = sorted(found[0].year for found in days if found[0] and found[1] == "")
    return Shape(
        filled=len(filled), distinct=len(set(filled)) / len(filled), upn=share(is_upn),
        upn_like=share(_UPN.fullmatch),
        uln=share(lambda v: v.isdecimal() and len(v) == 10),
        date=len(days) / len(filled), serial=sum(odd == "serial" for _, odd in days) / len(filled),
        email=share(_EMAIL.fullmatch), number=share(lambda v: v.replace(".", "").isdecimal()),
        comma=share(lambda v: v.strip(",").count(",") == 1), words=share(lambda v: " " in v),
        flag=share(lambda v: yes_no(v) is not None), teaching=share(lambda v: v.casefold() in TEACHING),
        year=share(_YEAR.fullmatch), person=share(lambda v: v.casefold() in PERSON_TYPES),
        years=(years[0], years[-1]) if years else (0, 0),
    )  # fmt: skip


def is_upn(text: str) -> bool:
    """Thirteen characters with a right check letter."""
    if not _UPN.fullmatch(text):
        return False
    from stdnum.gb import upn

    return bool(upn.is_valid(text))
