"""From what was typed to the one whose data it is: pupil, member of staff, contact, or an account alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from data import accounts as account_rows
from data import privacy
from data.privacy import Subject
from data.tables import Account, Contact, Person, School
from misconsole.errors import NotFound, Usage
from misconsole.services import lookup
from misconsole.services.present import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Found:
    """``row`` is what the subject is in the store; ``key`` names it again whatever else changes."""

    kind: str
    key: str
    row: Person | Account | Contact
    subject: Subject

    @property
    def name(self) -> str:
        return name_of(self.row)


def find(s: Session, school: School, who: str) -> Found:
    """NotFound for nobody, Usage with the keys of each for several."""
    keys = list(dict.fromkeys(_keys(s, school, who.strip())))
    if not keys:
        raise NotFound(
            f"{school.name} holds nothing on “{who[:60]}”.",
            mend="Give a name, UPN, username, id:N, account:N or contact:N; “find” looks elsewhere.",
            code="no_such_person",
        )
    if len(keys) > 1:
        told = ", ".join(f"{key} ({by_key(s, school, key).name})" for key in keys[:MOST_TOLD])
        more = f" and {len(keys) - MOST_TOLD} more" if len(keys) > MOST_TOLD else ""
        raise Usage(f"“{who[:60]}” is {len(keys)} people.", mend=f"Name one of {told}{more}.",
                    code="several_people")  # fmt: skip
    return by_key(s, school, keys[0])


def _keys(s: Session, school: School, who: str) -> Iterable[str]:
    kind, colon, rest = who.partition(":")
    if colon and kind in ("account", "contact") and rest.isascii() and rest.isdigit():
        return [who] if _get(s, school, kind, int(rest)) else []
    people = lookup.people(s, who, school_id=school.id)
    if people:
        return [f"id:{each}" for each in people]
    account = account_rows.by_username(s, school.id or 0, who)
    if account is not None:
        return [f"account:{account.id}"]
    return _by_name(s, school, who)


def _by_name(s: Session, school: School, who: str) -> list[str]:
    """Accounts without a person, and contacts, of exactly that name."""
    wanted, found = who.casefold(), []
    for prefix, table in (("account", Account), ("contact", Contact)):
        rows = s.execute(select(table).where(table.school_id == school.id)).scalars()
        for row in rows:
            names = {name_of(row).casefold(), str(getattr(row, "display_name", "")).casefold()}
            if wanted and wanted in names:
                found.append(f"{prefix}:{row.id}")
    return found


def _get(s: Session, school: School, kind: str, number: int) -> Person | Account | Contact | None:
    table: type[Person] | type[Account] | type[Contact] = (
        Person if kind == "id" else Account if kind == "account" else Contact
    )
    row = s.get(table, number)
    if not isinstance(row, (Person, Account, Contact)):
        return None
    return row if row.school_id == school.id else None


def by_key(s: Session, school: School, key: str) -> Found:
    """By the key of a view; an account that somebody has is that somebody."""
    kind, _, number = key.partition(":")
    row = _get(s, school, kind, int(number) if number.isdigit() else 0)
    if isinstance(row, Account):
        holder = _holder(s, row)
        row = holder or row
    if row is None:
        raise NotFound(f"{school.name} holds nothing under {key}.", mend="It may have been erased already.")
    return of_row(s, row)


def of_row(s: Session, row: Person | Account | Contact) -> Found:
    if isinstance(row, Person):
        return Found(row.role, f"id:{row.id}", row, privacy.of_person(s, row))
    if isinstance(row, Account):
        return Found("account", f"account:{row.id}", row, privacy.of_account(s, row))
    return Found("contact", f"contact:{row.id}", row, privacy.of_contact(s, row))


def _holder(s: Session, account: Account) -> Person | None:
    """Who has the account, or had it last."""
    linked = account_rows.active_links(s, account.id or 0)
    last = linked[0] if linked else account_rows.last_link(s, account.id or 0)
    if last is None or privacy.taken_off(s, last.person_id, account.id or 0):
        return None
    return s.execute(select(Person).where(col(Person.id) == last.person_id)).scalars().first()
