""" "Not the same person": remembered for a pair until the record of either changes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from data import people as people_rows
from data import queues as waiting
from data.tables import Account, Identifier, NotSame, Person
from misconsole.rules import refusals
from misconsole.services.facts import account_facts, person_facts


def standing(s: Session, school_id: int) -> dict[tuple[int, int], NotSame]:
    """(person id, account id) -> the refusal, of the pairs whose records are as they were then."""
    pairs = waiting.not_same(s, school_id)
    held = people_rows.identifier_history(s, [refusal.person_id for refusal, _, _ in pairs]) if pairs else {}
    return {
        (refusal.person_id, refusal.account_id): refusal
        for refusal, person, account in pairs
        if _digest(person, held.get(refusal.person_id, []), account) == refusal.digest
    }


def digest_of(s: Session, person: Person, account: Account) -> str:
    return _digest(person, people_rows.every_identifier(s, person.id or 0), account)


def _digest(person: Person, held: Iterable[Identifier], account: Account) -> str:
    facts = person_facts(person, held)
    return refusals.digest(facts, account_facts(account, school_id=person.school_id))
