"""The few pairs worth weighing field by field, out of all that share a key.

Names, dates, roles and years of entry are scored here for millions of pairs at once, by the very worths
that ``compare`` reads; what might come to nothing is dropped.  A pair that the full evidence would show is
never lost: identifiers, e-mail addresses and usernames, which are not scored here, keep a pair in any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from misconsole.rules import agreement, blocking
from misconsole.rules.agreement import DATE_WORDS, NAME_WORDS, Calendar, worths
from misconsole.rules.bands import POSSIBLE, SHOWN
from misconsole.rules.columns import ROLES, Side
from misconsole.rules.compare import HALF, LOOSE, RARE_TOGETHER, TURNED
from misconsole.rules.evidence import (
    BORN_LESS,
    BORN_WORTH,
    COMMON_FAMILY,
    COMMON_GIVEN,
    COMMON_YEAR,
    DAYS,
    ENTRY_WORTH,
    FAMILY_WORTH,
    GIVEN_WORTH,
    PLACEHOLDER_AT_LEAST,
    PLACEHOLDER_LESS,
    ROLE_DIFFERS,
    ROLE_UNKNOWN,
    SWAPPED_PENALTY,
    Frequencies,
    rarity,
)  # fmt: skip
from misconsole.rules.vocabulary import Bools, Ints, Lexicon, Reals, Vocabulary

ROUNDING = 0.5  # weights are rounded to tenths before they are added up
KEPT = SHOWN + 3


def _places(words: frozenset[str], table: tuple[str, ...]) -> Ints:
    return np.array([place for place, word in enumerate(table) if word in words], np.int64)


_FULL_GIVEN = _places(frozenset({"equal", "nickname"}), NAME_WORDS)
_FULL_FAMILY = _places(frozenset({"equal", "spelling"}), NAME_WORDS)
_LOOSE = _places(LOOSE, NAME_WORDS)
_TURNED = _places(TURNED, NAME_WORDS)
_RARE = _places(RARE_TOGETHER, NAME_WORDS)
_NICKNAME = NAME_WORDS.index("nickname")
_HALF = _places(HALF, NAME_WORDS)


@dataclass(frozen=True, slots=True)
class Scales:
    """Bits by place: of each name as given name and as surname, of each day, of each role."""

    given: Reals
    family: Reals
    day: Reals
    role: Reals


def scales(names: Lexicon, calendar: Calendar, often: Frequencies) -> Scales:
    def bits(counts: object, common: float) -> Reals:
        return np.array([rarity(counts.get(t, 0), often.people, common) for t in names.text.tolist()])  # type: ignore[attr-defined]

    total = sum(often.years.values())
    years = {y: DAYS + rarity(often.years.get(y, 0), total, COMMON_YEAR) for y in set(calendar.year.tolist())}
    return Scales(
        bits(often.given, COMMON_GIVEN), bits(often.family, COMMON_FAMILY),
        np.array([years[y] for y in calendar.year.tolist()]),
        np.array([often.role_bits(role) for role in ROLES]),
    )  # fmt: skip


def placed(side: Side, names: Lexicon, calendar: Calendar) -> Side:
    """The same rows with places in ``names`` and ``calendar`` for the numbers of the whole match."""
    return Side(
        (names.place(side.given[0]), names.place(side.given[1])),
        (names.place(side.family[0]), names.place(side.family[1])),
        calendar.place(side.day), side.role, side.entry,
    )  # fmt: skip


def lexicon(people: Side, accounts: Side, names: Vocabulary) -> Lexicon:
    return Lexicon(names, np.concatenate([*people.given, *people.family, *accounts.given, *accounts.family]))


def _learnt(worth: Mapping[str, tuple[float, float]], differs: float, typed: float) -> tuple[Reals, Reals]:
    share, top = worth["similar"]
    return worths(NAME_WORDS, {**worth, "differs": (0.0, differs), "similar": (share, top + typed)})


class Sieve:
    """``people`` and ``accounts`` are placed; ``barred`` are (role, row) of accounts no person of that role
    can have; ``local`` and ``guest`` tell which accounts are another school's, and which are there only
    for people of another role than the one who has them (Z16)."""

    def __init__(
        self, people: Side, accounts: Side, *, names: Lexicon, calendar: Calendar, often: Frequencies,
        barred: Bools, local: Bools, guest: Bools,
    ) -> None:  # fmt: skip
        self.people, self.accounts, self.names, self.calendar, self.often = (
            people, accounts, names, calendar, often,
        )  # fmt: skip
        self.barred, self.local, self.guest = barred, local, guest
        self.scales = scales(names, calendar, often)
        habits = often.habits
        self.given = _learnt(GIVEN_WORTH, habits.given_differs, habits.typed)
        self.family = _learnt(FAMILY_WORTH, habits.family_differs, habits.typed)
        born = BORN_WORTH | {"differs": habits.born_differs}
        self.born = np.array([-BORN_LESS.get(word, 0.0) or born.get(word, 0.0) for word in DATE_WORDS])
        self.dated = np.array([word in BORN_LESS for word in DATE_WORDS])

    def pairs(self) -> Iterator[tuple[Ints, Ints]]:
        """Pairs of rows that share a key, by chunks of whole people."""
        people, accounts, names, calendar = self.people, self.accounts, self.names, self.calendar
        own = np.flatnonzero(~self.guest)
        no_given = own[(accounts.given[0][own] == 0)]
        mine = [
            blocking.day_keys(calendar.numbers[people.day]),
            blocking.day_keys(calendar.turned[people.day]),
            *blocking.name_keys(people.given, people.family, names, turned=True),
            *(blocking.family_keys(people.family, np.arange(len(people)), names) if len(no_given) else ()),
        ]
        theirs = [
            blocking.day_keys(calendar.numbers[accounts.day]),
            *(
                (key, own[row])
                for key, row in blocking.name_keys(
                    (accounts.given[0][own], accounts.given[1][own]),
                    (accounts.family[0][own], accounts.family[1][own]), names,
                )
            ),
            *blocking.family_keys(accounts.family, no_given, names),
        ]  # fmt: skip
        yield from blocking.joined(mine, theirs)

    def kept(self) -> Iterator[tuple[int, int]]:
        """The pairs worth weighing, a few for each person at most."""
        for i, j in self.pairs():
            free = ~self.barred[self.people.role[i], j]
            i, j = i[free], j[free]
            score, full = self.score(i, j)
            good = np.flatnonzero(full | (score >= POSSIBLE - ROUNDING))
            order = good[np.lexsort((-score[good], i[good]))]
            rank = np.arange(len(order)) - np.searchsorted(i[order], i[order], "left")
            order = order[rank < KEPT]
            yield from zip(i[order].tolist(), j[order].tolist(), strict=True)

    def score(self, i: Ints, j: Ints) -> tuple[Reals, Bools]:
        """The score of each pair but for marks, and whether its whole name stands in the way (K1)."""
        given, first = self._names(i, j, self.people.given, self.accounts.given, given=True)
        family, last = self._names(i, j, self.people.family, self.accounts.family, given=False)
        names = self._together(given, first, family, last)
        loose = np.flatnonzero(np.isin(first, _LOOSE) & np.isin(last, _LOOSE))
        names[loose] = np.maximum(names[loose], self._turned(i[loose], j[loose]))
        words = self.calendar.words(self.people.day[i], self.accounts.day[j])
        full = np.isin(first, _FULL_GIVEN) & np.isin(last, _FULL_FAMILY) & self._same_role(i, j)
        full &= (words != 0) | ~self.local[j]
        return names + self._born(i, j, words) + self._rest(i, j) + self.often.prior, full

    def _names(
        self, i: Ints, j: Ints, mine: tuple[Ints, Ints], theirs: tuple[Ints, Ints], *, given: bool
    ) -> tuple[Reals, Ints]:
        """The best of all combinations of a person's names and an account's: (bits, word)."""
        best, word = self._bits(mine[0][i], theirs[0][j], given=given)
        for x, y in ((mine[0], theirs[1]), (mine[1], theirs[0]), (mine[1], theirs[1])):
            rows = np.flatnonzero((x[i] > 0) & (y[j] > 0))
            if len(rows):
                bits, other = self._bits(x[i[rows]], y[j[rows]], given=given)
                better = bits > best[rows]
                best[rows[better]], word[rows[better]] = bits[better], other[better]
        return best, word

    def _bits(self, x: Ints, y: Ints, *, given: bool) -> tuple[Reals, Ints]:
        code, back = np.unique(x * len(self.names.text) + y, return_inverse=True)
        x, y = code // len(self.names.text), code % len(self.names.text)
        word = (agreement.given if given else agreement.family)(x, y, self.names)
        share, top = self.given if given else self.family
        rare = self.scales.given if given else self.scales.family
        bits = share[word] * np.minimum(rare[x], rare[y]) + top[word]
        bits -= np.where(word == _NICKNAME, np.maximum(self.names.vague[x], self.names.vague[y]), 0.0)
        return bits[back], word[back]

    def _turned(self, i: Ints, j: Ints) -> Reals:
        given, first = self._names(i, j, self.people.given, self.accounts.family, given=True)
        family, last = self._names(i, j, self.people.family, self.accounts.given, given=False)
        turned = np.isin(first, _TURNED) & np.isin(last, _TURNED)
        turned |= np.isin(first, _HALF) | np.isin(last, _HALF)
        return np.where(turned, self._together(given, first, family, last) + SWAPPED_PENALTY, -np.inf)

    def _together(self, given: Reals, first: Ints, family: Reals, last: Ints) -> Reals:
        """Bits of both names, less what is due to names going together."""
        both = np.isin(first, _RARE) & np.isin(last, _RARE)
        return given + family - np.where(both, np.clip(given, 0.0, self.often.habits.bound), 0.0)

    def _born(self, i: Ints, j: Ints, words: Ints) -> Reals:
        mine, theirs = self.people.day[i], self.accounts.day[j]
        bits = self.born[words] + np.where(self.dated[words], self.scales.day[mine], 0.0)
        unknown = (self.calendar.unknown[mine] | self.calendar.unknown[theirs]) & (mine > 0) & (theirs > 0)
        equal = unknown & (words == DATE_WORDS.index("equal"))
        return np.where(
            equal, bits - PLACEHOLDER_LESS, np.where(unknown, np.maximum(bits, PLACEHOLDER_AT_LEAST), bits)
        )

    def _same_role(self, i: Ints, j: Ints) -> Bools:
        same: Bools = self.people.role[i] == self.accounts.role[j]
        return same

    def _rest(self, i: Ints, j: Ints) -> Reals:
        role = self.accounts.role[j]
        other = np.where(role > 0, ROLE_DIFFERS, ROLE_UNKNOWN)
        bits = np.where(self._same_role(i, j), self.scales.role[role], other)
        mine, theirs = self.people.entry[i], self.accounts.entry[j]
        told = (mine > 0) & (theirs > 0) & ((self.people.day[i] == 0) | (self.accounts.day[j] == 0))
        apart = np.minimum(np.abs(mine - theirs), 2)
        worth = np.array([ENTRY_WORTH["equal"], ENTRY_WORTH["near"], ENTRY_WORTH["differs"]])
        return bits + np.where(told, worth[apart], 0.0)
