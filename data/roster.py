"""A school and its people as a run must know them before it plans: whole columns, one query a table.

Protects speed and memory at 60,000 people: only what comparing needs is read; whole rows are read
for those who changed (``bulk.load``) or whom the MIS did not speak of this time (``stored_people``).
Accounts, items and findings are in ``roster_accounts``, ``roster_items`` and ``roster_findings``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session, col

from data import asking, bulk
from data.tables import (
    Connection,
    Exclusion,
    Identifier,
    Link,
    NotSame,
    Person,
    ReportScope,
    Run,
    School,
)


class PersonMark(NamedTuple):
    """Enough of a stored person to tell changed from unchanged."""

    role: str
    source_id: str
    id: int
    digest: str
    present: bool
    gate: str
    gate_detail: str


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


def people(s: Session, school_id: int, only: Collection[int] | None = None) -> Iterator[PersonMark]:
    """In order of ids; of some people alone where ``only`` names their ids, as everywhere here."""
    asked = select(
        col(Person.role), col(Person.source_id), col(Person.id), col(Person.digest), col(Person.present),
        col(Person.gate), col(Person.gate_detail),
    ).where(col(Person.school_id) == school_id)  # fmt: skip
    for row in asking.each(s, asked.order_by(col(Person.id)), Person.id, only):
        yield PersonMark(*row)


def stored_people(
    s: Session, school_id: int, only: Collection[int] | None = None
) -> Iterator[dict[str, Any]]:
    """Whole rows of the people who are present, for those the MIS did not speak of this time, by id."""
    return asking.stored(s, Person, school_id, "id", only)


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
    return map(Bystander._make, asking.stream(s, asked))


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
    return asking.each(s, asked, Identifier.person_id, only)


def identifiers_of(s: Session, person_ids: Sequence[int]) -> dict[int, list[Identifier]]:
    found: dict[int, list[Identifier]] = {}
    for part in bulk.chunks(person_ids):
        asked = select(Identifier).where(col(Identifier.person_id).in_(part)).order_by(col(Identifier.id))
        for row in s.execute(asked).scalars():
            found.setdefault(row.person_id, []).append(row)
    return found


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
