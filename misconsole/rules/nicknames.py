"""Whether two first names are forms of one another, by the table of ``name_table`` (reference 6.1).

Two names agree when they stand on one line of the table.  A short form of many names (Alex, Sam) says less
about which, so its evidence is worth less (``vague``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log2

from misconsole.rules.name_table import FIRST_NAMES, SURNAMES
from misconsole.rules.names import NameViews, views


@dataclass(frozen=True, slots=True)
class Family:
    """One line of the table: a name's spellings, and what its bearers are called."""

    spellings: tuple[str, ...]
    short: tuple[str, ...]
    region: str = ""

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.spellings + self.short))


def read(text: str, region: str = "") -> tuple[Family, ...]:
    """The lines of a table."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        whole, _, short = line.partition(":")
        found.append(Family(tuple(whole.split()), tuple(dict.fromkeys(short.split())), region))
    return tuple(found)


FAMILIES = tuple(family for region, text in FIRST_NAMES.items() for family in read(text, region))
_OF: dict[str, frozenset[int]] = {}
for _number, _family in enumerate(FAMILIES):
    for _name in _family.members:
        _OF[_name] = _OF.get(_name, frozenset()) | {_number}
_SURNAME = {name: family.spellings[0] for family in read(SURNAMES) for name in family.spellings}
_NONE: frozenset[int] = frozenset()


def of(name: str) -> frozenset[int]:
    """The lines that a folded first name stands on."""
    return _OF.get(name, _NONE)


def families(seen: NameViews) -> frozenset[int]:
    """The lines for a name as written: by its first word, or run together."""
    return of(seen.first) | of(seen.joined)


def related(one: str, other: str) -> bool:
    """Whether two folded first names are forms of one another."""
    return one != other and not of(one).isdisjoint(of(other))


def listed(name: str) -> bool:
    """Whether the folded first name stands in the table."""
    return name in _OF


@lru_cache(maxsize=65536)
def vague(one: str | None, other: str | None) -> float:
    """Bits lost because a form stands for several names: Sandy is Alexander, Alexandra, Andrew or Sandra."""
    return max(vagueness(views(name)) for name in (one, other))


def vagueness(seen: NameViews) -> float:
    return 0.5 * log2(max(1, len(families(seen))))


def initials(name: str) -> frozenset[str]:
    """First letters of the name and of all its forms: Bob is found under R too."""
    return frozenset([name[:1], *(form[0] for family in of(name) for form in FAMILIES[family].members)])


def surname(name: str) -> str:
    """One spelling for all the ways a surname is written: Chowdhury and Choudhry are Chaudhry."""
    return _SURNAME.get(name, name)


def told(one: NameViews, other: NameViews) -> str:
    """How two related first names hang together, in words; "" where the table knows nothing."""
    for a, b in ((one.joined, other.joined), (one.first, other.first)):
        for number in sorted(of(a) & of(b)):
            return _told(FAMILIES[number], a, b)
    return ""


def _told(family: Family, one: str, other: str) -> str:
    if one in family.spellings and other in family.spellings:
        return "spellings or forms of one name"
    short, long = (one, other) if other in family.spellings else (other, one)
    if long in family.spellings:
        return f"{short.title()} is short for {long.title()}"
    return f"both short for {family.spellings[0].title()}"
