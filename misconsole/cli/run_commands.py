"""``runs`` and ``run``: what was run, and what to do about a run that is held or under way."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from misconsole.cli import undoing
from misconsole.cli.run_words import CHANGES, completed, run_document, show
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.frame import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import RunView


def add(sub: Any) -> None:
    listing = sub.add_parser("runs", help="the runs of a school")
    listing.add_argument("school", metavar="SCHOOL", nargs="?", help="needed, but for --held")
    listing.add_argument("--held", action="store_true", help="runs that wait for approval, of all schools")
    listing.add_argument("--limit", type=int, default=50, help="how many, newest first")
    listing.set_defaults(run=run_list)

    one = sub.add_parser("run", help="show, approve, reject, cancel or undo a run")
    verbs = one.add_subparsers(dest="verb", required=True, metavar="WHAT")
    for verb, action, told in (
        ("show", run_show, "stages, counts, messages, and whom a held run affects"),
        ("approve", run_approve, "apply exactly what the held run showed"),
        ("reject", run_reject, "forget a held run; nothing was changed"),
        ("cancel", run_cancel, "ask a run to stop; nothing is left half done"),
    ):
        parser = verbs.add_parser(verb, help=told)
        parser.add_argument("run_id", metavar="RUN", type=int)
        parser.set_defaults(run=action)
    undoing.add(verbs)


def run_list(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.desk import open_desk
    from misconsole.services import runs
    from misconsole.services.schools import resolve

    if args.limit < 1:
        raise Usage("--limit must be 1 or more.")
    if args.held:
        return _held_list(args, out)
    if not args.school:
        raise Usage("Name the school, or --held for the runs of all schools that wait for approval.")
    with open_desk(args) as desk:
        views = runs.list_runs(desk, args.school, limit=args.limit)
        with desk.store.read() as s:
            urn = resolve(s, args.school).urn
    if args.json:
        out.json({"school": urn, "items": [run_document(view) for view in views]})
        return Exit.DONE
    out.table(
        ["Run", "Kind", "State", "Started", "Seconds", "By", *(key.capitalize() for key in CHANGES)],
        [
            [
                view.id, "dry run" if view.dry_run else view.kind, view.resolution or view.state,
                view.started_at, f"{view.seconds or 0:.1f}", view.actor,
                *(view.changes.get(key, 0) for key in CHANGES),
            ]
            for view in views
        ],
    )  # fmt: skip
    return Exit.DONE


def _held_list(args: argparse.Namespace, out: Out) -> int:
    """What somebody has to look at before it is applied; exit 0 whether there is any or not."""
    from misconsole.cli.desk import open_desk
    from misconsole.services import runs

    with open_desk(args) as desk:
        views = runs.held(desk, args.school)
    if args.json:
        out.json({"items": [run_document(view) for view in views]})
        return Exit.DONE
    out.table(
        ["Run", "School", "Kind", "Since", "Why"],
        [(v.id, v.school_name, v.kind, v.finished_at, (v.held or {}).get("message", "")) for v in views],
    )
    return Exit.DONE


def run_show(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.desk import open_desk
    from misconsole.services import runs

    with open_desk(args) as desk:
        view = runs.get(desk, args.run_id, messages=200)
        waits = view.state == "held" and not view.resolution and not view.dry_run
        touched = runs.affected(desk, args.run_id) if waits else ()
    if args.json:
        messages = [
            {"at": m.at, "level": m.level, "code": m.code, "message": m.message, "mend": m.mend}
            for m in view.messages
        ]
        out.json(run_document(view) | {"messages": messages, "affected": list(touched)})
        return Exit.DONE
    show(view, out)
    out.table(
        ["Stage", "State", "Finished", "Seconds", ""],
        [
            [
                s.name, s.state, s.finished_at or "", "" if s.seconds is None else f"{s.seconds:.1f}",
                s.detail,
            ]
            for s in view.stages
        ],
    )  # fmt: skip
    out.lines(completed(view))
    if view.messages:
        out.table(["When", "Level", "Message"], [[m.at, m.level, m.message] for m in view.messages])
    if touched:
        out.table(
            ["Change", "Name", "Role", "Username", ""],
            [[a.change, a.name, a.role, a.username, a.detail] for a in touched],
        )
    return Exit.DONE


def run_approve(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import runs

    return _resolve(args, out, runs.approve)


def run_reject(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import runs

    return _resolve(args, out, runs.reject)


def _resolve(args: argparse.Namespace, out: Out, decide: Callable[[Desk, int], RunView]) -> int:
    from misconsole.cli.desk import open_desk

    with open_desk(args) as desk:
        view = decide(desk, args.run_id)
    if args.json:
        out.json(run_document(view))
    elif view.resolution:
        out.lines([f"{view.school_name}: run {view.id} {view.resolution}; nothing was changed by it"])
    else:
        show(view, out)
    return Exit.DONE


def run_cancel(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.desk import open_desk
    from misconsole.services import runs

    with open_desk(args) as desk:
        runs.cancel(desk, args.run_id)
        view = runs.get(desk, args.run_id)
    if args.json:
        out.json(run_document(view) | {"cancelling": view.cancelling})
    else:
        out.lines([f"{view.school_name}: run {view.id} {'is stopping' if view.cancelling else view.state}"])
    return Exit.DONE
