"""The first names and surnames of British schools and the forms they are met in: ``tables/names.csv``.

A row is one name in folded spelling.  *Spellings* are the same name written otherwise (mohammed, muhammad;
catherine, kathryn) or in its form in another language met here (jacob, jakub); *short forms* are what
somebody of that name is called (kate, kasia).  A short form may belong to several names (alex, sam, sandy):
it agrees with each of them, and they not with one another.  Every name stands on one row as a spelling at
most, and no name is short for its own short form.  The table is our own, and read when it is first needed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("tables") / "names.csv"
COLUMNS = ("kind", "group", "spellings", "short forms")
FIRST_NAME, SURNAME = "first name", "surname"
#: Communities whose first names the table covers.
GROUPS = (
    "British and Irish", "South Asian", "Arabic", "West and East African", "Eastern European", "Chinese",
    "Portuguese", "Turkish",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Family:
    """One row: a name's spellings, and what its bearers are called; ``group`` is empty for surnames."""

    spellings: tuple[str, ...]
    short: tuple[str, ...]
    group: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.spellings + self.short))


@dataclass(frozen=True, slots=True)
class Table:
    """``of``: folded first name -> places of its rows in ``families``; ``surname``: surname -> the one
    spelling that stands for all of its row."""

    families: tuple[Family, ...]
    of: Mapping[str, frozenset[int]]
    surname: Mapping[str, str]


def rows(lines: Iterable[str]) -> list[list[str]]:
    """Of the file's text, without the heading.  Raises ValueError where that is another."""
    heading, *found = csv.reader(lines, strict=True)
    if tuple(heading) != COLUMNS:
        raise ValueError(f"{FILE.name} begins with {heading}, not with {COLUMNS}")
    return found


@cache
def table() -> Table:
    """The file, read once."""
    text = FILE.read_text("utf-8")
    first: list[Family] = []
    last: list[Family] = []
    for kind, group, spellings, short in rows(text.splitlines()):
        family = Family(tuple(spellings.split()), tuple(short.split()), group)
        (first if kind == FIRST_NAME else last).append(family)
    of: dict[str, frozenset[int]] = {}
    for place, family in enumerate(first):
        for name in family.members:
            of[name] = of.get(name, frozenset()) | {place}
    return Table(tuple(first), of, {name: each.spellings[0] for each in last for name in each.spellings})
