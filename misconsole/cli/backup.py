"""``misconsole backup``: copies of the store, proved by opening them, and put back."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.counting import counted
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.backups import BackupView


def add(sub: Any) -> None:
    parser = sub.add_parser("backup", help="copies of the store: make, list, check and restore them")
    does = parser.add_subparsers(dest="does", required=True, parser_class=type(parser))
    new = does.add_parser("make", help="copy the store as it is now, and prove the copy by opening it")
    new.add_argument("--folder", metavar="DIR", help="where to; by default backups beside the store")
    new.add_argument("--keep", type=int, metavar="N", help="remove older ones beyond the newest N")
    new.set_defaults(run=make)
    every = does.add_parser("list", help="the backups there are, the newest first")
    every.add_argument("--folder", metavar="DIR", help="where they are")
    every.set_defaults(run=listed)
    one = does.add_parser("check", help="open a backup and look at every page of it")
    one.add_argument("file", metavar="FILE", help="the backup")
    one.set_defaults(run=check)
    back = does.add_parser("restore", help="put a backup in the place of the store; what was there is kept")
    back.add_argument("file", metavar="FILE", help="the backup")
    back.add_argument("--yes", action="store_true", help="do it; without this it is only checked")
    back.set_defaults(run=restore)


def _folder(args: argparse.Namespace) -> Path | None:
    return Path(args.folder).expanduser().absolute() if args.folder else None


def make(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import backups

    with open_desk(args) as desk:
        made = backups.make(desk, folder=_folder(args), keep=args.keep)
    if out.as_json:
        out.json(made)
    else:
        out.lines([f"Copied to {made.path}: {_size(made)}, opened and found whole. Secrets are not in it."])
    return Exit.DONE


def listed(args: argparse.Namespace, out: Out) -> int:
    """The whole path, as ``restore`` wants it."""
    from data.errors import StoreProblem
    from misconsole import paths
    from misconsole.services import backups

    try:
        with open_desk(args) as desk:
            found = backups.listed(desk, folder=_folder(args))
    except StoreProblem as problem:
        store = paths.sqlite_path(paths.store_url(args.store, os.environ))
        if store is None or problem.code not in ("damaged", "missing"):
            raise
        out.note(problem.message)  # when a backup is wanted most
        found = backups.of_file(store, folder=_folder(args))
    rows = [(path, path.stat().st_size) for path in found]
    items = [{"path": str(path), "bytes": path.stat().st_size} for path in found]
    return words.listed(out, {"items": items}, ("BACKUP", "BYTES"), rows)


def check(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import backups

    seen = backups.check(Path(args.file).expanduser().absolute())
    if out.as_json:
        out.json(seen)
    else:
        out.lines([f"{seen.path} is whole: {_size(seen)}, schema {seen.revision}."])
    return Exit.DONE


def restore(args: argparse.Namespace, out: Out) -> int:
    from misconsole import paths
    from misconsole.services import backups

    url = paths.store_url(args.store, os.environ)
    store = paths.sqlite_path(url)
    if store is None:
        from data import server

        raise Usage(
            "This store is on a database server, whose own tools put its backups back.",
            mend=f"Into an empty database: pg_restore --no-owner --dbname='{server.libpq(url)}' store.dump",
        )
    path = Path(args.file).expanduser().absolute()
    if not args.yes:
        seen = backups.check(path)
        raise Usage(f"{path.name} is whole ({_size(seen)}) and would replace {store}.", mend="Say so: --yes.")
    from misconsole.services import audit_seal

    seen, kept = backups.restore(store, path, busy=_busy(args, store))
    with open_desk(args) as desk:
        gone = audit_seal.restored(desk, made=f"{seen.at:%-d %B %Y %H:%M} UTC")
    if out.as_json:
        out.json({"restored": seen, "kept": str(kept) if kept else None, "decisions_missing": gone})
    else:
        told = f" What was there is kept as {kept}." if kept else ""
        out.lines([f"{path.name} is now {store}: {_size(seen)}.{told}"])
        if gone:
            out.note(
                f"{counted(gone, 'decision taken since is', 'decisions taken since are')} "
                "not in it; the trail says so."
            )
    return Exit.DONE


def _busy(args: argparse.Namespace, store: Path) -> bool:
    """A store that cannot be opened is exactly what a backup is for, so that nobody is asked then."""
    from data.errors import StoreProblem
    from misconsole.services import backups, permits

    if not store.is_file():
        return False
    try:
        with open_desk(args) as desk:
            permits.need(desk, "keep_house")
            return backups.busy(desk)
    except StoreProblem as problem:
        if problem.code != "damaged":
            raise
        return False


def _size(seen: BackupView) -> str:
    return f"{seen.rows:,} rows, {seen.bytes / 1_000_000:.1f} MB"
