"""Where the store of a test lives: in a file of its own or, while a test runs on PostgreSQL, in a database.

A test marked ``every_store`` runs on both.  Whoever builds a store asks ``url_at`` for a path: on a server
each path stands for a database, so that a second opening finds what the first one wrote.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.store import Store
    from tests.postgresql import Server

KINDS = ("sqlite", "postgresql")
_server: list[Server] = []
_databases: dict[Path, str] = {}


def url_at(path: Path) -> str:
    """The address of the store that belongs to this path: an empty one at the newest schema, or as it is."""
    if _server:
        if path not in _databases:
            _databases[path] = _server[-1].new()
        return _databases[path]
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(empty_file(), path)
    return f"sqlite:///{path}"


@contextmanager
def on(server: Server) -> Iterator[None]:
    """Stores of this block are databases of that server; they go at its end."""
    _server.append(server)
    try:
        yield
    finally:
        _server.pop()
        for url in _databases.values():
            server.drop(url)
        _databases.clear()


def bytes_of(store: Store) -> bytes:
    """All that the store has on the disk: the file and its log, or the files of its database."""
    if store.path is not None:
        return b"".join(each.read_bytes() for each in store.path.parent.glob(f"{store.path.name}*"))
    return _server[-1].bytes_of(store.url)


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to compare before and after."""
    from sqlmodel import SQLModel

    with store.read() as s:
        return {
            table.name: [
                tuple(row) for row in s.connection().execute(table.select().order_by(*table.primary_key))
            ]
            for table in SQLModel.metadata.sorted_tables
        }


def bare(path: Path) -> str:
    """The address of a store that nobody has made yet."""
    if not _server:
        return f"sqlite:///{path}"
    _databases[path] = _server[-1].new(empty=True)
    return _databases[path]


@cache
def empty_file() -> Path:
    """Migrated once; every test that wants a store gets a copy."""
    from data.store import Store

    folder = Path(tempfile.mkdtemp(prefix="misconsole-seed-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "empty.sqlite3"
    Store.open(f"sqlite:///{path}").close()
    return path
