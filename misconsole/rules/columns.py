"""People and accounts as columns of whole numbers: what a match of any size works on.

Records stay where they are; a column is read from them once, in C, and everything that is the same for
most of them is then decided for all at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

import numpy as np

from misconsole.rules.compare import account_pairs
from misconsole.rules.evidence import Frequencies
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.vocabulary import Bools, Ints, Vocabulary

ROLES = ("", "pupil", "staff")  # 0: any other


class Days(dict[Any, int]):
    """date -> day number, 0 for none."""

    def __missing__(self, day: date) -> int:
        number = self[day] = day.toordinal()
        return number


class _Roles(dict[str, int]):
    def __missing__(self, role: str) -> int:
        return 0


class _Years(dict[Any, int]):
    def __missing__(self, year: int | None) -> int:
        number = self[year] = year or 0
        return number


_ROLE = _Roles({role: number for number, role in enumerate(ROLES)})


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a match.

    ``given``, ``family``  two columns each of name numbers, the one that counts first; 0 for none
    ``day``                date of birth as a day number;  ``entry`` year of entry;  0 for none
    ``role``               place in ROLES
    """

    given: tuple[Ints, Ints]
    family: tuple[Ints, Ints]
    day: Ints
    role: Ints
    entry: Ints

    def __len__(self) -> int:
        return len(self.day)

    def take(self, rows: Ints | Bools) -> Side:
        """The same for some of the rows."""
        return Side(
            (self.given[0][rows], self.given[1][rows]), (self.family[0][rows], self.family[1][rows]),
            self.day[rows], self.role[rows], self.entry[rows],
        )  # fmt: skip

    @property
    def several(self) -> Bools:
        """Who has more than one name that counts."""
        return (self.given[1] > 0) | (self.family[1] > 0)


_PERSON = (
    "given_name", "legal_given_name", "family_name", "legal_family_name", "date_of_birth", "role",
    "year_of_entry",
)  # fmt: skip
_ACCOUNT = (
    "preferred_given_name", "given_name", "preferred_family_name", "family_name", "date_of_birth", "role",
    "year_of_entry",
)  # fmt: skip
AT_ONCE = 65536  # records read in one go: no second copy of a million of them


def of_people(people: Sequence[PersonFacts], names: Vocabulary, days: Days) -> Side:
    return _side(people, _PERSON, names, days)


def of_accounts(accounts: Sequence[AccountFacts], names: Vocabulary, days: Days) -> Side:
    side = _side(accounts, _ACCOUNT, names, days)
    for row in np.flatnonzero((side.given[0] == 0) & (side.family[0] == 0)).tolist():
        for first, last in account_pairs(accounts[row]):  # the display name has to do
            side.given[0][row], side.family[0][row] = names[first], names[last]
    return side


def _side(records: Sequence[Any], fields: tuple[str, ...], names: Vocabulary, days: Days) -> Side:
    """The columns ``fields`` of the records: two given names, two surnames, day, role, year of entry."""
    read = attrgetter(*fields)
    number = (names, names, names, names, days, _ROLE, _Years())
    columns = [np.zeros(len(records), np.int64) for _ in fields]
    for start in range(0, len(records), AT_ONCE):
        some = records[start : start + AT_ONCE]
        for column, values, of in zip(columns, zip(*map(read, some), strict=True), number, strict=True):
            if values.count(None) < len(some):  # a field that nobody has stays 0
                numbers = np.fromiter(map(of.__getitem__, values), np.int64, len(some))
                column[start : start + len(some)] = numbers
    return Side(_two(*columns[:2]), _two(*columns[2:4]), columns[4], columns[5], columns[6])


def _two(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """The first filled from the second where it's empty, the second kept only where it differs."""
    first = np.where(first == 0, second, first)
    return first, np.where(first == second, 0, second)


def frequencies(people: Side, accounts: Side, names: Vocabulary, days: Mapping[Any, int]) -> Frequencies:
    """How often every name and year of birth occurs, counted on the larger side."""
    side = people if len(people) >= len(accounts) else accounts
    years = {day: when.year for when, day in days.items() if when is not None}
    born, count = np.unique(side.day[side.day > 0], return_counts=True)
    by_year: dict[int, int] = {}
    for day, often in zip(born.tolist(), count.tolist(), strict=True):
        by_year[years[day]] = by_year.get(years[day], 0) + often
    by_role = np.bincount(side.role, minlength=len(ROLES)).tolist()
    return Frequencies(
        _counted(names, side.given[0]), _counted(names, side.family[0]),
        {role: by_role[number] for number, role in enumerate(ROLES)}, len(side), len(accounts), by_year,
    )  # fmt: skip


def _counted(names: Vocabulary, column: Ints) -> dict[str, int]:
    counts = np.bincount(names.joined_of(column), minlength=len(names.spellings))
    return dict(zip(names.spellings, counts.tolist(), strict=True))
