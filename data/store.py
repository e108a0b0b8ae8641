"""The one way to the store: open it, migrate it, read it, write it in short transactions.

Protects what a school decided: one writer at a time (``BEGIN IMMEDIATE``; on a server ``data.server``), all
of a transaction or nothing, a private file, a backup of it before each migration, and errors an operator can
act on.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session, create_engine

from data import migrations, server, sqlite
from data.errors import StoreProblem
from data.wire import from_json, storable, to_json

_SILENT = logging.NullHandler()


class Store:
    """Open with ``Store.open``; close it when done (it is a context manager). Usable from several threads."""

    def __init__(self, url: str, engine: Engine, path: Path | None) -> None:
        self.url = url
        self.engine = engine
        self.path = path
        self.only: frozenset[str] | None = None  # URNs and short names whoever is in front is bound to
        self._reader = engine.execution_options(**_reading(engine))
        self._writer = engine.execution_options(**_writing(engine))

    @classmethod
    def open(cls, url: str, *, create: bool = True, migrate: bool = True) -> Store:
        """Open ``sqlite:///path`` or ``postgresql+psycopg://…`` and bring its schema up to date.

        ``migrate`` False refuses a store of an older schema instead: who only looks changes nothing.
        Raises StoreProblem; a store that could not be opened or migrated is as it was.
        """
        path = _sqlite_path(url)
        if path is not None:
            _prepare_file(path, create=create)
        store = cls(url, engine_for(url), path)
        try:
            store._migrate(allowed=migrate, create=create)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state; the database itself refuses writes."""
        with self._problems(), Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            session.info["only"] = self.only
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction that holds the write lock; any error rolls all of it back."""
        with self._problems(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            session.info["only"] = self.only
            session.connection()  # take the lock now, before anything is read
            yield session

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            found = self._problem(error.orig) if error.orig else None
            if found is None:
                raise
            raise found from error

    def _problem(self, error: BaseException) -> StoreProblem | None:
        return sqlite.problem(error, self.path) if self.path else server.problem(error, self.url)

    def _migrate(self, *, allowed: bool, create: bool) -> None:
        found = sqlite.revision(self.path) if self.path else self._server_revision(create=create)
        if found == migrations.head():
            return
        if found is not None:
            _check(self.path or server.named(self.url), allowed=allowed)
        if found is not None and self.path is not None:
            sqlite.check_whole(self.path)
            sqlite.backup(self.path, migrations.head())
        importlib.import_module("data.migrate")  # takes a while: not while others wait for the lock
        with (
            self._problems(), self._writer.connect() as connection, sqlite.loose(connection),
            connection.begin(),
        ):  # fmt: skip
            _upgrade(connection, self.path or server.named(self.url))
            sqlite.check_keys(connection, self.path or server.named(self.url))

    def _server_revision(self, *, create: bool) -> str | None:
        with self._problems(), self._reader.connect() as connection:
            found = server.revision(connection, self.url)
        if found is None and not create:
            raise StoreProblem("missing", f"There is no store in the database {server.named(self.url)}.")
        return found


def _check(where: object, *, allowed: bool) -> None:
    """Raises StoreProblem for a store of an older schema that must not be changed."""
    if not allowed:
        raise StoreProblem(
            "migration",
            f"The store {where} is of an older version; opened read-only, it is not brought up to date.",
            mend="Have somebody who may change it open it once without --read-only.",
        )


def _upgrade(connection: Connection, where: object) -> None:
    """Under the write lock, so that the second of two openers finds the work done."""
    from data import migrate

    found = migrate.current(connection)
    if found is not None and sqlite.known(found, where) == migrations.head():
        return
    try:
        migrate.upgrade(connection)
    except DBAPIError as error:
        if error.orig is not None and (sqlite.problem(error.orig, None) or server.problem(error.orig, "")):
            raise
        raise StoreProblem("migration", f"The store {where} could not be migrated: {error.orig}") from error


def engine_for(url: str) -> Engine:
    """An engine with our pragmas and our way of beginning transactions; no file is touched yet."""
    options: dict[str, Any] = {"json_serializer": to_json, "json_deserializer": from_json}
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        parsed = parsed.set(drivername="postgresql+psycopg")
        options |= {"connect_args": dict(server.CONNECT), "pool_pre_ping": True}
        logging.getLogger("sqlalchemy").addHandler(_SILENT)  # a lost connection is told as a StoreProblem
    try:
        made = create_engine(parsed, **options)
    except ModuleNotFoundError as error:
        raise StoreProblem(
            "missing",
            f"The driver {error.name} for this kind of store is not installed.",
            mend="Install misconsole with the extra that names it, e.g. misconsole[postgresql].",
        ) from error
    event.listen(made, "before_cursor_execute", storable, retval=True)
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", _on_connect)
        event.listen(made, "begin", _on_begin)
    else:
        event.listen(made, "connect", server.settle)
        event.listen(made, "begin", _on_server_begin)
    return made


def _on_connect(dbapi: Any, _record: object) -> None:
    """``isolation_level None`` keeps the driver from beginning (late, deferred) transactions of its own;
    ``secure_delete`` overwrites what a changed or deleted row leaves behind, for the sake of erasures.
    """
    dbapi.isolation_level = None
    dbapi.execute(f"PRAGMA busy_timeout = {int(sqlite.BUSY_SECONDS * 1000)}")
    dbapi.execute("PRAGMA foreign_keys = ON")
    dbapi.execute("PRAGMA secure_delete = ON")


def _on_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    reading = options.get("misconsole_begin") == "BEGIN"
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
    connection.exec_driver_sql(options.get("misconsole_begin", "BEGIN IMMEDIATE"))


def _on_server_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("misconsole_begin") == "BEGIN IMMEDIATE":
        server.take_turn(connection)


def _reading(engine: Engine) -> dict[str, Any]:
    if engine.dialect.name == "sqlite":
        return {"misconsole_begin": "BEGIN"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _writing(engine: Engine) -> dict[str, Any]:
    """On a server each statement sees what is committed by then: all of it, for nobody else has the turn."""
    begin = {"misconsole_begin": "BEGIN IMMEDIATE"}
    return begin if engine.dialect.name == "sqlite" else {**begin, "isolation_level": "READ COMMITTED"}


def _parsed(url: str) -> URL:
    """Raises StoreProblem, which does not quote what it was given: there may be a password in it."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreProblem("missing", "The address of the store is not understood.") from None
    if found.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise StoreProblem("missing", "The address of the store is not understood.")
    return found


def _sqlite_path(url: str) -> Path | None:
    parsed = _parsed(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
        raise StoreProblem("missing", "The store must be a file: sqlite:///path/to/store.sqlite3.")
    return Path(parsed.database)


def _prepare_file(path: Path, *, create: bool) -> None:
    if not create and not path.is_file():
        raise StoreProblem("missing", f"There is no store at {path}.")
    sqlite.make_private(path)
