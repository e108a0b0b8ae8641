"""Who is there already that somebody about to be entered by hand may be: the matcher asked beforehand.

Protects from doubles made in haste: the very rules by which a sync holds a person back (K1) look at one who
is not in the MIS yet, beside every account of the school and of local schools, and beside the people of the
MIS who have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from data import roster
from data.tables import School
from misconsole.rules.evidence import Evidence
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.matching import Suggestion, match

if TYPE_CHECKING:
    from sqlmodel import Session

MOST = 5
ASKED = "by hand"  # the id of the one who is asked about; no MIS has a say in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """An account, or somebody of the MIS without one (``username`` ""). ``held``: a person of the MIS has it;
    ``school`` names a local school, "" for this one."""

    person_id: int | None
    account_id: int | None
    username: str
    name: str
    role: str
    state: str
    date_of_birth: date | None
    held: bool
    school: str
    score: float
    evidence: tuple[Evidence, ...]


def find(s: Session, school: School, facts: PersonFacts) -> tuple[Similar, ...]:
    """The most similar first, at most MOST. ``facts`` of a role a MIS knows (staff or pupil)."""
    from misconsole.sync import locality, snapshot

    school_id = school.id or 0
    accounts = snapshot.accounts(s, school_id)
    for each in locality.resembling(s, school_id, [facts], known=accounts):
        accounts[each.account_id] = each
    others = list(roster.bystanders(s, school_id))
    waiting = {-each.id: _as_account(each) for each in others if each.account_id is None}
    found = match(
        [facts, *others],  # type: ignore[list-item]  # what others are called, to know how rare a name is
        [*accounts.values(), *waiting.values()],
        links={each.key: 0 for each in others},
        mode="link",
    )
    case = found.waiting.get(facts.key)
    names = _schools(s, accounts.values())
    return tuple(
        _similar(one, accounts.get(one.account_id) or waiting[one.account_id], names)
        for one in (case.suggestions if case else ())[:MOST]
    )


def _as_account(person: roster.Bystander) -> AccountFacts:
    """Somebody without an account, to be compared like one; numbered below nought."""
    return AccountFacts(
        account_id=-person.id, username="", role=person.role, given_name=person.legal_given_name,
        family_name=person.legal_family_name, preferred_given_name=person.given_name,
        preferred_family_name=person.family_name, date_of_birth=person.date_of_birth,
        year_of_entry=person.year_of_entry,
    )  # fmt: skip


def _schools(s: Session, accounts: Iterable[AccountFacts]) -> dict[int, str]:
    found = {each.school_id for each in accounts if each.local and each.school_id is not None}
    return {i: home.name for i in found if (home := s.get(School, i)) is not None}


def _similar(one: Suggestion, account: AccountFacts, schools: dict[int, str]) -> Similar:
    given = account.preferred_given_name or account.given_name
    family = account.preferred_family_name or account.family_name
    person = -account.account_id if account.account_id < 0 else None
    return Similar(
        person_id=person, account_id=None if person else account.account_id, username=account.username,
        name=" ".join(part for part in (given, family) if part) or account.display_name,
        role=account.role, state="" if person else account.state, date_of_birth=account.date_of_birth,
        held=bool(account.linked_to), school=schools.get(account.school_id or 0, "") if account.local else "",
        score=one.score, evidence=one.evidence,
    )  # fmt: skip
