"""``misconsole tidy``: remove what is older than each school keeps it; counts by week stay."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli.desk import open_desk
from misconsole.errors import Exit

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("tidy", help="remove what is older than the school keeps it")
    parser.add_argument("--dry-run", action="store_true", help="only show what would go")
    parser.add_argument("--rewrite", action="store_true", help="write the store's file anew in any case")
    parser.set_defaults(run=tidy)


def tidy(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import housekeeping

    with open_desk(args) as desk:
        report = housekeeping.tidy(desk, dry_run=args.dry_run, rewrite=args.rewrite)
    if out.as_json:
        out.json(report)
        return Exit.DONE
    rows = [
        (each.name, each.days, each.rows.get("run", 0), each.rows.get("journal", 0),
         sum(n for table, n in each.rows.items() if table not in ("run", "journal")), each.due)
        for each in report.schools
    ]  # fmt: skip
    out.table(("SCHOOL", "DAYS", "RUNS", "CHANGES", "OTHER ROWS", "DUE FOR ERASURE"), rows)
    what = "would go" if report.dry_run else "removed"
    out.lines([f"{len(report.files)} old files {what}: {', '.join(report.files)}" if report.files else
               f"No old files {what}."])  # fmt: skip
    if report.rewritten:
        out.lines(["The store's file was written anew."])
    return Exit.DONE
