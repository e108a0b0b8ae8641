"""Decisions on people who wait: link, create, not the same, unlink (K3, K6)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlmodel import col, select

from data import accounts as account_rows
from data import queues as waiting
from data.tables import Account, Candidate, Exclusion, Link, NotSame, Person
from misconsole.errors import Conflict, Usage
from misconsole.rules.plan_parts import NewAccount
from misconsole.services import not_same as refusals
from misconsole.services.decisions.case import LOOK_AGAIN, Case, anchors, by, called, deciding, needs_reason
from misconsole.services.desk import Desk
from misconsole.services.new_account import display_name, insert, planned
from misconsole.services.views import DecisionView


def link(desk: Desk, school: str, person_id: int, account_id: int) -> DecisionView:
    """This person has that account.

    A former link of the account to somebody who left ends; an unallocated account comes back into use.
    Raises Conflict when the person has an account by now, or the account a person who is present.
    """
    with deciding(desk, school, "link") as case:
        link_one(case, person_id, account_id)
    return case.view


def link_one(case: Case, person_id: int, account_id: int) -> None:
    person, account = case.person(person_id), case.account(account_id, local=True)
    if account.state == "removed":
        case.refuse(f"{called(account)} was removed", account_id=account_id)
    _check_person(case, person)
    _check_refused(case, person, account)
    _free_account(case, person, account)
    revived = case.revive(account)
    score = _evidence(case, person_id, account_id)
    _join(case, person, account, evidence=score)
    case.say(_link_summary(person, account, revived=revived), evidence=score)


def _link_summary(person: Person, account: Account, *, revived: bool) -> str:
    """Names what the operator did not ask for: a revived account, a display name that changes (O11)."""
    said = f"Linked {called(person)} to {account.username}"
    if revived:
        said += "; the account is in use again"
    shown = display_name(person)
    if account.display_name and shown and shown != account.display_name and not account.own_display_name:
        said += f"; the display name changes from “{account.display_name}” to “{shown}” at the next sync"
    return said


def _check_person(case: Case, person: Person) -> None:
    """The person is still there, still without account and not excluded."""
    existing = account_rows.link_of(case.s, person.id or 0)
    if existing is not None:
        account = case.s.get(Account, existing.account_id)
        raise Conflict(
            f"{called(person)} already has the account {account.username if account else '?'} "
            f"{by(existing.linked_by or 'a sync', existing.linked_at)}.",
            mend=LOOK_AGAIN,
        )
    if not person.present:
        raise Conflict(f"{called(person)} is no longer in the MIS.", mend=LOOK_AGAIN)
    barred = select(Exclusion).where(Exclusion.person_id == person.id, col(Exclusion.active).is_(True))
    if found := case.s.exec(barred).first():
        raise Conflict(
            f"{called(person)} was excluded {by(found.author, found.created_at)}: {found.reason}",
            mend="Lift the exclusion first, if it no longer holds.",
        )


def _check_refused(case: Case, person: Person, account: Account) -> None:
    """Somebody else called them different people: told; one's own word is taken back without asking."""
    found = refusals.standing(case.s, case.school_id).get((person.id or 0, account.id or 0))
    if found is None:
        return
    if found.by != case.desk.actor:
        raise Conflict(
            f"{called(person)} and {account.username} were called different people {by(found.by, found.at)}.",
            mend="Ask, and undo that decision first (History) if it was wrong.",
        )
    case.scribe.delete(found)


def _free_account(case: Case, person: Person, account: Account) -> None:
    """End what links the account to people who left; refuse while somebody present has it."""
    holder = account_rows.present_holder(case.s, account.id or 0, case.school_id, person.role)
    if holder is not None:
        existing = account_rows.link_of(case.s, holder.id or 0)
        told = by(existing.linked_by or "a sync", existing.linked_at) if existing else ""
        raise Conflict(f"{account.username} already belongs to {called(holder)} {told}.", mend=LOOK_AGAIN)
    for former in account_rows.active_links(case.s, account.id or 0):
        owner = case.s.get(Person, former.person_id)
        if owner and owner.school_id == case.school_id and owner.role == person.role:
            case.end_link(former, f"linked to {called(person)}")


def _join(
    case: Case, person: Person, account: Account, *, evidence: dict[str, Any], how: str = "decided"
) -> None:
    row = Link(
        school_id=case.school_id,
        person_id=person.id or 0,
        account_id=account.id or 0,
        how=how,
        evidence=evidence,
        anchors=anchors(case.s, person),
        linked_at=case.now,
        linked_by=case.desk.actor,
    )
    case.scribe.insert(row)
    if person.gate in waiting.ELIGIBLE_GATES:
        case.set_gate(person, "")


def _evidence(case: Case, person_id: int, account_id: int) -> dict[str, Any]:
    """What was on screen when it was decided; empty for a pair nobody suggested."""
    asked = select(Candidate).where(Candidate.person_id == person_id, Candidate.account_id == account_id)
    found = case.s.exec(asked).first()
    if found is None:
        return {}
    return {"band": found.band, "score": found.score, "margin": found.margin, "fields": found.evidence}


def create(desk: Desk, school: str, person_id: int) -> DecisionView:
    """A new account for somebody who waits, made by the very rules of a sync (M)."""
    with deciding(desk, school, "create") as case:
        create_one(case, person_id)
    return case.view


def create_one(case: Case, person_id: int) -> None:
    person = case.person(person_id)
    _check_person(case, person)
    if case.school.mode == "lookup":
        raise Usage("This school only looks people up; it has no accounts.", mend="Change its mode first.")
    if person.gate not in waiting.ELIGIBLE_GATES:
        raise Usage(
            f"{called(person)} may not have an account yet: {person.gate_detail or person.gate}.",
            mend="Ask why (misconsole why) and mend what it names.",
        )
    new = planned(case.s, case.school, person, day=case.now.date())
    account = insert(case, _row(case, new))
    _join(case, person, account, how="created", evidence={})
    case.decision.account_id = account.id
    said = f"Created {account.username} for {called(person)}"
    case.say(f"{said}. {new.review}" if new.review else said, review=new.review)


def _row(case: Case, new: NewAccount) -> Account:
    return Account(
        school_id=case.school_id, domain_key=new.domain_key, username=new.username,
        username_key=new.username.lower(), email=new.email, role=new.role, origin="created",
        created_at=case.now, **asdict(new.data),
    )  # fmt: skip


def not_same(desk: Desk, school: str, person_id: int, account_id: int) -> DecisionView:
    """Not the same person: not suggested again until the record of either changes."""
    with deciding(desk, school, "not-same") as case:
        not_same_one(case, person_id, account_id)
    return case.view


def not_same_one(case: Case, person_id: int, account_id: int) -> None:
    person, account = case.person(person_id), case.account(account_id, local=True)
    existing = account_rows.link_of(case.s, person_id)
    if existing is not None and existing.account_id == account_id:
        raise Conflict(
            f"{called(person)} was linked to {account.username} "
            f"{by(existing.linked_by or 'a sync', existing.linked_at)}.",
            mend=LOOK_AGAIN,
        )
    _remember_refusal(case, person, account)
    case.say(f"{called(person)} and {account.username} are not the same person")


def _remember_refusal(case: Case, person: Person, account: Account) -> None:
    digest = refusals.digest_of(case.s, person, account)
    asked = select(NotSame).where(NotSame.person_id == person.id, NotSame.account_id == account.id)
    known = case.s.exec(asked).first()
    if known is not None and known.digest == digest:
        raise Conflict(
            f"{called(person)} and {account.username} were already called different people "
            f"{by(known.by, known.at)}.",
            mend=LOOK_AGAIN,
        )
    if known is not None:
        case.scribe.update(known, digest=digest, by=case.desk.actor, at=case.now)
        return
    row = NotSame(
        school_id=case.school_id, person_id=person.id or 0, account_id=account.id or 0, digest=digest,
        by=case.desk.actor, at=case.now,
    )  # fmt: skip
    case.scribe.insert(row)


def unlink(desk: Desk, school: str, account_id: int, *, reason: str) -> DecisionView:
    """The account is not that person's: the link ends, and a sync will not simply make it again."""
    with deciding(desk, school, "unlink") as case:
        reason, account = needs_reason(reason), case.account(account_id, local=True)
        links = [x for x in account_rows.active_links(case.s, account_id) if x.school_id == case.school_id]
        if not links:
            case.refuse(f"{account.username} has no MIS person", account_id=account_id)
        names = [_part(case, account, each, reason) for each in links]
        if account.kept_absent:
            case.scribe.update(account, kept_absent=False)
        case.say(f"Unlinked {account.username} from {' and '.join(names)}", reason=reason)
    return case.view


def _part(case: Case, account: Account, row: Link, reason: str) -> str:
    person = case.person(row.person_id)
    case.end_link(row, f"unlinked: {reason}")
    if person.present and person.gate in waiting.ELIGIBLE_GATES:
        case.set_gate(person, "waiting_for_match", "An operator ended the link; it waits for a decision.")
    asked = select(NotSame.id).where(NotSame.person_id == person.id, NotSame.account_id == account.id)
    if case.s.exec(asked).first() is None:
        _remember_refusal(case, person, account)
    return called(person)
