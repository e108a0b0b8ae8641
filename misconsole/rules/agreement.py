"""How many pairs of names, or of dates, agree: ``similarity`` for whole columns at once.

Each distinct pair of names is looked at once, and the typing errors are counted in C.  Words are told as
their place in NAME_WORDS and DATE_WORDS.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler, Prefix
from rapidfuzz.process import cpdist

from misconsole.rules.particles import glued
from misconsole.rules.similarity import ALIKE
from misconsole.rules.vocabulary import WORDS, Bools, Ints, Lexicon, Reals

NAME_WORDS = (
    "differs", "missing", "equal", "nickname", "spelling", "particle", "part", "initial", "similar",
)  # fmt: skip
DATE_WORDS = ("differs", "missing", "equal", "swapped", "digit", "near", "year")
_EPOCH = date(1970, 1, 1).toordinal()
_NAME = {word: place for place, word in enumerate(NAME_WORDS)}
_DATE = {word: place for place, word in enumerate(DATE_WORDS)}


def given(x: Ints, y: Ints, names: Lexicon) -> Ints:
    """The word for each pair of given names, by their places in ``names`` (``folded`` counts as equal)."""
    found, open_ = _start(x, y, names)
    _mark(found, open_, "nickname", _kin, x, y, names)
    _mark(found, open_, "part", _part, x, y, names)
    _mark(found, open_, "initial", _initial, x, y, names)
    _mark(found, open_, "similar", _near, x, y, names)
    _mark(found, open_, "similar", _begins, x, y, names)
    return found


def family(x: Ints, y: Ints, names: Lexicon) -> Ints:
    """The word for each pair of surnames."""
    found, open_ = _start(x, y, names)
    _mark(found, open_, "spelling", lambda a, b, n: n.spelling[a] == n.spelling[b], x, y, names)
    _mark(found, open_, "particle", _core, x, y, names)
    _mark(found, open_, "part", _part, x, y, names)
    _mark(found, open_, "initial", _initial, x, y, names)
    _mark(found, open_, "similar", _near, x, y, names)
    return found


def _start(x: Ints, y: Ints, names: Lexicon) -> tuple[Ints, Bools]:
    found = np.zeros(len(x), np.int64)
    found[names.joined[x] == names.joined[y]] = _NAME["equal"]
    found[(names.length[x] == 0) | (names.length[y] == 0)] = _NAME["missing"]
    return found, found == 0


def _mark(found: Ints, open_: Bools, word: str, test: object, x: Ints, y: Ints, names: Lexicon) -> None:
    rows = np.flatnonzero(open_)
    hit = rows[test(x[rows], y[rows], names)]  # type: ignore[operator]
    found[hit] = _NAME[word]
    open_[hit] = False


def _kin(x: Ints, y: Ints, names: Lexicon) -> Bools:
    found = np.zeros(len(x), np.bool_)
    listed = (names.forms[x, 0] >= 0) & (names.forms[y, 0] >= 0)
    rows = np.flatnonzero(listed & (names.first[x] != names.first[y]))
    mine, theirs = names.forms[x[rows]], names.forms[y[rows]]
    found[rows] = ((mine[:, :, None] == theirs[:, None, :]) & (mine[:, :, None] >= 0)).any(axis=(1, 2))
    return found


def _core(x: Ints, y: Ints, names: Lexicon) -> Bools:
    found: Bools = names.core[x] == names.core[y]
    # An article run into the name shows in the last letters; few pairs come as far as being looked at.
    rows = np.flatnonzero(~found & (np.abs(names.core_length[x] - names.core_length[y]) == 2))
    rows = rows[names.core_end[x[rows]] == names.core_end[y[rows]]]
    found[rows] = [glued(names.cores[a], names.cores[b]) for a, b in zip(x[rows], y[rows], strict=True)]
    return found


def _part(x: Ints, y: Ints, names: Lexicon) -> Bools:
    found = np.zeros(len(x), np.bool_)
    rows = np.flatnonzero((names.word_count[x] > 1) | (names.word_count[y] > 1))
    few, many = x[rows], y[rows]
    turn = names.word_count[few] > names.word_count[many]
    few, many = np.where(turn, many, few), np.where(turn, few, many)
    mine, theirs = names.words[few], names.words[many]
    within = (mine[:, :, None] == theirs[:, None, :]).any(axis=2) | (mine < 0)
    found[rows] = within.all(axis=1) & ~names.has_letter[few] & (names.word_count[few] <= WORDS)
    return found


def _initial(x: Ints, y: Ints, names: Lexicon) -> Bools:
    found = np.zeros(len(x), np.bool_)
    rows = np.flatnonzero(
        (names.letters_only[x] | names.letters_only[y]) & (names.letter[x] == names.letter[y])
    )
    found[rows] = [
        a.startswith(b) or b.startswith(a)
        for a, b in zip(names.initial_words[x[rows]], names.initial_words[y[rows]], strict=True)
    ]
    return found


def _near(x: Ints, y: Ints, names: Lexicon) -> Bools:
    found = np.zeros(len(x), np.bool_)
    shorter = np.minimum(names.length[x], names.length[y])
    rows = np.flatnonzero((shorter >= 4) & (np.abs(names.length[x] - names.length[y]) <= 3))
    mine, theirs = names.text[x[rows]].tolist(), names.text[y[rows]].tolist()
    slips = cpdist(mine, theirs, scorer=OSA.distance, score_cutoff=3, dtype=np.uint8)
    found[rows[slips <= 1]] = True
    more = np.flatnonzero(((slips == 2) & (shorter[rows] >= 5)) | ((slips == 3) & (shorter[rows] >= 8)))
    rows = rows[more]
    alike = cpdist(
        names.text[x[rows]].tolist(), names.text[y[rows]].tolist(), scorer=JaroWinkler.similarity,
        dtype=np.float64,
    )  # fmt: skip
    found[rows[alike >= ALIKE]] = True
    return found


def _begins(x: Ints, y: Ints, names: Lexicon) -> Bools:
    found = np.zeros(len(x), np.bool_)
    shorter = np.minimum(names.length[x], names.length[y])
    rows = np.flatnonzero((shorter >= 3) & (names.letter[x] == names.letter[y]))
    alike = cpdist(
        names.text[x[rows]].tolist(), names.text[y[rows]].tolist(), scorer=Prefix.similarity, dtype=np.int32
    )
    found[rows[alike == shorter[rows]]] = True
    return found


class Calendar:
    """The days of a match, taken apart: year, month, day and the eight digits."""

    def __init__(self, days: Mapping[date | None, int]) -> None:
        self.numbers = np.sort(np.fromiter(days.values(), np.int64, len(days)))
        day = (self.numbers - _EPOCH).astype("datetime64[D]")
        month = day.astype("datetime64[M]")
        known = self.numbers > 0
        months = np.where(known, month.astype(np.int64), 0)
        self.year, self.month = (np.where(known, each, 0) for each in (months // 12 + 1970, months % 12 + 1))
        self.day = np.where(known, (day - month).astype(np.int64) + 1, 0)
        eight = self.year * 10_000 + self.month * 100 + self.day
        self.digits = (eight[:, None] // 10 ** np.arange(7, -1, -1) % 10).astype(np.int8)
        self.unknown = (self.month == 1) & (self.day == 1)
        self.turned = np.where(known & (self.day <= 12), self._turned(), 0)

    def _turned(self) -> Ints:
        """The numbers of the days with day and month changed over, of those of which there are such."""
        month = ((self.year - 1970) * 12 + self.day - 1).astype("datetime64[M]")
        numbers: Ints = month.astype("datetime64[D]").astype(np.int64) + self.month - 1 + _EPOCH
        return numbers

    def place(self, numbers: Ints) -> Ints:
        return np.searchsorted(self.numbers, numbers).astype(np.int64)

    def words(self, x: Ints, y: Ints) -> Ints:
        """The word for each pair of days, by their places."""
        same = [part[x] == part[y] for part in (self.year, self.month, self.day)]
        alike = sum(each.astype(np.int64) for each in same)
        found = np.zeros(len(x), np.int64)
        found[same[0] & (self.unknown[x] | self.unknown[y])] = _DATE["year"]
        apart = np.abs(self.numbers[x] - self.numbers[y])
        found[(alike == 2) | (apart <= 3)] = _DATE["near"]
        found[self._slip(x, y)] = _DATE["digit"]
        found[same[0] & (self.day[x] == self.month[y]) & (self.month[x] == self.day[y])] = _DATE["swapped"]
        found[x == y] = _DATE["equal"]
        found[(x == 0) | (y == 0)] = _DATE["missing"]
        return found

    def _slip(self, x: Ints, y: Ints) -> Bools:
        mine, theirs = self.digits[x], self.digits[y]
        differs = mine != theirs
        count = differs.sum(axis=1)
        changed = np.zeros(len(x), np.bool_)
        for i in (0, 1, 2, 4, 6):
            both = differs[:, i] & differs[:, i + 1]
            changed |= both & (mine[:, i] == theirs[:, i + 1]) & (mine[:, i + 1] == theirs[:, i])
        found: Bools = (count == 1) | ((count == 2) & changed)
        return found


def worths(words: tuple[str, ...], worth: Mapping[str, tuple[float, float]]) -> tuple[Reals, Reals]:
    """Share of the rarity and bits on top, by place of the word; none for a word of another field."""
    both = [worth.get(word, (0.0, 0.0)) for word in words]
    return np.array([share for share, _ in both]), np.array([bits for _, bits in both])
