"""What waits in a school, as conditions that both the lists and their counts are made of.

One definition a queue, so that a badge and the list behind it cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlmodel import Session, col

from data import accounts, people
from data.tables import Account, Candidate, Link, NotSame, Person, Problem, Review, School

#: Accounts that were made here, by a sync or by hand, wait until their password is handed out (P1, J8).
HANDED_OUT = ("created", "manual")
# A person who fails none of the gates up to "exclusion" carries one of these.
ELIGIBLE_GATES = ("", "waiting_for_match", "no_account")


def eligible() -> ColumnElement[bool]:
    return col(Person.present).is_(True) & col(Person.gate).in_(ELIGIBLE_GATES)


def unmatched(school_id: int, role: str) -> tuple[ColumnElement[bool], ...]:
    """Present, eligible, and without an account."""
    return (
        col(Person.school_id) == school_id,
        col(Person.role) == role,
        eligible(),
        ~people.has_active_link(),
    )


def unallocated(school_id: int) -> tuple[ColumnElement[bool], ...]:
    return (col(Account.school_id) == school_id, col(Account.state) == "unallocated")


def non_mis(school_id: int) -> tuple[ColumnElement[bool], ...]:
    """Active accounts that no MIS person has; reviewed ones too."""
    return (
        col(Account.school_id) == school_id,
        col(Account.state) == "active",
        ~accounts.has_active_link(),
    )


def unreviewed(today: date) -> ColumnElement[bool]:
    """No verdict that still holds: never reviewed, or the day it was kept until has passed."""
    keeps = select(col(Review.id)).where(
        col(Review.account_id) == col(Account.id),
        col(Review.active).is_(True),
        col(Review.verdict) == "keep",
        col(Review.until).is_(None) | (col(Review.until) >= today),
    )
    return ~keeps.correlate(Account).exists()


def leaving(school_id: int, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """Present people with an account whose leaving date is one of those days, both included."""
    return (
        col(Person.school_id) == school_id,
        col(Person.present).is_(True),
        col(Person.end_date) >= first,
        col(Person.end_date) <= last,
        people.has_active_link(),
    )


def new_users(school_id: int) -> tuple[ColumnElement[bool], ...]:
    """Nobody at a school whose people get in by Forgot password (P8)."""
    forgotten = select(col(School.id)).where(
        col(School.id) == school_id, col(School.options)["first_password"].as_string() == "forgotten"
    )
    return (
        ~forgotten.exists(),
        col(Account.school_id) == school_id,
        col(Account.state) == "active",
        col(Account.origin).in_(HANDED_OUT),
        col(Account.handed_out_at).is_(None),
    )


def count(s: Session, table: type[Any], *conditions: Any) -> int:
    return int(s.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def candidates(s: Session, school_id: int, role: str) -> Sequence[Row[Any]]:
    """(person_id, account_id, band, rank, score, margin, evidence) of the people who wait, best first.

    Left out: removed accounts, and accounts that a present person of that role got since the run.
    """
    holder = (
        select(col(Link.id))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(
            col(Link.account_id) == col(Candidate.account_id),
            col(Link.active).is_(True),
            col(Person.school_id) == school_id,
            col(Person.role) == role,
            col(Person.present).is_(True),
        )
        .correlate(Candidate)
    )
    asked = (
        select(
            col(Candidate.person_id), col(Candidate.account_id), col(Candidate.band), col(Candidate.rank),
            col(Candidate.score), col(Candidate.margin), col(Candidate.evidence),
        )
        .join(Account, col(Account.id) == col(Candidate.account_id))
        .where(
            col(Candidate.person_id).in_(people.ids(*unmatched(school_id, role))),
            col(Account.state) != "removed",
            ~holder.exists(),
        )
        .order_by(col(Candidate.person_id), col(Candidate.rank))
    )  # fmt: skip
    return s.execute(asked).all()


def candidate_accounts(school_id: int, role: str) -> Any:
    """Ids of the accounts suggested to somebody who waits."""
    return select(col(Candidate.account_id)).where(
        col(Candidate.person_id).in_(people.ids(*unmatched(school_id, role)))
    )


def not_same(s: Session, school_id: int) -> list[tuple[NotSame, Person, Account]]:
    """Refused pairs of people who have no account, with both records."""
    asked = (
        select(NotSame, Person, Account)
        .join(Person, col(Person.id) == col(NotSame.person_id))
        .join(Account, col(Account.id) == col(NotSame.account_id))
        .where(col(NotSame.school_id) == school_id, ~people.has_active_link())
    )
    found = s.execute(asked.order_by(col(NotSame.id)))
    return [(refusal, person, account) for refusal, person, account in found]


def problems_of(school_id: int, run_id: int | None) -> tuple[ColumnElement[bool], ...]:
    """What the run left out; without a run there is nothing."""
    return (col(Problem.school_id) == school_id, col(Problem.run_id) == (run_id or 0))


def problems_by_id(s: Session, ids: Sequence[int]) -> Sequence[Problem]:
    return s.execute(select(Problem).where(col(Problem.id).in_(ids))).scalars().all()
