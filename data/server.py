"""The store as a database on a PostgreSQL server: one writer, the order SQLite has, errors in words.

What it protects: ``Store.write`` means the same on both.  Whoever writes takes the one turn there is first
and reads after that, so that nobody decides on what somebody else is just changing; and a name stands in a
list, or in a range of an index, where every other part of the program expects it.

Standard library only; no password is ever in what it says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from data import sqlite
from data.errors import StoreProblem

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

TURN = 0x6D6973636F  # the advisory lock every writer takes, one a database
#: Kept alive, so that a connection whose server is gone is noticed in a minute, not in two hours.
CONNECT = {
    "connect_timeout": 10, "application_name": "misconsole",
    "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
}  # fmt: skip
_BEFORE_HOST = re.compile(r"^(\w[\w+]*://)([^:/@?]*):.*@", re.DOTALL)
_SECRET = ("password", "sslpassword")  # parameters of an address that nobody may see
_ORDER = "SELECT '{' > 'z' AND 'Z' < 'a' AND 'a z' < 'aa', current_setting('server_encoding')"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
_LOOK = """
SELECT current_setting('server_version'), pg_database_size(current_database()),
    current_setting('is_superuser') = 'on',
    inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1'
        OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)
"""
_CODES = {  # classes and states of SQL, longest first
    "28": "denied", "42501": "denied", "25006": "denied", "3D000": "missing", "57014": "locked",
    "55P03": "locked", "40P01": "locked", "40001": "locked", "53100": "full", "53300": "locked",
    "53": "full", "57P": "missing", "08": "missing", "XX001": "damaged", "XX002": "damaged",
}  # fmt: skip
#: A refused connection has no state, only the server's words (in its own language, not always English).
_REFUSED = (
    (re.compile(r"password|authentication|pg_hba|role .* does not exist|permission denied"), "denied"),
    (re.compile(r"database .* does not exist"), "database"),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), "crowded"),
)  # fmt: skip
_WORDS = {
    "denied": "The server of the store {where} refused this: the name, the password or the rights do not do.",
    "missing": "The server of the store {where} does not answer, or left in the middle.",
    "database": "There is no database for the store {where} on its server.",
    "address": "The address of the store is not understood.",
    "locked": "The store {where} is locked by another process.",
    "crowded": "The server of the store {where} takes no more connections.",
    "full": "The server's disk is full; the store {where} could not be written.",
    "damaged": "The store {where} is damaged on its server.",
}
_MENDS = {
    "denied": "Check the role, its password (~/.pgpass is a good place) and that it owns the database.",
    "missing": "Check that the server runs and the address in --store or MISCONSOLE_STORE; then try again.",
    "database": "Make it: createdb --owner=ROLE --template=template0 --encoding=UTF8 --locale=C NAME",
    "crowded": "Wait a moment and try again, or let the server take more (max_connections).",
    "full": "Make room on the server's disk and try again; nothing was changed.",
    "damaged": "Keep the database as it is, and restore a backup made with pg_dump into a new one.",
}
_UNFIT = "Make another: createdb --owner=ROLE --template=template0 --encoding=UTF8 --locale=C NAME"


def is_server(url: str) -> bool:
    return url.startswith(("postgresql", "postgres:"))


def without_password(url: str) -> str:
    """The address as it may be shown: neither the password before the host nor one among the parameters.

    Everything from the first colon to the last "@" counts as the password, so that one which somebody forgot
    to escape is not shown either.
    """
    shown = _BEFORE_HOST.sub(r"\1\2@", url)
    place, mark, query = shown.partition("?")
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k.lower() not in _SECRET]
    if len(kept) == len(parse_qsl(query, keep_blank_values=True)):
        return shown
    return place + (mark + urlencode(kept, safe="/,") if kept else "")


def has_password(url: str) -> bool:
    return is_server(url) and without_password(url) != url


def libpq(url: str) -> str:
    """The address as PostgreSQL's own tools take it, to be shown: without the password."""
    return re.sub(r"^postgres\w*(\+\w+)?:", "postgresql:", without_password(url))


def problem(error: BaseException, url: str) -> StoreProblem | None:
    """The operator's words for an error of the driver; None when it is not about the store itself."""
    kind = _kind(error)
    if kind is None:
        return None
    code = {"database": "missing", "address": "missing", "crowded": "locked"}.get(kind, kind)
    return StoreProblem(code, _WORDS[kind].format(where=named(url)), mend=_MENDS.get(kind, ""))


def _kind(error: BaseException) -> str | None:
    if not type(error).__module__.startswith("psycopg"):
        return None
    state = getattr(error, "sqlstate", None)
    if state:
        if state == "3D000":
            return "database"
        return next((_CODES[state[:n]] for n in (5, 3, 2) if state[:n] in _CODES), None)
    name = type(error).__name__
    if name == "ProgrammingError":  # of the driver itself, before it asked any server
        return "address"
    if name not in ("OperationalError", "ConnectionTimeout"):
        return None
    said = str(error)
    return next((kind for words, kind in _REFUSED if words.search(said)), "missing")


def named(url: str) -> str:
    """ "misconsole on db.example": what a sentence calls it."""
    parts = urlsplit(without_password(url))
    query = dict(parse_qsl(parts.query))
    host = parts.hostname or query.get("host") or "this machine"
    return f"{parts.path.strip('/') or query.get('dbname') or 'database'} on {host}"


def settle(connection: Any, _record: object) -> None:
    """Days as text are ISO on every server, whatever its settings: lists are sorted and searched by them."""
    connection.execute("SET DateStyle = 'ISO, YMD'")
    connection.commit()


def take_turn(connection: Connection) -> None:
    """Wait for the one turn to write; it ends with the transaction. Raises the driver's error."""
    wait = f"{int(sqlite.BUSY_SECONDS * 1000)}ms"
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{wait}'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")


class Seen(NamedTuple):
    """``private``: encrypted, or never on a network; ``superuser``: the role may do more than it should."""

    version: str
    bytes: int
    superuser: bool
    private: bool


def look(connection: Connection) -> Seen:
    """What there is to know of the server, for who looks whether all is well."""
    return Seen(*connection.exec_driver_sql(_LOOK).one())


def rewrite(engine: Engine) -> bool:
    """Write every table anew, with what the planner knows of its values; False where one is in use too long.

    A deleted row would else stand in its page, and a name in the statistics, until something takes the place.
    """
    from sqlalchemy.exc import DBAPIError

    wait = int(sqlite.BUSY_SECONDS * 1000)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        names = connection.exec_driver_sql(_TABLES).scalars().all()
        connection.exec_driver_sql(f"SET lock_timeout = '{wait}ms'")
        try:
            quoted = ", ".join(f'"{name}"' for name in names)
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {quoted}")
        except DBAPIError as error:
            if error.orig is None or _kind(error.orig) != "locked":
                raise
            return False
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def revision(connection: Connection, url: str) -> str | None:
    """The schema revision, None where there is nothing yet.

    Raises StoreProblem for a database of another order or encoding, or one that holds something else.
    """
    fits, encoding = connection.exec_driver_sql(_ORDER).one()
    if encoding != "UTF8" or not fits:
        wrong = f"holds text as {encoding}" if encoding != "UTF8" else "sorts text by the rules of a language"
        raise StoreProblem(
            "damaged",
            f"The database of the store {named(url)} {wrong}.",
            mend=_UNFIT,
        )
    there = connection.exec_driver_sql(_TABLES).scalars().all()
    if not there:
        return None
    if "alembic_version" not in there:
        raise StoreProblem(
            "damaged", f"The database {named(url)} holds other tables, and no misconsole store.",
            mend=f"Give the store a database of its own. {_UNFIT}",
        )  # fmt: skip
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return sqlite.known(found or "", named(url))
