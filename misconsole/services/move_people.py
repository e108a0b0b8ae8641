"""Finding everybody again in a new MIS: the rehearsal's view of the school, and what it found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from connectors.records import Report
from data import moves, roster
from misconsole.rules import facts_from, reanchor
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.known import Known
from misconsole.rules.plan_accounts import display_name
from misconsole.rules.reanchor import OldPerson, Reanchored

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.sync.extract import Extract
    from misconsole.sync.snapshot import Here

Key = tuple[str, str]
EXACT = "name and date of birth"  # beside the kinds of identifiers, in ``by``
TOLD = (
    "given_name", "family_name", "legal_given_name", "legal_family_name", "date_of_birth", "email",
)  # fmt: skip
PEOPLE = {"staff": (Report.STAFF, Report.STAFF_FUTURE), "pupil": (Report.STUDENTS, Report.STUDENTS_FUTURE)}


@dataclass(slots=True)
class Rehearsal:
    """What ``anew`` found out; ``result`` is kept with the prepared move."""

    result: dict[str, Any] = field(default_factory=dict)

    def anew(self, s: Session, here: Here, extract: Extract) -> Here:
        """The school as it would be once the move is applied, for the plan of the rehearsal."""
        old = old_people(s, here.known.school_id)
        delivered = extract.people
        _forget_ids(extract)
        found = reanchor.reanchor(delivered.values(), old)
        _point(extract, found.pairs)
        self.result = _result(here, old, delivered, found, extract)
        return _as_it_would_be(here, found, {each.id: each for each in old})


def old_people(s: Session, school_id: int) -> list[OldPerson]:
    """Everybody who is present or has an account, with all identifiers they ever had here."""
    held: dict[int, list[tuple[str, str]]] = {}
    for person_id, kind, value, _current in roster.identifiers(s, school_id):
        held.setdefault(person_id, []).append((sys.intern(kind), value))
    links = moves.links(s, school_id)
    found = []
    for row in moves.people(s, school_id):
        link = links.get(row["id"])
        found.append(
            OldPerson(
                facts=facts_from.from_row(row, held.get(row["id"], ())),
                anchors=(link[4].get("identifiers") or {}) if link else {},
                username=link[2] if link else "",
            )
        )
    return found


def _forget_ids(extract: Extract) -> None:
    """Ids that an equal number of the old MIS lent to people of the new one."""
    _point(extract, {})


def _point(extract: Extract, pairs: Mapping[Key, int]) -> None:
    for page in extract.pages.values():
        for source, facts in page.people.items():
            page.people[source] = replace(facts, person_id=pairs.get(facts.key))


def _as_it_would_be(here: Here, found: Reanchored, old: Mapping[int, OldPerson]) -> Here:
    """Known people under their new ids; those not found are no longer anybody's holder."""
    known = here.known
    by_id = {person.person_id: (key, person) for key, person in known.people.items()}
    people = {key: by_id[i][1] for key, i in found.pairs.items() if i in by_id}
    links = {
        key: known.links[by_id[i][0]]
        for key, i in found.pairs.items()
        if i in by_id and by_id[i][0] in known.links
    }
    lost = {i for i in old if i not in set(found.pairs.values())}
    accounts = {
        i: _freed(account, lost, old) if any(link[2] in lost for link in account.linked_to) else account
        for i, account in known.accounts.items()
    }
    return replace(here, known=_with(known, people=people, links=links, accounts=accounts))


def _with(known: Known, **changes: Any) -> Known:
    return replace(known, left={}, items={}, first=False, **changes)


def _freed(account: AccountFacts, lost: set[int], old: Mapping[int, OldPerson]) -> AccountFacts:
    gone = [old[link[2]] for link in account.linked_to if link[2] in lost and not account.kept_absent]
    if not gone:
        return account
    anchors = dict(account.anchors)
    for each in gone:
        for kind, values in each.facts.identifiers.items():
            anchors[kind] = tuple(dict.fromkeys((*anchors.get(kind, ()), *values)))
    kept = tuple(link for link in account.linked_to if link[2] not in lost)
    return replace(account, linked_to=kept, anchors=anchors)


def _result(
    here: Here,
    old: list[OldPerson],
    delivered: Mapping[Key, PersonFacts],
    found: Reanchored,
    extract: Extract,
) -> dict[str, Any]:
    """Plain values, to be kept as JSON until the move is applied."""
    taken = set(found.pairs.values())
    by_id = {each.id: each for each in old}
    suggested = {one.account_id for case in found.waiting.values() for one in case.suggestions}
    return {
        "version": here.known.version,
        "pairs": [
            [person, *key, next(iter(delivered[key].identifiers.get("mis_id", ())), None)]
            for key, person in found.pairs.items()
        ],
        "how": _counted(found.how.values()),
        "by": _counted(kind or EXACT for kind in found.by.values()),
        "linked": sum(1 for each in old if each.username),
        "linked_found": sum(1 for each in old if each.username and each.id in taken),
        "known": len(old),
        "short_list": [_case(delivered[key], case, by_id) for key, case in sorted(found.waiting.items())],
        "lost": [
            {"person": each.id, "name": display_name(each.facts), "role": each.facts.role,
             "username": each.username}
            for each in old
            if each.id not in taken and each.id not in suggested
        ],
        "fresh": len(found.fresh),
        "unread": sorted(_unread(extract)),
    }  # fmt: skip


def _counted(words: Iterable[str]) -> dict[str, int]:
    from collections import Counter

    return dict(Counter(words))


def _unread(extract: Extract) -> set[str]:
    """Roles that were asked for and not read to their end."""
    return {
        role
        for role, reports in PEOPLE.items()
        for report in reports
        if (page := extract.pages.get(report)) is not None and not page.full
    }


def _kept(facts: PersonFacts) -> dict[str, Any]:
    """As much of somebody new as it takes to remember whom they were told apart from."""
    born = facts.date_of_birth
    told = {name: getattr(facts, name) for name in TOLD} | {
        "date_of_birth": born.isoformat() if born else None
    }
    return told | {"identifiers": {kind: list(values) for kind, values in facts.identifiers.items()}}


def _case(facts: PersonFacts, case: Any, old: Mapping[int, OldPerson]) -> dict[str, Any]:
    return {
        "role": facts.role, "source_id": facts.source_id, "name": display_name(facts),
        "date_of_birth": facts.date_of_birth.isoformat() if facts.date_of_birth else None,
        "band": case.band, "reason": case.reason, "facts": _kept(facts),
        "candidates": [
            {
                "person": one.account_id, "name": display_name(old[one.account_id].facts),
                "username": old[one.account_id].username, "score": one.score, "margin": one.margin,
                "evidence": [
                    {"field": e.field, "person": e.person, "account": e.account, "agreement": e.agreement,
                     "weight": e.weight, "note": e.note}
                    for e in one.evidence
                ],
            }
            for one in case.suggestions
        ],
    }  # fmt: skip
