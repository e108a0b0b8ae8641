"""The match stage: whose account is whose, by ``rules.matching``, for everybody eligible without one."""

from __future__ import annotations

from dataclasses import asdict

from misconsole.rules import matching, plan_accounts, refusals
from misconsole.rules.facts import PersonFacts
from misconsole.rules.known import Match, Matched, Roll
from misconsole.rules.plan_parts import Key, Suggestion
from misconsole.sync.snapshot import Here


def run(roll: Roll, here: Here) -> Matched:
    """People who keep their account or get their own back are not matched again."""
    known = here.known
    if known.mode == "lookup":
        return Matched()
    links = plan_accounts.staying(roll, known) | plan_accounts.returning(roll, known)
    if not any(key not in links for key, judged in roll.people.items() if not judged.gate):
        return Matched()  # everybody eligible has an account
    people = [judged.facts for judged in roll.people.values() if not judged.gate]
    found = matching.match(
        people, list(known.accounts.values()), links=links, not_same=_refused(people, here), mode=known.mode
    )
    return Matched(
        linked={
            key: Match(one.account_id, one.how, tuple(asdict(e) for e in one.evidence))
            for key, one in found.linked.items()
        },
        waiting={key: _suggestions(key, waits) for key, waits in found.waiting.items()},
        reasons={key: waits.reason for key, waits in found.waiting.items()},
    )


def _suggestions(key: Key, waits: matching.Waiting) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(
            key=key, account_id=one.account_id, band=waits.band, rank=one.rank, score=one.score,
            margin=one.margin, evidence=tuple(asdict(e) for e in one.evidence),
        )
        for one in waits.suggestions
    )  # fmt: skip


def _refused(people: list[PersonFacts], here: Here) -> set[tuple[Key, int]]:
    """Pairs that a person told apart, as long as neither record has changed since."""
    if not here.not_same:
        return set()
    by_id = {facts.person_id: facts for facts in people if facts.person_id is not None}
    pairs = set()
    for person_id, account_id, then in here.not_same:
        facts, account = by_id.get(person_id), here.known.accounts.get(account_id)
        if facts is not None and account is not None and refusals.digest(facts, account) == then:
            pairs.add((facts.key, account_id))
    return pairs
