"""A held push, and what a person says to it: apply exactly what was seen, or forget it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from data import roster, runs
from data import targets as target_rows
from data.tables import Run, Target
from misconsole.errors import Conflict, NotFound
from misconsole.push import engine, source
from misconsole.push.temporary import Choose
from misconsole.rules import target_parts
from misconsole.services.views import Affected
from misconsole.sync import lease

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.services.desk import Desk


def affected(text: str) -> tuple[Affected, ...]:
    """Everybody a held push would touch; what takes away first."""
    steps = sorted(
        target_parts.load(text),
        key=lambda step: (target_parts.ACTIONS.index(step.action), step.name.casefold(), step.username),
    )
    return tuple(
        Affected(
            change=step.action, name=step.name, role=step.role, username=step.username,
            detail=target_parts.detail(step),
        )
        for step in steps
    )  # fmt: skip


def approve(
    desk: Desk,
    run_id: int,
    *,
    open_directory: source.Open | None = None,
    choose: Choose = secrets.choice,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _line: None,
) -> int:
    """Look at the directory again and, where all that was seen still holds, write it and nothing else.

    Returns the id of the push that did so.  Raises Conflict when it was resolved already, Busy while a run
    of the school is under way.
    """
    approval = queue(desk, run_id)
    engine.execute(desk, approval, open_directory=open_directory, choose=choose, stop=stop, say=say)
    return approval


def queue(desk: Desk, run_id: int) -> int:
    """The push that will write what was held, queued for this process."""
    with desk.store.write() as s:
        held, target = _held(s, run_id)
        school = roster.school(s, held.school_id)
        if not target.active:
            raise Conflict(f"{target.name} is paused.", mend="Let it go on first: active=yes.")
        lease.claim(s, held.school_id, run_id=None, now=desk.now(), name=school.name if school else "")
        run = target_rows.queue_push(
            s, target, actor=desk.actor, origin=desk.origin, at=desk.now(), pid=os.getpid(),
            source={"approves": run_id},
        )  # fmt: skip
        return run.id or 0


def _held(s: Session, run_id: int) -> tuple[Run, Target]:
    run = runs.get(s, run_id)
    target = s.get(Target, run.target_id) if run is not None and run.target_id else None
    if run is None or target is None:
        raise NotFound(f"There is no push {run_id}, or its target was removed.")
    if run.state != "held" or run.resolution:
        told = f"was {run.resolution} by {run.resolved_by}" if run.resolution else f"is {run.state}"
        raise Conflict(f"Run {run_id} {told}; there is nothing to approve.", mend="Look at it again.")
    return run, target
