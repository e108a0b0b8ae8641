"""Finding people by what is typed: folded words against the indexed search name, or an identifier.

The leading word is looked up in the index; only when that finds too few are all names of the schools
asked about gone through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from data.tables import Account, Identifier, Link, Person, Problem


def by_name(s: Session, words: Sequence[str], *, school_id: int | None, limit: int) -> list[int]:
    """Ids of people each of whose ``words`` (folded) begins a word of their name, in any order.

    Those who are present come first, then by name; at most ``limit``.
    """
    if not words:
        return []
    inside = and_(*(_begins_a_word(word) for word in words))
    leading = or_(*(_leads(word) for word in words))
    found = _ids(s, and_(leading, inside), school_id, limit)
    return found if len(found) >= limit else _ids(s, inside, school_id, limit)


def _ids(s: Session, condition: ColumnElement[bool], school_id: int | None, limit: int) -> list[int]:
    asked = select(col(Person.id)).where(condition)
    if school_id is not None:
        asked = asked.where(col(Person.school_id) == school_id)
    asked = asked.order_by(col(Person.present).desc(), col(Person.search_name), col(Person.id)).limit(limit)
    return [i for i in s.execute(asked).scalars() if i is not None]


def _leads(word: str) -> ColumnElement[bool]:
    """The search name begins with the word: a range, which an index serves whatever the collation of LIKE."""
    return and_(col(Person.search_name) >= word, col(Person.search_name) < word[:-1] + chr(ord(word[-1]) + 1))


def _begins_a_word(word: str) -> ColumnElement[bool]:
    name = col(Person.search_name)
    return or_(name.startswith(word, autoescape=True), name.contains(f" {word}", autoescape=True))


def by_identifier(s: Session, value: str, *, school_id: int | None) -> list[int]:
    """Ids of people who hold or held that identifier, of any kind, or have that id in the MIS."""
    spelt = list(dict.fromkeys((value, value.upper(), value.lower())))
    held = select(col(Identifier.person_id)).where(col(Identifier.value).in_(spelt))
    named = select(col(Person.id)).where(col(Person.source_id) == value)
    if school_id is not None:
        held = held.where(col(Identifier.school_id) == school_id)
        named = named.where(col(Person.school_id) == school_id)
    found = [*s.execute(held).scalars(), *s.execute(named).scalars()]
    return [i for i in dict.fromkeys(found) if i is not None]


def by_username(s: Session, username: str, *, school_id: int | None) -> list[int]:
    """Ids of people who have, or had last, the account of that name or address."""
    key = username.lower()
    asked = (
        select(col(Link.person_id))
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(or_(col(Account.username_key) == key, col(Account.email) == key))
        .order_by(col(Link.active).desc(), col(Link.id).desc())
    )
    if school_id is not None:
        asked = asked.where(col(Link.school_id) == school_id)
    return list(dict.fromkeys(s.execute(asked).scalars()))


def nameless_problems(s: Session, school_id: int, run_id: int) -> Iterable[Problem]:
    """Records the last run left out whole, so that they are nobody in the store."""
    asked = select(Problem).where(
        col(Problem.school_id) == school_id,
        col(Problem.run_id) == run_id,
        col(Problem.person_id).is_(None),
        col(Problem.field).is_(None),
    )
    return list(s.execute(asked).scalars())
