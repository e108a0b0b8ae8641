"""``sync``: the same engine as on screen, with exit codes for scripts.

``sync --run N`` is what a detached run process is called with; it is deaf to hang-ups and says nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from misconsole.cli import run_commands
from misconsole.cli.run_words import failed_document, show, sync_document
from misconsole.errors import Exit, MisconsoleError, Usage

if TYPE_CHECKING:
    from misconsole.cli.frame import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import RunView


def add(sub: Any) -> None:
    sync = sub.add_parser("sync", help="run a sync, or a dry run")
    sync.add_argument("schools", metavar="SCHOOL", nargs="*", help="URN or short name")
    sync.add_argument("--dry-run", action="store_true", help="do everything but change anything")
    sync.add_argument("--full", action="store_true", help="read everything, even where changes would do")
    sync.add_argument("--all-due", action="store_true", help="every school that is due by its own schedule")
    sync.add_argument("--run", dest="run_id", type=int, help=argparse.SUPPRESS)
    sync.set_defaults(run=run_sync)
    run_commands.add(sub)


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
