"""Accounts of a school: list, show, make one by hand (J8, L3); the directory's import is in ``importing``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data import accounts as account_rows
from data.tables import Account
from misconsole.errors import NotFound, Usage
from misconsole.rules import usernames
from misconsole.rules.names import fold
from misconsole.services import name_domain, new_account, present, queues
from misconsole.services.decisions.case import Case, deciding, options_of
from misconsole.services.desk import Desk
from misconsole.services.importing import import_csv
from misconsole.services.schools import resolve
from misconsole.services.views import AccountView

ROLES = ("pupil", "staff", "other")


def listing(
    desk: Desk, school: str, *, role: str | None = None, state: str | None = None
) -> tuple[AccountView, ...]:
    """Accounts in username order; the removed only when asked for by their state."""
    return tuple(queues.account_list(desk, school, role=role, state=state).each())


def show(desk: Desk, school: str, account_id: int) -> AccountView:
    with desk.store.read() as s:
        resolve(s, school)
        found = present.one_account(s, account_id)
    if found is None:
        raise NotFound(f"There is no account {account_id}.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What is known of an account made by hand; typed as in the MIS, it is found at the next sync (K4)."""

    given: str
    family: str
    role: str
    date_of_birth: date | None = None
    username: str | None = None
    upn: str | None = None
    mis_id: str | None = None
    staff_code: str | None = None
    year_of_entry: int | None = None


def create(
    desk: Desk, school: str, *, given: str, family: str, role: str, date_of_birth: date | None = None,
    username: str | None = None, upn: str | None = None, mis_id: str | None = None,
    staff_code: str | None = None, year_of_entry: int | None = None,
) -> AccountView:  # fmt: skip
    """An account by hand, for somebody who is not in the MIS (yet); the username by the school's format
    unless typed.  Raises Usage for a bad role, name or username, Conflict for a name that is taken."""
    typed = Typed(
        given=given.strip(), family=family.strip(), role=role, date_of_birth=date_of_birth, username=username,
        upn=upn, mis_id=mis_id, staff_code=staff_code, year_of_entry=year_of_entry,
    )  # fmt: skip
    _check(typed)
    with deciding(desk, school, "account") as case:
        name = new_account.free_name(case, username) if username else _made_name(case, typed)
        account = new_account.insert(case, _row(case, typed, name))
        case.decision.account_id = account.id
        case.say(f"Created {name} for {account.display_name} by hand")
    return show(desk, school, account.id or 0)


def _check(typed: Typed) -> None:
    if typed.role not in ROLES:
        raise Usage(f"“{typed.role[:20]}” is not a role.", mend=f"Choose {', '.join(ROLES)}.")
    if not fold(typed.given) and not fold(typed.family):
        raise Usage("An account needs a name.")


def _made_name(case: Case, typed: Typed) -> str:
    made = options_of(case.school).username_format(typed.role)
    base = usernames.base(
        made,
        given=typed.given,
        family=typed.family,
        year_of_entry=typed.year_of_entry if typed.role == "pupil" else None,
    )
    where = name_domain.key_of(case.school)
    taken = account_rows.taken_names(case.s, where, starting=[base.text[:1]])
    try:
        return usernames.unique(base, made, taken)
    except usernames.FormatError as error:
        raise Usage(str(error), mend="Type a username.") from error


def _row(case: Case, typed: Typed, name: str) -> Account:
    return Account(
        school_id=case.school_id, domain_key=name_domain.key_of(case.school), username=name,
        username_key=name.lower(), email=new_account.address(case.school, name), role=typed.role,
        display_name=" ".join(part for part in (typed.given, typed.family) if part),
        given_name=typed.given or None, family_name=typed.family or None, date_of_birth=typed.date_of_birth,
        year_of_entry=typed.year_of_entry, upn=typed.upn, mis_id=typed.mis_id, staff_code=typed.staff_code,
        state="active", origin="manual", created_at=case.now,
    )  # fmt: skip


__all__ = ["create", "import_csv", "listing", "show"]
