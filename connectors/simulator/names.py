"""Draws invented names with realistic frequencies from ``name_lists``.

Pure: every draw comes from the ``random.Random`` passed in, so a seed fixes every name.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import accumulate
from random import Random

from connectors.simulator import name_lists as lists

COMMUNITIES: dict[str, lists.Stock] = {
    "british": lists.BRITISH,
    "irish": lists.IRISH,
    "pakistani": lists.PAKISTANI,
    "bangladeshi": lists.BANGLADESHI,
    "indian": lists.INDIAN,
    "west-african": lists.WEST_AFRICAN,
    "east-african": lists.EAST_AFRICAN,
    "arabic": lists.ARABIC,
    "eastern-european": lists.EASTERN_EUROPEAN,
    "chinese": lists.CHINESE,
    "portuguese": lists.PORTUGUESE,
    "turkish": lists.TURKISH,
}
# Shares out of a hundred, in the order of COMMUNITIES.
PROFILES: dict[str, tuple[int, ...]] = {
    "shire": (82, 3, 3, 1, 3, 2, 0, 1, 3, 1, 1, 0),
    "town": (62, 4, 9, 3, 6, 4, 2, 2, 5, 1, 1, 1),
    "city": (28, 3, 21, 10, 8, 9, 5, 5, 5, 2, 2, 2),
    "scots": (84, 5, 3, 0, 2, 1, 0, 1, 4, 0, 0, 0),
    "overseas": (45, 2, 1, 1, 9, 1, 1, 3, 3, 32, 1, 1),
}
SEXES = ("female", "male")


@cache
def _weights(count: int, flatness: int) -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + flatness) ** 0.85 for rank in range(count)))


def _by_rank(rng: Random, names: tuple[str, ...], flatness: int = 6) -> str:
    return rng.choices(names, cum_weights=_weights(len(names), flatness))[0]


@cache
def _profile(name: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    return tuple(COMMUNITIES), tuple(accumulate(PROFILES[name]))


def community(rng: Random, profile: str) -> str:
    names, shares = _profile(profile)
    return rng.choices(names, cum_weights=shares)[0]


def given(rng: Random, of: str, sex: str, *, adult: bool = False) -> str:
    stock = COMMUNITIES[of]
    if sex == "female":
        return _by_rank(rng, stock.women if adult else stock.girls)
    return _by_rank(rng, stock.men if adult else stock.boys)


def surname(rng: Random, of: str) -> str:
    """A family name; one British family in four has a rare one made from place-name parts."""
    if of == "british" and rng.random() < 0.25:
        return rng.choice(lists.PLACE_STARTS) + rng.choice(lists.PLACE_ENDS)
    return _by_rank(rng, COMMUNITIES[of].surnames, 10)


def plain(text: str) -> str:
    """ASCII letters and digits only, lower case: what a school's own account tool made of a name."""
    bare = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ı", "i"))
    return "".join(ch for ch in bare if ch.isascii() and ch.isalnum()).lower()


def misspelt(rng: Random, name: str) -> str:
    """One slip of the keyboard: two letters swapped, one left out, or one doubled."""
    if len(name) < 4:
        return name + name[-1]
    at = rng.randrange(1, len(name) - 2)
    kind = rng.randrange(3)
    if kind == 0 and name[at] != name[at + 1]:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    return name[:at] + name[at] + name[at:]
