"""The same files as last time, or files of another day: told, because neither is an error by itself.

A school whose export job died goes on delivering yesterday's people; nothing in the data shows it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from connectors.errors import BadFile
from connectors.records import Notice

EXPORT = "Check that the export still runs in the MIS; if nothing changed there, all is well."


class Dated(Protocol):
    """A file that was read: its own name, the SHA-256 of its bytes, and when it was written."""

    @property
    def file(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def written(self) -> datetime: ...


def mark(tables: Iterable[Dated]) -> str:
    """What to keep as ``high_water``: digest of all the bytes, and the day the newest was written."""
    tables = tuple(tables)
    digest = hashlib.sha256(" ".join(sorted(table.digest for table in tables)).encode()).hexdigest()[:32]
    newest = max((table.written for table in tables), default=None)
    return f"{digest} {newest:%Y-%m-%d}" if newest else digest


def notices(
    tables: Iterable[Dated], *, last: str = "", now: datetime, max_age: int = 0, weekdays: bool = False
) -> Iterator[Notice]:
    """What the operator should know.  ``last``: the mark of the last complete read.
    ``weekdays``: files come on weekdays only, so that Friday's are not old before Tuesday (T10).

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
        late = _weekdays(written.date(), now.date()) if weekdays else age
        yield Notice(
            level="warning" if late > 1 else "info", code="old_files", mend=EXPORT,
            message=f"The files were written {told}, on {long_date(written.date())}.",
        )  # fmt: skip


def _weekdays(written: date, today: date) -> int:
    """Weekdays after the one day, up to the other."""
    days = min((today - written).days, 31)
    return sum((today - timedelta(days=back)).weekday() < 5 for back in range(days))


def long_date(when: date) -> str:
    return f"{when.day} {when:%B %Y}"
