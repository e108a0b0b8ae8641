"""``misconsole audit``: who decided what and when, and taking a decision back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, NotFound, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("audit", help="who decided what, and when")
    parser.add_argument("school", nargs="?", metavar="SCHOOL", help="all schools by default")
    parser.add_argument("--since", metavar="WHEN", help="a day, or a time with its offset")
    parser.add_argument("--limit", type=int, default=1000, metavar="N")
    parser.add_argument("--undo", metavar="ID", help="take a decision back; “last” is your own last one")
    parser.set_defaults(run=audit)


def audit(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import history

    if args.undo:
        return undo(args, out)
    since = words.moment(args.since)
    with open_desk(args) as desk:
        items = history.audit(desk, args.school, since=since, limit=max(1, args.limit))
    return words.listed(
        out,
        {"items": items},
        ("ID", "WHEN", "WHO", "SCHOOL", "WHAT", "REASON", "TAKEN BACK BY"),
        [(i.id, i.at, i.actor, i.school_name, i.summary, i.reason, i.undone_by) for i in items],
    )


def undo(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide

    if not args.school:
        raise Usage("Name the school of the decision to take back.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.undo == "last":
            view = decide.undo_last(desk, args.school)
            if view is None:
                raise NotFound("You decided nothing here that could be taken back.", code="nothing_to_undo")
        else:
            view = decide.undo(desk, _number(args.undo))
    if out.as_json:
        out.json({"school": urn, "decision": view})
    else:
        out.lines([f"Took back: {view.summary}."])
    return Exit.DONE


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Usage(f"“{text[:40]}” is not the number of a decision.", mend="“misconsole audit” shows them.")
    return int(text)
