"""The store's side of a run: read once, in one consistent state, into the plain values of the rules."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from data import accounts as account_rows
from data import affected, roster, roster_accounts, roster_items, runs
from misconsole.rules import collision, facts_from
from misconsole.rules.exclusions import ExclusionFacts, Exclusions
from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.gates import LEAVER_CODES
from misconsole.rules.known import Known, KnownItem, KnownLink, KnownPerson, Rest
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan_accounts import ABSENT
from misconsole.rules.plan_parts import Key

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import School


#: Columns of accounts whose values repeat, so that one copy of each will do.
SHARED = ("role", "state", "given_name", "family_name", "year_of_entry", "date_of_birth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """A school as a run sees it. ``former`` are identifiers the MIS stopped sending (G7).

    ``only``    ids of the people this run looks at, who alone are known here; None for everybody
    ``others``  everybody else at the school, once matching needs to know of them
    """

    known: Known
    options: SchoolOptions
    country: str
    exclusions: Exclusions
    not_same: tuple[tuple[int, int, str], ...]  # person id, account id, digest of the pair then
    former: dict[int, tuple[tuple[str, str], ...]]
    only: frozenset[int] | None = None
    others: tuple[roster.Bystander, ...] = ()


def read(s: Session, school_id: int, only: frozenset[int] | None = None) -> Here:
    """Everything a plan needs to know, of one moment; of the people ``only`` alone, if ids are given."""
    school = roster.school(s, school_id)
    assert school is not None  # noqa: S101 - the caller holds its lease
    options = SchoolOptions.from_dict(school.options)
    return Here(
        known=_known(s, school, options, only),
        options=options,
        country=school.country,
        exclusions=Exclusions.of(_exclusion(row) for row in roster.exclusions(s, school_id)),
        not_same=tuple((n.person_id, n.account_id, n.digest) for n in roster.not_same(s, school_id)),
        former=_by_person(roster.identifiers(s, school_id, only_former=True, only=only)),
        only=only,
    )


def _known(s: Session, school: School, options: SchoolOptions, only: frozenset[int] | None) -> Known:
    school_id = school.id or 0
    where = collision.domain_key(options.collision, urn=school.urn, trust=school.trust)
    everybody = people(s, school_id, only)
    links = _links(roster_accounts.active_links(s, school_id, only), everybody)
    ended = roster_accounts.ended_links(s, school_id, [ABSENT, *LEAVER_CODES], only)
    left = {(role, source): account for role, source, account in ended if (role, source) not in links}
    theirs = None if only is None else {link.account_id for link in links.values()} | set(left.values())
    return Known(
        school_id=school_id,
        version=school.version,
        mode=school.mode,
        domain=school.domain,
        domain_key=where,
        first=runs.last_applied(s, school_id) is None,
        people=everybody,
        accounts=accounts(s, school_id, theirs),
        links=links,
        left=left,
        items={(row[0], row[1]): KnownItem(*row[2:]) for row in roster_items.items(s, school_id)},
        rest=None if only is None else _rest(s, school_id, everybody),
    )


def _links(rows: Iterable[Any], everybody: Mapping[Key, KnownPerson]) -> dict[Key, KnownLink]:
    by_person = {person_id: (link_id, account_id) for link_id, person_id, account_id in rows}
    return {
        key: KnownLink(found[0], person.person_id, found[1])
        for key, person in everybody.items()
        if (found := by_person.get(person.person_id))
    }


def _rest(s: Session, school_id: int, looked_at: Mapping[Key, KnownPerson]) -> Rest:
    present, active, held = affected.totals(s, school_id)
    return Rest(
        people=present - sum(person.present for person in looked_at.values()), accounts=active, held=held
    )


def widened(s: Session, here: Here) -> Here:
    """The same with every account and everybody else: what matching compares with."""
    if here.only is None:
        return here
    school_id = here.known.school_id
    others = tuple(each for each in roster.bystanders(s, school_id) if each.id not in here.only)
    return replace(here, known=replace(here.known, accounts=accounts(s, school_id)), others=others)


def with_names(s: Session, known: Known) -> Known:
    """The same, knowing which usernames are taken; read only when somebody needs a new one."""
    return replace(known, taken=frozenset(account_rows.taken_names(s, known.domain_key)))


def people(s: Session, school_id: int, only: Collection[int] | None = None) -> dict[Key, KnownPerson]:
    intern = sys.intern
    return {
        (intern(row.role), row.source_id): KnownPerson(
            row.id, row.digest, row.present, intern(row.gate), intern(row.gate_detail)
        )
        for row in roster.people(s, school_id, only)
    }


def accounts(s: Session, school_id: int, only: Collection[int] | None = None) -> dict[int, AccountFacts]:
    """Accounts of the school and of schools local to it, each with whom it belongs to now."""
    local = roster.local_schools(s, school_id)
    holders: dict[int, tuple[tuple[int, str, int], ...]] = {}
    for account_id, home, role, person_id in roster_accounts.associations(s, school_id, local, only):
        holders[account_id] = (*holders.get(account_id, ()), (home, sys.intern(role), person_id))
    before = _anchors(roster_accounts.anchors(s, school_id, local, only))
    names = roster_accounts.ACCOUNT_COLUMNS[1:]
    found = {}
    pool: dict[Any, Any] = {}
    for row in roster_accounts.accounts(s, school_id, local, only):
        values: dict[str, Any] = dict(zip(names, row[1:], strict=True))
        for name in SHARED:
            values[name] = pool.setdefault(values[name], values[name])
        found[row[0]] = AccountFacts(
            account_id=row[0], linked_to=holders.get(row[0], ()), local=values["school_id"] != school_id,
            anchors=before.get(row[0], _NO_ANCHORS), **values,
        )  # fmt: skip
    return found


_NO_ANCHORS: dict[str, tuple[str, ...]] = {}  # shared by the many; nobody writes to it


def _anchors(rows: Iterable[Any]) -> dict[int, dict[str, tuple[str, ...]]]:
    """account id -> kind -> identifiers its earlier people had."""
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    for account_id, kept in rows:
        mine = found.setdefault(account_id, {})
        for kind, values in (kept.get("identifiers") or {}).items():
            mine[kind] = tuple(dict.fromkeys((*mine.get(kind, ()), *values)))
    return found


def _exclusion(row: Any) -> ExclusionFacts:
    return ExclusionFacts(
        id=row.id, given_name=row.given_name, family_name=row.family_name, role=row.role,
        person_id=row.person_id, reason=row.reason, author=row.author, review_on=row.review_on,
        active=row.active,
    )  # fmt: skip


def _by_person(rows: Iterable[Any]) -> dict[int, tuple[tuple[str, str], ...]]:
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for person_id, kind, value, _current in rows:
        found[person_id] = (*found.get(person_id, ()), (kind, value))
    return found


def stored_facts(s: Session, school_id: int, only: Collection[int] | None = None) -> dict[Key, PersonFacts]:
    """The people who are present, from the store, with what they were last delivered with."""
    held: dict[int, list[tuple[str, str]]] = {}
    for person_id, kind, value, current in roster.identifiers(s, school_id, only=only):
        if current:
            held.setdefault(person_id, []).append((sys.intern(kind), value))
    found = {}
    for row in roster.stored_people(s, school_id, only):
        facts = facts_from.from_row(row, held.get(row["id"], ()))
        found[facts.key] = facts
    return found
