"""How a run ends: its row, its stages and what it left waiting, written together."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from connectors.base import Access, AccessState
from data import bulk, runs
from misconsole.rules import plan_json
from misconsole.rules.limits import Holding
from misconsole.rules.plan import Plan

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.sync.job import Job

KNOWN_STATES = frozenset(AccessState) - {AccessState.UNKNOWN}


def remember_access(job: Job, access: Access) -> None:
    """How authorisation stands, for the guide and the lamp; a rehearsal keeps its hands off."""
    from data.tables import Connection

    if job.run.dry_run or job.connection is None or access.state not in KNOWN_STATES:
        return
    row: dict[str, Any] = {
        "id": job.connection.id, "access": access.state.value, "access_message": access.message,
        "access_checked_at": job.desk.now(),
    }  # fmt: skip
    with job.desk.store.write() as s:
        bulk.update(s, Connection, [row])


def stopped(job: Job, state: str, error: Exception) -> None:
    """Failed or cancelled: nothing was changed, and why."""
    said = {
        "code": str(getattr(error, "code", "failed")),
        "message": str(getattr(error, "message", "") or error),
        "mend": str(getattr(error, "mend", "")),
    }
    level = "info" if state == "cancelled" else "error"
    job.recorder.message(level, said["code"], said["message"], said["mend"])
    job.recorder.flush()
    now = job.desk.now()
    with job.desk.store.write() as s:
        runs.set_run(
            s, job.run_id, state=state, finished_at=now, error=said if state == "failed" else None,
            reports=job.counts, source=job.source,
        )  # fmt: skip
        runs.end_stages(s, job.run_id, now)


def held(job: Job, plan: Plan, holding: Holding) -> None:
    """A limit was reached: the plan is kept, so that approval applies exactly what was seen."""
    said = holding.as_dict(job.run_id)
    job.recorder.message("warning", said["code"], said["message"], said["mend"])
    job.recorder.flush()
    with job.desk.store.write() as s:
        _finish(s, job, plan, state="held", held=said)
        runs.end_stages(s, job.run_id, job.desk.now())
        if not job.run.dry_run:
            expire_holds(s, job)
            runs.keep_plan(s, job.run_id, plan_json.dump(plan))


def expire_holds(s: Session, job: Job) -> None:
    """A newer run has seen more than the plans that still wait; they can no longer be approved."""
    for old in runs.open_holds(s, job.school_id):
        if old.id is not None and old.id != job.run_id:
            runs.set_run(
                s, old.id, resolution="expired", resolved_at=job.desk.now(), resolved_by=job.run.actor
            )
            runs.forget_plan(s, old.id)


def rehearsed(job: Job, plan: Plan) -> None:
    """The end of a dry run that nothing held."""
    job.recorder.flush()
    with job.desk.store.write() as s:
        _finish(s, job, plan, state="succeeded", changed_anything=False)


def applied(s: Session, job: Job, plan: Plan, *, changed: bool) -> None:
    """The end of a run that was applied, in the transaction that applied it."""
    runs.set_stage(s, job.run_id, "apply", state="ok", finished_at=job.desk.now())
    _finish(s, job, plan, state="succeeded", changed_anything=changed)
    expire_holds(s, job)


def _finish(s: Session, job: Job, plan: Plan, **values: Any) -> None:
    runs.set_run(
        s, job.run_id, finished_at=job.desk.now(), reports=job.counts, changes=dict(plan.changes),
        source=job.source, school_version=plan.version, **values,
    )  # fmt: skip
    s.flush()
    waiting = waits(s, job)
    if values["state"] != "succeeded" or job.run.dry_run:
        unmatched = {"unmatched_staff": plan.unmatched["staff"], "unmatched_pupils": plan.unmatched["pupil"]}
        waiting |= unmatched
    runs.set_run(s, job.run_id, waiting=waiting)


def waits(s: Session, job: Job) -> dict[str, int]:
    """What waits in each queue now, by the same count as everywhere."""
    from misconsole.services.counts import count_waiting

    return asdict(count_waiting(s, job.school_id, mode=job.school.mode, today=job.desk.today))
