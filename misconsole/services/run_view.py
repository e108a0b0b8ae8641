"""A run as it is shown: looked up by whoever may see it, with its lamp, stages, rate and messages.

One whose process died is told as failed at once, whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from data import runs as run_rows
from misconsole.errors import NotFound
from misconsole.services.views import Lamp, MessageView, ProgressView, RunView, StageView

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import Lease, Run, RunProgress, RunStage

LAMPS = {
    "queued": Lamp.WORKING, "running": Lamp.WORKING, "succeeded": Lamp.OK, "held": Lamp.ATTENTION,
    "failed": Lamp.PROBLEM, "cancelled": Lamp.UNKNOWN,
}  # fmt: skip
STAGE_LAMPS = {
    "waiting": Lamp.UNKNOWN, "skipped": Lamp.UNKNOWN, "working": Lamp.WORKING, "ok": Lamp.OK,
    "attention": Lamp.ATTENTION, "problem": Lamp.PROBLEM,
}  # fmt: skip
TITLES = {
    "staff": "Staff (current)", "students": "Students (current)", "staff-future": "Staff (future)",
    "students-future": "Students (future)", "groups-classes": "Groups & classes", "contacts": "Contacts",
    "attendance": "Attendance",
}  # fmt: skip
RATE_AFTER = 0.5  # seconds before a rate means anything


def found(s: Session, run_id: int) -> Run:
    run = run_rows.get(s, run_id)
    if run is None or not _is_seen(s, run.school_id):
        raise NotFound(f"There is no run {run_id}.", mend="misconsole runs SCHOOL lists them.")
    return run


def _is_seen(s: Session, school_id: int) -> bool:
    from data import roster
    from data.schools import may_see

    found = roster.school(s, school_id)
    return found is None or may_see(s, found)


def view(
    s: Session, run: Run, stages: Iterable[RunStage], lease: Lease | None, *, now: datetime, messages: int
) -> RunView:
    from data import roster
    from misconsole.sync.lease import ended, run_alive

    school = roster.school(s, run.school_id)
    dead = run.state in run_rows.UNFINISHED and not run_alive(run, lease, now)
    state = "failed" if dead else run.state
    error: dict[str, object] | None = dict(ended(run.kind)) if dead else run.error
    end = run.finished_at or (run.heartbeat_at if dead else None)
    seconds = (end or now) - run.started_at if run.started_at else None
    views = tuple(_stage(row, now, dead=dead) for row in stages)
    told = run_rows.messages(s, run.id or 0, limit=messages) if messages else []
    return RunView(
        id=run.id or 0, school=school.urn if school else "", school_name=school.name if school else "",
        state=state, lamp=LAMPS[state], kind=run.kind, dry_run=run.dry_run, full=run.full, actor=run.actor,
        origin=run.origin, started_at=run.started_at, finished_at=end,
        seconds=round(seconds.total_seconds(), 3) if seconds is not None else None,
        cancelling=run.cancel_requested and state in run_rows.UNFINISHED, stages=views,
        progress=tuple(_progress(row) for row in run_rows.progress(s, run.id or 0)) if messages else (),
        messages=tuple(
            MessageView(at=m.at or now, level=m.level, code=m.code, message=m.message, mend=m.mend)
            for m in told
        ),
        reports=run.reports, changes=run.changes, waiting=run.waiting, held=run.held, error=error,
        resolution=run.resolution, due_at=run.due_at, source=run.source,
    )  # fmt: skip


def _stage(row: RunStage, now: datetime, *, dead: bool) -> StageView:
    state = {"working": "problem", "waiting": "skipped"}.get(row.state, row.state) if dead else row.state
    end = row.finished_at or (now if state == "working" else None)
    seconds = (end - row.started_at).total_seconds() if row.started_at and end else None
    return StageView(
        name=row.name, lamp=STAGE_LAMPS[state], state=state,
        seconds=round(seconds, 3) if seconds is not None else None, finished_at=row.finished_at,
        detail=row.detail,
    )  # fmt: skip


def _progress(row: RunProgress) -> ProgressView:
    """Records a second since the report began, and the seconds left at that rate."""
    rate = left = None
    if row.started_at and row.updated_at:
        seconds = (row.updated_at - row.started_at).total_seconds()
        rate = row.done / seconds if seconds >= RATE_AFTER and row.done else None
    if rate and row.total is not None and not row.finished:
        left = max(0.0, (row.total - row.done) / rate)
    return ProgressView(
        report=row.report, title=TITLES.get(row.report, row.report), done=row.done, total=row.total,
        rate=round(rate, 1) if rate else None, left=round(left, 1) if left is not None else None,
        finished=row.finished,
    )  # fmt: skip
