"""When each school is due next, which runs have tried, and which worker is at work.

Protects one thing: at most one worker is active in a store (``Worker``), so that nothing is run twice.
Bookkeeping, not journalled; the next due time can always be computed again from the school's options.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from data.tables import OPEN_RUN, Connection, HeldPlan, Run, School, Slot, Worker

SYNC = "sync"
LONGEST = timedelta(days=2)  # no sync takes that long
ENDED_WELL = ("succeeded", "held")  # the MIS was read to its end


def get(s: Session, school_id: int) -> Slot | None:
    return s.get(Slot, school_id)


def put(
    s: Session,
    school_id: int,
    *,
    due_at: datetime | None,
    late_at: datetime | None,
    note: str = "",
    served: datetime | None = None,
) -> Slot:
    """Write the next slot; ``served`` is the due time just served, None leaves the last one."""
    slot = s.get(Slot, school_id) or Slot(school_id=school_id)
    slot.due_at, slot.late_at, slot.note = due_at, late_at, note
    if served is not None:
        slot.last_slot = served
    s.add(slot)
    s.flush()
    return slot


def drop(s: Session, school_id: int) -> None:
    slot = s.get(Slot, school_id)
    if slot is not None:
        s.delete(slot)
        s.flush()


def due(s: Session, at: datetime) -> list[tuple[Slot, School, Connection]]:
    """Connected schools whose time has come, the longest waiting first."""
    asked = (
        select(Slot, School, Connection)
        .join(School, col(School.id) == col(Slot.school_id))
        .join(Connection, col(Connection.school_id) == col(Slot.school_id))
        .where(col(Connection.active).is_(True), col(Slot.due_at) <= at)
    )
    return list(s.exec(asked.order_by(col(Slot.due_at), col(School.urn))))


def planned(s: Session, after: datetime) -> list[tuple[Slot, School, Connection]]:
    """Connected schools whose time is still to come."""
    asked = (
        select(Slot, School, Connection)
        .join(School, col(School.id) == col(Slot.school_id))
        .join(Connection, col(Connection.school_id) == col(Slot.school_id))
        .where(col(Connection.active).is_(True), col(Slot.due_at) > after)
    )
    return list(s.exec(asked.order_by(col(Slot.school_id))))


def soonest(s: Session) -> datetime | None:
    """The next due time of all."""
    return s.exec(select(func.min(Slot.due_at))).one()


def unplanned(s: Session) -> list[int]:
    """Connected schools that have no slot yet."""
    asked = select(Connection.school_id).where(
        col(Connection.active).is_(True), col(Connection.school_id).not_in(select(Slot.school_id))
    )
    return sorted(set(s.exec(asked)))


def never_read(s: Session) -> list[tuple[School, Connection]]:
    """Connected schools of which no sync was read to its end, by name."""
    read = select(Run.school_id).where(
        Run.kind == SYNC, col(Run.dry_run).is_(False), col(Run.state).in_(ENDED_WELL)
    )
    asked = (
        select(School, Connection)
        .join(Connection, col(Connection.school_id) == col(School.id))
        .where(col(Connection.active).is_(True), col(School.id).not_in(read))
    )
    return list(s.exec(asked.order_by(col(School.name), col(School.urn))))


def tries(s: Session, school_id: int, due_at: datetime) -> int:
    """How many runs have failed for that slot."""
    asked = select(func.count()).where(
        col(Run.school_id) == school_id, col(Run.due_at) == due_at, col(Run.state) == "failed"
    )
    return int(s.exec(asked).one())


def open_runs(s: Session) -> list[tuple[Run, School, Connection | None]]:
    """Every run that says it is queued or under way, with its school and connection.

    It is asked every two seconds, and a year of three thousand schools is a million runs: so it is put as
    ``ix_run_open`` puts it, to be found by it.
    """
    among = text(f"run.{OPEN_RUN}")
    asked = (
        select(Run, School, Connection)
        .join(School, col(School.id) == col(Run.school_id))
        .outerjoin(
            Connection,
            (col(Connection.school_id) == col(Run.school_id)) & (col(Connection.active).is_(True)),
        )
        .where(among, col(Run.state).in_(("queued", "running")))
    )
    return list(s.exec(asked))


def ended_since(s: Session, at: datetime) -> list[tuple[Run, School]]:
    """Syncs that a worker started and that succeeded since then, oldest first.

    Asked by the day they began, which has an index: a year of runs is not read through at every look.
    """
    asked = (
        select(Run, School)
        .join(School, col(School.id) == col(Run.school_id))
        .where(
            Run.kind == SYNC, Run.origin == "worker", Run.state == "succeeded",
            col(Run.dry_run).is_(False), col(Run.finished_at) > at, col(Run.started_at) > at - LONGEST,
        )
    )  # fmt: skip
    return list(s.exec(asked.order_by(col(Run.finished_at))))


def waiting_holds(s: Session) -> list[tuple[Run, School]]:
    """Held runs whose plan nobody has answered yet."""
    asked = (
        select(Run, School)
        .join(School, col(School.id) == col(Run.school_id))
        .where(col(Run.id).in_(select(HeldPlan.run_id)), Run.state == "held", Run.resolution == "")
    )
    return list(s.exec(asked.order_by(col(Run.id))))


def workers(s: Session) -> list[Worker]:
    """Workers that have not said that they stopped, the oldest first."""
    return list(s.exec(select(Worker).where(col(Worker.stopped_at).is_(None)).order_by(col(Worker.id))))


def beat(s: Session, worker_id: int, at: datetime) -> None:
    worker = s.get(Worker, worker_id)
    if worker is not None:
        worker.heartbeat_at = at
        s.add(worker)


def sign_on(s: Session, holder: str, at: datetime) -> int:
    worker = Worker(holder=holder)
    worker.started_at = worker.heartbeat_at = at
    s.add(worker)
    s.flush()
    return worker.id or 0


def sign_off(s: Session, workers: Iterable[int], at: datetime) -> None:
    for worker_id in workers:
        worker = s.get(Worker, worker_id)
        if worker is not None and worker.stopped_at is None:
            worker.stopped_at = at
            s.add(worker)
