"""When a name and a role alone may be called likely: a rare name, written alike, that nobody comes near.

Staff accounts mostly hold no date of birth, and a name is no proof: the account may be a leaver's of the same
name.  How often that happens is not guessed but seen where dates are kept (``Habits.namesakes``): of those
who share a rare name nobody else has, so many were two people.  Where that is more than one in a thousand, or
too few have been seen to say, a name alone is never likely.  Where it is less, it is likely only if

* first name and surname are written alike (not a nickname, a part, an initial, a slip, or changed over),
* both together are rare in this school (RARE bits),
* the account is active, of this school, and has no identifier of anybody else's,
* the year of entry, if both have one, is the same,
* no other person or account of the school, its trust or authority has that name or one near it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from misconsole.rules import agreement, blocking, sieve
from misconsole.rules.agreement import Calendar
from misconsole.rules.bands import Scored
from misconsole.rules.columns import Side
from misconsole.rules.evidence import Frequencies
from misconsole.rules.facts import PersonFacts
from misconsole.rules.habits import RARE
from misconsole.rules.vocabulary import Bools, Ints, Lexicon, Vocabulary

TOLERATED = 1 / 1000  # of pairs called likely that may be wrong (bars.md, "Right")
ALIKE = frozenset({"equal", "folded"})
_APART = np.array([agreement.NAME_WORDS.index(word) for word in ("differs", "missing")])


def rare_and_alike(person: PersonFacts, one: Scored, often: Frequencies) -> bool:
    """Whether the pair itself allows that the name is enough; namesakes are not looked for yet."""
    account = one.account
    if not one.by_name_alone or often.habits.namesakes > TOLERATED:
        return False
    if account.local or account.state != "active" or account.role != person.role or _anothers(one):
        return False
    kept = {item.field: item for item in one.evidence}
    names = [kept.get(name) for name in ("given_name", "family_name")]
    if any(item is None or item.agreement not in ALIKE for item in names):
        return False
    if "year_of_entry" in kept and kept["year_of_entry"].agreement != "equal":
        return False
    given, family = (item.person for item in names if item)
    return often.given_bits(given) + often.family_bits(family) >= RARE


def _anothers(one: Scored) -> bool:
    """The account has identifiers, of its own or of an earlier link, and none of them is this person's."""
    account = one.account
    return bool(account.upn or account.staff_code or account.mis_id or any(account.anchors.values()))


def met(asked: Side, own: Ints, others: Side, names: Vocabulary, days: dict[object, int]) -> Bools:
    """For each of ``asked``, whether any of ``others`` but the row ``own`` has a name near theirs."""
    found = np.zeros(len(asked), np.bool_)
    lexicon, calendar = sieve.lexicon(asked, others, names), Calendar(days)  # type: ignore[arg-type]
    mine, theirs = (sieve.placed(side, lexicon, calendar) for side in (asked, others))
    keys = blocking.name_keys(mine.given, mine.family, lexicon, turned=True)
    held = blocking.name_keys(theirs.given, theirs.family, lexicon)
    if not keys or not held:
        return found
    for i, j in blocking.joined(keys, held):
        other = own[i] != j
        i, j = i[other], j[other]
        near = _near(mine.given, mine.family, theirs, i, j, lexicon)
        near |= _near(mine.family, mine.given, theirs, i, j, lexicon)
        found[i[near]] = True
    return found


def _near(given: Sequence[Ints], family: Sequence[Ints], theirs: Side, i: Ints, j: Ints,
          names: Lexicon) -> Bools:  # fmt: skip
    return _any(agreement.given, given, theirs.given, i, j, names) & _any(
        agreement.family, family, theirs.family, i, j, names
    )


def _any(
    how: object, mine: Sequence[Ints], theirs: Sequence[Ints], i: Ints, j: Ints, names: Lexicon
) -> Bools:
    """Whether any name of the one agrees in any way with any of the other; a missing one says nothing."""
    found = np.zeros(len(i), np.bool_)
    for x, y in _both(mine, theirs):
        found |= ~np.isin(how(x[i], y[j], names), _APART)  # type: ignore[operator]
    return found


def _both(mine: Sequence[Ints], theirs: Sequence[Ints]) -> Iterator[tuple[Ints, Ints]]:
    return ((x, y) for x in mine for y in theirs)
