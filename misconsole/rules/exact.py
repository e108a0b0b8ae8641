"""Who agrees with whom on name, date of birth and role, for everybody at once.

One sort of all the keys of both sides tells, for every key, who has it.  A person and an account that
are alone with theirs are a *plain* pair; whoever is not alone, or has several names, is looked at one by
one in ``certain``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from misconsole.rules.columns import Side
from misconsole.rules.vocabulary import Bools, Ints, Vocabulary


@dataclass(frozen=True, slots=True)
class Exact:
    """``people``, ``accounts``: the rows of plain pairs, side by side.  ``doubtful``: people who share a
    key with an account without being plain, ``asked`` the accounts they share one with; ``alone``: people
    who share none of their keys with another person."""

    people: Ints
    accounts: Ints
    doubtful: Ints
    asked: Ints
    alone: Bools


def find(people: Side, accounts: Side, names: Vocabulary) -> Exact:
    key, row = _keys(people, accounts, names)
    start = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.zeros(0, int)
    size = np.diff(np.append(start, len(key)))
    is_person = (row < len(people)).astype(np.int64)
    persons = np.add.reduceat(is_person, start) if len(start) else np.zeros(0, np.int64)
    pair = (size == 2) & (persons == 1)
    one, other = row[start[pair]], row[start[pair] + 1]
    person, account = np.minimum(one, other), np.maximum(one, other) - len(people)
    plain = ~(people.several[person] | accounts.several[account])
    met = (persons > 0) & (persons < size)
    among = np.repeat(met, size)
    alone = np.ones(len(people), np.bool_)
    alone[row[np.repeat(persons > 1, size) & (is_person > 0)]] = False
    crowded = np.zeros(len(people) + len(accounts), np.bool_)
    crowded[row[among]] = True
    crowded[person[plain]] = crowded[account[plain] + len(people)] = False
    doubtful, asked = np.flatnonzero(crowded[: len(people)]), np.flatnonzero(crowded[len(people) :])
    return Exact(person[plain], account[plain], doubtful, asked, alone)


def _keys(people: Side, accounts: Side, names: Vocabulary) -> tuple[Ints, Ints]:
    """(key, row) in order of keys, for every pair of names of everybody who has names and a date of birth;
    rows of accounts come after those of people."""
    found = [
        _pairs(side, given, family, names, offset)
        for side, offset in ((people, 0), (accounts, len(people)))
        for given in (0, 1)
        for family in (0, 1)
    ]
    pair, rest, row = (np.concatenate(each) for each in zip(*found, strict=True))
    if len(names.spellings) ** 2 >= 1 << 39:  # too many names for one whole number to hold it all
        pair = np.unique(pair, return_inverse=True)[1]
    key = (pair << 24) | rest
    order = np.argsort(key)
    key, row = key[order], row[order]
    if people.several.any() or accounts.several.any():
        # Two names of one person that read the same are one key.
        order = np.lexsort((row, key))
        key, row = key[order], row[order]
        new = np.concatenate(([True], (key[1:] != key[:-1]) | (row[1:] != row[:-1])))[: len(key)]
        key, row = key[new], row[new]
    return key, row


def _pairs(side: Side, given: int, family: int, names: Vocabulary, offset: int) -> tuple[Ints, Ints, Ints]:
    """The pair of names, day and role together (day numbers stay below 2^22), and the row."""
    first, last = side.given[given], side.family[family]
    row = np.flatnonzero((first > 0) & (last > 0) & (side.day > 0))
    first, last = names.joined_of(first[row]), names.joined_of(last[row])
    whole = (first > 0) & (last > 0)
    row = row[whole]
    pair = first[whole] * len(names.spellings) + last[whole]
    return pair, (side.day[row] << 2) | side.role[row], row + offset
