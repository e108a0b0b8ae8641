"""Everything in the store that is about one person, found by the register: by id, and by name in free text.

Protects from forgetting: which tables are looked at is not decided here but in ``data.register``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, false, or_, select
from sqlmodel import Session, SQLModel, col

from data import bulk
from data.private_words import Words as Words
from data.register import BY_TABLE, Entry, owned
from data.tables import (
    Account,
    Alias,
    Contact,
    ContactLink,
    Exclusion,
    Identifier,
    Journal,
    Link,
    Person,
    Target,
)

UNLINKED = "unlinked:"  # how a link begins to say why it ended, where a person ended it as wrong
SHORTEST_HANDLE = 4  # characters; a shorter number or name is half of everybody's text
_GIVEN = ("given_name", "legal_given_name", "preferred_given_name")
_FAMILY = ("family_name", "legal_family_name", "preferred_family_name")
#: Tables that know their school only by another one: (column, table, its own column of the school).
_VIA = {
    "runstage": ("run_id", "run"), "runmessage": ("run_id", "run"), "heldplan": ("run_id", "run"),
    "target_account": ("target_id", "target"), "target_change": ("target_id", "target"),
    "handout_line": ("handout_id", "handout"),
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Subject:
    """Whom it is about: ids of rows that are theirs, and the words that mean them in a text.

    ``names`` are whole names, ``handles`` usernames, addresses and numbers that nobody else has.
    """

    school_id: int
    schools: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    accounts: set[int] = field(default_factory=set)
    contacts: set[int] = field(default_factory=set)
    exclusions: set[int] = field(default_factory=set)  # of them, or of exactly their name
    sources: set[tuple[str, str]] = field(default_factory=set)  # role, id in the MIS
    names: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)

    def ids(self, kind: str) -> set[int]:
        return {"person": self.people, "account": self.accounts, "contact": self.contacts}[kind]

    def join(self, other: Subject) -> None:
        for each in fields(self):
            if each.name != "school_id":
                getattr(self, each.name).update(getattr(other, each.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A text of somebody's or nobody's row in which the subject is named."""

    table: str
    row_id: int
    column: str
    value: Any


def of_person(s: Session, person: Person) -> Subject:
    """A pupil or member of staff with the accounts that are theirs, or were last, and nobody else's since."""
    found = Subject(school_id=person.school_id, schools={person.school_id}, people={person.id or 0})
    linked = set(s.execute(select(col(Link.account_id)).where(col(Link.person_id) == person.id)).scalars())
    for account_id in linked:
        last = select(col(Link.person_id)).where(col(Link.account_id) == account_id)
        newest = last.order_by(col(Link.active).desc(), col(Link.id).desc()).limit(1)
        if s.execute(newest).scalar() == person.id and not taken_off(s, person.id or 0, account_id):
            found.accounts.add(account_id)
    found.contacts = _only_theirs(s, found.people)
    return _known_as(s, found)


def taken_off(s: Session, person_id: int, account_id: int) -> bool:
    """Somebody decided that this account is not theirs, and it was not linked to them again."""
    asked = select(col(Link.active), col(Link.ended_reason)).where(
        col(Link.person_id) == person_id, col(Link.account_id) == account_id
    )
    newest = s.execute(asked.order_by(col(Link.active).desc(), col(Link.id).desc()).limit(1)).first()
    return newest is not None and not newest[0] and newest[1].startswith(UNLINKED)


def of_account(s: Session, account: Account) -> Subject:
    """An account without a person."""
    found = Subject(school_id=account.school_id, schools={account.school_id}, accounts={account.id or 0})
    return _known_as(s, found)


def of_contact(s: Session, contact: Contact) -> Subject:
    found = Subject(school_id=contact.school_id, schools={contact.school_id}, contacts={contact.id or 0})
    return _known_as(s, found, contacts=True)


def _only_theirs(s: Session, people: set[int]) -> set[int]:
    """Contacts of these people and of nobody else."""
    theirs = select(col(ContactLink.contact_id)).where(col(ContactLink.person_id).in_(people))
    others = select(col(ContactLink.contact_id)).where(col(ContactLink.person_id).not_in(people))
    return set(s.execute(theirs).scalars()) - set(s.execute(others).scalars())


def contacts_of_all(s: Session, people: set[int]) -> set[int]:
    """Contacts that nobody is left for when all of these people go."""
    return _only_theirs(s, people)


def _known_as(s: Session, found: Subject, *, contacts: bool = False) -> Subject:
    """Fill in the words: of today, and of every earlier name the journal knows."""
    rows = [dict(r) for kind in (Person, Account) for r in _rows_of(s, kind, found)]
    if contacts:
        rows += [dict(r) for r in bulk.load(s, Contact, sorted(found.contacts)).values()]
    for row in rows:
        if "role" in row and "source_id" in row:
            found.sources.add((row["role"], row["source_id"]))
        found.schools.add(row["school_id"])
    own = [("person", i) for i in found.people] + [("account", i) for i in found.accounts]
    own += [("contact", i) for i in found.contacts] if contacts else []
    for key in own:
        rows += list(_former(s, *key))
    found.names |= set(_names(rows))
    found.exclusions |= set(_by_name(s, found)) if not contacts else set()
    found.handles |= {h for h in _handles(s, found, rows) if len(h) >= SHORTEST_HANDLE}
    return found


def _rows_of(s: Session, table_cls: type[SQLModel], found: Subject) -> Iterable[dict[str, Any]]:
    ids = found.people if table_cls is Person else found.accounts
    return bulk.load(s, table_cls, sorted(ids)).values()


def _former(s: Session, table: str, row_id: int) -> Iterator[dict[str, Any]]:
    asked = select(col(Journal.before), col(Journal.after)).where(
        col(Journal.table_name) == table, col(Journal.row_id) == row_id
    )
    for pair in s.execute(asked):
        yield from (side for side in pair if side)


def _by_name(s: Session, found: Subject) -> Iterator[int]:
    """Exclusions of a name, which are about whoever bears it; those of one person say so by its id."""
    names = {name.casefold() for name in found.names}
    asked = select(Exclusion).where(col(Exclusion.school_id).in_(found.schools))
    for each in s.execute(asked.where(col(Exclusion.person_id).is_(None))).scalars():
        if f"{each.given_name} {each.family_name}".strip().casefold() in names:
            yield each.id or 0


def _names(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Every given name with every family name, in the orders in which people are written."""
    given = {row[name] for row in rows for name in _GIVEN if row.get(name)}
    family = {row[name] for row in rows for name in _FAMILY if row.get(name)}
    for first, last in product(given, family):
        yield from (f"{first} {last}", f"{last}, {first}", f"{last} {first}")
    for row in rows:
        for name in ("search_name", "display_name", "own_display_name"):
            if " " in (row.get(name) or "").strip():
                yield str(row[name])


def _handles(s: Session, found: Subject, rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        for name in ("username", "email", "phone", "upn"):
            if row.get(name):
                yield str(row[name])
    numbers = select(col(Identifier.value)).where(col(Identifier.person_id).in_(found.people))
    former = select(col(Alias.value)).where(col(Alias.account_id).in_(found.accounts))
    yield from (value for asked in (numbers, former) for value in s.execute(asked).scalars())


def rows(s: Session, found: Subject) -> dict[str, list[dict[str, Any]]]:
    """Table -> the rows that are about the subject by an id, as they are now; empty tables left out."""
    told = {}
    for entry in (*owned(), BY_TABLE["membership"]):
        table = table_named(entry.table)
        key = next(iter(table.primary_key.columns))
        asked = select(table).where(theirs(entry, found)).order_by(key)
        if listed := [dict(each) for each in s.connection().execute(asked).mappings()]:
            told[entry.table] = listed
    return told


def theirs(entry: Entry, found: Subject) -> ColumnElement[bool]:
    """The condition by which rows of that table are the subject's."""
    c = table_named(entry.table).c
    parts: list[ColumnElement[bool]] = [
        c[name].in_(sorted(found.ids(kind))) for name, kind in entry.owners.items() if found.ids(kind)
    ]
    if entry.table == "exclusion":
        parts.append(c.id.in_(sorted(found.exclusions)))
    source = {"membership": ("person_role", "person_source_id"), "problem": ("role", "source_id")}
    if names := source.get(entry.table):
        parts += [
            and_(c.school_id == found.school_id, c[names[0]] == role, c[names[1]] == source_id)
            for role, source_id in sorted(found.sources)
        ]
    return or_(false(), *parts)


def mentions(s: Session, found: Subject, words: Words, *, tables: Iterable[Entry]) -> Iterator[Mention]:
    """Every free text of the subject's schools in which one of the words stands."""
    for entry in tables:
        table = table_named(entry.table)
        key = next(iter(table.primary_key.columns))
        columns = [table.c[name] for name in entry.free]
        asked = select(key, *columns).where(of_schools(table, found.schools))
        for row_id, *values in s.connection().execute(asked.execution_options(yield_per=2_000)):
            for column, value in zip(entry.free, values, strict=True):
                if value and words.within(value):
                    yield Mention(table=entry.table, row_id=row_id, column=column, value=value)


def of_schools(table: Table, schools: set[int]) -> ColumnElement[bool]:
    if "school_id" in table.c:
        return table.c.school_id.in_(sorted(schools))
    column, other = _VIA[table.name]
    owner = table_named(other)
    return table.c[column].in_(select(owner.c.id).where(owner.c.school_id.in_(sorted(schools))))


def borne_by_others(s: Session, found: Subject) -> set[str]:
    """Those of the subject's whole names that somebody else of the schools has, too: a text may mean them."""
    told: set[str] = set()
    for table_cls, own in ((Person, found.people), (Account, found.accounts), (Contact, found.contacts)):
        t = bulk.table_of(table_cls)
        columns = [t.c[name] for name in (*_GIVEN, *_FAMILY, "display_name", "search_name") if name in t.c]
        asked = select(*columns).where(t.c.school_id.in_(sorted(found.schools)), t.c.id.not_in(sorted(own)))
        told.update(_folded(s.connection().execute(asked).mappings()))
    return {name for name in found.names if name.casefold() in told}


def _folded(others: Iterable[Any]) -> Iterator[str]:
    for row in others:
        yield from (name.casefold() for name in _names([dict(row)]))


def targets(s: Session, schools: set[int]) -> dict[int, Target]:
    asked = select(Target).where(col(Target.school_id).in_(sorted(schools)))
    return {each.id or 0: each for each in s.execute(asked).scalars()}


def table_named(name: str) -> Table:
    return SQLModel.metadata.tables[name]


def names_of_others(s: Session, found: Subject) -> set[str]:
    """Whole names, usernames and addresses of everybody else of the subject's schools: third parties."""
    told: set[str] = set()
    for table_cls, own in ((Person, found.people), (Account, found.accounts), (Contact, found.contacts)):
        t = bulk.table_of(table_cls)
        wanted = (*_GIVEN, *_FAMILY, "display_name", "username", "email")
        columns = [t.c[name] for name in wanted if name in t.c]
        asked = select(*columns).where(t.c.school_id.in_(sorted(found.schools)), t.c.id.not_in(sorted(own)))
        for row in s.connection().execute(asked).mappings():
            told.update(_names([dict(row)]))
            told.update(row[name] for name in ("username", "email") if row.get(name))
    mine = {word.casefold() for word in found.names | found.handles}
    return {word for word in told if len(word) >= SHORTEST_HANDLE and word.casefold() not in mine}
