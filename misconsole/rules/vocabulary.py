"""The names of a whole match, numbered, so that a million of them are compared as whole numbers.

Every distinct folded name has a number; 0 is no name.  Names that read the same run together
(Smith-Jones, Smithjones) share a second number, ``joined``.  What comparing needs to know of a name (its
words, initials, forms) is worked out once a name in ``Lexicon``, and only for names that are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from misconsole.rules import nicknames
from misconsole.rules.names import NameViews, views
from misconsole.rules.particles import core

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Reals = NDArray[np.float64]

WORDS, FORMS = 5, 8  # the most words of a name, and families of forms, that are compared


class Vocabulary(dict[Any, int]):
    """name as delivered -> number; asking for one it hasn't seen numbers it."""

    def __init__(self) -> None:
        super().__init__({None: 0, "": 0})
        self.seen: list[NameViews] = [views(None)]
        self.cores: list[str] = [""]
        self.joined: list[int] = [0]
        self.spellings: list[str] = [""]  # by joined number
        self._numbers: dict[tuple[str, str], int] = {("", ""): 0}
        self._joined: dict[str, int] = {"": 0}

    def __missing__(self, name: str) -> int:
        seen, stem = views(name), core(name)
        number = self._numbers.get((seen.full, stem))
        if number is None:
            number = self._numbers[seen.full, stem] = len(self.seen)
            self.seen.append(seen)
            self.cores.append(stem)
            self.joined.append(self._joined.setdefault(seen.joined, len(self.spellings)))
            if self.joined[-1] == len(self.spellings):
                self.spellings.append(seen.joined)
        self[name] = number
        return number

    def column(self, names: Iterable[str | None], count: int) -> Ints:
        return np.fromiter(map(self.__getitem__, names), np.int64, count)

    def joined_of(self, numbers: Ints) -> Ints:
        return np.array(self.joined, np.int64)[numbers]


class Rows:
    """For each of so many things a few whole numbers, laid out end to end."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self.count = np.fromiter(map(len, lists), np.int64, len(lists))
        self.start = np.concatenate(([0], np.cumsum(self.count)))[:-1]
        self.values = np.fromiter((v for each in lists for v in each), np.int64, int(self.count.sum()))

    @classmethod
    def of(cls, column: Ints) -> Rows:
        """One for each thing."""
        rows = cls(())
        rows.count, rows.start, rows.values = np.ones_like(column), np.arange(len(column)), column
        return rows


class Lexicon:
    """What comparing needs to know of the names ``numbers``, by place (``place`` of a number)."""

    def __init__(self, vocabulary: Vocabulary, numbers: Ints) -> None:
        self._numbers = np.unique(np.append(numbers, 0))
        self._place = np.zeros(len(vocabulary.seen), np.int64)
        self._place[self._numbers] = np.arange(len(self._numbers))
        self._tokens: dict[str, int] = {"": 0}
        seen = [vocabulary.seen[n] for n in self._numbers.tolist()]
        cores = [vocabulary.cores[n] for n in self._numbers.tolist()]
        self.joined = vocabulary.joined_of(self._numbers)
        self.text = np.array([v.joined for v in seen], object)
        self.length = np.fromiter((len(v.joined) for v in seen), np.int64, len(seen))
        self.whole = self._column(v.joined for v in seen)
        self.letter = self._column(v.joined[:1] for v in seen)
        self.cores = cores
        self.core = self._column(cores)
        self.core_length = np.fromiter(map(len, cores), np.int64, len(cores))
        self.core_end = self._column(stem[-4:] for stem in cores)
        self.spelling = self._column(nicknames.surname(v.joined) for v in seen)
        self.first = self._column(v.first for v in seen)
        self.middle = self._column(v.joined[1:4] for v in seen)
        self.skeleton = self._column(skeleton(v.joined) for v in seen)
        self.word_count = np.fromiter((len(set(v.words)) for v in seen), np.int64, len(seen))
        self.letters_only = np.fromiter((_letters_only(v) for v in seen), np.bool_, len(seen))
        self.has_letter = np.fromiter((any(len(w) == 1 for w in v.words) for v in seen), np.bool_, len(seen))
        self.words = self._matrix([sorted(set(v.words))[:WORDS] for v in seen], WORDS)
        self.initial_words = np.array(["".join(w[0] for w in v.full.split()) for v in seen], object)
        self.vague = np.array([nicknames.vagueness(v) for v in seen])
        forms = [sorted(nicknames.families(v))[:FORMS] for v in seen]
        self.forms = np.full((len(seen), FORMS), -1, np.int64)
        for place, each in enumerate(forms):
            self.forms[place, : len(each)] = each
        self.initials = Rows([sorted(map(self._token, _initials(v))) for v in seen])
        self.parts = Rows(
            [sorted(map(self._token, {*v.spellings, stem, nicknames.surname(v.joined)} - {""}))
             for v, stem in zip(seen, cores, strict=True)]
        )  # fmt: skip

    def place(self, numbers: Ints) -> Ints:
        places: Ints = self._place[numbers]
        return places

    def _token(self, text: str) -> int:
        return self._tokens.setdefault(text, len(self._tokens))

    def _column(self, texts: Iterable[str]) -> Ints:
        return np.array([self._token(text) for text in texts], np.int64)

    def _matrix(self, lists: Sequence[Sequence[str]], width: int) -> Ints:
        found = np.full((len(lists), width), -1, np.int64)
        for place, each in enumerate(lists):
            found[place, : len(each)] = [self._token(text) for text in each]
        return found


_VOWELS = str.maketrans("", "", "aeiouyhw ")


def skeleton(name: str) -> str:
    """The consonants that remain of a name, doubles once: Smith, Smyth and Smithe are one."""
    rest = name[1:].translate(_VOWELS)
    return name[:1] + "".join(c for i, c in enumerate(rest) if not i or c != rest[i - 1])


def _letters_only(seen: NameViews) -> bool:
    return bool(seen.words) and all(len(word) == 1 for word in seen.words)


def _initials(seen: NameViews) -> set[str]:
    """First letters the name may be known by, those of all its forms included: Bob is found under R."""
    return {*nicknames.initials(seen.first), *nicknames.initials(seen.joined), seen.last[:1]} - {""}
