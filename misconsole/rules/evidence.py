"""Evidence for and against "this account is that person", field by field, in bits (reference 6.2).

A bit doubles the odds.  What agrees is worth more the rarer it is in this school: two Cholmondeleys say
more than two Smiths.  What is missing says nothing.  The *score* is the sum of all weights less the
bits it takes to single out one account of so many, so that it means the same in a small and a large
school; ``bands`` reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import log2
from typing import Any

from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.names import views

#: A name's chance agreement in the country at large, and how many people's worth of belief it has.
COMMON_FAMILY, COMMON_GIVEN, BELIEF = 1 / 400, 1 / 150, 200.0
COMMON_YEAR = 1 / 7  # a school has about seven years of birth
#: What an agreement in that way is worth: (share of the rarity, bits on top).
GIVEN_WORTH = {
    "equal": (1.0, 0.0), "folded": (1.0, -0.2), "nickname": (0.8, -1.0), "part": (0.8, -1.0),
    "similar": (0.75, -1.0), "initial": (0.0, 2.5), "differs": (0.0, -7.0), "missing": (0.0, 0.0),
}  # fmt: skip
FAMILY_WORTH = {
    "equal": (1.0, 0.0), "folded": (1.0, -0.2), "spelling": (0.85, -0.6), "particle": (0.85, -0.6),
    "part": (0.8, -1.0), "similar": (0.75, -1.0), "initial": (0.0, 2.0), "differs": (0.0, -5.0),
    "missing": (0.0, 0.0),
}  # fmt: skip
#: Bits less than an equal date is worth (it's worth more where years of birth are many).
BORN_LESS = {"equal": 0.0, "swapped": 5.3, "digit": 8.3}
BORN_WORTH = {"near": 0.0, "year": 1.0, "differs": -8.0, "missing": 0.0}
#: What speaks for a pair before anything is compared: nearly everybody at a school has one account, and
#: whoever else might have had it mostly has one of his own.  Set so that a score of 0 is even odds (bench).
HEAD_START = 4.0
DAYS = log2(365.25)
ENTRY_WORTH = {"equal": 2.5, "near": 0.0, "differs": -4.0}
#: An equal identifier, and one that differs; UPN and ULN are national, the others the school's or the MIS's.
IDENTIFIER_WORTH = (("upn", 20.0, -8.0), ("uln", 20.0, -8.0), ("staff_code", 9.0, -4.0), ("mis_id", 9.0, 0.0))
NATIONAL = frozenset({"upn", "uln"})
#: An address made of the person's name though the account's is another.
ADDRESS_WORTH = {"full name": 6.0, "initial and surname": 3.0}
ROLE_DIFFERS, ROLE_UNKNOWN = -5.0, -1.0
SWAPPED_PENALTY = -2.0
PLACEHOLDER_LESS = 6.3  # 1 January is what people type when they do not know
PLACEHOLDER_AT_LEAST = -3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One field compared; same shape as the view of it. ``person``/``account`` as delivered."""

    field: str
    person: str
    account: str
    agreement: str
    weight: float
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "field": self.field, "person": self.person, "account": self.account,
            "agreement": self.agreement, "weight": self.weight, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habits:
    """How the two systems at hand are kept, learnt from pairs that are plainly one person (``habits``).

    Bits for a field that differs though all else agrees: never worse than what holds in general, better
    where the other fields show that this one is often wrong here.  ``twins``: whether people who share
    surname and date of birth with somebody else are to be reckoned with; ``dates_slip``: whether dates of
    birth are seen to be plainly wrong often enough for one that differs not to settle the matter;
    ``dated``: the roles of which nearly all people and accounts have a date of birth;
    ``namesakes``: how many of those who share a rare name, and nobody else has it, are two people all the
    same, as their dates of birth tell;  ``typed``: bits to add to names a typing error apart;  ``bound``:
    bits to take off where first name and surname both agree, because names go together (there are more
    Mohammed Khans than Mohammeds and Khans would make by chance).
    """

    given_differs: float = GIVEN_WORTH["differs"][1]
    family_differs: float = FAMILY_WORTH["differs"][1]
    born_differs: float = BORN_WORTH["differs"]
    twins: bool = True
    dates_slip: bool = False
    dated: frozenset[str] = frozenset({"pupil", "staff"})
    namesakes: float = 1.0
    typed: float = 0.0
    bound: float = 0.0


IN_GENERAL = Habits()


@dataclass(frozen=True, slots=True)
class Frequencies:
    """How often each folded name occurs in this school, and how many people and accounts there are.

    ``years``  how many were born in each year;  ``candidates``  how many accounts are still to be had
    """

    given: Mapping[str, int]
    family: Mapping[str, int]
    roles: Mapping[str, int]
    people: int
    accounts: int
    years: Mapping[int, int] = field(default_factory=dict)
    candidates: int = 0
    habits: Habits = IN_GENERAL
    known: dict[tuple[str, str | None], float] = field(default_factory=dict)  # bits already worked out

    def given_bits(self, one: str | None, other: str | None = None) -> float:
        """Bits of an agreement on these given names; of the commoner, where they are two."""
        return self._common("given", self.given, COMMON_GIVEN, one, other)

    def family_bits(self, one: str | None, other: str | None = None) -> float:
        return self._common("family", self.family, COMMON_FAMILY, one, other)

    def _common(
        self, kind: str, counts: Mapping[str, int], common: float, one: str | None, other: str | None
    ) -> float:
        bits = self._bits(kind, counts, common, one)
        return bits if other is None or other == one else min(bits, self._bits(kind, counts, common, other))

    def _bits(self, kind: str, counts: Mapping[str, int], common: float, name: str | None) -> float:
        bits = self.known.get((kind, name))
        if bits is None:
            bits = self.known[kind, name] = rarity(counts.get(views(name).joined, 0), self.people, common)
        return bits

    def day_bits(self, day: date) -> float:
        """Bits of an equal date of birth: the day of the year, and how many here are of that year."""
        return DAYS + rarity(self.years.get(day.year, 0), sum(self.years.values()), COMMON_YEAR)

    def role_bits(self, role: str) -> float:
        share = (self.roles.get(role, 0) + 1) / (sum(self.roles.values()) + 2)
        return min(4.0, -log2(share))

    @property
    def prior(self) -> float:
        """Bits it takes to single out one account among those that might be, less the head start."""
        return HEAD_START - log2(max(1, self.candidates or self.accounts))


def rarity(count: int, among: int, common: float) -> float:
    """Bits of agreeing on what ``count`` of ``among`` people have, ``common`` being its share elsewhere."""
    return max(0.5, -log2(min((count + BELIEF * common) / (among + BELIEF), 1.0)))


def frequencies(people: Sequence[PersonFacts], accounts: Sequence[AccountFacts]) -> Frequencies:
    """Counted on the larger side, so that nobody is counted twice."""
    if len(people) >= len(accounts):
        return _count(
            ((p.first, p.last, p.role, p.date_of_birth) for p in people), len(people), len(accounts)
        )
    mine = (
        (a.preferred_given_name or a.given_name, a.preferred_family_name or a.family_name, a.role,
         a.date_of_birth)
        for a in accounts
    )  # fmt: skip
    return _count(mine, len(accounts), len(accounts))


def _count(
    who: Iterable[tuple[str | None, str | None, str, date | None]], people: int, accounts: int
) -> Frequencies:
    given: Counter[str] = Counter()
    family: Counter[str] = Counter()
    roles: Counter[str] = Counter()
    years: Counter[int] = Counter()
    for first, last, role, born in who:
        given[views(first).joined] += 1
        family[views(last).joined] += 1
        roles[role] += 1
        if born is not None:
            years[born.year] += 1
    return Frequencies(given, family, roles, people, accounts, years)
