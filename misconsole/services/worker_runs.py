"""Runs under way, as the worker sees them: who is alive, and the end of those whose process died."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data import slots as slot_rows
from misconsole.services import due
from misconsole.services.desk import Desk
from misconsole.sync import lease

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import Run


def living(desk: Desk, s: Session) -> list[tuple[Run, str]]:
    """Runs under way with the route of their school."""
    from data import runs

    return [
        (run, connection.route if connection else "")
        for run, school, connection in slot_rows.open_runs(s)
        if lease.run_alive(run, runs.lease(s, school.id or 0), desk.now())
    ]


def dead(desk: Desk) -> list[tuple[int, int]]:
    """(run, school) of those that say they are under way and have nobody at them."""
    from data import runs

    now = desk.now()
    with desk.store.read() as s:
        return [
            (run.id or 0, school.id or 0)
            for run, school, _ in slot_rows.open_runs(s)
            if not lease.run_alive(run, runs.lease(s, school.id or 0), now)
        ]


def bury(desk: Desk, run_id: int, school_id: int) -> None:
    """End it as failed, unless it lives after all, and plan its school again."""
    from data import roster, runs

    now = desk.now()
    with desk.store.write() as s:
        run, school = runs.get(s, run_id), roster.school(s, school_id)
        if run is None or school is None or lease.run_alive(run, runs.lease(s, school_id), now):
            return
        runs.set_run(s, run_id, state="failed", finished_at=now, error=lease.ended(run.kind))
        runs.end_stages(s, run_id, now)
        runs.drop_lease(s, school_id, run_id=run_id)
        s.refresh(run)
        due.after_run(s, run, school, now)
