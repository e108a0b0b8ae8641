"""The same decision on many at once: one transaction, one line in the history, one undo.

Each is decided by the very code of the single decision.  One that cannot be decided (somebody else was
first, a reason is against it) is left out and told; when not one can be, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar

from misconsole.errors import MisconsoleError, Usage
from misconsole.services.decisions.case import Case, deciding, needs_reason
from misconsole.services.decisions.exclusions import exclude_one
from misconsole.services.decisions.leavers import let_go_one, restore_one
from misconsole.services.decisions.matching import create_one, link_one, not_same_one
from misconsole.services.decisions.reviews import keep_one, remove_one
from misconsole.services.desk import Desk
from misconsole.services.views import ManyView, RefusedView

T = TypeVar("T", int, tuple[int, int])
MOST = 5_000  # at once; a transaction holds everybody else up


def link_many(desk: Desk, school: str, pairs: Iterable[tuple[int, int]]) -> ManyView:
    """``pairs`` are (person id, account id)."""
    return _many(desk, school, "link", pairs, lambda case, pair: link_one(case, *pair), "Linked")


def create_many(desk: Desk, school: str, person_ids: Iterable[int]) -> ManyView:
    return _many(desk, school, "create", person_ids, create_one, "Created accounts for")


def exclude_many(
    desk: Desk, school: str, person_ids: Iterable[int], *, reason: str, review_on: date | None = None
) -> ManyView:
    reason = needs_reason(reason)
    return _many(
        desk, school, "exclude", person_ids,
        lambda case, i: exclude_one(case, i, reason=reason, review_on=review_on), "Excluded", reason=reason,
    )  # fmt: skip


def not_same_many(desk: Desk, school: str, pairs: Iterable[tuple[int, int]]) -> ManyView:
    """``pairs`` are (person id, account id) that are not the same person."""
    return _many(desk, school, "not-same", pairs, lambda case, pair: not_same_one(case, *pair), "Told apart")


def keep_many(
    desk: Desk, school: str, account_ids: Iterable[int], *, reason: str, until: date | None = None
) -> ManyView:
    reason = needs_reason(reason)
    return _many(
        desk, school, "keep", account_ids, lambda case, i: keep_one(case, i, reason=reason, until=until),
        "Kept", reason=reason,
    )  # fmt: skip


def remove_many(desk: Desk, school: str, account_ids: Iterable[int]) -> ManyView:
    return _many(desk, school, "remove", account_ids, remove_one, "Removed")


def restore_many(desk: Desk, school: str, account_ids: Iterable[int]) -> ManyView:
    return _many(desk, school, "restore", account_ids, restore_one, "Restored")


def let_go_many(desk: Desk, school: str, account_ids: Iterable[int]) -> ManyView:
    return _many(desk, school, "let-go", account_ids, let_go_one, "Let go")


def _many(
    desk: Desk, school: str, kind: str, wanted: Iterable[T], one: Callable[[Case, T], None], verb: str,
    **detail: Any,
) -> ManyView:  # fmt: skip
    listed = list(dict.fromkeys(wanted))
    if not listed:
        raise Usage("Nobody was marked.")
    if len(listed) > MOST:
        raise Usage(f"{len(listed)} at once are too many.", mend=f"Mark at most {MOST}.")
    with deciding(desk, school, kind) as case:
        told, refused, problem = _each(case, listed, one)
        if problem is not None and not told:
            raise problem
        case.decision.person_id = case.decision.account_id = None
        case.say(_summary(verb, told), **detail, many=len(told), items=told)
    return ManyView(decision=case.view, done=len(told), refused=refused)


def _each(
    case: Case, listed: Sequence[T], one: Callable[[Case, T], None]
) -> tuple[list[str], tuple[RefusedView, ...], MisconsoleError | None]:
    """The summaries of those decided, those refused, and the first reason of a refusal."""
    told: list[str] = []
    refused: list[RefusedView] = []
    first: MisconsoleError | None = None
    for item in listed:
        try:
            with case.s.begin_nested():
                one(case, item)
                told.append(case.decision.summary)
        except MisconsoleError as error:
            first = first or error
            person, account = item if isinstance(item, tuple) else (item, item)
            refused.append(RefusedView(id=person, other=account, reason=error.message, mend=error.mend))
    return told, tuple(refused), first


def _summary(verb: str, told: Sequence[str]) -> str:
    return told[0] if len(told) == 1 else f"{verb} {len(told)} at once"


__all__ = [
    "create_many", "exclude_many", "keep_many", "let_go_many", "link_many", "not_same_many", "remove_many",
    "restore_many",
]  # fmt: skip
