"""How the MIS and the directory at hand are kept, learnt from pairs that are plainly one person.

Where two records alone share surname and date of birth and their first names differ, that is a slip or
another name of the same person in one school and a twin in the next.  How often each happens is counted
here, over those who are not linked yet and those who agree in everything; with few people what holds in
general stands.
"""

from __future__ import annotations

from math import log2

import numpy as np

from misconsole.rules import agreement
from misconsole.rules.columns import ROLES, Side
from misconsole.rules.evidence import BORN_WORTH, FAMILY_WORTH, GIVEN_WORTH, Frequencies, Habits
from misconsole.rules.groups import alone_together
from misconsole.rules.vocabulary import Bools, Ints, Lexicon, Reals, Vocabulary

BELIEF = 200.0  # how many pairs' worth of belief the general rate has
LENIENT = -2.5  # a field that differs never speaks less than this against a pair
TWINS, TWINS_BELIEF, TWINS_FEW = 0.03, 50.0, 0.002  # share of people with a twin; below FEW there are none
SLIPPING = 0.02  # dates of birth that differ outright, of pairs with rare equal names
TYPED = 0.01  # names with a typing error, in general
BOUND, BOUND_BELIEF, FEW = 2.0, 5.0, 500  # bits that names go together; below FEW people it can't be seen
RARE = 14.0  # bits that both names need together to be called rare
NEARLY_ALL = 0.9  # of a role must have a date of birth for one without to be the exception
NAMESAKES, NAMESAKES_BELIEF = 1 / 500, 200.0  # rare equal names that are two people's, before it is seen here


def learn(
    people: Side, accounts: Side, everybody: Side, names: Lexicon, calendar: agreement.Calendar, *,
    agreed: int, kept: int, rare: Reals, dated: frozenset[str], vocabulary: Vocabulary,
) -> Habits:  # fmt: skip
    """From those not linked (places in ``names``), with ``agreed`` pairs beside them that agree, and ``kept``
    linked before whose dates of birth are equal.

    ``everybody`` is the whole of the larger side (numbers of ``vocabulary``); ``rare`` the bits of both
    names of each of ``people`` together.
    """
    given, family = names.joined[people.given[0]], names.joined[people.family[0]]
    theirs = names.joined[accounts.given[0]], names.joined[accounts.family[0]]
    days = calendar.numbers[people.day], calendar.numbers[accounts.day]
    i, j = alone_together(_both(family, days[0]), _both(theirs[1], days[1]))
    first = agreement.given(people.given[0][i], accounts.given[0][j], names)
    i, j = alone_together(_both(given, days[0]), _both(theirs[0], days[1]))
    last = agreement.family(people.family[0][i], accounts.family[0][j], names)
    i, j = alone_together(_both(given, family), _both(*theirs))
    uncommon = rare[i] >= RARE
    born = calendar.words(people.day[i], accounts.day[j])[uncommon]
    same = people.role[i] == accounts.role[j]
    first_rate = _rate(first == 0, agreed, GIVEN_WORTH["differs"][1])
    last_rate = _rate(last == 0, agreed, FAMILY_WORTH["differs"][1])
    # Of those that agree in everything about half have rare names; the rest is not to be counted here.
    born_rate = _rate(born == 0, agreed // 2, BORN_WORTH["differs"])
    twins = _twins(everybody, vocabulary) >= TWINS_FEW
    return Habits(
        given_differs=_bits(first_rate, GIVEN_WORTH["differs"][1]),
        family_differs=_bits(last_rate, FAMILY_WORTH["differs"][1]),
        born_differs=_bits(born_rate, BORN_WORTH["differs"]),
        namesakes=_namesakes(born[same[uncommon]], agreed + kept),
        twins=twins, dates_slip=not twins and born_rate >= SLIPPING, typed=_typed(first, last, agreed),
        bound=_bound(everybody, vocabulary), dated=dated,
    )  # fmt: skip


def _namesakes(born: Ints, agreed: int) -> float:
    """Of those who share a rare name that nobody else has, the share whose dates of birth are two people's.

    It is what calling a pair one person by its name alone would get wrong here, and only dates can tell it;
    of those who agree in everything about half have rare names.
    """
    differs = agreement.DATE_WORDS.index("differs")
    told = float((born != agreement.DATE_WORDS.index("missing")).sum()) + agreed // 2
    wrong = float((born == differs).sum())
    return (wrong + NAMESAKES * NAMESAKES_BELIEF) / (told + NAMESAKES_BELIEF)


def dated(people: Side, accounts: Side) -> frozenset[str]:
    """The roles of which nearly all people and accounts have a date of birth: there, one without is the
    exception, and a namesake would mostly show by the date."""
    return frozenset(
        name
        for number, name in enumerate(ROLES)
        if all(
            (side.day[side.role == number] > 0).sum() >= NEARLY_ALL * (side.role == number).sum()
            for side in (people, accounts)
        )
    )


def _both(one: Ints, other: Ints) -> Ints:
    return np.where((one > 0) & (other > 0), (one << 32) | other, 0)


def _rate(differs: Bools, agreed: int, usual: float) -> float:
    rate: float = (float(differs.sum()) + BELIEF * 2.0**usual) / (len(differs) + agreed + BELIEF)
    return rate


def _bits(rate: float, usual: float) -> float:
    return max(usual, min(LENIENT, log2(rate)))


def _typed(first: Ints, last: Ints, agreed: int) -> float:
    """Bits by which typing errors are commoner here than in general."""
    similar = agreement.NAME_WORDS.index("similar")
    rate = max(
        (float((words == similar).sum()) + BELIEF * TYPED) / (len(words) + agreed + BELIEF)
        for words in (first, last)
    )
    return min(4.0, max(0.0, log2(rate / TYPED)))


def _bound(side: Side, vocabulary: Vocabulary) -> float:
    """Bits by which people share first name and surname more often than chance would have it."""
    given, family = (vocabulary.joined_of(column[0]) for column in (side.given, side.family))
    having = (given > 0) & (family > 0)
    given, family = given[having], family[having]
    count = len(given)
    if count < FEW:
        return BOUND
    both = _shared((given << 32) | family)
    chance = _shared(given) * _shared(family) / (count * (count - 1) / 2)
    return min(4.0, max(0.0, log2((both + BOUND_BELIEF * 2**BOUND) / (chance + BOUND_BELIEF))))


def _shared(keys: Ints) -> float:
    """How many pairs of people have an equal key."""
    count = np.unique(keys, return_counts=True)[1].astype(np.float64)
    return float((count * (count - 1)).sum() / 2)


def _twins(side: Side, vocabulary: Vocabulary) -> float:
    """The share of people who share surname and date of birth with somebody else of their side."""
    having = (side.day > 0) & (side.family[0] > 0)
    key = _both(vocabulary.joined_of(side.family[0][having]), side.day[having])
    key.sort()
    shared = int((key[1:] == key[:-1]).sum()) * 2
    share: float = (shared + TWINS * TWINS_BELIEF) / (len(key) + TWINS_BELIEF)
    return share


def with_habits(often: Frequencies, habits: Habits, candidates: int) -> Frequencies:
    """The same frequencies, with what was learnt and how many accounts are still to be had."""
    return Frequencies(
        often.given, often.family, often.roles, often.people, often.accounts, often.years, candidates, habits
    )
