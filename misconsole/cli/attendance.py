"""``misconsole attendance``: what is kept of the Attendance report, and the marks as a CSV file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.counting import counted
from misconsole.errors import Exit

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("attendance", help="the attendance marks that are kept, and export of them")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("--from", dest="first", metavar="DAY", help="the first day, such as 2026-09-01")
    parser.add_argument("--to", dest="last", metavar="DAY", help="the last day")
    parser.add_argument("--csv", metavar="FILE", help="write the marks to a file that only you can read")
    parser.set_defaults(run=attendance)


def attendance(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import attendance as service

    days = {"first": words.day(args.first), "last": words.day(args.last)}
    with open_desk(args) as desk:
        if args.csv:
            view = service.export(desk, args.school, Path(args.csv).expanduser().resolve(), **days)
        else:
            view = service.held(desk, args.school, **days)
    if out.as_json:
        out.json(view)
        return Exit.DONE
    told = f"{view.school_name}: {counted(view.marks, 'attendance mark')} of {counted(view.pupils, 'pupil')}"
    out.lines([f"{told}, {view.first} to {view.last}" if view.marks else told])
    if view.file:
        out.lines([f"Written to {view.file}; only you can read it."])
    return Exit.DONE
