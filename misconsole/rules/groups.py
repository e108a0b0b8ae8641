"""Keys that occur once on each side: the smallest of joins, and how crowded a key is."""

from __future__ import annotations

import numpy as np

from misconsole.rules.vocabulary import Bools, Ints


def within(values: Ints, few: Ints) -> Bools:
    """Which of many values are among a few."""
    few = np.unique(few)
    if not len(few):
        return np.zeros(len(values), np.bool_)
    place = np.minimum(np.searchsorted(few, values), len(few) - 1)
    found: Bools = few[place] == values
    return found


def alone_together(mine: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """Rows of both sides whose key nobody else of their own side has; a key of 0 is none."""
    left, right = _once(mine), _once(theirs)
    shared, i, j = np.intersect1d(mine[left], theirs[right], assume_unique=True, return_indices=True)
    del shared
    return left[i], right[j]


def _once(keys: Ints) -> Ints:
    values, first, count = np.unique(keys, return_index=True, return_counts=True)
    once: Ints = first[(count == 1) & (values != 0)]
    return once
