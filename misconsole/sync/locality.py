"""Accounts of other schools of the local authority that somebody here may have (K1).

No account is made for a person while somebody similar has one in a local school.  Those of the trust are
known to every run; of an authority's hundreds of schools only the accounts are looked at that share with
somebody who needs one: the whole name, a UPN, or the date of birth and one of both names.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from data import authority
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.known import Roll
from misconsole.rules.names import views
from misconsole.sync import match
from misconsole.sync.snapshot import Here

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import Account

Sign = tuple[str, ...]


def nearby(s: Session, roll: Roll, here: Here) -> tuple[AccountFacts, ...]:
    """What matching is to look at beside the accounts that are known here."""
    if not match.needed(roll, here):
        return ()
    return resembling(s, here.known.school_id, match.without_account(roll, here), known=here.known.accounts)


def resembling(
    s: Session, school_id: int, people: Iterable[PersonFacts], *, known: Container[int]
) -> tuple[AccountFacts, ...]:
    """Accounts of the authority's other schools that share with one of ``people``; ``known`` are left out."""
    schools = authority.schools(s, school_id)
    if not schools:
        return ()
    wanted = frozenset(sign for facts in people for sign in _of_person(facts))
    hits = [
        each.id for each in authority.passing(s, schools)
        if each.id not in known and not wanted.isdisjoint(_of_account(each))
    ]  # fmt: skip
    return tuple(_facts(row) for row in authority.whole(s, hits))


def _of_person(facts: PersonFacts) -> Iterator[Sign]:
    from misconsole.rules.compare import person_pairs, tidy  # and what it compares by, only where it must

    yield from _signs(person_pairs(facts), facts.date_of_birth)
    for kind in ("upn", "former_upn", "local_upn"):
        for value in facts.identifiers.get(kind, ()):
            yield "upn", tidy("upn", value)


def _of_account(row: authority.Passing) -> Iterator[Sign]:
    from misconsole.rules.compare import tidy

    firsts = dict.fromkeys((row.preferred_given_name or row.given_name, row.given_name))
    lasts = dict.fromkeys((row.preferred_family_name or row.family_name, row.family_name))
    yield from _signs(((first, last) for first in firsts for last in lasts), row.date_of_birth)
    if row.upn:
        yield "upn", tidy("upn", row.upn)


def _signs(pairs: Iterable[tuple[str | None, str | None]], born: date | None) -> Iterator[Sign]:
    day = born.isoformat() if born else ""
    for given, family in pairs:
        first, last = views(given).joined, views(family).joined
        if first and last:
            yield "name", first, last
        if first and day:
            yield "given", first, day
        if last and day:
            yield "family", last, day


def _facts(row: Account) -> AccountFacts:
    return AccountFacts(
        account_id=row.id or 0, username=row.username, role=row.role, state=row.state, email=row.email,
        given_name=row.given_name, family_name=row.family_name,
        preferred_given_name=row.preferred_given_name, preferred_family_name=row.preferred_family_name,
        date_of_birth=row.date_of_birth, year_of_entry=row.year_of_entry, upn=row.upn, mis_id=row.mis_id,
        staff_code=row.staff_code, kept_absent=row.kept_absent, school_id=row.school_id, local=True,
        display_name=row.display_name, own_display_name=row.own_display_name,
    )  # fmt: skip
