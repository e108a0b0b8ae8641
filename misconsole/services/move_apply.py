"""The switch itself, in the transaction of one decision: ids, links and connection change together.

Every id of the old MIS is retired, also of people long gone: in the new one an equal number is somebody
else's, and must never bring an old account back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from data import bulk, moves
from data.tables import Account, Connection, Link, MisMove, NotSame, Person
from misconsole.rules import facts_from, refusals
from misconsole.rules.facts import PersonFacts
from misconsole.rules.plan_people import GONE
from misconsole.services import due
from misconsole.services.decisions.case import Case
from misconsole.services.facts import account_facts
from misconsole.services.move_people import TOLD

MOVED = "moved"  # Link.ended_reason
TOLD_APART = "Was told apart from people we know when the school moved; the next sync reads the record."
NOT_FOUND = "Was not found in the new MIS when the school moved to it."
RETIRED = re.compile(r"~\d+$")


Key = tuple[str, str]


def switch(
    case: Case, row: MisMove, former: Connection | None, pairs: Mapping[Key, int], *,
    apart: Mapping[Key, frozenset[int]],
) -> int:  # fmt: skip
    """Apply the move; returns how many accounts were left without a person, to be reviewed.

    ``apart`` says of people of the new MIS who they are not; that is remembered for the first sync.
    """
    accounts = {person: link[1] for person, link in moves.links(case.s, case.school_id).items()}
    new_ids = {person: source for (_, source), person in pairs.items()}
    everybody = moves.source_ids(case.s, case.school_id)
    mark = f"~{former.id if former else 0}"
    final = {
        i: new_ids.get(i) or (source if RETIRED.search(source) else f"{source}{mark}")
        for i, _, source, _ in everybody
    }
    _rename(case, {i: source for i, _, source, _ in everybody}, final)
    _number_accounts(case, row, pairs)
    left = _let_go(case, [i for i, _, _, present in everybody if i not in new_ids and present])
    _remember_apart(case, row, {key: who for key, who in apart.items() if key not in pairs}, accounts)
    _connect(case, row, former)
    return left


def _rename(case: Case, before: Mapping[int, str], after: Mapping[int, str]) -> None:
    """In two steps, by way of ids nobody has: two people may swap theirs."""
    changed = [i for i, source in after.items() if source != before[i]]
    for ids in bulk.chunks(changed):
        case.scribe.update_many(
            Person, [(i, {"source_id": before[i]}, {"source_id": f"moving~{i}"}) for i in ids]
        )
    for ids in bulk.chunks(changed):
        case.scribe.update_many(
            Person, [(i, {"source_id": f"moving~{i}"}, {"source_id": after[i]}) for i in ids]
        )


def _number_accounts(case: Case, row: MisMove, pairs: Mapping[Key, int]) -> None:
    """Accounts of people found again take the number of the new MIS now, not as a flood of updates with the
    next sync, which the limits would hold."""
    numbers = {person: mis_id for person, _, _, mis_id in row.result["pairs"] if mis_id}
    for each in row.result["short_list"]:
        person = pairs.get((each["role"], each["source_id"]))
        if person and (held := each["facts"]["identifiers"].get("mis_id")):
            numbers[person] = held[0]
    links = moves.links(case.s, case.school_id)
    wanted = {link[1]: numbers[person] for person, link in links.items() if person in numbers}
    for ids in bulk.chunks(list(wanted)):
        rows = bulk.load(case.s, Account, list(ids))
        case.scribe.update_many(
            Account, [(i, old, {"mis_id": wanted[i], "version": old["version"] + 1})
                      for i, old in rows.items() if old["mis_id"] != wanted[i]]
        )  # fmt: skip


def _let_go(case: Case, people: Sequence[int]) -> int:
    """People the new MIS does not have are gone; their links end and their accounts stay in use, but for
    those an operator kept although absent."""
    for ids in bulk.chunks(people):
        rows = bulk.load(case.s, Person, list(ids))
        after = {"present": False, "gate": GONE, "gate_detail": NOT_FOUND}
        case.scribe.update_many(Person, [(i, rows[i], after) for i in rows])
    wanted = set(people)
    links = moves.links(case.s, case.school_id)
    ending = [link[0] for person, link in links.items() if person in wanted and not link[3]]
    return _end(case, ending)


def _end(case: Case, link_ids: Iterable[int]) -> int:
    ended = 0
    for ids in bulk.chunks(list(link_ids)):
        rows = bulk.load(case.s, Link, list(ids))
        after = {"active": False, "ended_at": case.now, "ended_reason": MOVED}
        case.scribe.update_many(Link, [(i, row, after) for i, row in rows.items()])
        ended += len(rows)
    return ended


def _remember_apart(
    case: Case, row: MisMove, apart: Mapping[Key, frozenset[int]], accounts: Mapping[int, int]
) -> None:
    """People of the new MIS as we will know them, and the accounts that are not theirs; the first sync finds
    both, and asks nobody the same again unless a record has changed since."""
    for each in row.result["short_list"]:
        not_theirs = [accounts[i] for i in apart.get((each["role"], each["source_id"]), ()) if i in accounts]
        if not not_theirs:
            continue
        facts = _facts(each)
        person = Person(
            school_id=case.school_id, role=facts.role, source_id=facts.source_id, present=False, gate=GONE,
            gate_detail=TOLD_APART, search_name=facts_from.search_name(facts),
            **{name: getattr(facts, name) for name in TOLD},
        )  # fmt: skip
        case.scribe.insert(person)
        for account_id in not_theirs:
            account = account_facts(case.s.get_one(Account, account_id), school_id=case.school_id)
            case.scribe.insert(
                NotSame(
                    school_id=case.school_id, person_id=person.id or 0, account_id=account_id,
                    digest=refusals.digest(facts, account), by=case.desk.actor, at=case.now,
                )
            )  # fmt: skip


def _facts(each: Mapping[str, Any]) -> PersonFacts:
    told = {name: each["facts"][name] for name in TOLD}
    born = told["date_of_birth"]
    told["date_of_birth"] = date.fromisoformat(born) if born else None
    held = {kind: tuple(values) for kind, values in each["facts"]["identifiers"].items()}
    return PersonFacts(role=each["role"], source_id=each["source_id"], identifiers=held, **told)


def _connect(case: Case, row: MisMove, former: Connection | None) -> None:
    if former is not None:
        case.scribe.update(former, active=False)
    new = Connection(
        school_id=case.school_id, mis=row.mis, route=row.route, settings=dict(row.settings),
        secret_ref=row.secret_ref, remote_id=row.remote_id, remote_name=row.remote_name, access=row.access,
        access_checked_at=row.rehearsed_at, requested_at=row.created_at, approved_at=row.rehearsed_at,
        created_at=case.now, created_by=case.desk.actor,
    )  # fmt: skip
    case.scribe.insert(new)
    due.refresh(case.s, case.school, case.now)
    case.scribe.update(row, state="applied", applied_at=case.now, applied_by=case.desk.actor)
