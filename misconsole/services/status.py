"""How every school stands, at a glance: lamp, last checked, last changed, what waits.

For an SQLite store it takes the quick look of ``data.status``; only a server goes through SQLAlchemy.
"did last night run?" must be answered in one glance, so a run that died is never shown as under way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from misconsole.services.views import Lamp, SchoolRow, Waiting

Facts = Mapping[str, Any]

_LOST = {"declined": "access declined", "revoked": "access revoked", "refused": "credentials refused"}
_WORST_FIRST = (Lamp.PROBLEM, Lamp.ATTENTION, Lamp.UNKNOWN, Lamp.WORKING, Lamp.OK)


def school_rows(url: str, *, now: datetime | None = None, titles: bool = True) -> tuple[SchoolRow, ...]:
    """Every school by name. ``titles``: look the names of the MISs up in the catalogue, which takes a moment.

    Raises data.errors.StoreProblem.
    """
    from misconsole import paths

    now = now or clock_now()
    path = paths.sqlite_path(url)
    if path is None:
        return _server_rows(url, now, titles)
    from data import status

    facts = status.rows(path, today=now.date())
    due = _exclusions(path, facts, now.date())
    return tuple(row_of(each, exclusions=due[each["id"]], now=now, titles=titles) for each in facts)


def estate_lamp(rows: Iterable[SchoolRow]) -> Lamp:
    """The lamp of all schools together: the worst one; unknown when there is none."""
    lamps = {row.lamp for row in rows}
    return next((lamp for lamp in _WORST_FIRST if lamp in lamps), Lamp.UNKNOWN)


def row_of(facts: Facts, *, exclusions: int, now: datetime, titles: bool = True) -> SchoolRow:
    """One school's line; ``facts`` as ``data.status.rows`` gives them."""
    waiting = Waiting(
        unmatched_staff=facts["unmatched_staff"],
        unmatched_pupils=facts["unmatched_pupils"],
        unallocated=facts["unallocated"],
        exclusions=exclusions,
        non_mis=facts["non_mis"],
        new_users=facts["new_users"],
        problems=facts["problems"],
    )
    alive = _alive(facts, now)
    lamp, word = lamp_of(facts, waiting, alive=alive)
    return SchoolRow(
        id=facts["id"], urn=facts["urn"], slug=facts["slug"], name=facts["name"], mode=facts["mode"],
        mis=facts["mis"], mis_title=mis_title(facts["mis"]) if titles else facts["mis"],
        route=facts["route"], access=facts["access"],
        lamp=lamp, lamp_word=word,
        last_checked=_time(facts["last_checked"]), last_changed=_time(facts["last_changed"]),
        last_run=facts["last_run"], last_run_state=facts["last_run_state"],
        running=facts["open_run"] if alive else None, waiting=waiting,
    )  # fmt: skip


def lamp_of(facts: Facts, waiting: Waiting, *, alive: bool) -> tuple[Lamp, str]:
    """Lamp and word. ``alive``: the unfinished run, if there is one, has a process working on it."""
    told = facts["told_state"]
    if not facts["mis"]:
        return Lamp.UNKNOWN, "not connected"
    if alive:
        return Lamp.WORKING, "queued" if facts["open_state"] == "queued" else "syncing"
    if facts["access"] in _LOST:
        return Lamp.PROBLEM, _LOST[facts["access"]]
    if facts["open_run"] and facts["open_run"] > (facts["last_run"] or 0):
        return Lamp.PROBLEM, "interrupted"
    if told == "failed":
        return Lamp.PROBLEM, "failed"
    if told == "held" and not facts["told_resolution"]:
        return Lamp.ATTENTION, "held"
    if not told:
        return Lamp.UNKNOWN, "waiting for approval" if facts["access"] == "pending" else "never synced"
    if facts["access"] == "offline":
        return Lamp.ATTENTION, "MIS offline"
    return (Lamp.ATTENTION, "waiting") if waiting.total else (Lamp.OK, "ok")


def mis_title(mis: str) -> str:
    """The catalogue's name of a MIS; its id when the catalogue no longer has it."""
    if not mis:
        return ""
    from connectors import catalogue

    try:
        return catalogue.entry(mis).title
    except (LookupError, ValueError):
        return mis


def _alive(facts: Facts, now: datetime) -> bool:
    if not facts["open_run"]:
        return False
    from misconsole.sync import lease

    run: Any = SimpleNamespace(
        id=facts["open_run"],
        state=facts["open_state"],
        pid=facts["open_pid"],
        heartbeat_at=_time(facts["open_heartbeat"]),
    )
    held: Any = SimpleNamespace(
        run_id=facts["lease_run"], holder=facts["lease_holder"], expires_at=_time(facts["lease_expires"])
    )
    return lease.run_alive(run, held if facts["lease_run"] else None, now)


def _exclusions(path: Path, facts: Iterable[Facts], today: date) -> dict[int, int]:
    """School id -> exclusions that wait: due, or borne by a live account (Z25)."""
    due = {each["id"]: int(each["exclusions_due"]) for each in facts}
    open_ones = [each["id"] for each in facts if each["exclusions_active"] > each["exclusions_due"]]
    if open_ones:
        from data import status
        from misconsole.services import clash_count

        due.update(clash_count.waiting(status.clash_rows(path, open_ones), open_ones, today))
    return due


def _server_rows(url: str, now: datetime, titles: bool) -> tuple[SchoolRow, ...]:
    from sqlalchemy import text

    from data.status import QUERY
    from data.store import Store
    from misconsole.services import clashes

    with Store.open(url) as store, store.read() as s:
        facts = s.connection().execute(text(QUERY), {"today": now.date()}).mappings().all()
        return tuple(
            row_of(
                dict(each),
                exclusions=clashes.count_due(s, each["id"], today=now.date()),
                now=now,
                titles=titles,
            )
            for each in facts
        )


def _time(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if written else None


def clock_now() -> datetime:
    import os

    from misconsole import clock

    return clock.clock(os.environ)()
