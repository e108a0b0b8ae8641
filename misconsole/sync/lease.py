"""Whose turn it is: one run at a time for a school, even after a crash.

A run that died leaves its lease behind.  It is taken over when its time is up or, on the same machine,
as soon as its process is gone; a run that lost its lease finds out before it writes and stops.
"""

from __future__ import annotations

import os
import socket
import subprocess
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from misconsole.errors import Busy

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import Lease, Run

START_TIME = timedelta(seconds=60)  # a queued run must have begun by then
ENDED = {
    "code": "process_ended",
    "message": "The run's process ended before the run did; nothing was changed.",
    "mend": "Run again.",
}
#: A push writes one entry after the other; what was answered stays.
PUSH_ENDED = {
    "code": "process_ended",
    "message": "The push's process ended before the push did; what was written before stays.",
    "mend": "Push again; it starts by looking, and goes on from there.",
}
_children: list[subprocess.Popen[bytes]] = []


def ended(kind: str) -> dict[str, str]:
    """What is said of a run whose process died."""
    return PUSH_ENDED if kind == "push" else ENDED


def holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def adopt(child: subprocess.Popen[bytes]) -> None:
    """Remember a run process we started, so that its end is noticed and it leaves no zombie."""
    _children.append(child)


def _reap() -> None:
    _children[:] = [child for child in _children if child.poll() is None]


def process_alive(pid: int) -> bool:
    _reap()
    if os.name == "nt":
        return True  # there is no harmless way to ask; the end of the lease settles it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def lease_alive(lease: Lease | None, now: datetime) -> bool:
    if lease is None or lease.expires_at is None or lease.expires_at <= now:
        return False
    host, _, pid = lease.holder.rpartition(":")
    return host != socket.gethostname() or not pid.isdigit() or process_alive(int(pid))


def run_alive(run: Run, lease: Lease | None, now: datetime) -> bool:
    """Whether an unfinished run still has somebody working on it. ``lease`` is the school's, or None."""
    if run.state == "queued" and run.pid is None:
        return run.heartbeat_at is not None and now - run.heartbeat_at < START_TIME
    if lease is not None and lease.run_id == run.id:
        return lease_alive(lease, now)
    return run.state == "queued" and run.pid is not None and process_alive(run.pid)


def claim(s: Session, school_id: int, *, run_id: int | None, now: datetime, name: str) -> None:
    """Refuse (Busy) while another run of the school lives; end the dead ones.

    ``run_id`` is the run that asks, None before it has an id.
    """
    from data import runs

    lease = runs.lease(s, school_id)
    for other in runs.unfinished(s, school_id):
        if other.id == run_id or other.id is None:
            continue
        if run_alive(other, lease, now):
            raise _busy(other, lease, name)
        runs.set_run(s, other.id, state="failed", finished_at=now, error=ended(other.kind))
        runs.end_stages(s, other.id, now)
    if lease is not None and lease.run_id != run_id:
        runs.drop_lease(s, school_id, run_id=lease.run_id)


def _busy(run: Run, lease: Lease | None, name: str) -> Busy:
    since = f" since {run.started_at:%H:%M} UTC" if run.started_at else ""
    where = f", {lease.holder}" if lease is not None and lease.run_id == run.id else ""
    doing = "pushed to a directory" if run.kind == "push" else "synced"
    return Busy(
        f"{name} is being {doing}{since} by {run.actor or 'somebody'} (run {run.id}{where}).",
        mend=f"Wait until it has finished, or cancel it: misconsole run cancel {run.id}.",
    )
