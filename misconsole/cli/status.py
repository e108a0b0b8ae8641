"""``misconsole status``: last checked, last changed, lamp and queue counts, for people and for monitoring.

Exit codes follow the monitoring-plugin convention: 0 ok (or a sync under way), 1 something waits, 2 a
problem, 3 unknown.  Standard library only, so that it answers at once.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from misconsole import paths
from misconsole.counting import counted
from misconsole.errors import NotFound, Usage
from misconsole.services import status
from misconsole.waiting_words import waiting_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from misconsole.cli.frame import Out

Line = dict[str, Any]  # see misconsole.services.status.lines

EXITS = {"ok": 0, "working": 0, "attention": 1, "problem": 2, "unknown": 3}
SYMBOLS = {"ok": "●", "working": "◐", "attention": "▲", "problem": "✖", "unknown": "○"}
HEADERS = ("LAMP", "SCHOOL", "NAME", "MIS", "ROUTE", "CHECKED", "CHANGED", "WAITING")


def add(sub: Any) -> None:
    parser = sub.add_parser("status", help="last checked, last changed, lamp and queue counts")
    parser.add_argument("school", nargs="*", metavar="SCHOOL", help="URN or slug; all schools by default")
    parser.add_argument(
        "--max-age", type=float, metavar="HOURS",
        help="a school last checked longer ago than this needs attention",
    )  # fmt: skip
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--watch", nargs="?", type=float, const=5.0, metavar="SECONDS",
        help="again every so often (5), in place on a terminal, until interrupted",
    )  # fmt: skip
    kind.add_argument("--perfdata", action="store_true", help="one line for monitoring, with counts")
    kind.add_argument(
        "--summary", choices=("night", "week"), help="in sentences, the last 24 hours or 7 days"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, out: Out) -> int:
    if args.max_age is not None and not args.max_age > 0:
        raise Usage("--max-age needs a number of hours above 0.")
    if args.watch is not None:
        from misconsole.cli import status_watch

        return status_watch.run(args, out)
    try:
        lines = read(args)
        if args.summary:
            return _summary(args, lines, out)
    except Exception as error:
        if not hasattr(error, "mend"):
            raise
        return _unknown(error, out)
    lamp = status.worst(line["lamp"] for line in lines)
    if args.perfdata:
        out.lines([perfdata(lamp, lines)])
    elif args.json:
        out.json(document(lamp, lines))
    else:
        show(args, lines, out)
    return EXITS[lamp]


def show(args: argparse.Namespace, lines: Sequence[Line], out: Out) -> None:
    if args.plain:
        out.table((), map(_plain, lines))
    else:
        _text(lines, out)


def read(args: argparse.Namespace) -> list[Line]:
    """The schools asked for, as they stand now."""
    now = status.clock_now()
    every = status.lines(paths.store_url(args.store, os.environ), now=now)
    return overdue(chosen(every, args.school), args.max_age, now)


def perfdata(lamp: str, lines: Sequence[Line]) -> str:
    """The line of a monitoring plugin: what a person reads, a bar, and counts for a graph."""
    lamps = {name: sum(line["lamp"] == name for line in lines) for name in EXITS}
    counts = {"schools": len(lines), **lamps}
    counts |= {
        word: sum(line["lamp_word"] == word for line in lines) for word in ("overdue", "held", "failed")
    }
    for line in lines:
        for name, number in line["waiting"].items():
            counts[name] = counts.get(name, 0) + number
    waiting = sum(line["waiting"][name] for line in lines for name in status.DECIDED)
    told = ", ".join(f"{number} {name}" for name, number in lamps.items() if number) or "none"
    state = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[EXITS[lamp]]
    graph = " ".join(f"{name}={number};;;0" for name, number in counts.items())
    return f"MISCONSOLE {state} - {counted(len(lines), 'school')}: {told}; {waiting} waiting | {graph}"


def _summary(args: argparse.Namespace, lines: list[Line], out: Out) -> int:
    from misconsole.services import summary

    url = paths.store_url(args.store, os.environ)
    found = summary.document(url, lines, span=args.summary, now=status.clock_now())
    if args.json:
        out.json(found)
    else:
        out.lines(found["sentences"])
    return EXITS[status.worst(line["lamp"] for line in lines)]


def chosen(lines: Sequence[Line], keys: Sequence[str]) -> list[Line]:
    """The schools named by URN or slug, in the order named; all of them when none is."""
    if not keys:
        return list(lines)
    known = {line["slug"]: line for line in lines} | {line["urn"]: line for line in lines}
    wanted = [key if key in known else key.strip().lower() for key in keys]
    for key in wanted:
        if key not in known:
            raise NotFound(f"There is no school “{key[:60]}”.", mend="misconsole status lists the schools.")
    return [known[key] for key in dict.fromkeys(wanted)]


def overdue(lines: Iterable[Line], hours: float | None, now: datetime) -> list[Line]:
    """With ``hours``, a quiet lamp becomes attention where nothing was checked for that long."""
    if hours is None:
        return list(lines)
    limit = now - timedelta(hours=hours)
    return [
        {**line, "lamp": "attention", "lamp_word": "overdue"}
        if line["lamp"] == "ok" and (line["last_checked"] is None or line["last_checked"] < limit)
        else line
        for line in lines
    ]


def document(lamp: str, lines: Iterable[Line]) -> dict[str, Any]:
    """The shape scripts rely on (design/headless.md)."""
    return {"lamp": lamp, "schools": [_school(line) for line in lines]}


_KEYS = (
    "slug", "name", "mis", "route", "access", "lamp", "lamp_word", "last_checked", "last_changed",
    "last_run", "last_run_state", "running", "waiting", "due_at", "late_at", "slot_note", "source",
)  # fmt: skip


def _school(line: Line) -> Line:
    return {"school": line["urn"]} | {key: line[key] for key in _KEYS}


def _text(lines: Sequence[Line], out: Out) -> None:
    if not lines:
        out.note("There is no school yet. Add one with: misconsole school add NAME --urn N")
        return
    out.table(HEADERS, [_cells(line) for line in lines])


def _cells(line: Line) -> tuple[object, ...]:
    lamp = f"{SYMBOLS[line['lamp']]} {line['lamp_word']}"
    checked, changed = _local(line["last_checked"]), _local(line["last_changed"])
    mis, route = line["mis"] or "-", line["route"] or "-"
    return (lamp, line["urn"], line["name"], mis, route, checked, changed, _waiting(line["waiting"]))


def _plain(line: Line) -> tuple[object, ...]:
    checked, changed = (at.isoformat() if at else "" for at in (line["last_checked"], line["last_changed"]))
    words = (line[key] for key in ("lamp", "lamp_word", "urn", "name", "mis", "route"))
    return (*words, checked, changed, *line["waiting"].values())


def _waiting(waiting: dict[str, int]) -> str:
    return ", ".join(waiting_words(waiting)) or "nothing"


def _local(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "never"


def _unknown(error: Exception, out: Out) -> int:
    """The store cannot be looked at: unknown, said on stderr, and in the document for scripts."""
    if out.as_json:
        from misconsole.cli.out import as_dict

        out.json({"lamp": "unknown", "schools": [], "error": as_dict(error)})
    out.error(error)
    return EXITS["unknown"]
