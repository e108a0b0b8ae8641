"""Decisions on unallocated accounts: restore, let go (Q3, Q7, Z24)."""

from __future__ import annotations

from data import accounts as account_rows
from data import queues as waiting
from data.tables import Account, Link, Person
from misconsole.errors import Conflict
from misconsole.services import new_account
from misconsole.services.decisions.case import Case, called, deciding
from misconsole.services.decisions.renaming import proposal, take_name
from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView

RESTORABLE = ("unallocated", "let-go")
BY_HAND = ("unlinked", "linked to")  # a person ended the link; restoring does not overrule that


def restore(desk: Desk, school: str, account_id: int, *, username: str | None = None) -> DecisionView:
    """Give an unallocated account back to its person.

    Where the person is still absent from the MIS the account is kept on purpose, so that the next sync
    does not take it again (Q7).  Where the username has since gone to somebody else, Conflict with a free
    one proposed; give it as ``username`` (Z24).
    """
    with deciding(desk, school, "restore") as case:
        restore_one(case, account_id, username=username)
    return case.view


def restore_one(case: Case, account_id: int, *, username: str | None = None) -> None:
    account = case.account(account_id)
    if account.state not in RESTORABLE:
        state = "in use already" if account.state == "active" else account.state
        case.refuse(f"{account.username} is {state}", account_id=account_id)
    _check_name(case, account, username)
    person = _take_up_link(case, account)
    absent = person is None or not (person.present and person.gate in waiting.ELIGIBLE_GATES)
    case.revive(account)
    case.scribe.update(account, kept_absent=absent)
    said = f"Restored {account.username}"
    if absent:
        said += "; still absent from the MIS, so it is kept until somebody decides again"
    case.say(said, kept_absent=absent)


def _check_name(case: Case, account: Account, username: str | None) -> None:
    """The account needs its old name, or the new one that was typed."""
    if username:
        take_name(case, account, new_account.free_name(case, username, account=account))
        return
    key = account.username.lower()
    holder = account_rows.holder_of_name(case.s, account.domain_key, key)
    if holder is None or holder.id == account.id:
        if account.username_key != key:
            case.scribe.update(account, username_key=key)
        return
    shown = account_rows.shown_name(holder)
    raise Conflict(
        f"The username {account.username} now belongs to {shown or 'somebody else'}.",
        mend=f"Restore it under another name; {proposal(case, account)} is free.",
        code="username_reassigned",
    )


def _take_up_link(case: Case, account: Account) -> Person | None:
    """Make the link that ended with the account active again, unless its person got another account."""
    active = account_rows.active_links(case.s, account.id or 0)
    if active:
        return case.s.get(Person, active[0].person_id)
    former = account_rows.last_link(case.s, account.id or 0)
    if former is None or former.school_id != case.school_id or former.ended_reason.startswith(BY_HAND):
        return None
    if account_rows.link_of(case.s, former.person_id) is not None:
        return None
    case.scribe.update(former, active=True, ended_at=None, ended_reason="")
    return _cleared(case, former)


def _cleared(case: Case, link: Link) -> Person | None:
    person = case.s.get(Person, link.person_id)
    if person and person.present and person.gate in waiting.ELIGIBLE_GATES:
        case.set_gate(person, "")
    return person


def let_go(desk: Desk, school: str, account_id: int) -> DecisionView:
    """The leaver's account stays away; it leaves the queue and its name stays reserved."""
    with deciding(desk, school, "let-go") as case:
        let_go_one(case, account_id)
    return case.view


def let_go_one(case: Case, account_id: int) -> None:
    account = case.account(account_id)
    if account.state != "unallocated":
        case.refuse(f"{account.username} is not unallocated but {account.state}", account_id=account_id)
    case.scribe.update(account, state="let-go")
    case.say(f"Let {called(account)} go")
