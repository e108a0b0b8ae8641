"""What the worker sees to besides starting runs: directories after a sync, held runs that expire, the house.

Every step is guarded by itself; a held run that expires is rejected, never applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from data import runs as run_rows
from data import slots as slot_rows
from misconsole.errors import MisconsoleError
from misconsole.services.desk import Desk
from misconsole.services.due import options_of

Say = Callable[[str], None]
Push = Callable[[Desk, str], Iterable[str]]
NIGHT = 3  # hour of the clock from which the house is kept
STAMP = "last-housekeeping"


def synced(desk: Desk, since: datetime, push: Push, say: Say) -> None:
    """Write to the active directories of schools whose worker's sync succeeded since then (after_sync).

    ``push`` tells a line for each directory; what it raises is said and stops at that school.
    """
    with desk.store.read() as s:
        ended = [school for _, school in slot_rows.ended_since(s, since)]
    for school in {each.id: each for each in ended}.values():
        if options_of(school).after_sync:
            try:
                for told in push(desk, school.urn):
                    say(f"{school.name}: {told}")
            except MisconsoleError as error:
                say(f"{school.name}: its directories were not written to: {error.message}")
            except Exception as error:  # noqa: BLE001 - one school's directory is not the others'
                say(f"{school.name}: its directories were not written to ({type(error).__name__}).")


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


def nightly(desk: Desk, hooks: Sequence[Callable[[Desk], Any]], say: Say) -> bool:
    """Keep the house once a day, from three o'clock; whether it was kept now. A hook's trouble is its own."""
    now = desk.now()
    stamp = desk.workdir / STAMP
    if now.hour < NIGHT or not hooks or _read(stamp) == now.date().isoformat():
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
