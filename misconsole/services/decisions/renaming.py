"""A new username for one account, and the address with it (O3, O4, O5, M6)."""

from __future__ import annotations

from itertools import count

from data import accounts as account_rows
from data.tables import Account
from misconsole.rules import usernames
from misconsole.services import new_account
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.views import DecisionView


def rename(desk: Desk, school: str, account_id: int, username: str) -> DecisionView:
    """Change the username; the address follows, the old ones stay as aliases.

    Raises Usage for a name that breaks the rules, Conflict for one that is or was somebody else's.
    """
    with deciding(desk, school, "rename") as case:
        account = case.account(account_id)
        if account.state == "removed":
            case.refuse(f"{account.username} was removed", account_id=account_id)
        name = new_account.free_name(case, username, account=account)
        if name == account.username:
            case.refuse(f"{account.username} is called that already", account_id=account_id)
        before = account.username
        take_name(case, account, name)
        case.say(f"Renamed {before} to {name}", before=before, after=name)
    return case.view


def take_name(case: Case, account: Account, name: str) -> None:
    """Write the name and the address made of it; both old ones lead here from now on."""
    old_name, old_address = account.username, account.email
    shown = case.school.domain and account.email
    email = new_account.address(case.school, name) if shown or not account.email else account.email
    case.scribe.update(account, username=name, username_key=name.lower(), email=email)
    new_account.reserve(case, account)
    if old_name.lower() != name.lower():
        new_account.keep_alias(case, account, "username", old_name)
    if old_address and old_address != account.email:
        new_account.keep_alias(case, account, "email", old_address)


def proposal(case: Case, account: Account) -> str:
    """A free name like the one the account had: the same with the next number (M6, M9)."""
    base = account.username.lower()
    for number in count(1):
        digits = str(number)
        name = base[: usernames.MAX_LENGTH - len(digits)] + digits
        if not _taken(case, account.domain_key, name):
            return name
    raise AssertionError("unreachable")


def _taken(case: Case, domain_key: str, key: str) -> bool:
    held = account_rows.holder_of_name(case.s, domain_key, key)
    return held is not None or account_rows.reservation(case.s, domain_key, key) is not None
