"""A school as a run must know it before it plans: whole columns, one query a table, no objects.

Protects speed and memory at 60,000 people: only what comparing needs is read; whole rows are read
for those who changed (``bulk.load``) or whom the MIS did not speak of this time (``stored_people``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, true
from sqlmodel import Session, col

from data import bulk
from data.tables import (
    Account,
    Candidate,
    Connection,
    Contact,
    ContactLink,
    Exclusion,
    Group,
    Identifier,
    Link,
    Membership,
    NotSame,
    Person,
    Problem,
    ReportScope,
    Run,
    School,
    SchoolClass,
    Subject,
)

ITEM_TABLES: dict[str, type[Any]] = {
    "contact": Contact, "class": SchoolClass, "group": Group, "subject": Subject,
}  # fmt: skip
ACCOUNT_COLUMNS = (
    "id", "username", "role", "state", "email", "given_name", "family_name", "preferred_given_name",
    "preferred_family_name", "date_of_birth", "year_of_entry", "upn", "mis_id", "staff_code", "kept_absent",
    "school_id", "display_name", "own_display_name",
)  # fmt: skip


_AT_ONCE = 2_000


class PersonMark(NamedTuple):
    """Enough of a stored person to tell changed from unchanged."""

    role: str
    source_id: str
    id: int
    digest: str
    present: bool
    gate: str
    gate_detail: str


def _stream(s: Session, asked: Any) -> Iterable[Any]:
    """Rows as they come, never all at once; not by way of the ORM, which would gather them first."""
    found: Iterable[Any] = s.connection().execute(asked.execution_options(yield_per=_AT_ONCE))
    return found


def _whole_rows(s: Session, asked: Any) -> Iterator[dict[str, Any]]:
    for row in s.connection().execute(asked.execution_options(yield_per=_AT_ONCE)).mappings():
        yield dict(row)


def school(s: Session, school_id: int) -> School | None:
    return s.get(School, school_id)


def year_groups(s: Session, school_id: int, *, since: datetime) -> dict[str, int]:
    """Canonical year group -> pupils who are at the school, or were when runs of that time began.

    So a year group that has just left is still told: without it the next one below would pass for the top.
    """
    lately = select(col(Run.id)).where(col(Run.school_id) == school_id, col(Run.started_at) >= since)
    asked = select(col(Person.year_group), func.count()).where(
        col(Person.school_id) == school_id, col(Person.role) == "pupil",
        col(Person.present).is_(True) | col(Person.gone_run).in_(lately),
        col(Person.year_group).is_not(None),
    )  # fmt: skip
    return {str(code): int(n) for code, n in s.connection().execute(asked.group_by(col(Person.year_group)))}


def connection(s: Session, school_id: int) -> Connection | None:
    asked = select(Connection).where(col(Connection.school_id) == school_id, col(Connection.active).is_(True))
    return s.exec(asked).scalars().first()  # type: ignore[call-overload, no-any-return]


def scopes(s: Session, school_id: int) -> list[ReportScope]:
    return list(s.execute(select(ReportScope).where(col(ReportScope.school_id) == school_id)).scalars())


def local_schools(s: Session, school_id: int) -> list[int]:
    """Other schools of the same trust: those "local" to it (K1)."""
    found = s.get(School, school_id)
    if found is None or not found.trust:
        return []
    asked = select(col(School.id)).where(col(School.trust) == found.trust, col(School.id) != school_id)
    return [i for i in s.execute(asked).scalars() if i is not None]


def _each(s: Session, asked: Any, column: Any, only: Collection[int] | None) -> Iterator[Any]:
    """The rows of a question, or of a part of it: those whose column is one of ``only``, in that order."""
    if only is None:
        yield from _stream(s, asked)
        return
    for part in bulk.chunks(sorted(only)):
        yield from s.connection().execute(asked.where(col(column).in_(part)))


def people(s: Session, school_id: int, only: Collection[int] | None = None) -> Iterator[PersonMark]:
    """In order of ids; of some people alone where ``only`` names their ids, as everywhere here."""
    asked = select(
        col(Person.role), col(Person.source_id), col(Person.id), col(Person.digest), col(Person.present),
        col(Person.gate), col(Person.gate_detail),
    ).where(col(Person.school_id) == school_id)  # fmt: skip
    for row in _each(s, asked.order_by(col(Person.id)), Person.id, only):
        yield PersonMark(*row)


def active_links(s: Session, school_id: int, only: Collection[int] | None = None) -> Iterable[Any]:
    """(link id, person id, account id) of the school's people."""
    asked = (
        select(*map(col, (Link.id, Link.person_id, Link.account_id)))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.active).is_(True), col(Person.school_id) == school_id)
    )
    return _each(s, asked.order_by(col(Person.id)), Link.person_id, only)


def ended_links(
    s: Session, school_id: int, reasons: Collection[str], only: Collection[int] | None = None
) -> Iterable[Any]:
    """(role, source_id, account id) of links that ended for one of the reasons, oldest first."""
    asked = (
        select(col(Person.role), col(Person.source_id), col(Link.account_id))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(
            col(Link.active).is_(False),
            col(Person.school_id) == school_id,
            col(Link.ended_reason).in_(list(reasons)),
        )
        .order_by(col(Link.ended_at), col(Link.id))
    )
    return _each(s, asked, Link.person_id, only)


def _accounts_of(school_id: int, local: Sequence[int], only: Collection[int] | None) -> ColumnElement[bool]:
    if only is not None:  # they are asked for by their ids
        return true()
    linked = (
        select(col(Link.account_id))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.active).is_(True), col(Person.school_id) == school_id)
    )
    return col(Account.school_id).in_([school_id, *local]) | col(Account.id).in_(linked)


def accounts(
    s: Session, school_id: int, local: Sequence[int], only: Collection[int] | None = None
) -> Iterable[Any]:
    """ACCOUNT_COLUMNS of the accounts a run of this school may meet; removed ones are left out."""
    columns = [getattr(Account, name) for name in ACCOUNT_COLUMNS]
    asked = select(*columns).where(_accounts_of(school_id, local, only), col(Account.state) != "removed")
    return _each(s, asked.order_by(col(Account.id)), Account.id, only)


def associations(
    s: Session, school_id: int, local: Sequence[int], only: Collection[int] | None = None
) -> Iterable[Any]:
    """(account id, school id, role, person id) of the active links of those accounts to present people."""
    asked = (
        select(col(Link.account_id), col(Person.school_id), col(Person.role), col(Person.id))
        .join(Person, col(Person.id) == col(Link.person_id))
        .join(Account, col(Account.id) == col(Link.account_id))
        .where(
            col(Link.active).is_(True), col(Person.present).is_(True), _accounts_of(school_id, local, only)
        )
    )
    return _each(s, asked, Link.account_id, only)


def anchors(
    s: Session, school_id: int, local: Sequence[int], only: Collection[int] | None = None
) -> Iterable[Any]:
    """(account id, anchors) of links of those accounts that ended or whose person is gone."""
    asked = (
        select(col(Link.account_id), col(Link.anchors))
        .join(Person, col(Person.id) == col(Link.person_id))
        .where(col(Link.active).is_(False) | col(Person.present).is_(False))
        .order_by(col(Link.id))
    )
    if only is None:
        theirs = select(col(Account.id)).where(_accounts_of(school_id, local, None))
        asked = asked.where(col(Link.account_id).in_(theirs))
    return _each(s, asked, Link.account_id, only)


def items(s: Session, school_id: int) -> Iterator[tuple[str, str, int, str, bool, str]]:
    """(kind, source_id, id, digest, present, gate) of contacts, classes, groups and subjects."""
    for kind, table in ITEM_TABLES.items():
        gate = table.gate if kind != "subject" else None
        columns = [table.source_id, table.id, table.digest, table.present]
        asked = select(*columns, *([gate] if gate is not None else [])).where(table.school_id == school_id)
        for source_id, row_id, digest, present, *rest in _stream(s, asked):
            yield kind, source_id, row_id, digest, present, rest[0] if rest else ""


def stored_people(
    s: Session, school_id: int, only: Collection[int] | None = None
) -> Iterator[dict[str, Any]]:
    """Whole rows of the people who are present, for those the MIS did not speak of this time, by id."""
    table = bulk.table_of(Person)
    asked = select(table).where(table.c.school_id == school_id, table.c.present.is_(True))
    asked = asked.order_by(table.c.id)
    if only is None:
        yield from _whole_rows(s, asked)
        return
    for part in bulk.chunks(sorted(only)):
        yield from _whole_rows(s, asked.where(table.c.id.in_(part)))


class Bystander(NamedTuple):
    """Somebody a run of changes leaves alone, as far as others may be confused with this person."""

    id: int
    role: str
    source_id: str
    gate: str
    account_id: int | None
    given_name: str | None
    family_name: str | None
    legal_given_name: str | None
    legal_family_name: str | None
    date_of_birth: date | None
    year_of_entry: int | None

    @property
    def key(self) -> tuple[str, str]:
        return (self.role, self.source_id)

    @property
    def first(self) -> str | None:
        return self.given_name or self.legal_given_name

    @property
    def last(self) -> str | None:
        return self.family_name or self.legal_family_name


def bystanders(s: Session, school_id: int) -> Iterator[Bystander]:
    """Everybody present, by id, with the account each has."""
    asked = (
        select(
            *map(col, (Person.id, Person.role, Person.source_id, Person.gate, Link.account_id)),
            *map(col, (Person.given_name, Person.family_name, Person.legal_given_name)),
            *map(col, (Person.legal_family_name, Person.date_of_birth, Person.year_of_entry)),
        )
        .select_from(Person)
        .outerjoin(Link, (col(Link.person_id) == col(Person.id)) & col(Link.active).is_(True))
        .where(col(Person.school_id) == school_id, col(Person.present).is_(True))
        .order_by(col(Person.id))
    )
    return map(Bystander._make, _stream(s, asked))


def identifiers(
    s: Session, school_id: int, *, only_former: bool = False, only: Collection[int] | None = None
) -> Iterable[Any]:
    """(person id, kind, value, current), current ones first, newest first."""
    asked = select(
        col(Identifier.person_id), col(Identifier.kind), col(Identifier.value), col(Identifier.current)
    ).where(col(Identifier.school_id) == school_id)
    if only_former:
        asked = asked.where(col(Identifier.current).is_(False))
    asked = asked.order_by(col(Identifier.current).desc(), col(Identifier.id).desc())
    return _each(s, asked, Identifier.person_id, only)


def identifiers_of(s: Session, person_ids: Sequence[int]) -> dict[int, list[Identifier]]:
    found: dict[int, list[Identifier]] = {}
    for part in bulk.chunks(person_ids):
        asked = select(Identifier).where(col(Identifier.person_id).in_(part)).order_by(col(Identifier.id))
        for row in s.execute(asked).scalars():
            found.setdefault(row.person_id, []).append(row)
    return found


def memberships(s: Session, school_id: int) -> Iterable[Any]:
    """(container, container_id, role, source_id, part)."""
    asked = select(
        col(Membership.container), col(Membership.container_id), col(Membership.person_role),
        col(Membership.person_source_id), col(Membership.part),
    ).where(col(Membership.school_id) == school_id)  # fmt: skip
    return _stream(s, asked)


def memberships_of(s: Session, school_id: int, container: str, ids: Sequence[str]) -> Iterator[Any]:
    """(id, container id, role, person source id, part) of those classes or groups."""
    for part in bulk.chunks(ids):
        asked = select(
            col(Membership.id), col(Membership.container_id), col(Membership.person_role),
            col(Membership.person_source_id), col(Membership.part),
        ).where(
            col(Membership.school_id) == school_id,
            col(Membership.container) == container,
            col(Membership.container_id).in_(part),
        )  # fmt: skip
        yield from _stream(s, asked)


def contact_links_of(s: Session, contact_ids: Sequence[int]) -> list[ContactLink]:
    found: list[ContactLink] = []
    for part in bulk.chunks(contact_ids):
        found += s.execute(select(ContactLink).where(col(ContactLink.contact_id).in_(part))).scalars()
    return found


def contact_links(s: Session, school_id: int) -> Iterable[Any]:
    """(contact source_id, pupil source_id, relationship, parental responsibility, priority)."""
    asked = (
        select(
            col(Contact.source_id), col(Person.source_id), col(ContactLink.relationship),
            col(ContactLink.parental_responsibility), col(ContactLink.priority),
        )
        .join(Contact, col(Contact.id) == col(ContactLink.contact_id))
        .join(Person, col(Person.id) == col(ContactLink.person_id))
        .where(col(ContactLink.school_id) == school_id)
    )  # fmt: skip
    return _stream(s, asked)


def stored_items(
    s: Session, school_id: int, kind: str, only: Collection[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Whole rows of one kind that are present; some by source id, where ``only`` names them."""
    table = bulk.table_of(ITEM_TABLES[kind])
    asked = select(table).where(table.c.school_id == school_id, table.c.present.is_(True))
    asked = asked.order_by(table.c.id)
    if only is None:
        yield from _whole_rows(s, asked)
        return
    for part in bulk.chunks(sorted(only)):
        yield from _whole_rows(s, asked.where(table.c.source_id.in_(part)))


def person_ids(s: Session, school_id: int, role: str) -> dict[str, int]:
    """source_id -> id of everybody of that role, present or not."""
    asked = select(col(Person.source_id), col(Person.id)).where(
        col(Person.school_id) == school_id, col(Person.role) == role
    )
    return {source: key for source, key in s.execute(asked) if key is not None}


def present(s: Session, school_id: int, role: str) -> int:
    """How many of that role were at the school as of the last run."""
    asked = select(func.count()).select_from(Person).where(
        col(Person.school_id) == school_id, col(Person.role) == role, col(Person.present).is_(True)
    )  # fmt: skip
    return int(s.execute(asked).scalar_one())


def exclusions(s: Session, school_id: int) -> list[Exclusion]:
    asked = select(Exclusion).where(col(Exclusion.school_id) == school_id, col(Exclusion.active).is_(True))
    return list(s.execute(asked.order_by(col(Exclusion.id))).scalars())


def not_same(s: Session, school_id: int) -> list[NotSame]:
    return list(s.execute(select(NotSame).where(col(NotSame.school_id) == school_id)).scalars())


def suggestions(s: Session, school_id: int) -> Sequence[Any]:
    """(person id, account id, band, rank, score, margin) as the last run left them."""
    asked = select(
        col(Candidate.person_id), col(Candidate.account_id), col(Candidate.band), col(Candidate.rank),
        col(Candidate.score), col(Candidate.margin),
    ).where(col(Candidate.school_id) == school_id)  # fmt: skip
    return s.execute(asked).all()


def replace_suggestions(s: Session, school_id: int, rows: Sequence[dict[str, Any]]) -> None:
    s.connection().execute(delete(bulk.table_of(Candidate)).where(col(Candidate.school_id) == school_id))
    bulk.insert(s, Candidate, rows)


def problems(s: Session, school_id: int) -> Sequence[Any]:
    """(id, role, source_id, code, place) of the problems the last run left."""
    p = bulk.table_of(Problem)
    asked = select(p.c.id, p.c.role, p.c.source_id, p.c.code, p.c.place).where(p.c.school_id == school_id)
    return s.connection().execute(asked.order_by(p.c.id)).all()


def replace_problems(
    s: Session, school_id: int, rows: Sequence[dict[str, Any]], *, kept: Sequence[int] = (), run_id: int = 0
) -> None:
    """The problems of the newest run only; those of earlier ones are history nobody asks for.

    The ``kept`` ones (ids) are those of the run ``run_id`` as well.
    """
    p = bulk.table_of(Problem)
    bulk.update(s, Problem, [{"id": i, "run_id": run_id} for i in kept])
    s.connection().execute(delete(p).where(p.c.school_id == school_id, p.c.run_id != run_id))
    bulk.insert(s, Problem, rows)
