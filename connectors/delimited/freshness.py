"""The same files as last time, or files of another day: told, because neither is an error by itself.

A school whose export job died goes on delivering yesterday's people; nothing in the data shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from connectors.delimited.table import Table
from connectors.errors import BadFile
from connectors.records import Notice

EXPORT = "Check that the export still runs in the MIS; if nothing changed there, all is well."


def mark(tables: Iterable[Table]) -> str:
    """What to keep as ``high_water``: digest of all the bytes, and the day the newest was written."""
    tables = tuple(tables)
    digest = hashlib.sha256(" ".join(sorted(table.digest for table in tables)).encode()).hexdigest()[:32]
    newest = max((table.written for table in tables), default=None)
    return f"{digest} {newest:%Y-%m-%d}" if newest else digest


def notices(tables: Iterable[Table], *, last: str = "", now: datetime, max_age: int = 0) -> Iterator[Notice]:
    """What the operator should know.  ``last``: the mark of the last complete read.

    Raises BadFile when the files are older than ``max_age`` days (0: any age will do).
    """
    tables = tuple(tables)
    if not tables:
        return
    written = max(table.written for table in tables)
    age = (now.date() - written.date()).days
    if max_age and age > max_age:
        raise BadFile(
            f"The files are of {long_date(written.date())}, {age} days old; at most {max_age} are allowed.",
            mend="Export them again from the MIS, or raise the setting max_age; nothing was changed.",
            where=tables[0].file,
        )
    if last and mark(tables).split()[0] == last.split()[0]:
        yield Notice(
            level="info", code="same_files", mend=EXPORT,
            message=f"The files are the same as last time, written on {long_date(written.date())}.",
        )  # fmt: skip
    if age > 0:
        told = "yesterday" if age == 1 else f"{age} days ago"
        yield Notice(
            level="warning" if age > 1 else "info", code="old_files", mend=EXPORT,
            message=f"The files were written {told}, on {long_date(written.date())}.",
        )  # fmt: skip


def long_date(when: date) -> str:
    return f"{when.day} {when:%B %Y}"
