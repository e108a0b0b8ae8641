"""How every school stands, at a glance: lamp, last checked, last changed, what waits.

For an SQLite store it takes the quick look of ``data.status``; only a server goes through SQLAlchemy.
"did last night run?" must be answered in one glance, so a run that died is never shown as under way.
``lines`` gives plain dicts, for the command that must answer at once; ``school_rows`` the view models.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from misconsole.services import lamps

if TYPE_CHECKING:
    from pathlib import Path

    from misconsole.services.rows import Lamp, SchoolRow

Facts = Mapping[str, Any]

DECIDED = ("unmatched_staff", "unmatched_pupils", "unallocated", "exclusions", "non_mis")
QUEUES = (*DECIDED, "new_users", "problems")  # the last two are for information
_WORST_FIRST = ("problem", "attention", "unknown", "working", "ok")
_SAME = ("id", "urn", "slug", "name", "mode", "mis", "route", "access", "last_run", "last_run_state")


def school_rows(url: str, *, now: datetime | None = None) -> tuple[SchoolRow, ...]:
    """Every school by name. Raises data.errors.StoreProblem."""
    from misconsole.services.rows import Lamp, SchoolRow, Waiting

    return tuple(
        SchoolRow(
            **{
                **line,
                "lamp": Lamp(line["lamp"]),
                "mis_title": mis_title(line["mis"]),
                "waiting": Waiting(**line["waiting"]),
            }
        )
        for line in lines(url, now=now)
    )


def stamp(url: str) -> object:
    """The same as before: nobody has written to the store since. None where only asking can tell."""
    from data import status
    from misconsole import paths

    path = paths.sqlite_path(url)
    return status.stamp(path) if path is not None else None


def estate_lamp(rows: Iterable[SchoolRow]) -> Lamp:
    """The lamp of all schools together: the worst one; unknown when there is none."""
    from misconsole.services.rows import Lamp

    return Lamp(worst(row.lamp for row in rows))


def worst(lamps: Iterable[str]) -> str:
    """As ``estate_lamp``, in plain words."""
    lit = set(lamps)
    return next((lamp for lamp in _WORST_FIRST if lamp in lit), "unknown")


def lines(url: str, *, now: datetime | None = None, counted: bool = True) -> list[dict[str, Any]]:
    """Every school by name: the fields of ``SchoolRow`` but ``mis_title``; lamp as its word, waiting as a
    dict of counts. Raises data.errors.StoreProblem.

    ``counted`` False, for who asks all the time: nothing waits in any queue, and no lamp is lit by what does.
    """
    from misconsole import paths

    now = now or clock_now()
    if paths.site_file(os.environ) is None:  # nobody is bound to single schools
        return _lines(url, now, counted)
    from misconsole import config

    only = config.only(os.environ)
    if only is not None and not config.is_throw_away(url):
        found = _lines(url, now, counted)
        return [each for each in found if not only.isdisjoint((each["urn"].lower(), each["slug"].lower()))]
    return _lines(url, now, counted)


def _lines(url: str, now: datetime, counted: bool) -> list[dict[str, Any]]:
    from misconsole import paths

    path = paths.sqlite_path(url)
    if path is None:
        return _server_lines(url, now, counted)
    from data import status

    facts = status.rows(path, today=now.date(), counted=counted)
    due = _exclusions(path, facts, now.date())
    return [line_of(each, exclusions=due[each["id"]], now=now) for each in facts]


def line_of(facts: Facts, *, exclusions: int, now: datetime) -> dict[str, Any]:
    """One school's line; ``facts`` as ``data.status.rows`` gives them."""
    waiting = {name: exclusions if name == "exclusions" else int(facts[name]) for name in QUEUES}
    alive = _alive(facts, now)
    decisions = sum(waiting[name] for name in DECIDED)
    lamp, word = lamps.lamp(lamps.Glance(facts, decisions, alive, now))
    return {
        **{name: facts[name] for name in _SAME},
        "lamp": lamp,
        "lamp_word": word,
        "last_checked": _time(facts["last_checked"]),
        "last_changed": _time(facts["last_changed"]),
        "running": facts["open_run"] if alive else None,
        "due_at": _time(facts["due_at"]),
        "late_at": _time(facts["late_at"]),
        "slot_note": facts["slot_note"],
        "source": _source(facts["source"]),
        "waiting": waiting,
    }


def mis_title(mis: str) -> str:
    """The catalogue's name of a MIS; its id when the catalogue no longer has it."""
    from connectors import catalogue
    from connectors.errors import ConnectorError

    try:
        return catalogue.title(mis) if mis else ""
    except ConnectorError:
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


def _server_lines(url: str, now: datetime, counted: bool) -> list[dict[str, Any]]:
    from sqlalchemy import text

    from data.status import BRIEF, QUERY
    from data.store import Store
    from misconsole.services import clashes

    today = now.date()
    with Store.open(url, create=False, migrate=False) as store, store.read() as s:
        facts = s.connection().execute(text(QUERY if counted else BRIEF), {"today": today}).mappings().all()
        due = {
            each["id"]: clashes.count_due(s, each["id"], today=today)
            for each in facts
            if each["exclusions_active"] > each["exclusions_due"]
        }
        return [
            line_of(dict(each), exclusions=due.get(each["id"], each["exclusions_due"]), now=now)
            for each in facts
        ]


def _source(written: Any) -> dict[str, Any]:
    """What the last complete read was of (U6), as the engine wrote it; a server gives it parsed."""
    if isinstance(written, str):
        import json

        written = json.loads(written)
    return dict(written or {})


def _time(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if written else None


def clock_now() -> datetime:
    import os

    from misconsole import clock

    return clock.clock(os.environ)()
