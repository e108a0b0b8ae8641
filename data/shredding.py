"""After an erasure, or on wish: nothing deleted is left in the store's file, or in the log beside it.

What a changed or deleted row leaves behind is overwritten as it goes (``secure_delete``); but as pages are
filled and emptied, SQLite leaves a copy of a row in a gap now and then.  So the file is looked through, and
is written anew, for which everybody has to wait, only where something is found.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from anyascii import anyascii
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from data import bulk, residue, server, sqlite
from data.privacy import Subject, table_named
from data.residue import Traces

if TYPE_CHECKING:
    from data.store import Store

RARE = 4  # letters; a shorter word of a name means nobody by itself
HOLD_MS = 500  # for which others may have to wait while the log is emptied
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 0.0)  # seconds in which others go on, after each time that did not do


def traces(subject: Subject) -> Traces:
    """By what the subject could be known in what is left over in the file."""
    names = {tuple(name.replace(",", " ").split()) for name in subject.names}
    return Traces(alone=tuple(sorted(subject.handles)), names=tuple(sorted(names)))


def shred(store: Store, left_by: Traces | None = None) -> bool:
    """See that nothing deleted is left in the file or the log beside it; False where that is in use.

    ``left_by``: what was erased just now.  The file is looked through, which nobody waits for, and is written
    anew only where something of it is found.  Without it the file is written anew in any case, and others
    wait.  On a server the tables are written anew; its log and its backups are its administrator's.
    """
    if store.path is None:
        return server.rewrite(store.engine)
    try:
        if left_by is not None:
            if not _empty_log(store):
                return False
            if residue.left(store.path, _with_rare(store, left_by)) == 0:
                return True
        with _raw(store) as raw:
            raw.execute("VACUUM")
        return _empty_log(store)
    except OperationalError:
        return False
    except Exception as error:  # the driver's own, of a file that is in use
        if type(error).__name__ != "OperationalError":
            raise
        return False


def _empty_log(store: Store) -> bool:
    """What the log holds goes into the file, and the log is emptied; False where somebody reads too long.

    While it is emptied others wait to write: so not long at a time.
    """
    with _raw(store) as raw:
        raw.execute(f"PRAGMA busy_timeout = {HOLD_MS}")
        try:
            for pause in PAUSES:
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)")
                if not raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    return True
                time.sleep(pause)
            return False
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(sqlite.BUSY_SECONDS * 1000)}")


@contextmanager
def _raw(store: Store) -> Iterator[Any]:
    """The driver's own connection, in no transaction."""
    with store.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101 - it is open
        raw.execute("PRAGMA query_only = 0")
        yield raw


def _with_rare(store: Store, known: Traces) -> Traces:
    """A word of a name that nobody else in the store bears means somebody by itself; a username does not,
    which stays reserved for good.
    """
    wanted = {anyascii(word).casefold(): word for words in known.names for word in words if len(word) >= RARE}
    with store.read() as s:
        t = table_named("person")
        for (name,) in s.connection().execute(select(t.c.search_name).execution_options(yield_per=2_000)):
            for word in wanted.keys() & name.split():
                del wanted[word]
            if not wanted:
                break
        key = table_named("reserved_name").c.username_key
        kept: set[str] = set()
        for part in bulk.chunks([word.casefold() for word in known.alone]):
            kept.update(s.connection().execute(select(key).where(key.in_(part))).scalars())
    alone = [word for word in known.alone if word.casefold() not in kept]
    return replace(known, alone=(*alone, *sorted(wanted.values())))
