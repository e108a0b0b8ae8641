"""Runs: what a run writes while it is under way, and what a screen or a command reads of it.

Protects one rule above all: one run at a time for a school (``Lease``).  Everything here is bookkeeping:
a rehearsal writes these tables and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, text
from sqlmodel import Session, col, select

from data import bulk
from data.tables import OPEN_RUN, Connection, HeldPlan, Lease, Run, RunMessage, RunProgress, RunStage, School

STAGES = ("authorise", "extract", "filter", "match", "plan", "limits", "apply")
UNFINISHED = ("queued", "running")
APPLYING = ("sync", "approval")  # kinds of run that apply a plan
UNDONE = "undone"  # Run.resolution of a run that was applied and taken back
LEASE_TIME = timedelta(minutes=5)


def create(
    s: Session,
    school_id: int,
    *,
    actor: str,
    origin: str,
    at: datetime,
    kind: str = "sync",
    dry_run: bool = False,
    full: bool = False,
    due_at: datetime | None = None,
) -> Run:
    """A queued run with its stages waiting. ``due_at``: the slot of the schedule it serves."""
    run = Run(
        school_id=school_id, kind=kind, dry_run=dry_run, full=full, actor=actor, origin=origin, started_at=at,
        heartbeat_at=at, due_at=due_at,
    )  # fmt: skip
    s.add(run)
    s.flush()
    assert run.id is not None  # noqa: S101 - flushed
    for ordinal, name in enumerate(STAGES):
        s.add(RunStage(run_id=run.id, ordinal=ordinal, name=name))
    s.flush()
    return run


def get(s: Session, run_id: int) -> Run | None:
    return s.get(Run, run_id)


def newest_id(s: Session) -> int:
    """The number of the newest run of any school, 0 where there is none."""
    return int(s.exec(select(func.max(Run.id))).one() or 0)


def of_school(s: Session, school_id: int, *, limit: int) -> list[Run]:
    """Newest first."""
    asked = select(Run).where(Run.school_id == school_id).order_by(col(Run.id).desc())
    return list(s.exec(asked.limit(limit)))


def unfinished(s: Session, school_id: int) -> list[Run]:
    """Runs of the school that say they are queued or under way, newest first."""
    asked = select(Run).where(Run.school_id == school_id, col(Run.state).in_(UNFINISHED))
    return list(s.exec(asked.order_by(col(Run.id).desc())))


def last_applied(s: Session, school_id: int) -> Run | None:
    """The newest run that was applied to its end: no rehearsal, no undo, and not undone."""
    asked = select(Run).where(*applied(school_id))
    return s.exec(asked.order_by(col(Run.id).desc()).limit(1)).first()


def applied(school_id: int) -> tuple[ColumnElement[bool], ...]:
    """The runs whose plan stands: applied to their end and not undone."""
    return (
        col(Run.school_id) == school_id,
        col(Run.state) == "succeeded",
        col(Run.dry_run).is_(False),
        col(Run.kind).in_(APPLYING),
        col(Run.resolution) != UNDONE,
    )


def last_checked(s: Session) -> dict[int, datetime]:
    """School id -> start of its newest run that was applied to its end."""
    asked = select(col(Run.school_id), func.max(Run.started_at)).where(
        Run.state == "succeeded", col(Run.dry_run).is_(False), Run.kind == "sync"
    )
    return {school: at for school, at in s.exec(asked.group_by(col(Run.school_id))) if at is not None}


def connected_schools(s: Session) -> list[School]:
    """Schools with an active connection, by name."""
    asked = select(School).join(Connection, col(Connection.school_id) == col(School.id))
    found = s.exec(asked.where(col(Connection.active).is_(True)).order_by(col(School.name), col(School.urn)))
    only = s.info.get("only")
    return [
        each for each in found if only is None or not only.isdisjoint((each.urn.lower(), each.slug.lower()))
    ]


def stages(s: Session, run_ids: Iterable[int]) -> dict[int, list[RunStage]]:
    asked = select(RunStage).where(col(RunStage.run_id).in_(list(run_ids))).order_by(col(RunStage.ordinal))
    found: dict[int, list[RunStage]] = {}
    for row in s.exec(asked):
        found.setdefault(row.run_id, []).append(row)
    return found


def progress(s: Session, run_id: int) -> list[RunProgress]:
    return list(s.exec(select(RunProgress).where(RunProgress.run_id == run_id).order_by(col(RunProgress.id))))


def messages(s: Session, run_id: int, *, limit: int) -> list[RunMessage]:
    """The newest ones, oldest first."""
    asked = select(RunMessage).where(RunMessage.run_id == run_id).order_by(col(RunMessage.id).desc())
    return list(reversed(s.exec(asked.limit(limit)).all()))


def set_run(s: Session, run_id: int, **values: Any) -> None:
    bulk.update(s, Run, [{"id": run_id, **values}])


def set_stage(s: Session, run_id: int, name: str, **values: Any) -> None:
    found = s.exec(select(RunStage).where(RunStage.run_id == run_id, RunStage.name == name)).one()
    for column, value in values.items():
        setattr(found, column, value)
    s.add(found)


def end_stages(s: Session, run_id: int, at: datetime) -> None:
    """Stages of a run that stopped: the one under way is the problem, the rest never happened."""
    for row in stages(s, [run_id]).get(run_id, []):
        if row.state == "working":
            row.state, row.finished_at = "problem", at
        elif row.state == "waiting":
            row.state = "skipped"
        s.add(row)


def put_progress(s: Session, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Counters by report; each row has report, done, total, started_at, updated_at, finished."""
    bulk.upsert(s, RunProgress, [{"run_id": run_id, **row} for row in rows], key=("run_id", "report"))


def add_messages(s: Session, run_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    bulk.insert(s, RunMessage, [{"run_id": run_id, **row} for row in rows])


def cancel_requested(s: Session, run_id: int) -> bool:
    return bool(s.exec(select(Run.cancel_requested).where(Run.id == run_id)).first())


def take_lease(s: Session, school_id: int, *, run_id: int, holder: str, at: datetime) -> None:
    """Take or renew; whoever calls has checked that no living run holds it."""
    lease = s.get(Lease, school_id)
    if lease is None:
        lease = Lease(school_id=school_id, run_id=run_id, holder=holder)
        lease.acquired_at = at
    elif lease.run_id != run_id:
        lease.acquired_at = at
    lease.run_id, lease.holder, lease.expires_at = run_id, holder, at + LEASE_TIME
    s.add(lease)


def lease(s: Session, school_id: int) -> Lease | None:
    return s.get(Lease, school_id)


def drop_lease(s: Session, school_id: int, *, run_id: int) -> None:
    """Give it back; a lease that somebody else has by now stays."""
    s.connection().execute(
        delete(bulk.table_of(Lease)).where(col(Lease.school_id) == school_id, col(Lease.run_id) == run_id)
    )


def keep_plan(s: Session, run_id: int, plan: str) -> None:
    s.merge(HeldPlan(run_id=run_id, plan=plan))


def held_plan(s: Session, run_id: int) -> str | None:
    found = s.get(HeldPlan, run_id)
    return found.plan if found else None


def forget_plan(s: Session, run_id: int) -> None:
    s.connection().execute(delete(bulk.table_of(HeldPlan)).where(col(HeldPlan.run_id) == run_id))


def held_now(s: Session, school_id: int | None = None) -> list[Run]:
    """Runs that a limit holds and nobody has looked into, pushes too; of all schools unless one is named."""
    among = text(OPEN_RUN)  # as ``ix_run_open`` says it, to be found by it
    asked = select(Run).where(among, Run.state == "held", Run.resolution == "", col(Run.dry_run).is_(False))
    if school_id is not None:
        asked = asked.where(Run.school_id == school_id)
    return list(s.exec(asked.order_by(col(Run.id).desc())))


def open_holds(s: Session, school_id: int) -> list[Run]:
    """Held syncs that nobody resolved; a push is held for its own target (``data.targets``)."""
    return list(
        s.exec(
            select(Run).where(
                Run.school_id == school_id, Run.state == "held", Run.resolution == "", Run.kind != "push"
            )
        )
    )
