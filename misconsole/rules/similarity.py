"""How two spellings of a name, and two dates, agree: one word for each way (reference 6.1).

Words for names   equal, folded (case, accents, hyphens, apostrophes), nickname, spelling (Chowdhury and
                  Choudhry), particle (de Souza and Souza, McDonald and MacDonald), part (one of several
                  given names, half of a double barrel, another order), initial, similar (a typing error),
                  missing, differs;  ``swapped`` is told of a pair of names.
Words for dates   equal, swapped (day and month), digit (one digit apart, or two neighbours changed over),
                  near (up to three days apart, or two of day, month and year equal: neither a yes nor a
                  no), year (that alone, and one is 1 January, which people type when they know no more),
                  missing, differs.

``agreement`` says the same of many pairs at once; a property test holds the two together.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from misconsole.rules import nicknames
from misconsole.rules.names import NameViews, views
from misconsole.rules.particles import core, glued

#: Agreements that let two names belong to one person without further proof.
SAME_GIVEN = frozenset({"equal", "folded", "nickname", "part", "initial"})
SAME_FAMILY = frozenset({"equal", "folded", "spelling", "particle", "part"})


@lru_cache(maxsize=65536)
def given(one: str | None, other: str | None) -> str:
    """How two given names, as delivered, agree."""
    a, b = views(one), views(other)
    if word := _same(one, other, a, b):
        return word
    if a.first != b.first and not nicknames.families(a).isdisjoint(nicknames.families(b)):
        return "nickname"
    if _part(a, b):
        return "part"
    if _initial(a, b):
        return "initial"
    return "similar" if near(a.joined, b.joined) or _short_form(a.joined, b.joined) else "differs"


def _short_form(a: str, b: str) -> bool:
    """One begins the other and has three letters or more: Nat, Ral, Oluwa."""
    short, long = sorted((a, b), key=len)
    return len(short) >= 3 and long.startswith(short)


@lru_cache(maxsize=65536)
def family(one: str | None, other: str | None) -> str:
    """How two surnames, as delivered, agree."""
    a, b = views(one), views(other)
    if word := _same(one, other, a, b):
        return word
    if nicknames.surname(a.joined) == nicknames.surname(b.joined):
        return "spelling"
    if (x := core(one)) == (y := core(other)) or glued(x, y):
        return "particle"
    if _part(a, b):
        return "part"
    if _initial(a, b):
        return "initial"
    return "similar" if near(a.joined, b.joined) else "differs"


def _same(one: str | None, other: str | None, a: NameViews, b: NameViews) -> str:
    if not a.joined or not b.joined:
        return "missing"
    if one == other:
        return "equal"
    return "folded" if a.joined == b.joined else ""


def _part(a: NameViews, b: NameViews) -> bool:
    """All the words of the shorter are words of the longer; single letters do not count."""
    few, many = sorted((set(a.words), set(b.words)), key=len)
    return few <= many and all(len(word) > 1 for word in few)


def _initial(a: NameViews, b: NameViews) -> bool:
    """One of them is only letters, and they begin the words of the other: J, J R and John Robert."""
    if not (_letters_only(a) or _letters_only(b)):
        return False
    x, y = ("".join(word[0] for word in name.full.split()) for name in (a, b))
    return x.startswith(y) or y.startswith(x)


def _letters_only(name: NameViews) -> bool:
    return all(len(word) == 1 for word in name.words)


def near(a: str, b: str) -> bool:
    """A typing error apart: one slip in a name of four letters or more, two in one of five that still
    begins alike, three in a long one."""
    shorter = min(len(a), len(b))
    if shorter < 4:
        return False
    slips = OSA.distance(a, b, score_cutoff=3)
    if slips <= 1:
        return True
    if (slips == 2 and shorter >= 5) or (slips == 3 and shorter >= 8):
        return JaroWinkler.similarity(a, b) >= ALIKE
    return False


ALIKE = 0.88  # Jaro-Winkler, of names with two slips or three


def born(one: date | None, other: date | None) -> str:
    """How two dates of birth agree."""
    if one is None or other is None:
        return "missing"
    if one == other:
        return "equal"
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return "swapped"
    if _slip(one.isoformat().replace("-", ""), other.isoformat().replace("-", "")):
        return "digit"
    alike = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    if alike == 2 or abs((one - other).days) <= 3:
        return "near"
    return "year" if one.year == other.year and (unknown(one) or unknown(other)) else "differs"


def unknown(day: date) -> bool:
    """1 January is what people type when they do not know the day."""
    return (day.month, day.day) == (1, 1)


def _slip(one: str, other: str) -> bool:
    """One of eight digits differs, or two neighbours within year, month or day are changed over."""
    apart = [i for i in range(8) if one[i] != other[i]]
    if len(apart) == 1:
        return True
    if len(apart) != 2 or apart[1] - apart[0] != 1 or apart[0] in (3, 5):
        return False
    first, second = apart
    return one[first] == other[second] and one[second] == other[first]


def turned(day: date) -> date | None:
    """The date with day and month changed over, where there is such a day."""
    return date(day.year, day.day, day.month) if day.day <= 12 else None
