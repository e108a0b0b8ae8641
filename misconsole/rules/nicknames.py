"""Whether two first names are forms of one another, by ``name_table`` (reference 6.1).

Two names agree when they stand on one row of the table.  A short form of many names (Alex, Sam) says less
about which, so its evidence is worth less (``vague``).
"""

from __future__ import annotations

from functools import lru_cache
from math import log2

from misconsole.rules.name_table import Family, table
from misconsole.rules.names import NameViews, views

_NONE: frozenset[int] = frozenset()


def of(name: str) -> frozenset[int]:
    """The rows that a folded first name stands on."""
    return table().of.get(name, _NONE)


def families(seen: NameViews) -> frozenset[int]:
    """The rows for a name as written: by its first word, or run together."""
    return of(seen.first) | of(seen.joined)


def related(one: str, other: str) -> bool:
    """Whether two folded first names are forms of one another."""
    return one != other and not of(one).isdisjoint(of(other))


def listed(name: str) -> bool:
    """Whether the folded first name stands in the table."""
    return name in table().of


@lru_cache(maxsize=65536)
def vague(one: str | None, other: str | None) -> float:
    """Bits lost because a form stands for several names: Sandy is Alexander, Alexandra, Andrew or Sandra."""
    return max(vagueness(views(name)) for name in (one, other))


def vagueness(seen: NameViews) -> float:
    return 0.5 * log2(max(1, len(families(seen))))


def initials(name: str) -> frozenset[str]:
    """First letters of the name and of all its forms: Bob is found under R too."""
    return frozenset(
        [name[:1], *(form[0] for family in of(name) for form in table().families[family].members)]
    )


def surname(name: str) -> str:
    """One spelling for all the ways a surname is written: Chowdhury and Choudhry are Chaudhry."""
    return table().surname.get(name, name)


def told(one: NameViews, other: NameViews) -> str:
    """How two related first names hang together, in words; "" where the table knows nothing."""
    for a, b in ((one.joined, other.joined), (one.first, other.first)):
        for number in sorted(of(a) & of(b)):
            return _told(table().families[number], a, b)
    return ""


def _told(family: Family, one: str, other: str) -> str:
    if one in family.spellings and other in family.spellings:
        return "spellings or forms of one name"
    short, long = (one, other) if other in family.spellings else (other, one)
    if long in family.spellings:
        return f"{short.title()} is short for {long.title()}"
    return f"both short for {family.spellings[0].title()}"
