"""Evidence for and against "this account is that person", field by field, in bits (reference 6.2).

A bit doubles the odds.  What agrees is worth more the rarer it is in this school: two Cholmondeleys say
more than two Smiths.  What is missing says nothing.  The *score* is the sum of all weights less the
bits it takes to single out one account of so many, so that it means the same in a small and a large
school; ``bands`` reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log2
from typing import Any

from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.names import views

#: A name's chance agreement in the country at large, and how many people's worth of belief it has.
COMMON_FAMILY, COMMON_GIVEN, BELIEF = 1 / 400, 1 / 150, 200.0
#: What an agreement in that way is worth: (share of the rarity, bits on top).
GIVEN_WORTH = {
    "equal": (1.0, 0.0), "folded": (1.0, -0.2), "nickname": (0.8, -1.0), "part": (0.8, -1.0),
    "similar": (0.75, -1.0), "initial": (0.0, 2.5), "differs": (0.0, -7.0), "missing": (0.0, 0.0),
}  # fmt: skip
FAMILY_WORTH = {
    "equal": (1.0, 0.0), "folded": (1.0, -0.2), "part": (0.8, -1.0), "similar": (0.75, -1.0),
    "initial": (0.0, 2.0), "differs": (0.0, -5.0), "missing": (0.0, 0.0),
}  # fmt: skip
BORN_WORTH = {"equal": 11.3, "swapped": 7.0, "digit": 5.0, "near": 0.0, "differs": -8.0, "missing": 0.0}
SWAPPED_PENALTY = -2.0
PLACEHOLDER_BORN = 5.0  # 1 January is what people type when they do not know


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
class Frequencies:
    """How often each folded name occurs in this school, and how many people and accounts there are."""

    given: Counter[str]
    family: Counter[str]
    roles: Counter[str]
    people: int
    accounts: int
    known: dict[tuple[str, str | None], float] = field(default_factory=dict)  # bits already worked out

    def given_bits(self, one: str | None, other: str | None = None) -> float:
        """Bits of an agreement on these given names; of the commoner, where they are two."""
        return self._common("given", self.given, COMMON_GIVEN, one, other)

    def family_bits(self, one: str | None, other: str | None = None) -> float:
        return self._common("family", self.family, COMMON_FAMILY, one, other)

    def _common(
        self, kind: str, counts: Counter[str], common: float, one: str | None, other: str | None
    ) -> float:
        bits = self._bits(kind, counts, common, one)
        return bits if other is None or other == one else min(bits, self._bits(kind, counts, common, other))

    def _bits(self, kind: str, counts: Counter[str], common: float, name: str | None) -> float:
        bits = self.known.get((kind, name))
        if bits is None:
            chance = (counts[views(name).joined] + BELIEF * common) / (self.people + BELIEF)
            bits = self.known[kind, name] = max(0.5, -log2(min(chance, 1.0)))
        return bits

    def role_bits(self, role: str) -> float:
        share = (self.roles[role] + 1) / (sum(self.roles.values()) + 2)
        return min(4.0, -log2(share))

    @property
    def prior(self) -> float:
        """Bits it takes to single out one account among all."""
        return -log2(max(1, self.accounts))


def frequencies(people: Sequence[PersonFacts], accounts: Sequence[AccountFacts]) -> Frequencies:
    """Counted on the larger side, so that nobody is counted twice."""
    if len(people) >= len(accounts):
        return _count(((p.first, p.last, p.role) for p in people), len(people), len(accounts))
    mine = (
        (a.preferred_given_name or a.given_name, a.preferred_family_name or a.family_name, a.role)
        for a in accounts
    )
    return _count(mine, len(accounts), len(accounts))


def _count(who: Iterable[tuple[str | None, str | None, str]], people: int, accounts: int) -> Frequencies:
    given: Counter[str] = Counter()
    family: Counter[str] = Counter()
    roles: Counter[str] = Counter()
    for first, last, role in who:
        given[views(first).joined] += 1
        family[views(last).joined] += 1
        roles[role] += 1
    return Frequencies(given, family, roles, people, accounts)
