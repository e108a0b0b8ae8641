"""Who works: of all workers of one store the first that lives; the others stand by and take over.

A worker beats every half minute.  One whose beat is stale, or from a time still to come (a clock that was
ahead), or whose process is gone on this machine, is signed off by whoever looks next.
"""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data import slots as slot_rows
from misconsole.services.desk import Desk
from misconsole.sync import lease

if TYPE_CHECKING:
    from data.tables import Worker

STALE = timedelta(minutes=2)


def sign_on(desk: Desk, holder: str) -> int:
    with desk.store.write() as s:
        return slot_rows.sign_on(s, holder, desk.now())


def sign_off(desk: Desk, worker_id: int) -> None:
    with desk.store.write() as s:
        slot_rows.sign_off(s, [worker_id], desk.now())


def active(desk: Desk, worker_id: int) -> tuple[bool, str]:
    """Beat, and tell whether it is our turn; if not, who is at work."""
    now = desk.now()
    with desk.store.write() as s:
        slot_rows.beat(s, worker_id, now)
        there = slot_rows.workers(s)
        living = [each for each in there if each.id == worker_id or lives(each, now)]
        slot_rows.sign_off(s, [each.id or 0 for each in there if each not in living], now)
        first = living[0] if living else None
    return (first is None or first.id == worker_id), first.holder if first else ""


def lives(worker: Worker, now: datetime) -> bool:
    if worker.heartbeat_at is None or abs(now - worker.heartbeat_at) > STALE:
        return False
    host, _, pid = worker.holder.rpartition(":")
    return host != socket.gethostname() or not pid.isdigit() or lease.process_alive(int(pid))


def at_work(desk: Desk) -> str:
    """Who is at work now, as ``host:pid``; empty when nobody is."""
    with desk.store.read() as s:
        return next((each.holder for each in slot_rows.workers(s) if lives(each, desk.now())), "")
