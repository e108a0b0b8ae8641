"""From what somebody typed to people and accounts of a school."""

from __future__ import annotations

from sqlmodel import Session, col, select

from data import accounts as account_rows
from data import authority, search
from data.tables import Account, Person, School
from misconsole.errors import NotFound, Usage
from misconsole.rules.names import fold
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve

MOST = 50


def people(s: Session, who: str, *, school_id: int | None = None, limit: int = MOST) -> list[int]:
    """Ids of the people meant by an identifier, a username or a name; the surest reading that finds anybody.

    ``id:N`` is the number in the store, ``staff:X`` and ``pupil:X`` the id in the MIS.
    """
    text = who.strip()
    if not text:
        return []
    if (own := _prefixed(s, text, school_id)) is not None:
        return own
    for found in (
        search.by_identifier(s, text, school_id=school_id),
        search.by_username(s, text, school_id=school_id),
    ):
        if found:
            return found[:limit]
    return _by_name(s, fold(text).split(), school_id, limit)


def _by_name(s: Session, words: list[str], school_id: int | None, limit: int) -> list[int]:
    """By the words as typed; where that finds nobody, with two of them run together (o brien = O'Brien)."""
    if found := search.by_name(s, words, school_id=school_id, limit=limit):
        return found
    for at in range(len(words) - 1):
        joined = [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]
        alone = len(joined) == 1 and school_id is None
        if found := search.by_name(s, joined, school_id=school_id, limit=limit, only_leading=alone):
            return found
    return []


def _prefixed(s: Session, text: str, school_id: int | None) -> list[int] | None:
    kind, colon, rest = text.partition(":")
    if not colon or kind not in ("id", "staff", "pupil"):
        return None
    asked = select(Person.id)
    if kind == "id":
        asked = asked.where(Person.id == (int(rest) if rest.isascii() and rest.isdigit() else 0))
    else:
        asked = asked.where(Person.role == kind, Person.source_id == rest)
    if school_id is not None:
        asked = asked.where(Person.school_id == school_id)
    return [i for i in s.exec(asked) if i is not None]


def person_id(desk: Desk, school: str, key: str) -> int:
    """The one person meant by a source id, UPN, other identifier, ``id:N``, ``staff:X`` or ``pupil:X``.

    A name is not enough for a decision.  NotFound for nobody, Usage for several.
    """
    with desk.store.read() as s:
        found = resolve(s, school)
        prefixed = _prefixed(s, key.strip(), found.id)
        ids = search.by_identifier(s, key.strip(), school_id=found.id) if prefixed is None else prefixed
        if len(ids) == 1:
            return ids[0]
        if not ids:
            raise NotFound(
                f"{found.name} has no person “{key[:60]}”.",
                mend="Name the id in the MIS, the UPN, or id:N as a queue or “misconsole find” shows it.",
                code="no_such_person",
            )
        told = ", ".join(f"id:{i} ({_role(s, i)})" for i in ids[:5])
    raise Usage(f"“{key[:60]}” is {len(ids)} people.", mend=f"Name one of {told}.", code="several_people")


def _role(s: Session, person: int) -> str:
    return s.get_one(Person, person).role


def account_id(desk: Desk, school: str, key: str) -> int:
    """The account meant by a username, an address or ``id:N``; also one of a school of the same trust."""
    with desk.store.read() as s:
        found = resolve(s, school)
        account = _account(s, found, key.strip())
        if account is None:
            raise NotFound(
                f"{found.name} has no account “{key[:60]}”.",
                mend="Name the username, or id:N as “misconsole account list” shows it.",
                code="no_such_account",
            )
        return account.id or 0


def _account(s: Session, school: School, key: str) -> Account | None:
    kind, _, number = key.partition(":")
    if kind == "id" and number.isascii() and number.isdigit():
        return s.get(Account, int(number))
    own = account_rows.by_username(s, school.id or 0, key)
    if own is not None or not (school.trust or school.la_code):
        return own
    asked = (
        select(Account, School)
        .join(School, col(School.id) == col(Account.school_id))
        .where(Account.username_key == key.lower())
        .order_by((col(School.trust) == school.trust).desc(), col(Account.id))
    )
    return next((account for account, home in s.exec(asked) if authority.together(school, home)), None)
