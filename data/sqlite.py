"""The store as a file: private, probed before use, copied before a migration, its errors put in words.

Standard library only, so that opening a store at its newest revision stays quick.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data import migrations
from data.errors import StoreProblem

if TYPE_CHECKING:
    from sqlalchemy import Connection

BUSY_SECONDS = 10.0
_HEADER = 100  # bytes; SQLite takes what is shorter for a new file
_CODES = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_CANTOPEN: "missing",
    sqlite3.SQLITE_READONLY: "denied",
    sqlite3.SQLITE_PERM: "denied",
    sqlite3.SQLITE_IOERR: "damaged",
}
_WORDS = {
    "locked": "The store {where} is locked by another process.",
    "full": "The disk is full; the store {where} could not be written.",
    "damaged": "The store {where} is damaged or not a database.",
    "missing": "The store {where} could not be opened.",
    "denied": "The store {where} may not be written by this user.",
}


def problem(error: BaseException, path: Path | None) -> StoreProblem | None:
    """The operator's words for an SQLite or system error; None when it is not about the store itself."""
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        code = "full" if full else "denied" if denied else "missing"
    else:
        found = _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if found is None:
            return None
        code = found
    return StoreProblem(code, _WORDS[code].format(where=path or "database"))


def make_private(path: Path) -> bool:
    """Create an empty file readable by its owner alone, and its folder; False when it was there.

    SQLite gives its ``-wal`` and ``-shm`` files the mode of the main file, so no umask is needed.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        with suppress(PermissionError):
            _tighten(path)
        return False
    except OSError as error:
        raise problem(error, path) or error from error
    return True


def _tighten(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if name.is_file() and name.stat().st_mode & 0o077:
            name.chmod(0o600)


def connect(path: Path, *, read_only: bool = True) -> sqlite3.Connection:
    mode = "ro" if read_only else "rw"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
    )


def ensure_wal(path: Path) -> None:
    """Write-ahead logging, so that readers and the one writer do not stop each other.

    Set once in the file, before anybody works with it: SQLite does not wait by itself for this lock.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            with closing(connect(path, read_only=False)) as db:
                if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    db.execute("PRAGMA journal_mode = WAL")
                return
        except sqlite3.OperationalError as error:
            found = problem(error, path)
            if found is None or found.code != "locked" or time.monotonic() > until:
                raise
            time.sleep(0.02)


@contextmanager
def loose(connection: Connection) -> Iterator[None]:
    """Without foreign keys, as SQLite asks of who makes a table anew; ``check_keys`` before the end.

    To be entered before the transaction begins, in which the setting can't be changed.
    """
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def check_keys(connection: Connection, where: object) -> None:
    """Raises StoreProblem where a row points to one that is not there."""
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise StoreProblem("migration", f"The store {where} could not be migrated: rows were left loose.")


def check_header(path: Path, *, read_only: bool = False) -> None:
    """Cheap signs of damage, told by SQLite itself at the first page: no store, or its end is missing.

    Never by opening the file beside SQLite: closing it again would drop the locks of every other connection
    of this process, and the next process to leave would take the log away from under them, with what is
    written after that.
    """
    if 0 < path.stat().st_size < _HEADER:
        raise StoreProblem("damaged", f"{path} is not a misconsole store.")
    try:
        with closing(connect(path, read_only=read_only)) as db:
            db.execute("PRAGMA schema_version")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise StoreProblem("damaged", f"{path} is not a misconsole store.") from error
        raise problem(error, path) or error from error


def revision(path: Path) -> str | None:
    """The schema revision of a store; None when the file is still empty.

    Raises StoreProblem ``damaged`` for anything else that is not a store, ``newer`` for a revision that
    this version does not know; such a file is left as it is.
    """
    try:
        check_header(path)
        found = _read_revision(path)
        ensure_wal(path)
    except (sqlite3.Error, OSError) as error:
        raise problem(error, path) or error from error
    return found


def _read_revision(path: Path) -> str | None:
    with closing(connect(path, read_only=False)) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise StoreProblem("damaged", f"{path} is a database, but not a misconsole store.")
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return known(row[0] if row else "", path)


def known(found: str, where: object) -> str:
    if found not in migrations.revisions():
        raise StoreProblem("newer", f"The store {where} was written by a newer version of misconsole.")
    return found


def check_whole(path: Path) -> None:
    """SQLite's own quick check of every page; seconds on a large store."""
    try:
        with closing(connect(path)) as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise problem(error, path) or error from error
    if found != "ok":
        raise StoreProblem("damaged", f"The store {path} is damaged: {found}.")


def backup(path: Path, target_revision: str) -> Path:
    """A whole copy beside the store, named for the revision it was made before; 0600, all or nothing."""
    copy = path.with_name(f"{path.stem}.before-{target_revision}.sqlite3")
    part = copy.with_name(f"{copy.name}.part")
    part.unlink(missing_ok=True)
    make_private(part)
    try:
        with closing(connect(path)) as source, closing(connect(part, read_only=False)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(copy)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise problem(error, path) or error from error
    return copy
