"""One list of the file set, delimited or JSON: its columns, and its items one after another.

Whatever has no place in ``columns.FIELDS`` never leaves this module (C16).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.datashare.columns import LISTS, Columns, plain
from connectors.delimited.decoding import AGAIN, Survey, survey
from connectors.delimited.source import Source
from connectors.delimited.table import Table
from connectors.errors import BadFile
from connectors.findings import Findings
from connectors.records import Report

_BETWEEN = re.compile(r"[;|,\s]+")  # ids in one cell
Value = str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Item:
    """One row or object.  ``line`` counts rows of a file; ``values`` has the fields of the list alone."""

    file: str
    place: str
    line: int | None
    values: Mapping[str, Value]
    labels: Mapping[str, str]

    def text(self, field: str) -> str | None:
        found = self.values.get(field)
        return " ".join(found) if isinstance(found, tuple) else found

    def ids(self, field: str) -> tuple[str, ...]:
        """Each once, in the order given."""
        found = self.values.get(field)
        parts = _BETWEEN.split(found) if isinstance(found, str) else found or ()
        return tuple(dict.fromkeys(part for part in parts if part))

    def where(self, field: str = "") -> str:
        label = self.labels.get(field, field)
        return self.place + (f"{':' if self.line else '.'}{label}" if field else "")


class Delimited:
    """A list in a file of rows; ids in one cell are parted by semicolons, commas, bars or spaces."""

    def __init__(self, source: Source, name: str, known: Collection[str]) -> None:
        """``known``: the names a column may have; a long list of ids must not be taken for a header."""

        def header(cells: Sequence[str]) -> bool:
            return len(cells) > 1 and any(plain(cell) in known for cell in cells)

        try:
            self.table = Table(source, name, header=header)
        except BadFile:
            self.table = Table(source, name)  # so that the column that is missing can be named
        self.file, self.labels = self.table.file, self.table.labels

    @property
    def digest(self) -> str:
        return self.table.digest

    @property
    def written(self) -> datetime:
        return self.table.written

    def items(self, columns: Columns, findings: Findings, report: Report) -> Iterator[Item]:
        at = {field: self.labels.index(label) for field, label in columns.at.items()}
        for row in self.table.rows(findings, (report,)):
            values = {field: row[place] for field, place in at.items()}
            yield Item(self.file, row.where(), row.line, values, columns.at)


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON file, parsed: one list, or an object of several."""

    file: str
    digest: str
    written: datetime
    content: Any = None

    def lists(self) -> dict[str, JsonList]:
        """List → its items, of those the file set knows.  Raises BadFile for one that is no list."""
        if isinstance(self.content, list):
            name = LISTS.get(plain(_stem(self.file)))
            return {name: JsonList(self, self.content, "")} if name else {}
        found: dict[str, JsonList] = {}
        for key, rows in self.content.items() if isinstance(self.content, dict) else ():
            if (name := LISTS.get(plain(key))) is None:
                continue
            if not isinstance(rows, list):
                raise BadFile(f"{self.file}: “{key[:40]}” is not a list.", mend=AGAIN_JSON, where=self.file)
            found[name] = JsonList(self, rows, key)
        return found


AGAIN_JSON = "Have the file set written again as JSON; nothing was changed."


class JsonList:
    """A list in a JSON file."""

    def __init__(self, document: Document, rows: Sequence[Any], key: str) -> None:
        self.document, self.rows, self.key = document, rows, key
        self.labels = tuple(dict.fromkeys(k for row in rows if isinstance(row, dict) for k in row))

    @property
    def file(self) -> str:
        return self.document.file

    @property
    def digest(self) -> str:
        return self.document.digest

    @property
    def written(self) -> datetime:
        return self.document.written

    def items(self, columns: Columns, findings: Findings, report: Report) -> Iterator[Item]:
        for number, row in enumerate(self.rows):
            place = f"{self.file}:{self.key}[{number}]"
            if not isinstance(row, dict):
                findings.reject(
                    (report,), place, code="wrong_type", message="An item is not an object; it is left out."
                )
                continue
            item = Item(self.file, place, None, {}, columns.at)
            values = {
                field: _value(row.get(label), item.where(field), findings, report)
                for field, label in columns.at.items()
            }
            yield Item(self.file, place, None, values, columns.at)


Sheet = Delimited | JsonList


def document(source: Source, name: str) -> Document:
    """Raises BadFile where the file is not JSON from its first mark to its last."""
    found: Survey = survey(source, name)
    file = source.spelt(name)
    try:
        text = b"".join(source.chunks(name)).decode(found.encoding).removeprefix("\ufeff")
        content = json.loads(text)
    except UnicodeError:
        raise BadFile(f"{file} is not {found.title}.", mend=AGAIN, where=file) from None
    except json.JSONDecodeError as problem:
        where = f"{file}:{problem.lineno}"
        raise BadFile(
            f"{file}, line {problem.lineno} is not JSON: {problem.msg}.", mend=AGAIN_JSON, where=where
        ) from None
    except (ValueError, RecursionError):
        raise BadFile(f"{file} is not JSON that can be read.", mend=AGAIN_JSON, where=file) from None
    return Document(file, found.digest, source.written(name), content)


def _stem(file: str) -> str:
    """ "Students_2026-01-15.csv" → "Students": days and counters are no part of the name."""
    return re.sub(r"\d", "", file.rpartition(".")[0])


def list_of(file: str) -> str | None:
    """Which list a file of rows holds, by its name."""
    return LISTS.get(plain(_stem(file)))


def _value(given: Any, where: str, findings: Findings, report: Report) -> Value:
    if isinstance(given, list):
        return tuple(part for each in given if isinstance(part := _value(each, where, findings, report), str))
    if isinstance(given, str):
        return given if given and not given.isspace() else None
    if type(given) is int:
        return str(given)
    if isinstance(given, bool):
        return "yes" if given else "no"
    if given is not None:
        findings.reject(
            (report,), where, code="wrong_type", field=where.rpartition(".")[2], value=repr(given)[:80],
            message="The value is neither text nor a number; it is left out.",
        )  # fmt: skip
    return None
