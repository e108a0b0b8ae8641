"""Runs, for screens and commands: start, watch, cancel, approve, reject.

Starting makes a queued row and a detached process; whoever starts it may leave.  A run whose process
died is told as failed at once, whoever asks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from data import runs as run_rows
from misconsole.errors import Conflict, MisconsoleError
from misconsole.services import permits, run_view
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import Affected, RunView

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.sync.source import Open


def queue(
    desk: Desk,
    school: str,
    *,
    dry_run: bool = False,
    full: bool = False,
    pid: int | None = None,
    due_at: datetime | None = None,
) -> int:
    """A queued run of the school. Raises NotFound, or Busy with who is at it.

    ``pid``: the process that will do it, where that is known already; ``due_at``: the slot it serves.
    """
    from misconsole.sync import lease

    permits.need(desk, "sync", school)
    with desk.store.write() as s:
        found = resolve(s, school)
        lease.claim(s, found.id or 0, run_id=None, now=desk.now(), name=found.name)
        run = run_rows.create(
            s, found.id or 0, actor=desk.actor, origin=desk.origin, at=desk.now(), dry_run=dry_run, full=full,
            due_at=due_at,
        )  # fmt: skip
        run.pid = pid
        return run.id or 0


def start(
    desk: Desk, school: str, *, dry_run: bool = False, full: bool = False, due_at: datetime | None = None
) -> int:
    """Queue a run and start its own process; returns the run's id without waiting.

    A process that cannot be started leaves the run failed, with the reason.
    """
    from misconsole.sync import process

    permits.need(desk, "sync", school)
    run_id = queue(desk, school, dry_run=dry_run, full=full, due_at=due_at)
    try:
        pid = process.start(desk.store.url, run_id)
    except OSError as error:
        _not_started(desk, run_id, error)
    else:
        with desk.store.write() as s:
            run = run_rows.get(s, run_id)
            if run is not None and run.pid is None:
                run.pid = pid
                s.add(run)
    return run_id


def _not_started(desk: Desk, run_id: int, error: OSError) -> None:
    said = {
        "code": "not_started",
        "message": f"The run could not be started: {error.strerror or 'the system refused'}.",
        "mend": "Run it here instead: misconsole sync SCHOOL.",
    }
    with desk.store.write() as s:
        _fail(s, desk, run_id, said)


def _fail(s: Session, desk: Desk, run_id: int, error: dict[str, str]) -> None:
    """A run that never began: failed, and its school planned anew."""
    from data import roster
    from misconsole.services import due

    run_rows.set_run(s, run_id, state="failed", finished_at=desk.now(), error=error)
    run_rows.end_stages(s, run_id, desk.now())
    run = run_view.found(s, run_id)
    s.refresh(run)
    school = roster.school(s, run.school_id)
    if school is not None:
        due.after_run(s, run, school, desk.now())


def run_now(
    desk: Desk,
    school: str,
    *,
    dry_run: bool = False,
    full: bool = False,
    run_id: int | None = None,
    due_at: datetime | None = None,
    open_connector: Open | None = None,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _line: None,
) -> RunView:
    """Do a run in this process, from first stage to last. ``run_id``: one that is queued already."""
    from misconsole.sync import engine

    permits.need(desk, "sync", school)
    run_id = run_id or queue(desk, school, dry_run=dry_run, full=full, pid=os.getpid(), due_at=due_at)
    engine.execute(desk, run_id, open_connector=open_connector, stop=stop, say=say)
    return get(desk, run_id)


def run_queued(desk: Desk, run_id: int, *, stop: Callable[[], bool] = lambda: False) -> RunView:
    """The whole of a detached process: do the queued run. What keeps it from beginning goes into its row."""
    from misconsole.sync import engine

    permits.need(desk, "sync", lambda: school_of(desk, run_id))
    try:
        engine.execute(desk, run_id, stop=stop)
    except MisconsoleError as error:
        with desk.store.write() as s:
            if run_view.found(s, run_id).state == "queued":
                _fail(s, desk, run_id, error.as_dict())
    return get(desk, run_id)


def get(desk: Desk, run_id: int, *, messages: int = 50) -> RunView:
    """One run with its newest messages. Raises NotFound."""
    with desk.store.read() as s:
        run = run_view.found(s, run_id)
        return run_view.view(
            s, run, run_rows.stages(s, [run_id]).get(run_id, []), run_rows.lease(s, run.school_id),
            now=desk.now(), messages=messages,
        )  # fmt: skip


def list_runs(desk: Desk, school: str, *, limit: int = 50) -> tuple[RunView, ...]:
    """The runs of a school, newest first, without their messages."""
    with desk.store.read() as s:
        found = resolve(s, school)
        rows = run_rows.of_school(s, found.id or 0, limit=limit)
        stages = run_rows.stages(s, [run.id for run in rows if run.id is not None])
        lease = run_rows.lease(s, found.id or 0)
        return tuple(
            run_view.view(s, run, stages.get(run.id or 0, []), lease, now=desk.now(), messages=0)
            for run in rows
        )


def held(desk: Desk, school: str | None = None) -> tuple[RunView, ...]:
    """Runs that wait to be approved or rejected, newest first; of all schools unless one is named."""
    with desk.store.read() as s:
        rows = run_rows.held_now(s, resolve(s, school).id if school else None)
        return tuple(run_view.view(s, run, [], None, now=desk.now(), messages=0) for run in rows)


def current(desk: Desk, school: str) -> RunView | None:
    """The run under way, if its process lives."""
    with desk.store.read() as s:
        rows = run_rows.unfinished(s, resolve(s, school).id or 0)
        newest = rows[0].id if rows else None
    if newest is None:
        return None
    view = get(desk, newest)
    return view if view.state in run_rows.UNFINISHED else None


def cancel(desk: Desk, run_id: int) -> None:
    """Ask a run to stop; it does so between two pages or stages, with nothing half done.

    Raises Conflict when it is over already.
    """
    permits.need(desk, "sync", lambda: school_of(desk, run_id))
    view = get(desk, run_id, messages=0)
    if view.state not in run_rows.UNFINISHED:
        raise Conflict(f"Run {run_id} is over: {view.state}.", mend="There is nothing to cancel.")
    with desk.store.write() as s:
        run = run_view.found(s, run_id)
        if run.state == "queued" and run.pid is None:
            run_rows.set_run(s, run_id, state="cancelled", finished_at=desk.now())
            run_rows.end_stages(s, run_id, desk.now())
        else:
            run_rows.set_run(s, run_id, cancel_requested=True)


def due(desk: Desk) -> tuple[str, ...]:
    """URNs of the schools that a sync at this moment, chosen by somebody, should bring up to date."""
    from misconsole.services import due as selection

    return tuple(each.urn for each in selection.due(desk, chosen_hour=True))


def affected(desk: Desk, run_id: int) -> tuple[Affected, ...]:
    """Everybody a held run would touch; what takes away first."""
    from misconsole.rules import plan_json

    text, kind = _plan(desk, run_id)
    if kind == "push":
        from misconsole.push import approving

        return approving.affected(text)
    from misconsole.sync import approval

    return approval.affected(plan_json.load(text))


def approve(desk: Desk, run_id: int) -> RunView:
    """Apply exactly the plan that was held; the run that does so is returned.

    Raises Conflict when somebody resolved it, or anything changed since it was planned.
    """
    from misconsole.sync import approval

    permits.need(desk, "approve", lambda: school_of(desk, run_id))
    return get(desk, approval.approve(desk, run_id))


def reject(desk: Desk, run_id: int) -> RunView:
    """Forget the plan of a held run; nothing was changed by it."""
    from misconsole.sync import approval

    permits.need(desk, "approve", lambda: school_of(desk, run_id))
    approval.reject(desk, run_id)
    return get(desk, run_id)


def _plan(desk: Desk, run_id: int) -> tuple[str, str]:
    """The held plan as it is kept, and the kind of run it is of."""
    with desk.store.read() as s:
        kind = run_view.found(s, run_id).kind
        text = run_rows.held_plan(s, run_id)
    if text is None:
        raise Conflict(f"Run {run_id} holds no plan.", mend="Only a run that is held has one.")
    return text, kind


def school_of(desk: Desk, run_id: int) -> str:
    """The URN of the school a run is of; "" when there is no such run."""
    from data import roster

    with desk.store.read() as s:
        run = run_rows.get(s, run_id)
        found = roster.school(s, run.school_id) if run else None
        return found.urn if found else ""


__all__ = [
    "affected", "approve", "cancel", "current", "due", "get", "list_runs", "queue", "reject", "run_now",
    "run_queued", "school_of", "start",
]  # fmt: skip
