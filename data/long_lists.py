"""Lists that may hold everybody of a school, read without holding their rows.

Three questions, each one query: the ids in an order, the text a filter looks through, and (with
``data.accounts`` and the like) the rows of a few ids.  The first two answer in long strings, because a
hundred thousand small values cost more to hand over than to find, and hold up everything else meanwhile.
Rows that compare equal stay in the natural order of the list, whichever way the list is sorted; a value
that is unknown sorts last both ways.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, func, literal, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from data.tables import Account, Identifier, Link, Person, Problem

BUCKET = 5_000  # neighbouring ids whose texts come together
END = "\n"
Expression = ColumnElement[Any] | Mapped[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """How a kind of list is ordered and searched; ``text`` is never unknown."""

    id: Expression
    natural: tuple[Expression, ...]
    text: Expression
    sorts: Mapping[str, Expression] = field(default_factory=dict)


def ids(
    s: Session, listed: Listed, conditions: tuple[Any, ...], *, by: str = "", descending: bool = False
) -> array[int]:
    """Ids in the natural order, or sorted by one of ``listed.sorts``."""
    ordered = (
        select(cast(listed.id, String).label("id"))
        .where(*conditions)
        .order_by(*_order(listed, by, descending))
        .subquery()
    )
    told = s.connection().execute(select(func.aggregate_strings(ordered.c.id, ","))).scalar_one()
    return array("q", json.loads(f"[{told or ''}]"))


def _order(listed: Listed, by: str, descending: bool) -> list[Any]:
    key = listed.sorts.get(by)
    if key is None:
        return list(listed.natural)
    return [case((key.is_(None), 1), else_=0), key.desc() if descending else key, *listed.natural]


def texts(s: Session, listed: Listed, conditions: tuple[Any, ...]) -> Iterator[tuple[array[int], str]]:
    """(ids, what a filter looks through: a line for each of them), in any order, some thousands at a time."""
    one = (
        select(
            (listed.id // BUCKET).label("bucket"),
            cast(listed.id, String).label("id"),
            func.replace(listed.text, END, " ").label("text"),
        )
        .where(*conditions)
        .subquery()
    )
    asked = select(func.aggregate_strings(one.c.id, ","), func.aggregate_strings(one.c.text, END))
    for keys, texts in s.connection().execute(asked.group_by(one.c.bucket)):
        yield array("q", json.loads(f"[{keys}]")), texts


def _joined(*parts: Any) -> Expression:
    """The parts with a space between; an unknown one is empty."""
    whole: Any = literal("")
    for part in parts:
        whole = whole + func.coalesce(part, "") + " "
    return func.trim(whole)


def _first(*parts: Any) -> Expression:
    """The first that is neither unknown nor empty."""
    return func.coalesce(*(func.nullif(part, "") for part in parts))


_given = _first(Account.preferred_given_name, Account.given_name)
_family = _first(Account.preferred_family_name, Account.family_name)
_full_name = _first(_joined(_given, _family), Account.username)
_shown = _first(Account.own_display_name, Account.display_name)
_called = func.coalesce(_shown, _full_name)
# Most are called what their name is: said once, the text is half as long.
_names = case((_shown == _full_name, _full_name), else_=_joined(_shown, _full_name))


def _holder(shown: Any) -> Expression:
    """Something of the person linked last to the account."""
    return (
        select(shown)
        .select_from(Link)
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.account_id) == col(Account.id), col(Link.active).is_(True))
        .order_by(col(Link.id).desc())
        .limit(1)
        .correlate(Account)
        .scalar_subquery()
    )


def _staff_code() -> Expression:
    return (
        select(col(Identifier.value))
        .where(
            col(Identifier.person_id) == col(Person.id),
            col(Identifier.kind) == "staff_code",
            col(Identifier.current).is_(True),
        )
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def _in_the_mis() -> Expression:
    """Those without a person first, as with an empty cell."""
    shown = _first(Person.registration_group, _staff_code(), Person.source_id)
    return func.coalesce(func.lower(_holder(shown)), "")


_BY_USERNAME = (col(Account.username_key), col(Account.id))
_GROUP = _holder(col(Person.registration_group))
_LINKED = _holder(col(Link.linked_at))
#: When an account was made, or came to whoever has it now if that was later (Q6).
_LATEST = func.coalesce(case((col(Account.created_at) < _LINKED, _LINKED)), col(Account.created_at), _LINKED)
_SEARCHED = _joined(Account.username, _names, Account.email, Account.role, Account.state, _GROUP)
_USERNAME, _NAME, _MADE = col(Account.username_key), func.lower(_called), col(Account.created_at)

ACCOUNTS = Listed(
    id=col(Account.id),
    natural=_BY_USERNAME,
    text=_SEARCHED,
    sorts={
        "username": _USERNAME,
        "name": _NAME,
        "role": col(Account.role),
        "state": col(Account.state),
        "mis": _in_the_mis(),
        "entry": col(Account.year_of_entry),
        "created": _LATEST,
    },
)
_STARTS = _holder(cast(col(Person.start_date), String))
NEW_USERS = Listed(
    id=col(Account.id),
    natural=_BY_USERNAME,
    text=_SEARCHED + " " + func.coalesce(_STARTS, ""),  # future starters by their day (P9)
    sorts={
        "starts": func.coalesce(_STARTS, ""),
        "username": _USERNAME,
        "name": _NAME,
        "role": col(Account.role),
        "group": func.coalesce(func.lower(_GROUP), ""),
        "made": _MADE,
        "run": func.coalesce(col(Account.created_run), 0),
    },
)
PROBLEMS = Listed(
    id=col(Problem.id),
    natural=(col(Problem.report), col(Problem.subject), col(Problem.id)),
    text=_joined(
        Problem.subject, Problem.code, Problem.field, Problem.message, Problem.who, Problem.report,
        Problem.role,
    ),
    sorts={
        "who": func.lower(col(Problem.who)),
        "subject": func.lower(col(Problem.subject)),
        "report": func.lower(col(Problem.report)),
        "field": func.lower(func.coalesce(col(Problem.field), "")),
        "message": func.lower(col(Problem.message)),
    },
)  # fmt: skip
