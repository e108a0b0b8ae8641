"""What taking back a whole run touches, what was built upon it since, and what it leaves behind.

The journal tells most of it.  Not journalled are the rows a run makes together with their owner
(identifiers of a new person, members of a new class, links of a new contact) and what every run makes
afresh (suggestions, problems): those go with their owner, first, so that nothing dangles.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlmodel import Session, SQLModel, col

from data import bulk, runs
from data.tables import (
    Account,
    Alias,
    AttendanceMark,
    Candidate,
    CaseNote,
    Connection,
    ContactLink,
    ContactUse,
    Decision,
    Exclusion,
    Group,
    Identifier,
    Journal,
    Link,
    Membership,
    NotSame,
    Person,
    Problem,
    ReservedName,
    Review,
    Run,
    SchoolClass,
    TargetAccount,
)

Key = tuple[str, int]
_CONTAINERS: dict[str, type[SQLModel]] = {"class": SchoolClass, "group": Group}
#: (table, column, the table it points to) of what people add to a person or account.
_BUILT_UPON: tuple[tuple[type[SQLModel], str, type[SQLModel]], ...] = (
    (Link, "person_id", Person), (Link, "account_id", Account),
    (NotSame, "person_id", Person), (NotSame, "account_id", Account),
    (Exclusion, "person_id", Person), (Review, "account_id", Account), (Alias, "account_id", Account),
    (CaseNote, "person_id", Person), (CaseNote, "account_id", Account), (ContactUse, "person_id", Person),
    (TargetAccount, "account_id", Account),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One journal entry as a preview needs it. ``step``: inserted, updated or deleted."""

    table: str
    row_id: int
    step: str
    before: dict[str, Any]
    after: dict[str, Any]


def candidate(s: Session, school_id: int) -> Run | None:
    """The newest run that changed anything and stands: the only one that can be undone whole."""
    asked = select(Run).where(*runs.applied(school_id), col(Run.changed_anything).is_(True))
    return s.execute(asked.order_by(col(Run.id).desc()).limit(1)).scalars().first()


def _of(run_id: int | None, decision_id: int | None) -> ColumnElement[bool]:
    if (run_id is None) == (decision_id is None):
        raise ValueError("name either a decision or a run")
    return col(Journal.run_id) == run_id if decision_id is None else col(Journal.decision_id) == decision_id


def entries(s: Session, run_id: int | None = None, *, decision_id: int | None = None) -> Iterator[Entry]:
    """The journal of a run or a decision, oldest first."""
    j = bulk.table_of(Journal)
    asked = select(j.c.table_name, j.c.row_id, j.c.before, j.c.after).where(_of(run_id, decision_id))
    for table, row_id, before, after in s.connection().execute(asked.order_by(j.c.id)):
        step = "inserted" if before is None else "deleted" if after is None else "updated"
        yield Entry(table=table, row_id=row_id, step=step, before=before or {}, after=after or {})


def built_upon(s: Session, inserted: Mapping[str, Collection[int]]) -> list[Key]:
    """Rows that people made since and that lean on a person or account the run made."""
    found: dict[Key, None] = {}
    for table_cls, column, owner in _BUILT_UPON:
        table, name = bulk.table_of(table_cls), bulk.table_of(table_cls).name
        own = inserted.get(name, ())
        for part in bulk.chunks(list(inserted.get(bulk.table_of(owner).name, ()))):
            for row_id in (
                s.connection().execute(select(table.c.id).where(table.c[column].in_(part))).scalars()
            ):
                if row_id not in own:
                    found[name, row_id] = None
    return list(found)


def last_entry(s: Session, run_id: int | None = None, *, decision_id: int | None = None) -> int:
    j = bulk.table_of(Journal)
    asked = select(func.max(j.c.id)).where(_of(run_id, decision_id))
    return int(s.connection().execute(asked).scalar() or 0)


def who_changed(s: Session, keys: Sequence[Key], *, after: int) -> dict[Key, Decision | Run]:
    """For each row the decision, or else the run, that changed it last since that journal entry."""
    j = bulk.table_of(Journal)
    made: dict[Key, tuple[int | None, int | None]] = {}
    for table in {table for table, _ in keys}:
        for part in bulk.chunks([row_id for name, row_id in keys if name == table]):
            asked = select(j.c.row_id, j.c.decision_id, j.c.run_id).where(
                j.c.table_name == table, j.c.row_id.in_(part), j.c.id > after
            )
            for row_id, decision, run in s.connection().execute(asked.order_by(j.c.id)):
                made[table, row_id] = (decision, run)
    decisions = _by_id(s, Decision, {d for d, _ in made.values() if d})
    others = _by_id(s, Run, {r for _, r in made.values() if r})
    found = {key: decisions.get(d or 0) or others.get(r or 0) for key, (d, r) in made.items()}
    return {key: each for key, each in found.items() if each is not None}


def _by_id(s: Session, table_cls: type[Any], ids: set[int]) -> dict[int, Any]:
    return {i: row for i in ids if (row := s.get(table_cls, i)) is not None}


def drop_unjournalled(s: Session, run_id: int, school_id: int) -> None:
    """Take away what the run made with its new people, classes, groups and contacts."""
    inserted: dict[str, list[int]] = {}
    for entry in entries(s, run_id):
        if entry.step == "inserted":
            inserted.setdefault(entry.table, []).append(entry.row_id)
    people, accounts = inserted.get("person", []), inserted.get("account", [])
    _drop(s, Identifier, "person_id", people, but=inserted.get("identifier", ()))
    _drop(s, ContactLink, "contact_id", inserted.get("contact", []), but=inserted.get("contact_link", ()))
    _drop(s, ContactLink, "person_id", people, but=inserted.get("contact_link", ()))
    _drop(s, AttendanceMark, "person_id", people)
    _drop(s, Candidate, "person_id", people)
    _drop(s, Candidate, "account_id", accounts)
    _drop(s, ReservedName, "account_id", accounts)  # never handed out, so never anybody's (Z8)
    for kind, table_cls in _CONTAINERS.items():
        rows = bulk.load(s, table_cls, inserted.get(bulk.table_of(table_cls).name, []))
        _drop_members(s, school_id, kind, [row["source_id"] for row in rows.values()], inserted)
    _hand_problems_back(s, run_id, school_id, people)


def _drop(
    s: Session, table_cls: type[SQLModel], column: str, owners: Sequence[int], *, but: Collection[int] = ()
) -> None:
    table, kept = bulk.table_of(table_cls), set(but)
    for part in bulk.chunks(owners):
        ids = s.connection().execute(select(table.c.id).where(table.c[column].in_(part))).scalars().all()
        bulk.delete(s, table_cls, [i for i in ids if i not in kept])


def _drop_members(
    s: Session, school_id: int, kind: str, sources: Sequence[str], inserted: Mapping[str, Collection[int]]
) -> None:
    m, kept = bulk.table_of(Membership), set(inserted.get("membership", ()))
    for part in bulk.chunks(sources):
        asked = select(m.c.id).where(
            m.c.school_id == school_id, m.c.container == kind, m.c.container_id.in_(part)
        )
        ids = s.connection().execute(asked).scalars().all()
        bulk.delete(s, Membership, [i for i in ids if i not in kept])


def _hand_problems_back(s: Session, run_id: int, school_id: int, people: Sequence[int]) -> None:
    """What was left out is still left out: it is shown with the run before, without people who go."""
    p = bulk.table_of(Problem)
    asked = select(func.max(Run.id)).where(*runs.applied(school_id), col(Run.id) != run_id)
    former = s.execute(asked).scalar()
    if former is None:
        s.connection().execute(delete(p).where(p.c.run_id == run_id))
        return
    for part in bulk.chunks(people):
        s.connection().execute(update(p).where(p.c.person_id.in_(part)).values(person_id=None))
    s.connection().execute(update(p).where(p.c.run_id == run_id).values(run_id=former))


def read_in_full(s: Session, school_id: int) -> None:
    """Forget how far the MIS was read, so that the next run asks for everything."""
    c = bulk.table_of(Connection)
    s.connection().execute(update(c).where(c.c.school_id == school_id).values(since={}, last_full_at=None))


def rows_of(s: Session, table: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Rows as they are now, by id, of a table named in the journal."""
    from data.journal import class_of

    return bulk.load(s, class_of(table), ids)


__all__ = [
    "Entry", "built_upon", "candidate", "drop_unjournalled", "entries", "last_entry",
    "read_in_full", "rows_of", "who_changed",
]  # fmt: skip
