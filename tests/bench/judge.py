"""What a match made of an invented world: by kind of case, found by itself, likely, among the first three."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from misconsole.rules.matching import MatchResult, Suggestion
from tests.bench.people import World

#: Kinds of which nobody may ever be called likely to be the account that is there.
NEVER = frozenset(
    {"twin, other left", "sibling, other left", "namesake left", "ties", "staff, child here", "new"}
)


@dataclass(slots=True)
class Judged:
    """Counts by kind; ``false`` are wrong accounts: linked, and called likely."""

    have: Counter[str] = field(default_factory=Counter)
    linked: Counter[str] = field(default_factory=Counter)
    likely: Counter[str] = field(default_factory=Counter)
    third: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    called: int = 0
    false_linked: list[tuple[str, str]] = field(default_factory=list)
    false_likely: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Judged) -> None:
        for name in ("have", "linked", "likely", "third", "people"):
            getattr(self, name).update(getattr(other, name))
        self.called += other.called
        self.false_linked += other.false_linked
        self.false_likely += other.false_likely

    def share(self, counts: Counter[str], kind: str | None = None) -> float:
        if kind is not None:
            return counts[kind] / max(1, self.have[kind])
        return sum(counts.values()) / max(1, sum(self.have.values()))


def by_name_alone(one: Suggestion) -> bool:
    """Whether no date of birth on both sides stands behind a suggestion."""
    return all(item.agreement == "missing" for item in one.evidence if item.field == "date_of_birth")


def alone(world: World, result: MatchResult) -> list[bool]:
    """Of everybody called likely by name and role alone, whether it is right."""
    likely = ((key, waits.suggestions[0]) for key, waits in result.waiting.items() if waits.band == "likely")
    return [world.truth.get(key) == one.account_id for key, one in likely if by_name_alone(one)]


def judge(world: World, result: MatchResult) -> Judged:
    found = Judged()
    for person in world.people:
        key, kind = person.key, world.kind[person.key]
        right = world.truth.get(key)
        found.people[kind] += 1
        found.have[kind] += right is not None
        if key in result.linked:
            good = result.linked[key].account_id == right
            found.linked[kind] += good
            found.third[kind] += good
            if not good:
                found.false_linked.append((kind, key[1]))
            continue
        waits = result.waiting.get(key)
        if waits is None:
            continue
        first = [s.account_id for s in waits.suggestions[:3]]
        found.third[kind] += right is not None and right in first
        if waits.band == "likely":
            found.called += 1
            found.likely[kind] += first[0] == right
            if first[0] != right:
                found.false_likely.append((kind, key[1]))
    return found
