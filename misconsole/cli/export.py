"""``misconsole export``: what systems downstream read, looked at first, then written whole.

Exit codes: 0 done, 3 it would take many away there, or drop a file; somebody has to look.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage
from misconsole.paths import typed
from misconsole.text import shown

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.exporting import ExportView

MOST = 20  # rows of a list that people read; JSON has them all


def add(sub: Any) -> None:
    parser = sub.add_parser("export", help="files for systems downstream, and plain tables")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("--format", metavar="F", default="", help="what to write; without it, all are listed")
    parser.add_argument(
        "--out", metavar="DIR", help="the folder to write, new or of the last export; without it, a preview"
    )
    parser.add_argument(
        "--role", action="append", default=[], choices=("pupil", "staff", "other"), metavar="ROLE",
        help="only accounts of pupil, staff or other; may be repeated",
    )  # fmt: skip
    parser.add_argument("--new", action="store_true", help="only accounts that are not handed out yet")
    parser.add_argument("--leavers", action="store_true", help="unallocated accounts too, as suspended")
    parser.add_argument(
        "--set", action="append", default=[], metavar="K=V",
        help="an option of the format; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--accept-removals", action="store_true", help="write it although it takes many away there"
    )
    parser.add_argument(
        "--fewer-files", action="store_true", help="write it although a file of the last export is missing"
    )
    parser.set_defaults(run=export)


def export(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import exporting

    if not args.format:
        if args.out:
            raise Usage("Name what to write with --format.", mend="Without --out the formats are listed.")
        return _formats(args, out)
    wish = exporting.Wish(
        format=args.format, roles=tuple(dict.fromkeys(args.role)), fresh_only=args.new, leavers=args.leavers,
        options=words.pairs(args.set), accept_removals=args.accept_removals, fewer_files=args.fewer_files,
    )  # fmt: skip
    with open_desk(args) as desk:
        if args.out:
            folder = typed(args.out).resolve()
            view = exporting.export(desk, args.school, wish, folder)
        else:
            view = exporting.preview(desk, args.school, wish)
    _show(out, view)
    return Exit.DONE


def _formats(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import exporting

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
    found = exporting.formats()
    rows = [(each.id, each.title, ", ".join(o.name for o in each.options)) for each in found]
    return words.listed(out, {"school": urn, "items": found}, ("FORMAT", "WRITES", "OPTIONS"), rows)


def _show(out: Out, view: ExportView) -> None:
    if out.as_json:
        out.json(view)
        return
    out.lines([f"{view.title}, {view.school_name}", f"  holds: {view.contains}"])
    out.lines([f"  leaves out: {view.leaves_out}"])
    out.lines(
        f"  declined by the school ({kind}): {', '.join(names)}" for kind, names in view.withheld.items()
    )
    out.lines([_last(view)])
    out.table(
        ("FILE", "ROWS", "NEW", "CHANGED", "GONE"),
        [(each.file, each.rows, each.added, each.changed, each.removed) for each in view.changes],
    )
    if view.last is not None and view.last.known:
        out.lines(_listed([f"{c.change}: {c.label}" for each in view.changes for c in each.items]))
    out.lines(_listed([f"left out: {x.label}: {x.reason} {x.mend}" for x in view.left_out]))
    for notice in view.notices:
        out.note(notice.message)
    for hold in view.holds if not view.written else ():
        out.note(f"Held: {hold.message}")
    if view.written:
        out.lines([f"Written to {view.folder}; only you can read it. Digest {view.digest}"])
    else:
        out.note("Nothing was written; --out DIR writes it.")


def _listed(lines: list[str]) -> list[str]:
    more = [f"  and {len(lines) - MOST} more (--json lists them)"] if len(lines) > MOST else []
    return [*(f"  {shown(each, limit=200)}" for each in lines[:MOST]), *more]


def _last(view: ExportView) -> str:
    if view.last is None:
        return "  never exported before"
    when = f"{view.last.at:%-d %B %Y %H:%M} UTC" if view.last.at else "before"
    told = "" if view.last.known else "; its folder is not there any more, so everything counts as new"
    return f"  last exported {when} by {view.last.by}{told}"
