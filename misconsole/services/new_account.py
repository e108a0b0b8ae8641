"""Usernames and new accounts for people of the store, given out by the very plan of a sync."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from data import accounts as account_rows
from data import people as people_rows
from data.tables import Account, Alias, Person, ReservedName, School
from misconsole.errors import Conflict, Usage
from misconsole.rules import plan_accounts, usernames
from misconsole.rules.known import Judged, Known, Matched, Naming, Roll
from misconsole.rules.plan_parts import NewAccount
from misconsole.rules.username_kinds import kind_of
from misconsole.services.decisions.case import Case
from misconsole.services.facts import person_facts
from misconsole.services.name_domain import key_of as domain_key
from misconsole.services.schools import options_of

ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


def display_name(person: Person) -> str:
    return plan_accounts.display_name(person_facts(person, ()))


def planned(s: Session, school: School, person: Person, *, day: Any) -> NewAccount:
    """The account that a sync of this school would create for the person now.

    Raises Usage when no username is left in the format.
    """
    facts = person_facts(person, people_rows.every_identifier(s, person.id or 0))
    options, where = options_of(school), domain_key(school)
    formats = options.username_formats
    start = usernames.base(
        formats[kind_of(facts.role, facts.teaching)],
        given=facts.first,
        family=facts.last,
        year_of_entry=facts.year_of_entry,
    ).text[:1]
    known = Known(
        school_id=school.id or 0,
        domain=school.domain,
        domain_key=where,
        taken=frozenset(account_rows.taken_names(s, where, starting=[start])),
    )
    roll = Roll(people={facts.key: Judged(facts)})
    made, troubles = plan_accounts.create(roll, known, Matched(), {}, Naming(formats=formats, day=day))
    if not made:
        raise Usage(troubles[0].message, mend=troubles[0].mend)
    return made[0]


def insert(case: Case, account: Account) -> Account:
    """Store a new account and reserve its name for good (Z8)."""
    case.scribe.insert(account)
    reserve(case, account)
    return account


def reserve(case: Case, account: Account) -> None:
    if account_rows.reservation(case.s, account.domain_key, account.username_key) is None:
        row = ReservedName(
            domain_key=account.domain_key,
            username_key=account.username_key,
            account_id=account.id,
            since=case.now,
        )
        case.scribe.insert(row)


def free_name(case: Case, typed: str, *, account: Account | None = None) -> str:
    """``typed`` as a username if it may be given out: 1 to 20 allowed characters, free, never anybody else's.

    A name the account itself held before is its own to take back.
    """
    where = account.domain_key if account else domain_key(case.school)
    return free(case.s, where, typed, account_id=account.id if account else None)


def free(s: Session, where: str, typed: str, *, account_id: int | None = None) -> str:
    """The same in the collision domain ``where``, for an account or a new one. Raises Usage or Conflict."""
    name = typed.strip()
    check_shape(name)
    holder = account_rows.holder_of_name(s, where, name.lower())
    if holder is not None and (account_id is None or holder.id != account_id):
        raise Conflict(f"The username {name} is taken.", mend="Choose another.", code="username_taken")
    reserved = account_rows.reservation(s, where, name.lower())
    if reserved is not None and (account_id is None or reserved.account_id != account_id):
        raise Conflict(
            f"The username {name} belonged to somebody else and is never given out again.",
            mend="Choose another.",
            code="username_reserved",
        )
    return name


def check_shape(name: str) -> None:
    """M8, M7 and Z7 for a typed name. Raises Usage."""
    if not 1 <= len(name) <= usernames.MAX_LENGTH:
        raise Usage(
            f"A username has 1 to {usernames.MAX_LENGTH} characters; this one has {len(name)}.",
            code="bad_username",
        )
    if strange := sorted(set(name.lower()) - ALLOWED):
        raise Usage(
            f"“{strange[0]}” may not stand in a username.",
            mend="Use letters a to z, digits, full stop, hyphen and underscore.",
            code="bad_username",
        )


def address(school: School, username: str) -> str | None:
    """The e-mail address is the username at the school's domain (M11); None where there is no domain."""
    return usernames.email(username, school.domain) if school.domain else None


def keep_alias(case: Case, account: Account, kind: str, value: str | None) -> None:
    """The old name or address still leads here (O5)."""
    if not value or value in account_rows.aliases(case.s, account_rows.ids(Account.id == account.id)).get(
        account.id or 0, ()
    ):
        return
    case.scribe.insert(Alias(account_id=account.id or 0, kind=kind, value=value, since=case.now))
