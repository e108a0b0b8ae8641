"""Which names may be one that an exclusion covers, told from plain letters: folding every name would be dear.

Never says no wrongly; whoever may be covered is folded and compared by ``rules.exclusions``.
"""

from __future__ import annotations

from collections.abc import Iterable

from misconsole.rules import exclusions as rules

_SIGNS = {number: None for number in range(128) if not chr(number).isalnum()}


def pieces(covered: Iterable[tuple[str, str]]) -> set[str]:
    """Letters that somebody covered has in a surname; "" where that can be anything.

    ``covered``: given name and surname of exclusions that name no single person.
    """
    found = set()
    for given, family in covered:
        if rules.is_pattern(given, family):
            found.add(max(rules.pattern_key(given, family)[1].split(rules.STAR), key=len))
        else:
            found.add(rules.name_key("", family)[1])
    return found


def may_be(name: str | None, families: set[str]) -> bool:
    """Whether the folded name could be one of them: it is a part of the plain letters, unless not ASCII."""
    if not name:
        return "" in families
    if not name.isascii():
        return True
    plain = name.lower().translate(_SIGNS)
    return any(family in plain for family in families)
