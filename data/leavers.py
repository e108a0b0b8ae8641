"""Who has left and what is still known of them: what the clock is read from, in a few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from data.privacy import UNLINKED
from data.tables import Account, Decision, Exclusion, Link, Person, ReportScope, Run


@dataclass(slots=True, kw_only=True)
class Leaver:
    """``person`` None for an account that never had one."""

    person: Person | None
    account: Account | None
    gone: datetime | None
    taken: datetime | None


def of_school(s: Session, school_id: int) -> list[Leaver]:
    """Everybody whom the MIS no longer has, and accounts without a person that were taken away."""
    asked = select(Person).where(Person.school_id == school_id, col(Person.present).is_(False))
    people = list(s.exec(asked.order_by(col(Person.search_name), col(Person.id))))
    return [*of_people(s, people), *_accounts_alone(s, school_id)]


def of_people(s: Session, people: list[Person]) -> list[Leaver]:
    accounts = _last_accounts(s, people)
    runs = dict(s.exec(select(Run.id, Run.finished_at).where(col(Run.id).in_(
        {each.gone_run for each in people if each.gone_run}))).all())  # fmt: skip
    return [
        Leaver(
            person=each, account=(account := accounts.get(each.id or 0)), gone=runs.get(each.gone_run),
            taken=account.unallocated_at if account else None,
        )
        for each in people
    ]  # fmt: skip


def _last_accounts(s: Session, people: list[Person]) -> dict[int, Account]:
    """person id -> the account they have, or had last and nobody has since."""
    wanted = {each.id or 0 for each in people}
    newest: dict[int, Link] = {}
    mine = select(Link.account_id).where(col(Link.person_id).in_(wanted))
    asked = select(Link).where(col(Link.account_id).in_(mine))
    for link in s.exec(asked.order_by(col(Link.active), col(Link.id))):
        newest[link.account_id] = link
    theirs = {
        link.account_id: link.person_id
        for link in newest.values()
        if link.person_id in wanted and (link.active or not link.ended_reason.startswith(UNLINKED))
    }
    rows = s.exec(select(Account).where(col(Account.id).in_(theirs)))
    found: dict[int, Account] = {}
    for account in rows:
        person = theirs[account.id or 0]
        if person not in found or account.state == "active":  # one in use stands for all of them
            found[person] = account
    return found


def _accounts_alone(s: Session, school_id: int) -> Iterable[Leaver]:
    asked = select(Account).where(
        Account.school_id == school_id,
        col(Account.state).in_(("removed", "let-go")),
        col(Account.id).not_in(select(Link.account_id)),
    )
    for account in s.exec(asked.order_by(col(Account.username_key))):
        yield Leaver(person=None, account=account, gone=None, taken=taken_away(s, account))


def taken_away(s: Session, account: Account) -> datetime | None:
    """When an account went out of use, by what it says itself or by the decision."""
    if account.unallocated_at is not None:
        return account.unallocated_at
    asked = select(func.max(Decision.at)).where(
        Decision.account_id == account.id, col(Decision.kind).in_(("remove", "let-go"))
    )
    found = s.exec(asked).first()
    return datetime.fromisoformat(found) if isinstance(found, str) else found


def excluded(s: Session, school_id: int) -> tuple[set[int], set[str]]:
    """People, and whole names in small letters, that an exclusion which stands is about."""
    people, names = set(), set()
    asked = select(Exclusion).where(Exclusion.school_id == school_id, col(Exclusion.active).is_(True))
    for each in s.exec(asked):
        if each.person_id:
            people.add(each.person_id)
        else:
            names.add(f"{each.given_name} {each.family_name}".strip().casefold())
    return people, names


def holds(s: Session, school_id: int) -> bool:
    """Whether a run waits for approval; its plan may speak of anybody."""
    asked = select(Run.id).where(Run.school_id == school_id, Run.state == "held", Run.resolution == "")
    return s.exec(asked.limit(1)).first() is not None


def accepted(s: Session, school_id: int, reports: Iterable[str]) -> bool:
    asked = select(ReportScope.id).where(
        ReportScope.school_id == school_id, col(ReportScope.report).in_(list(reports)),
        col(ReportScope.accepted).is_(True),
    )  # fmt: skip
    return s.exec(asked.limit(1)).first() is not None


def day(at: datetime | None) -> date | None:
    return at.date() if at else None
