"""Copies of the store: made while it is in use, proved by opening them, and put back in its place.

Standard library only.  A copy that has not been opened and counted is no backup; a store is never
replaced without a copy of what was there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from data import sqlite
from data.errors import StoreProblem

MANIFEST = ".json"
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """``rows`` table -> rows; ``sha256`` of the file; ``revision`` of its schema."""

    path: Path
    revision: str
    bytes: int
    sha256: str
    rows: dict[str, int]


def make(store: Path, to: Path) -> Copy:
    """A whole copy of one moment, proved, with its manifest beside it; 0600, all or nothing.

    Raises StoreProblem; then there is nothing new at ``to``.
    """
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)
    sqlite.make_private(part)
    try:
        with closing(sqlite.connect(store)) as source, closing(sqlite.connect(part, read_only=False)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        _to_disk(part)
        found = prove(part)
        part.replace(to)
        _write_manifest(to, found)
    except (sqlite3.Error, OSError) as error:
        raise sqlite.problem(error, to) or error from error
    finally:
        part.unlink(missing_ok=True)
    return Copy(path=to, revision=found.revision, bytes=found.bytes, sha256=found.sha256, rows=found.rows)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def prove(path: Path) -> Copy:
    """Open a copy, look at every page and every reference, count its rows. Raises StoreProblem.

    ``newer`` where this version cannot read it, ``damaged`` for anything that is not whole.
    """
    if not path.is_file():
        raise StoreProblem("missing", f"There is no file {path}.")
    sqlite.check_header(path, read_only=True)
    try:
        with closing(sqlite.connect(path)) as db:
            told = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            loose = db.execute("PRAGMA foreign_key_check").fetchone()
            names = [n for (n,) in db.execute(_TABLES)]
            if "alembic_version" not in names:
                raise StoreProblem("damaged", f"{path} is not a misconsole store.")
            row = db.execute("SELECT version_num FROM alembic_version").fetchone()
            rows = {n: db.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in sorted(names)}  # noqa: S608
    except sqlite3.Error as error:
        raise sqlite.problem(error, path) or error from error
    if told != "ok" or loose is not None:
        raise StoreProblem(
            "damaged", f"The copy {path} is damaged: {told if told != 'ok' else 'loose rows'}."
        )
    revision = sqlite.known(row[0] if row else "", path)
    return Copy(path=path, revision=revision, bytes=path.stat().st_size, sha256=_digest(path), rows=rows)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_manifest(path: Path, found: Copy) -> None:
    text = json.dumps(
        {"revision": found.revision, "bytes": found.bytes, "sha256": found.sha256, "rows": found.rows},
        indent=1,
    )
    manifest = path.with_name(path.name + MANIFEST)
    handle = os.open(manifest, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def checked(path: Path) -> Copy:
    """``prove``, and the same file as its manifest says, where there is one. Raises StoreProblem."""
    found = prove(path)
    manifest = path.with_name(path.name + MANIFEST)
    if manifest.is_file():
        try:
            said = json.loads(manifest.read_text(encoding="utf-8"))["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            raise StoreProblem("damaged", f"The manifest {manifest} cannot be read.") from None
        if said != found.sha256:
            raise StoreProblem("damaged", f"{path} is not the file its manifest was written for.")
    return found


def put_back(copy: Path, store: Path) -> Path | None:
    """Put a proved copy in the place of the store; what was there is kept beside it and its path given.

    The store must not be in use.  Raises StoreProblem ``locked`` where somebody writes; then nothing changed.
    """
    checked(copy)
    kept = _free_name(store) if store.is_file() else None
    part = store.with_name(f".{store.name}.restored")
    part.unlink(missing_ok=True)
    try:
        sqlite.make_private(part)
        shutil.copyfile(copy, part)
        if kept is not None:
            _keep(store, kept)
            _count_on(part, store)
        _to_disk(part)
        for ending in (
            "-wal",
            "-shm",
        ):  # empty by now; an old log must never be played onto the restored file
            Path(f"{store}{ending}").unlink(missing_ok=True)
        part.replace(store)
    except (sqlite3.Error, OSError) as error:
        raise sqlite.problem(error, store) or error from error
    finally:
        part.unlink(missing_ok=True)
    return kept


def _free_name(store: Path) -> Path:
    """Beside the store, and nobody's yet: what an earlier restore kept is kept, too."""
    for number in count(1):
        found = store.with_name(f"{store.stem}.before-restore{'' if number == 1 else f'-{number}'}.sqlite3")
        if not found.exists():
            return found
    raise AssertionError("unreachable")


def _count_on(part: Path, store: Path) -> None:
    """Ids given since the copy was made stay theirs: directories and exports know people by them.

    Of a store that can't be read, or a copy from before ids were counted, there is nothing to go on from.
    """
    with suppress(sqlite3.Error), closing(sqlite.connect(store)) as was:
        ever = was.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
        with closing(sqlite.connect(part, read_only=False)) as db:
            known = dict(db.execute("SELECT name, seq FROM sqlite_sequence"))
            for name, highest in ever:
                if name in known:
                    db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?",
                               (max(highest, known[name]), name))  # fmt: skip


def _keep(store: Path, kept: Path) -> None:
    """A copy of what is there now; of a damaged store byte by byte. Raises StoreProblem ``locked``."""
    try:
        with closing(sqlite.connect(store, read_only=False)) as db:
            db.execute("PRAGMA busy_timeout = 500")
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
        make(store, kept)
        with closing(sqlite.connect(store, read_only=False)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except (sqlite3.Error, StoreProblem) as error:
        found = error if isinstance(error, StoreProblem) else sqlite.problem(error, store)
        if found is None or found.code != "damaged":
            raise found or error from error
        part = kept.with_name(f".{kept.name}.part")
        part.unlink(missing_ok=True)
        sqlite.make_private(part)
        shutil.copyfile(store, part)
        part.replace(kept)
