"""One collection as rows that can be read again: as they are while they are few, the others flat, in memory
while small, else in a nameless file of its own that is gone when it is closed.

A OneRoster user says what it is only together with other collections, so users are read twice; asking the
service twice would cost twice the time and might give two different answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Any

from connectors.oneroster.flatten import FIELDS, PLACES, Cells, cells_of
from connectors.oneroster_common import values
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.rows import ALL
from connectors.oneroster_common.words import REMOVED, SOURCED_ID
from connectors.records import Report

AS_THEY_ARE = 20_000  # rows; most schools have fewer people
AT_ONCE = 200  # rows written together
IN_MEMORY = 16 * 1024 * 1024
CHUNK = 1 << 20
LONGEST_ID = 255
NEEDED = {
    "1.1": frozenset({"username", "termSourcedIds"}),
    "1.2": frozenset({"enabledUser", "termSourcedIds"}),
}
Kept = tuple[int, str, str, Cells]  # index, place, id


class Row:
    """One object, by the columns of the CSV standard; text is as delivered."""

    __slots__ = ("_cells", "_place", "file", "id", "line", "removed")

    def __init__(self, file: str, line: int, place: str, id_: str, cells: Cells) -> None:
        self.file, self.line, self.id, self._place, self._cells = file, line, id_, place, cells
        status = cells.get("status", "active")
        self.removed = status != "active" and status.strip().lower() in REMOVED

    def __getitem__(self, column: str) -> str | None:
        value = self._cells.get(column)
        return ", ".join(map(str, value)) if value.__class__ is list else value

    def words(self, column: str) -> tuple[str, ...]:
        value = self._cells.get(column)
        return tuple(value) if isinstance(value, list) else values.words(value)

    def user_ids(self) -> tuple[tuple[tuple[str, str], ...], str]:
        return tuple((kind, value) for kind, value in self._cells.get("userIds", ())), ""

    def where(self, column: str = "") -> str:
        inner = PLACES.get(column, column)
        return f"{self._place}.{inner}" if inner else self._place


class Table:
    """``name`` of the standard; ``file`` its path at the service.  Close it when done."""

    def __init__(
        self, name: str, *, file: str, mode: str, version: str, findings: Findings,
        reports: tuple[Report, ...],
    ) -> None:  # fmt: skip
        self.name, self.file, self.mode, self.version = name, file, mode, version
        self.findings, self.reports = findings, reports
        self.count = 0
        self._near: list[Kept] = []
        self._next: list[Kept] = []  # to be written
        self._far = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by close()

    def close(self) -> None:
        self._far.close()

    def add(self, index: int, value: Any) -> Cells | None:
        """Keeps a row; None where it cannot be used, which is told."""
        where = f"{self.file}[{index}]"
        if not isinstance(value, dict):
            self._reject(where, "wrong_type", "It is not an object; it was left out.", value=repr(value))
            return None
        id_ = value.get("sourcedId")
        text = str(id_) if isinstance(id_, str | int) and not isinstance(id_, bool) else ""
        fault = self._id_fault(text, index)
        if fault:
            self._reject(f"{where}.sourcedId", *fault, source_id=text or None)
            return None

        def told(column: str, key: str, found: Any) -> None:
            self._reject(
                f"{where}.{key}", "wrong_type", f"{key} is not of the type it should be; it was left out.",
                value=repr(found), field=FIELDS.get(column, column), source_id=text,
            )  # fmt: skip

        cells = cells_of(self.name, value, told)
        self._check_status(cells, index)
        self.keep(index, where, text, cells)
        return cells

    def keep(self, index: int, where: str, id_: str, cells: Cells) -> None:
        self.count += 1
        if len(self._near) < AS_THEY_ARE:
            self._near.append((index, where, id_, cells))
            return
        self._next.append((index, where, id_, cells))
        if len(self._next) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        from pydantic_core import to_json

        if self._next:
            self._far.seek(0, 2)
            self._far.write(to_json(self._next) + b"\n")
            self._next.clear()

    def rows(self, reports: tuple[Report, ...] = ALL, *, quiet: bool = False) -> Iterator[Row]:  # noqa: ARG002
        """What was wrong with the others was told when they came, so both passes are alike."""
        for index, where, id_, cells in chain(self._near, self._read()):
            yield Row(self.file, index + 1, where, id_, cells)

    def _read(self) -> Iterator[Kept]:
        from pydantic_core import from_json

        self._write()
        at = 0
        while True:
            self._far.seek(at)
            lines = self._far.readlines(CHUNK)
            at = self._far.tell()
            if not lines:
                return
            for line in lines:
                yield from from_json(line, cache_strings="keys")

    def place(self, line: int, column: str) -> str:
        return f"{self.file}[{line - 1}].{PLACES.get(column, column)}"

    def needs(self, column: str) -> bool:
        return column in NEEDED[self.version]

    def _id_fault(self, text: str, index: int) -> tuple[str, str] | None:
        if not text.strip():
            return "missing_source_id", "The sourcedId is blank; the record is left out."
        if len(text) > LONGEST_ID:
            return "bad_source_id", f"The sourcedId has more than {LONGEST_ID} characters."
        if not SOURCED_ID.fullmatch(text):
            self.findings.note(
                "source_id_unusual", self.file, line=index + 1, column="sourcedId", level="info",
                message="has characters that the standard does not foresee; it is taken as it is.",
            )  # fmt: skip
        return None

    def _check_status(self, cells: Cells, index: int) -> None:
        word = cells.get("status", "active").strip().lower()
        if word == "active":
            return
        if word == "inactive":
            said = "“inactive” is taken as tobedeleted."
        elif word not in REMOVED:
            said = f"“{word[:40]}” is not a status; taken as active."
        else:
            return
        self.findings.note("status_unusual", self.file, line=index + 1, column="status", message=said)

    def _reject(
        self, where: str, code: str, message: str, *, value: str | None = None, field: str | None = None,
        source_id: str | None = None,
    ) -> None:  # fmt: skip
        self.findings.reject(
            self.reports, where, code=code, message=message, value=value, field=field, source_id=source_id
        )
