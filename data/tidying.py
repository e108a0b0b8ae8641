"""Removing what is older than a school keeps it: runs with what they said, the journal, notices.

What stays: the newest run and the newest one that was applied (delta and status hang on them), runs
that wait for somebody, and of a run that somebody's leaving is counted from its bare row.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session, SQLModel, col

from data import bulk, figures, runs
from data.bulk import table_of
from data.tables import (
    Account,
    HeldPlan,
    Journal,
    Person,
    Problem,
    Run,
    RunMessage,
    RunProgress,
    RunStage,
    Told,
    Worker,
)

DETAILS: tuple[type[SQLModel], ...] = (RunStage, RunProgress, RunMessage, HeldPlan, Problem)
ENDED = ("succeeded", "held", "failed", "cancelled")
WORKER_DAYS = 30


def tidy(s: Session, school_id: int, *, before: datetime) -> Counter[str]:
    """Remove what the school no longer keeps; rows removed by table. Runs are folded into weeks first."""
    if s.connection().dialect.name == "sqlite":
        s.connection().exec_driver_sql("PRAGMA secure_delete = ON")
    kept = _kept(s, school_id)
    old = _old_runs(s, school_id, before, kept)
    ids = [run.id or 0 for run in old]
    aged = _aged(school_id, before, kept)
    if old:
        figures.fold(s, school_id, old)
    done: Counter[str] = Counter()
    for table_cls in DETAILS:
        table = table_of(table_cls)
        for part in bulk.chunks(ids):
            removed = s.connection().execute(delete(table).where(table.c.run_id.in_(part)))
            done[table.name] += removed.rowcount
    bare = _counted_from(s, school_id) if old else set()
    gone = [i for i in ids if i not in bare]
    bulk.delete(s, Run, gone)
    done["run"] += len(gone)
    for table_cls, condition in aged:
        removed = s.connection().execute(delete(table_of(table_cls)).where(condition))
        done[table_of(table_cls).name] += removed.rowcount
    s.expire_all()
    return +done


def counted(s: Session, school_id: int, *, before: datetime) -> Counter[str]:
    """What ``tidy`` would remove."""
    kept = _kept(s, school_id)
    ids = [run.id or 0 for run in _old_runs(s, school_id, before, kept)]
    done: Counter[str] = Counter()
    for table_cls in DETAILS:
        c = table_of(table_cls).c
        done[table_of(table_cls).name] += _count(s, table_cls, c.run_id.in_(ids))
    done["run"] += len(set(ids) - _counted_from(s, school_id))
    for table_cls, condition in _aged(school_id, before, kept):
        done[table_of(table_cls).name] += _count(s, table_cls, condition)
    return +done


def _count(s: Session, table_cls: type[SQLModel], condition: ColumnElement[bool]) -> int:
    return int(s.execute(select(func.count()).select_from(table_cls).where(condition)).scalar() or 0)


def _old_runs(s: Session, school_id: int, before: datetime, kept: set[int]) -> list[Run]:
    asked = select(Run).where(
        col(Run.school_id) == school_id, col(Run.started_at) < before, col(Run.state).in_(ENDED),
        col(Run.id).not_in(kept),
    )  # fmt: skip
    return list(s.execute(asked.order_by(col(Run.id))).scalars())


def _kept(s: Session, school_id: int) -> set[int]:
    """Runs that stay with all they did, however old."""
    newest = s.execute(select(func.max(Run.id)).where(col(Run.school_id) == school_id)).scalar()
    last = runs.last_applied(s, school_id)
    kept = {newest, last.id if last else None, *(run.id for run in runs.open_holds(s, school_id))}
    return {i for i in kept if i is not None}


def _counted_from(s: Session, school_id: int) -> set[int]:
    """Runs that the clock of a leaver begins with."""
    people = select(col(Person.gone_run)).where(col(Person.school_id) == school_id)
    accounts = select(col(Account.unallocated_run)).where(col(Account.school_id) == school_id)
    found = [*s.execute(people).scalars(), *s.execute(accounts).scalars()]
    return {i for i in found if i is not None}


def _aged(
    school_id: int, before: datetime, kept: set[int]
) -> list[tuple[type[SQLModel], ColumnElement[bool]]]:
    of_others = col(Journal.run_id).is_(None) | col(Journal.run_id).not_in(kept)
    return [
        (Journal, (col(Journal.school_id) == school_id) & (col(Journal.at) < before) & of_others),
        (Told, (col(Told.school_id) == school_id) & (col(Told.at) < before) & (col(Told.state) != "waiting")),
    ]


def tidy_everywhere(s: Session, *, now: datetime, before: datetime) -> Counter[str]:
    """What belongs to no school: processes long gone, and changes and notices of none."""
    done: Counter[str] = Counter()
    for table_cls, condition in (
        (Worker, (col(Worker.stopped_at) < now - timedelta(days=WORKER_DAYS))),
        (Journal, col(Journal.school_id).is_(None) & (col(Journal.at) < before)),
        (Told, col(Told.school_id).is_(None) & (col(Told.at) < before) & (col(Told.state) != "waiting")),
    ):
        done[table_of(table_cls).name] += s.connection().execute(
            delete(table_of(table_cls)).where(condition)
        ).rowcount  # fmt: skip
    return +done
