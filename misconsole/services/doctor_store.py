"""The doctor looks at the store: its file and folder or its server, what is in it, and its backups.

Nothing is mended that could lose anything: modes of files, a log that grew.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from misconsole.config_file import ConfigProblem
from misconsole.services.doctor_findings import Finding, Patient, bad, hint, mended, ok

WAL_LARGE = 64_000_000
BACKUP_OLD = timedelta(days=7)


def store_file(patient: Patient) -> Iterator[Finding]:
    if patient.store is None:
        yield from _on_server(patient)
        return
    if not patient.store.is_file():
        yield hint("store", f"There is no store at {patient.store} yet.", "misconsole school add makes one.")
        return
    yield from modes("store", [patient.store, *_beside(patient.store)], patient.mend)
    yield from _folder(patient.store.parent, patient.mend)
    free = shutil.disk_usage(patient.store.parent).free
    size = patient.store.stat().st_size
    if free < 2 * size + 50_000_000:
        yield bad(
            "store", f"Only {free / 1e6:.0f} MB are free; the store has {size / 1e6:.0f} MB.",
            "Make room: a migration and a backup need as much again.",
        )  # fmt: skip
    if patient.trouble is None:
        yield from _inside(patient, patient.store)


def _on_server(patient: Patient) -> Iterator[Finding]:
    yield from _password_in_files(patient)
    if patient.desk is None:
        return  # what is wrong is told by ``opened``
    from data import server

    store = patient.desk.store
    with store.read() as s:
        seen = server.look(s.connection())
    yield ok("store", f"{server.named(store.url)}: PostgreSQL {seen.version}, {seen.bytes / 1e6:.1f} MB")
    if seen.superuser:
        yield hint("store", "The role may do everything on the server.", "Give the store a role of its own.")
    if not seen.private:
        yield hint(
            "store", "What goes to the server and comes from it is not encrypted.",
            "Add sslmode=verify-full to the address.",
        )  # fmt: skip


def _password_in_files(patient: Patient) -> Iterator[Finding]:
    from data import server
    from misconsole import config

    for file in config.look(patient.env).files:
        address = str(file.values.get(("store",), ""))
        if os.name == "posix" and server.has_password(address) and file.path.stat().st_mode & 0o077:
            yield bad(
                "store", f"{file.path} holds the password of the store and can be read by others.",
                f"Keep the password in ~/.pgpass, or the file to its owner: chmod 600 {file.path}",
            )  # fmt: skip


def _folder(folder: Path, mend: bool) -> Iterator[Finding]:
    """Who can write there can put another store in the place of ours, however private the file is."""
    mode = folder.stat().st_mode
    if os.name == "nt" or not mode & 0o022 or mode & stat.S_ISVTX:
        return
    if mend:
        folder.chmod(mode & 0o7777 & ~0o022)
        yield mended("store", f"The folder {folder} can be written by its owner alone now.")
    else:
        yield bad(
            "store", f"The folder {folder} can be written by others, who could put another store there.",
            "misconsole doctor --mend leaves it to its owner.",
        )  # fmt: skip


def _beside(store: Path) -> list[Path]:
    return [path for end in ("-wal", "-shm") if (path := Path(f"{store}{end}")).is_file()]


def modes(area: str, files: list[Path], mend: bool) -> Iterator[Finding]:
    if os.name == "nt":
        return
    for path in files:
        if path.stat().st_mode & 0o077:
            if mend:
                path.chmod(0o600)
                yield mended(area, f"{path} can be read by its owner alone now.")
            else:
                yield bad(
                    area, f"{path} can be read by others.", "misconsole doctor --mend makes it private."
                )


def _inside(patient: Patient, store: Path) -> Iterator[Finding]:
    from data import sqlite

    with closing(sqlite.connect(store)) as db:
        told = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        loose = db.execute("PRAGMA foreign_key_check").fetchone()
    if told != "ok" or loose is not None:
        yield bad(
            "store", f"The store is damaged: {told if told != 'ok' else 'rows that belong to nothing'}.",
            "Keep the file, and put a backup in its place: misconsole backup restore FILE.",
        )  # fmt: skip
        return
    yield ok("store", f"{store} is whole, {store.stat().st_size / 1e6:.1f} MB")
    wal = Path(f"{store}-wal")
    if wal.is_file() and wal.stat().st_size > WAL_LARGE:
        if patient.mend:
            with closing(sqlite.connect(store, read_only=False)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            yield mended("store", "Its write-ahead log was folded into the store.")
        else:
            yield hint(
                "store", "Its write-ahead log has grown large.", "misconsole doctor --mend folds it in."
            )


def opened(patient: Patient) -> Iterator[Finding]:
    if patient.trouble is not None:
        area = "settings" if isinstance(patient.trouble, ConfigProblem) else "store"
        yield bad(area, patient.trouble.message, patient.trouble.mend)


def backups(patient: Patient) -> Iterator[Finding]:
    from misconsole.services import backups as copies

    if patient.store is None:
        yield ok("backup", "The server's own, made with pg_dump; misconsole backup make tells the command.")
        return
    if not patient.store.is_file():
        return
    last = copies.newest(patient.store)
    if last is None:
        yield hint(
            "backup", "There is no backup in the usual place.", "misconsole backup make copies the store."
        )
    elif patient.now - last > BACKUP_OLD:
        yield hint(
            "backup", f"The newest backup is of {last:%-d %B %Y}.", "misconsole backup make makes one."
        )
    else:
        yield ok("backup", f"The newest backup is of {last:%-d %B %Y %H:%M} UTC")
