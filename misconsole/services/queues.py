"""The queues of one school as an operator reads them; every decision on them is in ``services.decide``.

Every list is a handful of joined queries, whatever its length, and each is built from the same
conditions as its count, so that a badge never promises what the list does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from data import accounts as account_rows
from data import long_lists as rows_of
from data import people as people_rows
from data import queues as waiting
from data import schools as school_rows
from data.tables import Account, Link, Person, School
from misconsole.errors import Usage
from misconsole.rules.exclusions import is_pattern
from misconsole.services import clashes, long_lists, not_same, present
from misconsole.services.counts import counts
from misconsole.services.desk import Desk
from misconsole.services.history import history
from misconsole.services.long_lists import LongList
from misconsole.services.overview import LEAVING_DAYS, overview
from misconsole.services.schools import resolve
from misconsole.services.status import mis_title
from misconsole.services.views import (
    AccountView,
    CandidateView,
    Evidence,
    ExclusionItem,
    LeavingItem,
    NewUserItem,
    NonMisItem,
    PersonView,
    ProblemItem,
    UnallocatedItem,
    UnmatchedItem,
)

BAND_REASONS = {
    "likely": "One account agrees closely; a person has to confirm it.",
    "possible": "A similar account exists, so none was made.",
    "many": "Several accounts are about equally similar, so none was made.",
    "none": "No similar account is known; the next sync makes one, or make it now.",
    "none in link mode": "No similar account is known; import the directory again, or make one here.",
}
REASONS = {
    "absent": "No longer in the MIS.",
    "left": "Has left by the dates in the MIS.",
    "status_not_transferred": "Is not on roll by the status in the MIS.",
    "excluded": "The name is excluded.",
}
NEVER = datetime.min.replace(tzinfo=UTC)


def unmatched(desk: Desk, school: str, role: str) -> tuple[UnmatchedItem, ...]:
    """People of ``role`` ("staff" or "pupil") who should have an account and have none (K1-K3)."""
    with desk.store.read() as s:
        found = resolve(s, school)
        if found.mode == "lookup":
            return ()
        school_id = found.id or 0
        people = present.people(s, *waiting.unmatched(school_id, role))
        if not people:
            return ()
        suggested = _candidates(s, school_id, role)
    return tuple(_unmatched_item(each, suggested.get(each.id, []), found.mode) for each in people)


def _candidates(s: Session, school_id: int, role: str) -> dict[int, list[tuple[str, CandidateView]]]:
    """person id -> (band, candidate), best first, without the pairs somebody called different people."""
    shown = present.accounts(s, col(Account.id).in_(waiting.candidate_accounts(school_id, role)))
    by_id = {each.id: each for each in shown}
    refused = not_same.standing(s, school_id)
    found: dict[int, list[tuple[str, CandidateView]]] = {}
    for row in waiting.candidates(s, school_id, role):
        if (row.person_id, row.account_id) in refused:
            continue
        view = CandidateView(
            account=by_id[row.account_id],
            score=row.score,
            margin=row.margin,
            evidence=tuple(evidence(each) for each in row.evidence),
        )
        found.setdefault(row.person_id, []).append((row.band, view))
    return found


def evidence(line: Mapping[str, Any]) -> Evidence:
    """A stored line of evidence, forgiving about what an older run left out."""
    return Evidence(
        field=str(line.get("field", "")),
        person=str(line.get("person") or ""),
        account=str(line.get("account") or ""),
        agreement=str(line.get("agreement", "")),
        weight=float(line.get("weight") or 0.0),
        note=str(line.get("note") or ""),
    )


def _unmatched_item(
    person: PersonView, suggested: list[tuple[str, CandidateView]], mode: str
) -> UnmatchedItem:
    band = suggested[0][0] if suggested else "none"
    if band == "many" and len(suggested) == 1:
        band = "possible"  # the others went to somebody else meanwhile
    return UnmatchedItem(
        person=person,
        band=band,
        candidates=tuple(view for _, view in suggested),
        reason=_waits_because(person, band, mode),
    )


def _waits_because(person: PersonView, band: str, mode: str) -> str:
    """The matcher's own word, as long as what it spoke of is still there."""
    if band == "none":
        return BAND_REASONS["none" if mode == "create" else "none in link mode"]
    return person.gate_detail or BAND_REASONS.get(band, "")


def unallocated(desk: Desk, school: str) -> tuple[UnallocatedItem, ...]:
    """Who lost an account, in which run and why (Q2); the latest first."""
    with desk.store.read() as s:
        conditions = waiting.unallocated(resolve(s, school).id or 0)
        views = present.accounts(s, *conditions, former=True)
        rows = {row.id: row for row in account_rows.rows(s, *conditions)}
        gone = _absent(s, [each.person.id for each in views if each.person])
    items = [_unallocated_item(each, rows[each.id], gone) for each in views]
    return tuple(sorted(items, key=lambda item: item.at or NEVER, reverse=True))


def _absent(s: Session, people: list[int]) -> set[int]:
    """Those of the people who are not present, or are present and not eligible any more."""
    if not people:
        return set()
    rows = people_rows.rows(s, col(Person.id).in_(people), ~waiting.eligible())
    return {row.id for row in rows}


def _unallocated_item(account: AccountView, row: Any, gone: set[int]) -> UnallocatedItem:
    person = account.person
    return UnallocatedItem(
        account=account,
        person_name=person.name if person else account.display_name or account.username,
        run=row.unallocated_run,
        at=row.unallocated_at,
        reason=REASONS.get(row.unallocated_reason, row.unallocated_reason),
        still_absent=person is None or person.id in gone,
    )


def exclusions(desk: Desk, school: str) -> tuple[ExclusionItem, ...]:
    """Names that must never get an account; clashes and reviews that are due come first (R, Z25)."""
    with desk.store.read() as s:
        school_id = resolve(s, school).id or 0
        active = account_rows.active_exclusions(s, school_id)
        hit = clashes.find(s, school_id, active)
        wanted = [ids[0] for ids in hit.values() if ids]
        shown = {each.id: each for each in present.accounts(s, col(Account.id).in_(wanted))} if wanted else {}
        names = clashes.names(s, active)
    items = [
        ExclusionItem(
            id=each.id or 0,
            name=names[each.id or 0],
            role=each.role,
            reason=each.reason,
            author=each.author,
            created_at=each.created_at,
            review_on=each.review_on,
            due=clashes.due(each, desk.today),
            active=each.active,
            clash=shown.get(next(iter(hit.get(each.id or 0, [])), 0)),
            pattern=is_pattern(each.given_name, each.family_name),
        )
        for each in active
    ]
    return tuple(sorted(items, key=lambda item: (item.clash is None, not item.due, item.name.lower())))


def non_mis(desk: Desk, school: str) -> tuple[NonMisItem, ...]:
    """Active accounts that no MIS person has (S1); those to be reviewed first, the kept ones after."""
    with desk.store.read() as s:
        conditions = waiting.non_mis(resolve(s, school).id or 0)
        views = present.accounts(s, *conditions)
        reviews = account_rows.newest_reviews(s, account_rows.ids(*conditions))
    items = [_non_mis_item(each, reviews.get(each.id), desk) for each in views]
    return tuple(sorted(items, key=lambda item: not item.due))


def _non_mis_item(account: AccountView, review: Any, desk: Desk) -> NonMisItem:
    if review is None:
        return NonMisItem(
            account=account, verdict="", reason="", until=None, reviewed_by="", reviewed_at=None,
            age_days=None, due=True,
        )  # fmt: skip
    return NonMisItem(
        account=account,
        verdict=review.verdict,
        reason=review.reason,
        until=review.until,
        reviewed_by=review.by,
        reviewed_at=review.at,
        age_days=(desk.now() - review.at).days if review.at else None,
        due=review.until is not None and review.until < desk.today,
    )


def leaving_soon(desk: Desk, school: str, *, days: int = LEAVING_DAYS) -> tuple[LeavingItem, ...]:
    """People with an account whose leaving date comes within ``days``, the first to go first (Q1, X7).

    For information: the account goes by itself once the day has passed, in create mode.
    """
    if not 0 <= days <= 366:
        raise Usage("Days from 0 to 366.")
    with desk.store.read() as s:
        found = resolve(s, school)
        until = desk.today + timedelta(days=days)
        people = present.people(s, *waiting.leaving(found.id or 0, desk.today, until))
        held = _held(s, [each.id for each in people])
        accounts = _by_id(s, {account for account, _ in held.values()})
        origin = _origin(s, found)
    items = [
        LeavingItem(
            person=each,
            account=accounts[held[each.id][0]],
            leaves_on=each.end_date,
            days=(each.end_date - desk.today).days,
            source=f"{LEAVING_DATES[each.role]} {origin}",
            then=_then(found.mode, shared=held[each.id][1]),
        )
        for each in people
        if each.end_date is not None
    ]
    return tuple(sorted(items, key=lambda item: (item.leaves_on, item.person.name.lower())))


LEAVING_DATES = {"pupil": "Leaving date", "staff": "End of employment"}


def _held(s: Session, people: list[int]) -> dict[int, tuple[int, bool]]:
    """person -> (the account, whether somebody else has it as well)."""
    if not people:
        return {}
    mine = select(Link.account_id).where(col(Link.person_id).in_(people), col(Link.active).is_(True))
    links = s.exec(
        select(Link.person_id, Link.account_id).where(
            col(Link.account_id).in_(mine), col(Link.active).is_(True)
        )
    ).all()
    holders: dict[int, set[int]] = {}
    for person, account in links:
        holders.setdefault(account, set()).add(person)
    wanted = set(people)
    return {person: (account, len(holders[account]) > 1) for person, account in links if person in wanted}


def _by_id(s: Session, ids: set[int]) -> dict[int, AccountView]:
    return {each.id: each for each in present.accounts(s, col(Account.id).in_(ids))} if ids else {}


def _origin(s: Session, school: School) -> str:
    """Where dates come from, and when they were read last."""
    connection = school_rows.active_connection(s, school.id or 0)
    run = school_rows.last_complete_run(s, school.id or 0)
    where = f"in {mis_title(connection.mis)}" if connection else "in the MIS"
    at = run.finished_at or run.started_at if run else None
    return f"{where}, read {at:%-d %B %Y} by run {run.id}" if run and at else where


def _then(mode: str, *, shared: bool) -> str:
    if mode != "create":
        return "Nothing happens by itself: in this mode the accounts of leavers are removed by hand."
    if shared:
        return "The account stays: it also belongs to somebody else."
    return "The first sync after that day takes the account away; Unallocated gives it back."


def new_users(desk: Desk, school: str) -> tuple[NewUserItem, ...]:
    """Created and not yet handed out (P1, P7)."""
    return tuple(new_user_list(desk, school).each())


def new_user_list(desk: Desk, school: str) -> LongList[NewUserItem]:
    """The same by window: after a first sync it is everybody."""
    with desk.store.read() as s:
        conditions = waiting.new_users(resolve(s, school).id or 0)
    return long_lists.read(desk, rows_of.NEW_USERS, conditions, _new_users)


def _new_users(s: Session, ids: Sequence[int]) -> dict[int, NewUserItem]:
    runs = account_rows.created_runs(s, ids)
    views = present.accounts_by_id(s, ids)
    return {key: NewUserItem(account=each, created_run=runs.get(key)) for key, each in views.items()}


def problems(desk: Desk, school: str) -> tuple[ProblemItem, ...]:
    """Records and fields that the last complete run left out, one row each, with who can mend it."""
    return tuple(problem_list(desk, school).each())


def problem_list(desk: Desk, school: str) -> LongList[ProblemItem]:
    """The same by window: a setting missed in the MIS makes one of everybody."""
    with desk.store.read() as s:
        school_id = resolve(s, school).id or 0
        run = school_rows.last_complete_run(s, school_id)
    return long_lists.read(
        desk, rows_of.PROBLEMS, waiting.problems_of(school_id, run.id if run else None), _problems
    )


def _problems(s: Session, ids: Sequence[int]) -> dict[int, ProblemItem]:
    return {
        each.id or 0: ProblemItem(
            id=each.id or 0,
            report=each.report,
            subject=each.subject,
            role=each.role,
            person_id=each.person_id,
            code=each.code,
            field=each.field,
            message=each.message,
            mend=each.mend,
            who=each.who,
            place=each.where_,
        )
        for each in waiting.problems_by_id(s, ids)
    }


def accounts(desk: Desk, school: str) -> tuple[AccountView, ...]:
    """Every account of the school but the removed, in username order, with the person who has it."""
    return tuple(account_list(desk, school).each())


def account_list(
    desk: Desk, school: str, *, role: str | None = None, state: str | None = None
) -> LongList[AccountView]:
    """The same by window; the removed only when asked for by their state."""
    with desk.store.read() as s:
        wanted = [col(Account.school_id) == (resolve(s, school).id or 0)]
    wanted.append(col(Account.state) == state if state else col(Account.state) != "removed")
    if role:
        wanted.append(col(Account.role) == role)
    return long_lists.read(desk, rows_of.ACCOUNTS, tuple(wanted), present.accounts_by_id)


__all__ = [
    "account_list", "accounts", "counts", "evidence", "exclusions", "history", "leaving_soon",
    "new_user_list", "new_users", "non_mis", "overview", "problem_list", "problems", "unallocated",
    "unmatched",
]  # fmt: skip
