"""``misconsole status``: last checked, last changed, lamp and queue counts, for people and for monitoring.

Exit codes follow the monitoring-plugin convention: 0 ok (or a sync under way), 1 something waits, 2 a
problem, 3 unknown.  Standard library only, so that it answers at once.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from misconsole import paths
from misconsole.errors import NotFound, Usage
from misconsole.services import status
from misconsole.services.views import Lamp, SchoolRow, Waiting

if TYPE_CHECKING:
    from misconsole.cli.frame import Out

EXITS = {Lamp.OK: 0, Lamp.WORKING: 0, Lamp.ATTENTION: 1, Lamp.PROBLEM: 2, Lamp.UNKNOWN: 3}
SYMBOLS = {Lamp.OK: "●", Lamp.WORKING: "◐", Lamp.ATTENTION: "▲", Lamp.PROBLEM: "✖", Lamp.UNKNOWN: "○"}
HEADERS = ("LAMP", "SCHOOL", "NAME", "MIS", "ROUTE", "CHECKED", "CHANGED", "WAITING")


def add(sub: Any) -> None:
    parser = sub.add_parser("status", help="last checked, last changed, lamp and queue counts")
    parser.add_argument("school", nargs="*", metavar="SCHOOL", help="URN or slug; all schools by default")
    parser.add_argument(
        "--max-age", type=float, metavar="HOURS",
        help="a school last checked longer ago than this needs attention",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, out: Out) -> int:
    if args.max_age is not None and not args.max_age > 0:
        raise Usage("--max-age needs a number of hours above 0.")
    now = status.clock_now()
    try:
        every = status.school_rows(paths.store_url(args.store, os.environ), now=now, titles=False)
        rows = overdue(chosen(every, args.school), args.max_age, now)
    except Exception as error:
        if not hasattr(error, "mend"):
            raise
        return _unknown(error, out)
    lamp = status.estate_lamp(rows)
    if args.json:
        out.json(document(lamp, rows))
    elif args.plain:
        out.table((), map(_plain, rows))
    else:
        _text(rows, out)
    return EXITS[lamp]


def chosen(rows: Sequence[SchoolRow], keys: Sequence[str]) -> tuple[SchoolRow, ...]:
    """The schools named by URN or slug, in the order named; all of them when none is."""
    if not keys:
        return tuple(rows)
    known = {row.slug: row for row in rows} | {row.urn: row for row in rows}
    wanted = [key if key in known else key.strip().lower() for key in keys]
    for key in wanted:
        if key not in known:
            raise NotFound(f"There is no school {key!r}.", mend="misconsole status lists the schools.")
    return tuple(known[key] for key in dict.fromkeys(wanted))


def overdue(rows: Iterable[SchoolRow], hours: float | None, now: datetime) -> tuple[SchoolRow, ...]:
    """With ``hours``, a quiet lamp becomes attention where nothing was checked for that long."""
    if hours is None:
        return tuple(rows)
    limit = now - timedelta(hours=hours)
    return tuple(
        replace(row, lamp=Lamp.ATTENTION, lamp_word="overdue")
        if row.lamp is Lamp.OK and (row.last_checked is None or row.last_checked < limit)
        else row
        for row in rows
    )


def document(lamp: Lamp, rows: Iterable[SchoolRow]) -> dict[str, Any]:
    """The shape scripts rely on (design/headless.md)."""
    return {"lamp": lamp, "schools": [_school(row) for row in rows]}


def _school(row: SchoolRow) -> dict[str, Any]:
    return {
        "school": row.urn, "slug": row.slug, "name": row.name, "mis": row.mis, "route": row.route,
        "access": row.access, "lamp": row.lamp, "lamp_word": row.lamp_word,
        "last_checked": row.last_checked, "last_changed": row.last_changed,
        "last_run": row.last_run, "last_run_state": row.last_run_state, "running": row.running,
        "waiting": counts(row.waiting),
    }  # fmt: skip


def counts(waiting: Waiting) -> dict[str, int]:
    return {name: getattr(waiting, name) for name in Waiting.__dataclass_fields__}


def _text(rows: Sequence[SchoolRow], out: Out) -> None:
    if not rows:
        out.note("There is no school yet. Add one with: misconsole school add NAME --urn N")
        return
    out.table(HEADERS, [_line(row) for row in rows])


def _line(row: SchoolRow) -> tuple[object, ...]:
    lamp = f"{SYMBOLS[row.lamp]} {row.lamp_word}"
    checked, changed = _local(row.last_checked), _local(row.last_changed)
    return (
        lamp,
        row.urn,
        row.name,
        row.mis or "-",
        row.route or "-",
        checked,
        changed,
        _waiting(row.waiting),
    )


def _plain(row: SchoolRow) -> tuple[object, ...]:
    checked, changed = (at.isoformat() if at else "" for at in (row.last_checked, row.last_changed))
    return (
        row.lamp,
        row.lamp_word,
        row.urn,
        row.name,
        row.mis,
        row.route,
        checked,
        changed,
        row.waiting.total,
    )


def _waiting(waiting: Waiting) -> str:
    parts = [f"{count} {name.replace('_', ' ')}" for name, count in counts(waiting).items() if count]
    return ", ".join(parts) or "nothing"


def _local(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "never"


def _unknown(error: Exception, out: Out) -> int:
    """The store cannot be looked at: unknown, said on stderr, and in the document for scripts."""
    if out.as_json:
        from misconsole.cli.out import as_dict

        out.json({"lamp": Lamp.UNKNOWN, "schools": [], "error": as_dict(error)})
    out.error(error)
    return EXITS[Lamp.UNKNOWN]


__all__ = ["EXITS", "add", "chosen", "document", "overdue", "run"]
