"""Values read one at a time out of rows somebody else made.

A value of the wrong type costs its field, never the run: readers note it in ``Faults`` and give
None.  Dates are the first ten characters delivered and are never converted between zones (G8, Z22).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.records import Batch, Record, Rejected, Report

Row = dict[str, Any]


@dataclass(slots=True)
class Faults:
    """What was left out of the record being read; ``where`` is its path in the answer."""

    report: Report
    where: str = ""
    source_id: str | None = None
    found: list[Rejected] = field(default_factory=list)

    def at(self, where: str) -> None:
        self.where, self.source_id = where, None

    def batch(self, records: Iterable[Record], *, report: Report | None = None) -> Batch:
        """The records with what was left out since the last batch, which is thereby told."""
        kept = tuple(records)  # first: what is read only now may be found wrong only now
        batch = Batch(report=report or self.report, records=kept, rejected=tuple(self.found))
        self.found.clear()
        return batch

    def note(self, name: str, path: str, value: Any, wanted: str) -> None:
        self.found.append(
            Rejected(
                report=self.report,
                where=f"{self.where}.{path}" if path else self.where,
                message=f"{name} is not {wanted}; the field was left out.",
                mend="Correct it in the MIS, or tell the supplier.",
                code="wrong_type",
                source_id=self.source_id,
                field=name,
                value=repr(value)[:80],
            )
        )

    def whole(
        self, path: str, message: str, *, code: str, value: Any = None, name: str | None = None
    ) -> None:
        """The whole record was left out."""
        self.found.append(
            Rejected(
                report=self.report,
                where=f"{self.where}.{path}" if path else self.where,
                message=message,
                mend="Correct it in the MIS, or tell the supplier.",
                code=code,
                source_id=self.source_id,
                value=None if value is None else repr(value)[:80],
                name=name,
            )
        )


def no_object(faults: Faults, row: Any) -> None:
    """Notes a row of a list that is not even an object."""
    faults.whole("", "A record is not an object; it was left out.", code="wrong_type", value=row)


def text(row: Row, key: str, faults: Faults, name: str) -> str | None:
    """Text exactly as delivered; blank is None.  A number is taken as its digits."""
    value = row.get(key)
    if value is None:
        return None
    if type(value) is str:
        return value if value and not value.isspace() else None
    if type(value) is int:
        return str(value)
    faults.note(name, key, value, "text")
    return None


def day(row: Row, key: str, faults: Faults, name: str) -> date | None:
    """A date object, a plain date or null; anything else is left out and told."""
    value = row.get(key)
    if value is None:
        return None
    stamp = value.get("date") if isinstance(value, dict) else value
    if stamp is None or stamp == "":
        return None
    if isinstance(stamp, str):
        try:
            return date.fromisoformat(stamp[:10])
        except ValueError:
            pass
    faults.note(name, key, value, "a date")
    return None


def moment(value: Any) -> datetime | None:
    """A change time, aware.  It only orders things, so an unreadable one is None without a word."""
    stamp, zone = (value.get("date"), value.get("timezone")) if isinstance(value, dict) else (value, "UTC")
    if not isinstance(stamp, str):
        return None
    try:
        read = datetime.fromisoformat(stamp)
        if read.tzinfo is not None:
            return read.astimezone(UTC)
        if zone in (None, "UTC", "Z", "+00:00"):
            return read.replace(tzinfo=UTC)
        return read.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError, ZoneInfoNotFoundError):
        return None


_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def flag(row: Row, key: str, faults: Faults, name: str) -> bool | None:
    """A yes or no; the words and digits for them are accepted, since live answers use both."""
    value = row.get(key)
    if value is None or type(value) is bool:
        return value
    if type(value) is str and not value.strip():
        return None
    if type(value) in (str, int) and (read := _FLAGS.get(str(value).strip().lower())) is not None:
        return read
    faults.note(name, key, value, "a yes or no")
    return None


def number(row: Row, key: str, faults: Faults, name: str) -> float | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    if type(value) in (int, float, str):
        try:
            read = float(value)
        except (ValueError, OverflowError):
            read = float("nan")
        if read == read and abs(read) < 1e9:
            return read
    faults.note(name, key, value, "a number")
    return None


def texts(row: Row, names: Iterable[tuple[str, str]], faults: Faults, into: Row) -> None:
    """``text`` for many keys at once, (key, field name), without a call for each: this is the loop that
    every person passes.  Blank ones are not put in."""
    for key, name in names:
        value = row.get(key)
        if value.__class__ is str:
            if value and not value.isspace():
                into[name] = value
        elif value is not None:
            into[name] = text(row, key, faults, name)


def identity(row: Row, faults: Faults) -> str | None:
    """The ``id`` of the row, as text; without one the record can't be kept."""
    value = row.get("id")
    if type(value) is str and value.strip():
        return value
    if type(value) is int:
        return str(value)
    faults.whole("id", "The record has no id; it was left out.", code="no_id", value=value)
    return None


def first_of(row: Row, keys: tuple[str, ...], faults: Faults, name: str) -> str | None:
    """The first of several places that holds text."""
    for key in keys:
        found = text(row, key, faults, name)
        if found is not None:
            return found
    return None
