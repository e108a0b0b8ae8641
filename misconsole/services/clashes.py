"""Excluded names that live accounts bear: shown and asked about, never touched by themselves (Z25).

A clash is over once the account is no longer active, or was kept by a review made after the exclusion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from data import accounts as account_rows
from data import people as people_rows
from data.tables import Account, Exclusion, Link, Person
from misconsole.rules import exclusions as rules
from misconsole.rules.name_pieces import may_be, pieces
from misconsole.services.present import name_of


def due(exclusion: Exclusion, today: date) -> bool:
    """Decisions have a shelf life: the review day has come."""
    return exclusion.review_on is not None and exclusion.review_on <= today


def count_due(s: Session, school_id: int, *, today: date) -> int:
    """Exclusions that wait for somebody: a clash, or a review that is due."""
    active = account_rows.active_exclusions(s, school_id)
    hit = find(s, school_id, active)
    return sum(1 for each in active if due(each, today) or hit.get(each.id or 0))


def names(s: Session, exclusions: Iterable[Exclusion]) -> dict[int, str]:
    """exclusion id -> the name it is shown by."""
    listed = list(exclusions)
    wanted = [each.person_id for each in listed if each.person_id]
    people = (
        {row.id: name_of(row) for row in people_rows.rows(s, col(Person.id).in_(wanted))} if wanted else {}
    )
    return {
        each.id or 0: people.get(each.person_id or 0)
        or " ".join(part for part in (each.given_name, each.family_name) if part)
        for each in listed
    }


def find(s: Session, school_id: int, exclusions: Sequence[Exclusion]) -> dict[int, list[int]]:
    """exclusion id -> ids of the active accounts that clash with it, in id order."""
    if not exclusions:
        return {}
    accounts = account_rows.names(s, school_id)
    reviews = account_rows.newest_reviews(s, account_rows.ids(col(Account.school_id) == school_id))
    bearers = _by_name(accounts, _pieces(exclusions))
    owned = _by_person(s, [each.person_id for each in exclusions if each.person_id])
    roles = {row[0]: row[1] for row in accounts}
    found = {}
    for each in exclusions:
        hit = (
            owned.get(each.person_id, [])
            if each.person_id
            else rules.bearers(bearers, each.given_name, each.family_name)
        )
        found[each.id or 0] = sorted(
            i
            for i in set(hit)
            if i in roles and _concerns(each, roles[i]) and not _settled(each, reviews.get(i))
        )
    return found


def compiled(exclusions: Iterable[Exclusion]) -> rules.Exclusions:
    """The exclusions as the gates ask them."""
    return rules.Exclusions.of(
        rules.ExclusionFacts(
            id=each.id or 0, given_name=each.given_name, family_name=each.family_name, role=each.role,
            person_id=each.person_id, reason=each.reason, author=each.author, review_on=each.review_on,
            active=each.active,
        )
        for each in exclusions
    )  # fmt: skip


def _pieces(exclusions: Iterable[Exclusion]) -> set[str]:
    return pieces((each.given_name, each.family_name) for each in exclusions if not each.person_id)


def _by_name(accounts: Iterable[Any], families: set[str]) -> dict[tuple[str, str], list[int]]:
    """Folded name -> accounts; folding is dear, so only names that may be one of ``families`` are folded."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in accounts:
        _, _, _, family, _, preferred = row
        if may_be(family, families) or may_be(preferred, families):
            for name in rules.account_keys(row):
                found.setdefault(name, []).append(row[0])
    return found


def _by_person(s: Session, people: list[int]) -> dict[int, list[int]]:
    if not people:
        return {}
    asked = select(Link.person_id, Link.account_id).where(
        col(Link.active).is_(True), col(Link.person_id).in_(people)
    )
    found: dict[int, list[int]] = {}
    for person_id, account_id in s.exec(asked):
        found.setdefault(person_id, []).append(account_id)
    return found


def _concerns(exclusion: Exclusion, role: str) -> bool:
    return not exclusion.role or exclusion.role == role


def _settled(exclusion: Exclusion, review: Any) -> bool:
    if review is None or review.verdict != "keep":
        return False
    return bool(review.at and exclusion.created_at and review.at >= exclusion.created_at)


def may_bear(exclusions: Iterable[Exclusion], rows: Iterable[Any]) -> list[Any]:
    """Those of the people (rows of ``data.people``) whom an exclusion may cover; the gate decides."""
    listed = list(exclusions)
    people = {each.person_id for each in listed}
    families = _pieces(listed)
    return [
        row
        for row in rows
        if row.id in people or may_be(row.family_name, families) or may_be(row.legal_family_name, families)
    ]


__all__ = ["compiled", "count_due", "due", "find", "may_bear", "names"]
