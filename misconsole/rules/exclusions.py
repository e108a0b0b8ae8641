"""Names and people that must never get an account (R1, R2), with their shelf life.

An exclusion by name covers everybody of that name and role, however the name is spelt (case, accents,
hyphens, apostrophes, titles) and whether preferred or legal; one by person covers that person alone.
A name with "*" is a pattern: the star stands for any letters, or none, of that part of the name ("Test *" is
everybody whose first name is Test).  A star and letters are all there is, so that matching stays linear
whatever is typed, and a pattern needs LETTERS letters, so that none covers everybody.

It stops an account from being made or linked; an account that already lives is never touched by it:
that is a *clash*, and a person is asked (Z25).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from misconsole.rules import names

if TYPE_CHECKING:
    from misconsole.rules.facts import AccountFacts, PersonFacts

#: Accounts in these states are in use or may be restored any moment.
LIVE = frozenset({"active"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionFacts:
    """One exclusion. ``role`` "" is both; with ``person_id`` it is that person's alone."""

    id: int
    given_name: str = ""
    family_name: str = ""
    role: str = ""
    person_id: int | None = None
    reason: str = ""
    author: str = ""
    review_on: date | None = None
    active: bool = True


NameKey = tuple[str, str]
T = TypeVar("T")
STAR = "*"
LETTERS = 3


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The active exclusions of a school, ready to be asked about a person."""

    by_person: dict[int, ExclusionFacts] = field(default_factory=dict)
    by_name: dict[NameKey, tuple[ExclusionFacts, ...]] = field(default_factory=dict)
    patterns: tuple[tuple[NameKey, ExclusionFacts], ...] = ()

    @classmethod
    def of(cls, items: Iterable[ExclusionFacts]) -> Exclusions:
        people: dict[int, ExclusionFacts] = {}
        named: dict[NameKey, tuple[ExclusionFacts, ...]] = {}
        patterns: list[tuple[NameKey, ExclusionFacts]] = []
        for item in items:
            if not item.active:
                continue
            if item.person_id is not None:
                people.setdefault(item.person_id, item)
            elif is_pattern(item.given_name, item.family_name):
                patterns.append((pattern_key(item.given_name, item.family_name), item))
            elif any(key := name_key(item.given_name, item.family_name)):
                named[key] = (*named.get(key, ()), item)
        return cls(people, named, tuple(patterns))

    def covering(self, person: PersonFacts) -> ExclusionFacts | None:
        """The exclusion that covers this person, if any; the personal one first."""
        if person.person_id is not None and (own := self.by_person.get(person.person_id)):
            return own
        if not self.by_name and not self.patterns:
            return None
        keys = person_keys(person)
        for key in keys:
            for item in self.by_name.get(key, ()):
                if item.role in ("", person.role):
                    return item
        for pattern, item in self.patterns:
            if item.role in ("", person.role) and any(covers(pattern, key) for key in keys):
                return item
        return None


def name_key(given: str | None, family: str | None) -> NameKey:
    """How two spellings of one name are made equal: folded, titles off, words run together."""
    return names.views(given).joined, names.views(family).joined


def is_pattern(given: str | None, family: str | None) -> bool:
    return STAR in (given or "") or STAR in (family or "")


def pattern_key(given: str, family: str) -> NameKey:
    """Both parts folded as names are, around their stars; a part left blank stands for anything."""
    return _folded(given), _folded(family)


def _folded(part: str) -> str:
    if not part.strip():
        return STAR
    return STAR.join(names.fold(piece).replace(" ", "") for piece in part.split(STAR))


def letters(pattern: NameKey) -> int:
    """How many letters a pattern has besides its stars."""
    return sum(len(part.replace(STAR, "")) for part in pattern)


def covers(pattern: NameKey, key: NameKey) -> bool:
    return any(key) and glob(key[0], pattern[0]) and glob(key[1], pattern[1])


def glob(text: str, pattern: str) -> bool:
    """Whether ``text`` is the letters of ``pattern`` in order, anything in place of each star. Linear."""
    first, *rest = pattern.split(STAR)
    if not rest:
        return text == pattern
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def person_keys(person: PersonFacts) -> frozenset[NameKey]:
    """Every name the person goes by: preferred and legal in all combinations (K13)."""
    return frozenset(
        name_key(given, family)
        for given in {person.given_name, person.legal_given_name} - {None} or {None}
        for family in {person.family_name, person.legal_family_name} - {None} or {None}
    )


def is_due(exclusion: ExclusionFacts, *, today: date) -> bool:
    """Whether its review day has come."""
    return exclusion.active and exclusion.review_on is not None and exclusion.review_on <= today


def review_day(today: date, *, months: int) -> date:
    """The day that many months on; the last of the month where that day does not exist."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def clashes(
    exclusions: Iterable[ExclusionFacts], *, accounts: Iterable[AccountFacts]
) -> dict[int, tuple[int, ...]]:
    """exclusion id -> ids of live accounts that it names, to be asked about (Z25).

    An exclusion by name clashes with accounts of that name and role; one by person with the accounts
    linked to that person.
    """
    compiled = [item for item in exclusions if item.active]
    by_name: dict[NameKey, list[AccountFacts]] = {}
    by_person: dict[int, list[AccountFacts]] = {}
    for account in accounts:
        if account.state not in LIVE:
            continue
        for key in account_keys(account):
            by_name.setdefault(key, []).append(account)
        for _, _, person_id in account.linked_to:
            by_person.setdefault(person_id, []).append(account)
    found: dict[int, tuple[int, ...]] = {}
    for item in compiled:
        if item.person_id is not None:
            hits = by_person.get(item.person_id, [])
        else:
            named = bearers(by_name, item.given_name, item.family_name)
            hits = [a for a in named if item.role in ("", a.role) and not a.local]
        if hits:
            found[item.id] = tuple(sorted({a.account_id for a in hits}))
    return found


def bearers(by_name: Mapping[NameKey, list[T]], given: str, family: str) -> list[T]:
    """Those of a name, or of every name that a pattern covers."""
    if not is_pattern(given, family):
        return by_name.get(name_key(given, family), [])
    pattern = pattern_key(given, family)
    return [each for key, listed in by_name.items() if covers(pattern, key) for each in listed]


def account_keys(account: AccountFacts) -> frozenset[NameKey]:
    keys = {
        name_key(given, family)
        for given in {account.given_name, account.preferred_given_name} - {None} or {None}
        for family in {account.family_name, account.preferred_family_name} - {None} or {None}
    }
    return frozenset(key for key in keys if any(key))
