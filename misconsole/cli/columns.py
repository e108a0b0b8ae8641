"""``misconsole columns``: what each column of a school's CSV files is; shown, changed, accepted.

Exit codes: 0 accepted, 3 somebody has to look at them first.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit
from misconsole.text import shown

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.mapping_views import FileView, MappingView


def add(sub: Any) -> None:
    parser = sub.add_parser("columns", help="look at the columns of a school's CSV files, and accept them")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FILE.COLUMN=FIELD",
        help="read the column as another field, or “-” to leave it out; FILE=KIND says what a file holds; "
        "kept only together with --accept",
    )  # fmt: skip
    parser.add_argument(
        "--accept", action="store_true", help="keep the columns as shown; a sync reads by them"
    )
    parser.add_argument(
        "--move",
        action="store_true",
        help="those of the MIS that a prepared change moves to",
    )
    parser.add_argument(
        "--fields", metavar="KIND", default="",
        help="list the fields that a file of that kind can have (pupils, staff, contacts, classes, ...)",
    )  # fmt: skip
    parser.set_defaults(run=columns)


def columns(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import mapping

    if args.fields:
        return _fields(out, args.fields)
    with open_desk(args) as desk:
        changes = words.pairs(args.set)
        work = mapping.accept if args.accept else mapping.columns
        view = work(desk, args.school, changes=changes, move=args.move)
    _show(out, view, move=args.move)
    return Exit.DONE if view.accepted else Exit.HELD


def _fields(out: Out, kind: str) -> int:
    from misconsole.errors import Usage
    from misconsole.services import mapping

    known = [each.name for each in mapping.kinds()]
    if kind not in known:
        raise Usage(f"“{kind[:40]}” is not a kind of file.", mend=f"Kinds: {', '.join(known)}.")
    found = mapping.choices(kind)
    if out.as_json:
        out.json({"kind": kind, "items": found})
    else:
        out.table(("FIELD", "MEANS"), [(each.name, each.title) for each in found])
    return Exit.DONE


def _show(out: Out, view: MappingView, *, move: bool) -> None:
    if out.as_json:
        out.json(view)
        return
    for file in view.files:
        out.lines(_about(file))
        if file.kind != "-":
            rows = [
                (
                    shown(x.label),
                    shown(", ".join(x.samples), limit=40),
                    x.field,
                    x.confidence,
                    shown(x.reason),
                )
                for x in file.columns
            ]
            out.table(("COLUMN", "VALUES", "FIELD", "HOW SURE", "WHY"), rows)
        out.lines([""])
    for key in view.missing:
        out.note(f"{shown(key)} was accepted and is not there now.")
    if view.accepted:
        reads = "the rehearsal and the move read" if move else "a sync reads"
        out.note(f"These columns are accepted; {reads} by them.")
    else:
        moving = "--move " if move else ""
        out.note(f"Not accepted yet. Look, then: misconsole columns {view.school} {moving}--accept")


def _about(file: FileView) -> list[str]:
    lines = [f"{shown(file.file)}: {file.kind_title} ({file.confidence}: {shown(file.reason)}); {file.state}"]
    lines.append(f"  {file.written}")
    if file.lost:
        lines.append(f"  read before and not now: {', '.join(file.lost)}")
    return [*lines, *(f"  cannot be read: {shown(each)}" for each in file.problems)]
