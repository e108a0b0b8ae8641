"""Which accounts are worth comparing with a person: those that share a key.

Every key is cheap and forgives something else: a typing error in the surname, a nickname, half of a
double barrel, names turned round, a day and month changed over.  Two records that share none of them
have nothing that would make them one person.  Keys are whole numbers and joined for everybody at once;
only identifiers, e-mail addresses and usernames (``marks``) are joined as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from misconsole.rules.compare import account_pairs, fits, local_part, person_pairs
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.names import letters
from misconsole.rules.vocabulary import Ints, Lexicon, Rows

#: the most pairs looked at in one go: memory stays flat however large the match is
CHUNK = 1_500_000
#: a day that more accounts have than this, and than this share of them, stands for "unknown"
CROWDED, CROWDED_SHARE = 200, 0.005
_DAY, _PART, _SHAPE, _GIVEN, _FIRST, _FAMILY = range(1, 7)
Columns = tuple[Ints, Ints]
Keys = tuple[Ints, Ints]  # key, row


def name_keys(given: Columns, family: Columns, names: Lexicon, *, turned: bool = False) -> list[Keys]:
    """Keys of every pair of given name and surname (places in ``names``, 0 for none)."""
    found: list[Keys] = []
    for first in given:
        for last in family:
            rows = np.flatnonzero((names.length[first] > 0) & (names.length[last] > 0))
            if len(rows):
                found += _pair_keys(rows, first[rows], last[rows], names)
                found += _pair_keys(rows, last[rows], first[rows], names) if turned else []
    return found


def _pair_keys(rows: Ints, first: Ints, last: Ints, names: Lexicon) -> Iterator[Keys]:
    which, initial, part = _cross(names.initials, first, names.parts, last)
    yield _key(_PART, part, initial), rows[which]
    which, initial, shape = _cross(names.initials, first, Rows.of(names.skeleton), last)
    yield _key(_SHAPE, shape, initial), rows[which]
    yield _key(_GIVEN, names.whole[first], names.letter[last]), rows
    yield _key(_FIRST, names.first[first], names.middle[last]), rows


def family_keys(family: Columns, rows: Ints, names: Lexicon) -> list[Keys]:
    """Keys of surnames alone, for accounts that have no given name."""
    found = []
    for last in family:
        having = rows[names.length[last[rows]] > 0]
        found.append((_key(_FAMILY, names.whole[last[having]], having * 0), having))
    return found


def day_keys(day: Ints) -> Keys:
    rows = np.flatnonzero(day > 0)
    return _key(_DAY, day[rows], rows * 0), rows


def _key(tag: int, one: Ints, other: Ints) -> Ints:
    return (tag << 56) | (one << 28) | other


def _cross(first: Rows, x: Ints, last: Rows, y: Ints) -> tuple[Ints, Ints, Ints]:
    """Every value of ``first`` at x with every one of ``last`` at y: (which of x, value, value)."""
    few = last.count[y]
    count = first.count[x] * few
    which = np.repeat(np.arange(len(x)), count)
    step = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    one = first.values[first.start[x][which] + step // few[which]]
    other = last.values[last.start[y][which] + step % few[which]]
    return which, one, other


def joined(people: list[Keys], accounts: list[Keys]) -> Iterator[tuple[Ints, Ints]]:
    """Every pair of rows that share a key, once, some million pairs at a time, in order of people."""
    mine, row = (np.concatenate(each) for each in zip(*people, strict=True))
    theirs, other = (np.concatenate(each) for each in zip(*accounts, strict=True))
    order = np.argsort(theirs)
    theirs, other = theirs[order], other[order]
    order = np.argsort(row, kind="stable")
    mine, row = mine[order], row[order]
    low = np.searchsorted(theirs, mine, "left")
    count = np.searchsorted(theirs, mine, "right") - low
    crowd = max(CROWDED, int(len(np.unique(other)) * CROWDED_SHARE))
    count[(mine >> 56 == _DAY) & (count > crowd)] = 0
    total = np.cumsum(count)
    width = int(other.max(initial=0)) + 1
    start = 0
    while start < len(row):
        done = total[start - 1] if start else 0
        end = int(np.searchsorted(total, done + CHUNK, "right"))
        # Whole people only, so that no pair comes twice; one person alone may be more than a chunk.
        end = int(np.searchsorted(row, row[min(max(end, start), len(row) - 1)], "left"))
        if end <= start:
            end = int(np.searchsorted(row, row[start], "right"))
        if total[-1] - done <= CHUNK:
            end = len(row)
        n = count[start:end]
        which = np.repeat(np.arange(start, end), n)
        step = np.arange(len(which)) - np.repeat(np.cumsum(n) - n, n)
        code = np.unique(row[which] * width + other[low[which] + step])
        yield code // width, code % width
        start = end


def marks(people: Sequence[PersonFacts], accounts: Sequence[AccountFacts]) -> set[tuple[int, int]]:
    """Pairs (row, row) that share an identifier, an e-mail address or a name made from the username."""
    found: dict[str, list[int]] = {}
    for row, account in enumerate(accounts):
        for key in account_marks(account):
            found.setdefault(key, []).append(row)
    if not found:
        return set()
    return {
        (row, other)
        for row, person in enumerate(people)
        for key in person_marks(person)
        for other in found.get(key, ())
    }


def account_marks(account: AccountFacts) -> set[str]:
    keys = {_identifier(value) for value in (account.upn, account.staff_code, account.mis_id) if value}
    keys.update(_identifier(value) for values in account.anchors.values() for value in values)
    if account.email:
        keys.add(f"e:{account.email.strip().casefold()}")
    pairs = account_pairs(account)
    if not pairs and (pattern := letters(account.username)):
        keys.add(f"u:{pattern}")
    if account.email and (pattern := letters(local_part(account))) and not fits(pairs, pattern):
        keys.add(f"u:{pattern}")
    return keys


def person_marks(person: PersonFacts) -> set[str]:
    keys = {_identifier(value) for values in person.identifiers.values() for value in values}
    if person.email:
        keys.add(f"e:{person.email.strip().casefold()}")
    for given, family in person_pairs(person):
        first, last = letters(given), letters(family)
        if first and last:
            keys.update(
                (f"u:{first}{last}", f"u:{last}{first}", f"u:{first[0]}{last}", f"u:{last}{first[0]}")
            )
    return keys


def _identifier(value: str) -> str:
    return "i:" + "".join(value.split()).upper()
