"""Verdicts on accounts that no MIS person has: keep, or remove (S)."""

from __future__ import annotations

from datetime import date

from data import accounts as account_rows
from data.tables import Account, Review
from misconsole.errors import Conflict, Usage
from misconsole.services import new_account
from misconsole.services.decisions.case import LOOK_AGAIN, Case, by, called, deciding, needs_reason
from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView


def keep(desk: Desk, school: str, account_id: int, *, reason: str, until: date | None = None) -> DecisionView:
    """It is rightly there without a MIS person: a governor, a visitor (S4); until a day, or always."""
    with deciding(desk, school, "keep") as case:
        keep_one(case, account_id, reason=reason, until=until)
    return case.view


def keep_one(case: Case, account_id: int, *, reason: str, until: date | None = None) -> None:
    reason, account = needs_reason(reason), case.account(account_id)
    if until is not None and until < case.now.date():
        raise Usage("The day to keep it until has passed.", mend="Name today or a later day.")
    _check_open(case, account)
    former = _newest(case, account)
    if former is not None:
        _check_own(case, account, former)
        case.scribe.update(former, active=False)
    row = Review(
        school_id=case.school_id, account_id=account_id, verdict="keep", reason=reason, until=until,
        by=case.desk.actor, at=case.now,
    )  # fmt: skip
    case.scribe.insert(row)
    lasting = f" until {until:%-d %B %Y}" if until else ""
    case.say(f"Kept {account.username}{lasting}: {reason}", reason=reason, until=str(until or ""))


def _newest(case: Case, account: Account) -> Review | None:
    wanted = account_rows.ids(Account.id == account.id)
    return account_rows.newest_reviews(case.s, wanted).get(account.id or 0)


def _check_own(case: Case, account: Account, former: Review) -> None:
    """A verdict of somebody else that still holds is not overwritten unseen."""
    holds = former.until is None or former.until >= case.now.date()
    if holds and former.by != case.desk.actor:
        raise Conflict(
            f"{account.username} was kept already {by(former.by, former.at)}: {former.reason}",
            mend=LOOK_AGAIN,
        )


def _check_open(case: Case, account: Account) -> None:
    if account.state != "active":
        case.refuse(f"{account.username} is {account.state}", account_id=account.id)
    for each in account_rows.active_links(case.s, account.id or 0):
        raise Conflict(
            f"{account.username} belongs to a MIS person {by(each.linked_by or 'a sync', each.linked_at)}.",
            mend=f"{LOOK_AGAIN} Unlink it first if that is wrong.",
        )


def remove(desk: Desk, school: str, account_id: int) -> DecisionView:
    """Take the account out of use; its name stays reserved and is never given to somebody else (Z8)."""
    with deciding(desk, school, "remove") as case:
        remove_one(case, account_id)
    return case.view


def remove_one(case: Case, account_id: int) -> None:
    account = case.account(account_id)
    if account.state == "removed":
        case.refuse(f"{account.username} is removed already", account_id=account_id)
    if account.state == "active":
        _check_open(case, account)
    new_account.reserve(case, account)
    case.scribe.update(account, state="removed", kept_absent=False)
    case.say(f"Removed {called(account)}; its name stays reserved")
