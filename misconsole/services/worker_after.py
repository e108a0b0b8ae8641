"""What the worker sees to besides starting runs: directories after a sync, held runs that expire, the house.

Every step is guarded by itself; a held run that expires is rejected, never applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from data import runs as run_rows
from data import slots as slot_rows
from misconsole.errors import Busy, MisconsoleError
from misconsole.services.desk import Desk
from misconsole.services.due import options_of

Say = Callable[[str], None]
Targets = Callable[[Desk, str], Iterable[str]]  # the names of a school's active directories
Push = Callable[[Desk, str, str], object]  # begins to write to one of them
NIGHT, MORNING = 3, 9  # hours (UTC) from which the house is kept, and from which the night is summed up
LATE = timedelta(minutes=10)  # a store is asked again for that long before it says that it is locked
STAMP = "last-housekeeping"


def wanted(desk: Desk, since: datetime, targets: Targets, seen: set[int]) -> list[tuple[str, str]]:
    """(URN, directory) to write to: those of schools with ``after_sync`` whose worker's sync succeeded.

    ``seen`` are runs that were followed already, changed once all is known.  A run says when it ended a
    while before others can read that it did, so one looks back further than to the last look.
    """
    with desk.store.read() as s:
        ended = {run.id or 0: school for run, school in slot_rows.ended_since(s, since - LATE)}
    new = [school for run_id, school in ended.items() if run_id not in seen]
    urns = sorted({school.urn for school in new if options_of(school).after_sync})
    found = [(urn, name) for urn in urns for name in targets(desk, urn)]
    seen.clear()
    seen.update(ended)
    return found


def push(desk: Desk, waiting: list[tuple[str, str]], begin: Push, say: Say) -> None:
    """Begin each push; where the school is busy, as with its other directory, it stays in ``waiting``."""
    for each in list(waiting):
        try:
            begin(desk, *each)
        except Busy:
            continue
        except MisconsoleError as error:
            say(f"School {each[0]}: {each[1]} was not written to: {error.message}")
        except Exception as error:  # noqa: BLE001 - one school's directory is not the others'
            say(f"School {each[0]}: {each[1]} was not written to ({type(error).__name__}).")
        else:
            say(f"School {each[0]}: a push to {each[1]} started.")
        waiting.remove(each)


def expire(desk: Desk, say: Say) -> int:
    """Held runs that waited longer than the school's ``expire_held_days``; how many expired."""
    now = desk.now()
    with desk.store.read() as s:
        old = [
            (run.id or 0, school.name)
            for run, school in slot_rows.waiting_holds(s)
            if (days := options_of(school).expire_held_days) is not None
            and run.finished_at is not None
            and now - run.finished_at >= timedelta(days=days)
        ]
    for run_id, name in old:
        with desk.store.write() as s:
            run = run_rows.get(s, run_id)
            if run is None or run.state != "held" or run.resolution:
                continue  # somebody answered meanwhile
            run_rows.set_run(s, run_id, resolution="expired", resolved_by=desk.actor, resolved_at=now)
            run_rows.forget_plan(s, run_id)
        say(f"{name}: the held run {run_id} expired; nothing of it was applied.")
    return len(old)


def daily(
    desk: Desk, hooks: Sequence[Callable[[Desk], Any]], say: Say, *, hour: int = NIGHT, name: str = STAMP
) -> bool:
    """Call each hook once a day, from that hour on; whether it was done now. A hook's trouble is its own."""
    now = desk.now()
    stamp = desk.workdir / name
    if now.hour < hour or not hooks or _read(stamp) == now.date().isoformat():
        return False
    try:
        stamp.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp.write_text(now.date().isoformat(), encoding="ascii")
    except OSError:
        say("The house is kept without a note of it: the work folder cannot be written.")
    for hook in hooks:
        try:
            hook(desk)
        except MisconsoleError as error:
            say(f"Keeping the house: {error.message}")
        except Exception as error:  # noqa: BLE001 - the worker outlives its hooks
            say(f"Keeping the house failed ({type(error).__name__}).")
    return True


def _read(stamp: Any) -> str:
    try:
        return str(stamp.read_text(encoding="ascii")).strip()
    except (OSError, ValueError):
        return ""
