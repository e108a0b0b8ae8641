"""``misconsole run undo`` (a whole run) and ``misconsole undo`` (one decision).

``--dry-run`` tells what would come back and what stands in the way; it exits 0 where the undo could be
done and 3 where something must be undone first.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, NotFound, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import UndoView


def add(sub: Any) -> None:
    """Called with the commands (``misconsole undo``), or with the verbs of ``run``."""
    if sub.dest == "verb":
        whole = sub.add_parser("undo", help="take back a whole run; --dry-run shows what comes back")
        whole.add_argument("words", nargs="+", metavar="[SCHOOL] RUN", help="the school may be named first")
        whole.add_argument("--dry-run", action="store_true", help="only show it")
        whole.set_defaults(run=undo_run)
        return
    one = sub.add_parser("undo", help="take back one decision, or your last one")
    one.add_argument("decision", type=int, nargs="?", metavar="DECISION", help="as “misconsole audit” shows")
    one.add_argument("--last", metavar="SCHOOL", help="the newest decision of yours on its queues")
    one.set_defaults(run=undo_decision)


def undo_run(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.run_words import run_document
    from misconsole.services import undo

    with open_desk(args) as desk:
        run_id = _run_id(desk, args.words)
        if args.dry_run:
            return _preview(out, undo.preview_undo(desk, run_id))
        view = undo.undo_run(desk, run_id)
    if out.as_json:
        out.json(run_document(view) | {"undoes": run_id, "changes": view.changes})
    else:
        out.lines([f"{view.school_name}: run {run_id} undone by run {view.id}"])
        out.lines([f"  {message.mend}" for message in view.messages if message.mend])
    return Exit.DONE


def _run_id(desk: Desk, typed: list[str]) -> int:
    """``RUN``, or ``SCHOOL RUN``; the school must be the run's own."""
    *before, number = typed
    if len(before) > 1 or not (number.isascii() and number.isdigit()):
        raise Usage("Name the run by its number: misconsole run undo 17.")
    if before:
        from misconsole.services import runs

        urn = words.urn_of(desk, before[0])
        if runs.get(desk, int(number), messages=0).school != urn:
            raise NotFound(f"Run {number} is not of that school.", mend="misconsole runs SCHOOL lists them.")
    return int(number)


def _preview(out: Out, view: UndoView) -> int:
    code = Exit.DONE if view.possible else Exit.HELD
    if out.as_json:
        document = {name: getattr(view, name) for name in view.__dataclass_fields__}
        out.json(document | {"possible": view.possible})
        return code
    out.lines([f"{view.school_name}: undoing run {view.run} would bring back"])
    out.table(("COUNT", "WHAT", "WHO"), [(r.count, r.title, ", ".join(r.names)) for r in view.restores])
    out.lines(f"  {line}" for line in view.cannot)
    if view.blocked:
        out.lines(["It cannot be undone yet:"])
        out.table(("IN THE WAY", "WHAT TO DO"), [(b.message, b.mend) for b in view.blocked])
    return code


def undo_decision(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide

    if (args.decision is None) == (args.last is None):
        raise Usage("Name a decision by its number, or --last SCHOOL.")
    with open_desk(args) as desk:
        view = decide.undo(desk, args.decision) if args.last is None else decide.undo_last(desk, args.last)
    if view is None:
        raise NotFound("There is no decision of yours to take back.")
    if out.as_json:
        out.json({"decision": view})
    else:
        out.lines([f"Took back: {view.summary}."])
    return Exit.DONE
