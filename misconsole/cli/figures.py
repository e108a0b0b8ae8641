"""``misconsole figures``: what the runs brought, as a picture in the shell, as CSV, or as JSON."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.cli.desk import open_desk
from misconsole.errors import Exit
from misconsole.rules.figures import NAMES

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser(
        "figures", help="history as pictures: runs, changes, matching, waiting, decisions"
    )
    parser.add_argument("figure", choices=NAMES, metavar="FIGURE", help=", ".join(NAMES))
    parser.add_argument("school", nargs="?", metavar="SCHOOL", help="all schools by default")
    parser.add_argument("--weeks", type=int, default=26, metavar="N", help="how far back")
    parser.add_argument("--csv", metavar="FILE", help="write the same figures as CSV")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, out: Out) -> int:
    from misconsole import drawing
    from misconsole.services import plots

    with open_desk(args) as desk:
        found = plots.figure(desk, args.figure, args.school, weeks=args.weeks)
    if args.csv:
        plots.write_csv(found, Path(args.csv).expanduser().absolute())
        out.note(f"Written to {args.csv}.")
    if out.as_json:
        out.json({"figure": found.name, "title": found.title, "unit": found.unit, "x": found.x,
                  "series": {s.name: s.values for s in found.series}, "told": found.told})  # fmt: skip
        return Exit.DONE
    out.lines([found.title, found.told])
    if not found.empty and not args.csv:
        size = shutil.get_terminal_size()
        wide, high = min(size.columns, 120), min(max(size.lines - 6, 10), 24)
        out.lines(drawing.text(found, width=wide, height=high, plain=out.plain).splitlines())
    return Exit.DONE
