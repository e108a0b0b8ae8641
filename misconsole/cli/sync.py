"""``sync``, ``runs`` and ``run``: the same engine as on screen, with exit codes for scripts.

``sync --run N`` is what a detached run process is called with; it is deaf to hang-ups and says nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from misconsole.cli import undoing
from misconsole.errors import Exit, MisconsoleError, Usage
from misconsole.waiting_words import waiting_words

if TYPE_CHECKING:
    from misconsole.cli.frame import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import RunView

CHANGES = ("created", "updated", "linked", "unallocated", "unchanged")
REPORT_KEYS = ("extracted", "kept", "dropped")


def add(sub: Any) -> None:
    sync = sub.add_parser("sync", help="run a sync, or a dry run")
    sync.add_argument("schools", metavar="SCHOOL", nargs="*", help="URN or short name")
    sync.add_argument("--dry-run", action="store_true", help="do everything but change anything")
    sync.add_argument("--full", action="store_true", help="read everything, even where changes would do")
    sync.add_argument("--all-due", action="store_true", help="every school that is due by its own schedule")
    sync.add_argument("--run", dest="run_id", type=int, help=argparse.SUPPRESS)
    sync.set_defaults(run=run_sync)

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


def run_sync(args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.desk import open_desk
    from misconsole.services import runs
    from misconsole.sync import process

    if args.run_id is not None:
        return _detached(args)
    if not args.schools and not args.all_due:
        raise Usage("Name a school, or say --all-due.", mend="misconsole school list shows the schools.")
    with open_desk(args) as desk, process.listening(detached=False) as stop:
        names = [*args.schools, *(runs.due(desk) if args.all_due else ())]
        several = len(args.schools) > 1 or args.all_due
        documents, code = [], Exit.DONE
        for name in dict.fromkeys(names):
            document, ended = _one(desk, name, args, out, stop, alone=not several)
            documents.append(document)
            code = worse(code, ended)
            if stop():
                break
    if args.json:
        out.json(documents if several else documents[0])
    elif args.all_due and not documents:
        out.note("No school is due.")
    return code


def _detached(args: argparse.Namespace) -> int:
    """The process of a run that somebody queued; the row of the run tells the rest."""
    from misconsole.cli.desk import open_desk
    from misconsole.services import runs
    from misconsole.sync import process

    with process.listening(detached=True) as stop, open_desk(args, origin="worker") as desk:
        return exit_of(runs.run_queued(desk, args.run_id, stop=stop))


def _one(
    desk: Desk, name: str, args: argparse.Namespace, out: Out, stop: Callable[[], bool], *, alone: bool
) -> tuple[dict[str, Any], Exit]:
    """Sync one school; of several, one that cannot even begin does not keep the others from it."""
    from misconsole.cli.out import as_dict, exit_code
    from misconsole.services import runs, schedule

    try:
        if alone and (told := schedule.not_yet(desk, name)):
            out.note(told)  # T6: the run goes on in any case
        view = runs.run_now(desk, name, dry_run=args.dry_run, full=args.full, stop=stop, say=teller(out))
    except MisconsoleError as error:
        if alone:
            raise
        out.note(f"misconsole: {name}: {error.message}")
        return failed_document(name, as_dict(error), dry_run=args.dry_run), Exit(exit_code(error))
    if not args.json:
        show(view, out)
    return sync_document(view), exit_of(view)


def teller(out: Out) -> Callable[[str], None]:
    """Progress for who watches a terminal; warnings and errors for everybody, never on stdout."""
    watched = sys.stderr.isatty()

    def tell(line: str) -> None:
        if watched or line.startswith(("warning:", "error:")):
            out.note(line)

    return tell


def exit_of(view: RunView) -> Exit:
    from misconsole.cli.out import exit_of as exit_of_code

    if view.state == "held":
        return Exit.HELD
    if view.state == "failed":
        return exit_of_code(str((view.error or {}).get("code", "")))
    return Exit.DONE if view.state == "succeeded" else Exit.FAILED


def worse(one: Exit, other: Exit) -> Exit:
    """One exit code for several schools: a common reason keeps its code, different failures are 1."""
    if Exit.DONE in (one, other) or one == other:
        return max(one, other)
    return Exit.FAILED


def sync_document(view: RunView) -> dict[str, Any]:
    """``sync --json`` of headless.md."""
    return {
        "school": view.school,
        "run": view.id,
        "state": view.state,
        "dry_run": view.dry_run,
        "stages": [{"name": s.name, "state": s.state, "seconds": s.seconds} for s in view.stages],
        "reports": {
            name: {key: row.get(key, 0) for key in REPORT_KEYS} for name, row in view.reports.items()
        },
        "changes": {key: view.changes.get(key, 0) for key in CHANGES},
        "waiting": dict(view.waiting) or {"unmatched_staff": 0, "unmatched_pupils": 0},
        "held": view.held,
        "error": view.error,
    }


def failed_document(school: str, error: dict[str, str], *, dry_run: bool) -> dict[str, Any]:
    """The same for a school whose run could not begin."""
    return {
        "school": school, "run": None, "state": "failed", "dry_run": dry_run, "stages": [], "reports": {},
        "changes": dict.fromkeys(CHANGES, 0), "waiting": {"unmatched_staff": 0, "unmatched_pupils": 0},
        "held": None, "error": error,
    }  # fmt: skip


def run_document(view: RunView) -> dict[str, Any]:
    from misconsole.services import completions

    return sync_document(view) | {
        "kind": view.kind, "full": view.full, "actor": view.actor, "origin": view.origin,
        "started_at": view.started_at, "finished_at": view.finished_at, "seconds": view.seconds,
        "resolution": view.resolution,
        "completed": completions.of(view), "due_at": view.due_at, "source": view.source,
    }  # fmt: skip


def show(view: RunView, out: Out) -> None:
    """A run in a few lines; problems have been told on stderr while they happened."""
    done = [f"{view.changes[key]} {key}" for key in CHANGES if view.changes.get(key)]
    name = "dry run" if view.dry_run else view.kind
    out.lines([f"{view.school_name}: {name} {view.id} {view.state}; {', '.join(done) or 'nothing changed'}"])
    if waits := waiting_words(view.waiting):
        out.lines([f"  waiting: {', '.join(waits)}"])
    for said in (view.held, view.error):
        if said:
            out.lines([f"  {said.get('message', '')}", f"  {said.get('mend', '')}"])


def completed(view: RunView) -> list[str]:
    """Extraction, upload and processing, each with its own time (T16); and what was read (U6)."""
    from misconsole.services import completions, source_text

    lines = [f"{name}: {at.isoformat(timespec='seconds')}" for name, at in completions.of(view).items() if at]
    read = source_text.told(view.source, lambda at: at.isoformat(timespec="minutes"))
    return [*lines, *([f"read: {read}"] if read else [])]


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
