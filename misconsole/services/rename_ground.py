"""What a rehearsal of usernames starts from, read from the store: whom, what is taken, whose surname changed.

A surname that changes in the MIS never renames anybody: it is proposed (O7), until somebody decided on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from data import renames as rows
from data.accounts import shown_name
from data.tables import School
from misconsole.errors import Usage
from misconsole.rules.names import fold, letters
from misconsole.rules.rename import Ground, Look, Subject, rehearse
from misconsole.rules.username_kinds import kind_of
from misconsole.rules.usernames import Format
from misconsole.services.name_domain import key_of

ENOUGH = 3  # letters of a surname that show that a username was made of it
KEPT = "keep-name"


def accounts_of(s: Session, school: School, ids: Sequence[int] | None) -> list[Subject]:
    teaching = rows.teaching(s, school.id or 0)
    accounts = rows.accounts(s, school.id or 0)
    if ids is None:
        return [_subject(each, teaching) for each in accounts if each.state == "active"]
    wanted = set(ids)
    subjects = [_subject(each, teaching) for each in accounts if each.id in wanted]
    if missing := sorted(wanted - {each.account_id for each in subjects}):
        raise Usage(
            f"{len(missing)} of these accounts are not of {school.name} or were removed.",
            mend="Read the list again.",
        )
    return subjects


def _subject(row: Any, teaching: Mapping[int, bool | None]) -> Subject:
    given = row.preferred_given_name or row.given_name
    family = row.preferred_family_name or row.family_name
    return Subject(
        account_id=row.id, username=row.username, kind=kind_of(row.role, teaching.get(row.id)),
        name=shown_name(row) or " ".join(part for part in (given, family) if part) or row.username,
        given=given, family=family, year_of_entry=row.year_of_entry, email=row.email,
        in_use=row.handed_out_at is not None or row.origin == "imported",
    )  # fmt: skip


def ground_of(s: Session, school: School) -> Ground:
    """Names and addresses that are somebody's, where the school's names must be unique (Z8)."""
    domain = school.domain.strip().lstrip("@").lower()
    return Ground(held=rows.held(s, key_of(school)), addresses=rows.addresses(s, domain), domain=domain)


def proposed(
    s: Session, school: School, subjects: Iterable[Subject], ground: Ground, formats: Mapping[str, Format]
) -> list[Subject]:
    changed = changed_surnames(s, school.id or 0)
    candidates = [
        replace(each, why=f"The family name changed from {before} in the MIS.")
        for each in subjects
        if (before := changed.get(each.account_id)) and _made_of(each.username, before)
    ]
    lines = rehearse(candidates, ground=ground, formats=formats).lines
    moving = {each.account_id for each in lines if each.look is not Look.SAME}
    return [each for each in candidates if each.account_id in moving]


def changed_surnames(s: Session, school_id: int) -> dict[int, str]:
    """account -> family name before the last change by a sync, where nobody decided on the name since."""
    decided = {
        account: at
        for one, at, detail in rows.decided(s, school_id, ("rename", KEPT))
        for account in (one, *detail.get("accounts", ()))
    }
    found: dict[int, str] = {}
    for account, at, before, after in rows.surname_changes(s, school_id):
        since = decided.get(account)
        settled = since is not None and at is not None and since >= at
        if before and after and fold(before) != fold(after) and not settled:
            found[account] = before
    return found


def _made_of(username: str, family: str) -> bool:
    text = letters(family)
    return bool(text) and text[: max(ENOUGH, min(len(text), 5))] in letters(username)
