""" "Not the same person": remembered for a pair until the record of either changes."""

from __future__ import annotations

from sqlmodel import Session

from data import people as people_rows
from data import queues as waiting
from data.tables import Account, NotSame, Person
from misconsole.rules import refusals
from misconsole.services.facts import account_facts, person_facts


def standing(s: Session, school_id: int) -> dict[tuple[int, int], NotSame]:
    """(person id, account id) -> the refusal, of the pairs whose records are as they were then."""
    return {
        (refusal.person_id, refusal.account_id): refusal
        for refusal, person, account in waiting.not_same(s, school_id)
        if digest_of(s, person, account) == refusal.digest
    }


def digest_of(s: Session, person: Person, account: Account) -> str:
    facts = person_facts(person, people_rows.every_identifier(s, person.id or 0))
    return refusals.digest(facts, account_facts(account, school_id=person.school_id))
