"""How two spellings of a name, and two dates, agree: one word for each way (reference 6.1).

Words for names   equal, folded (case, accents, hyphens, apostrophes), nickname, part (one of several given
                  names, half of a double barrel), initial, similar (a typing error), missing, differs;
                  ``swapped`` is told of a pair of names.
Words for dates   equal, swapped (day and month), digit (one digit apart), near (up to three days apart, or
                  two of day, month and year equal: neither a yes nor a no), missing, differs.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from misconsole.rules import nicknames
from misconsole.rules.names import NameViews, views

#: Agreements that let two names belong to one person without further proof.
SAME_GIVEN = frozenset({"equal", "folded", "nickname", "part", "initial"})
SAME_FAMILY = frozenset({"equal", "folded", "part"})


@lru_cache(maxsize=65536)
def given(one: str | None, other: str | None) -> str:
    """How two given names, as delivered, agree."""
    a, b = views(one), views(other)
    if word := _same(one, other, a, b):
        return word
    if nicknames.related(a.first, b.first) or nicknames.related(a.joined, b.joined):
        return "nickname"
    if _part(a, b):
        return "part"
    if 1 in (len(a.joined), len(b.joined)) and a.joined[0] == b.joined[0]:
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
    if _part(a, b):
        return "part"
    if 1 in (len(a.joined), len(b.joined)) and a.joined[0] == b.joined[0]:
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
    return len(few) < len(many) and few <= many and all(len(word) > 1 for word in few)


def near(a: str, b: str) -> bool:
    """A typing error apart: one slip in a name of four letters or more, or two in a long one."""
    shorter = min(len(a), len(b))
    if shorter < 4:
        return False
    slips = OSA.distance(a, b, score_cutoff=2)
    if slips <= 1:
        return True
    return shorter >= 6 and slips == 2 and JaroWinkler.similarity(a, b) >= 0.9


def born(one: date | None, other: date | None) -> str:
    """How two dates of birth agree."""
    if one is None or other is None:
        return "missing"
    if one == other:
        return "equal"
    if one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return "swapped"
    apart = sum(x != y for x, y in zip(one.isoformat(), other.isoformat(), strict=True))
    if apart == 1:
        return "digit"
    alike = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    return "near" if alike == 2 or abs((one - other).days) <= 3 else "differs"


def turned(day: date) -> date | None:
    """The date with day and month changed over, where there is such a day."""
    return date(day.year, day.day, day.month) if day.day <= 12 else None
