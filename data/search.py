"""Finding people by what is typed: folded words against the indexed search name, or an identifier.

Fast in an estate of millions, without an index of its own to keep: names that begin with a word are a
range of the index and stop at the first fifty; words further inside are looked for in the index alone
(it covers the question), never in the table.  ``python -m tests.bench find`` shows the figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, text
from sqlmodel import Session, col

from data.tables import LONG_NAME, Account, Identifier, Link, Person, Problem, School

KINDS = (
    "upn", "local_upn", "former_upn", "uln", "admission_number", "mis_id", "upi", "staff_code",
)  # fmt: skip
ROLES = ("staff", "pupil")
LOOKED_AT = 4  # times as many as are shown, to choose those who are present from


def by_name(
    s: Session, words: Sequence[str], *, school_id: int | None, limit: int, only_leading: bool = False
) -> list[int]:
    """Ids of people each of whose ``words`` (folded) begins a word of their name, in any order.

    Names that begin with one of the words come first; then those who are present, by name; at most
    ``limit``; with ``only_leading`` no others.  Of a name that hundreds bear, the first hundreds by the
    alphabet are looked at.
    """
    # Each once, and none that another begins with: what is left stands at different places of the name.
    words = [w for w in dict.fromkeys(words) if not any(x != w and x.startswith(w) for x in words)]
    if not words:
        return []
    inside = and_(*(_begins_a_word(s, word) for word in words))
    found: dict[int, None] = {}
    conditions = [and_(_leads(word), inside) for word in words]
    if not only_leading:
        # Where none of two words leads, the name has a third.
        conditions.append(inside if len(words) == 1 else and_(text(LONG_NAME), inside))
    for condition in conditions:
        if len(found) < limit:
            found.update(dict.fromkeys(_ids(s, condition, school_id, limit)))
    return list(found)[:limit]


def _ids(s: Session, condition: ColumnElement[bool], school_id: int | None, limit: int) -> list[int]:
    """In the order of the index, of which reading stops soon, and from it alone; the present ones first."""
    asked = select(col(Person.id)).where(condition)
    if school_id is not None:
        asked = asked.where(col(Person.school_id) == school_id)
    asked = asked.order_by(col(Person.search_name), col(Person.id)).limit(limit * LOOKED_AT)
    ids = [i for i in s.execute(asked).scalars() if i is not None]
    if not ids:
        return []
    here = set(
        s.execute(select(col(Person.id)).where(col(Person.id).in_(ids), col(Person.present))).scalars()
    )
    return sorted(ids, key=lambda i: i not in here)[:limit]


def _leads(word: str) -> ColumnElement[bool]:
    """The search name begins with the word: a range, which an index serves whatever the collation of LIKE."""
    return and_(col(Person.search_name) >= word, col(Person.search_name) < word[:-1] + chr(ord(word[-1]) + 1))


def _begins_a_word(s: Session, word: str) -> ColumnElement[bool]:
    """Both are folded already, so plain bytes are compared, which is several times faster than LIKE."""
    place = func.strpos if s.connection().dialect.name == "postgresql" else func.instr
    return place(literal(" ").concat(col(Person.search_name)), f" {word}") > 0


def by_identifier(s: Session, value: str, *, school_id: int | None) -> list[int]:
    """Ids of people who hold or held that identifier, of any kind, or have that id in the MIS."""
    spelt = list(dict.fromkeys((value, value.upper(), value.lower())))
    # Kinds, schools and roles are all named, so that both indexes serve although they begin with those.
    held = select(col(Identifier.person_id)).where(
        col(Identifier.kind).in_(KINDS), col(Identifier.value).in_(spelt)
    )
    schools = select(col(School.id)) if school_id is None else [school_id]
    named = select(col(Person.id)).where(
        col(Person.school_id).in_(schools), col(Person.role).in_(ROLES), col(Person.source_id) == value
    )
    if school_id is not None:
        held = held.where(col(Identifier.school_id) == school_id)
    held, named = held.order_by(col(Identifier.id)), named.order_by(col(Person.id))
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
    return list(s.execute(asked.order_by(col(Problem.id))).scalars())
