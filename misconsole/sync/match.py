"""The match stage: whose account is whose, by ``rules.matching``, for everybody eligible without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from misconsole.rules import matching, plan_accounts, refusals
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.known import Match, Matched, Roll
from misconsole.rules.plan_parts import Key, Suggestion
from misconsole.sync.snapshot import Here


def run(roll: Roll, here: Here, nearby: Sequence[AccountFacts] = ()) -> Matched:
    """People who keep their account or get their own back are not matched again.

    ``nearby`` are accounts of the local authority's other schools that somebody here may have (``locality``).
    """
    known = here.known
    if not needed(roll, here):
        return Matched()
    links = _links(roll, here) | {
        each.key: each.account_id for each in here.others if each.account_id is not None
    }
    people = _people(roll, here)
    accounts = {**known.accounts, **{account.account_id: account for account in nearby}}
    found = matching.match(
        people, list(accounts.values()), links=links, not_same=_refused(people, here, accounts),
        mode=known.mode,
    )  # fmt: skip
    return Matched(
        linked={
            key: Match(one.account_id, one.how, tuple(e.as_dict() for e in one.evidence))
            for key, one in found.linked.items()
        },
        waiting={key: _suggestions(key, waits) for key, waits in found.waiting.items()},
        reasons={key: waits.reason for key, waits in found.waiting.items()},
    )


def needed(roll: Roll, here: Here) -> bool:
    """Whether anybody eligible has no account."""
    if here.known.mode == "lookup":
        return False
    links = _links(roll, here)
    return any(key not in links for key, judged in roll.people.items() if not judged.gate)


def without_account(roll: Roll, here: Here) -> list[PersonFacts]:
    """The eligible people whom matching is about."""
    links = _links(roll, here)
    return [j.facts for key, j in roll.people.items() if not j.gate and key not in links]


def _links(roll: Roll, here: Here) -> dict[Key, int]:
    return plan_accounts.staying(roll, here.known) | plan_accounts.returning(roll, here.known)


def _people(roll: Roll, here: Here) -> list[PersonFacts]:
    """Everybody eligible: the carried over in order of the store, whether looked at or not, then the
    delivered, so that a tie is settled alike however few are looked at."""
    eligible = [judged for judged in roll.people.values() if not judged.gate]
    delivered = [judged.facts for judged in eligible if judged.digest is not None]
    carried = [judged.facts for judged in eligible if judged.digest is None]
    # A bystander has of a person's facts those by which others may be confused with him.
    others = [cast("PersonFacts", each) for each in here.others if not each.gate]
    if others:
        place = {facts.key: facts.person_id or 0 for facts in carried} | {e.key: e.id for e in here.others}
        carried = sorted([*carried, *others], key=lambda facts: place[facts.key])
    return carried + delivered


def _suggestions(key: Key, waits: matching.Waiting) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(
            key=key, account_id=one.account_id, band=waits.band, rank=one.rank, score=one.score,
            margin=one.margin, evidence=tuple(e.as_dict() for e in one.evidence),
        )
        for one in waits.suggestions
    )  # fmt: skip


def _refused(
    people: list[PersonFacts], here: Here, accounts: Mapping[int, AccountFacts]
) -> set[tuple[Key, int]]:
    """Pairs that a person told apart, as long as neither record has changed since."""
    if not here.not_same:
        return set()
    by_id = {facts.person_id: facts for facts in people if isinstance(facts, PersonFacts)}
    pairs = set()
    for person_id, account_id, then in here.not_same:
        facts, account = by_id.get(person_id), accounts.get(account_id)
        if facts is not None and account is not None and refusals.digest(facts, account) == then:
            pairs.add((facts.key, account_id))
    return pairs
