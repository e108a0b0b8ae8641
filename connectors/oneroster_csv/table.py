"""One CSV file of a package: header checked once, rows streamed as often as needed.

RFC 4180 strictly: where quoting is broken, where bytes are not UTF-8 or where the file stops in mid-row,
rows may have been swallowed, so the whole file is refused (``BadFile``) rather than people lost.  A row that
is wrong on its own is rejected and the next one read.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from connectors.errors import BadFile
from connectors.oneroster_common import values
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.rows import ALL
from connectors.oneroster_common.words import REMOVED, SOURCED_ID
from connectors.oneroster_csv.package import Package
from connectors.oneroster_csv.standard import (
    COLUMNS,
    EXTRA_COLUMN,
    MISSPELT,
    NEEDED_COLUMNS,
    USERS_1_1,
    USERS_1_2,
)
from connectors.records import Report

UTF8 = "Export the package again as UTF-8; nothing was changed."


class Row:
    """One row: ``row["givenName"]`` is the trimmed text or None for a blank or missing column."""

    __slots__ = ("_at", "_cells", "file", "id", "line", "removed")

    def __init__(self, file: str, line: int, cells: list[str], at: dict[str, int]) -> None:
        self.file, self.line = file, line
        self._cells, self._at = cells, at
        self.id = ""
        self.removed = False

    def __getitem__(self, column: str) -> str | None:
        at = self._at.get(column)
        return None if at is None else (self._cells[at].strip() or None)

    def words(self, column: str) -> tuple[str, ...]:
        return values.words(self[column])

    def user_ids(self) -> tuple[tuple[tuple[str, str], ...], str]:
        return values.user_ids(self["userIds"])

    def where(self, column: str = "") -> str:
        return f"{self.file}:{self.line}:{column}" if column else f"{self.file}:{self.line}"


class Table:
    """``mode`` is the manifest's word for this file: bulk, delta or unsaid."""

    def __init__(self, package: Package, name: str, mode: str, findings: Findings) -> None:
        self.package, self.name, self.mode, self.findings = package, name, mode, findings
        self.file = package.spelt(name)
        self._told = False
        self.header = [cell.strip() for cell in self._first()]
        self.version = "1.1" if {"role", "orgSourcedIds"} & set(self.header) else "1.2"
        self._at = self._columns()
        self._check_needed()

    def place(self, line: int, column: str) -> str:
        return f"{self.file}:{line}:{column}"

    def needs(self, column: str) -> bool:  # noqa: ARG002 - files must have them all filled
        return True

    def rows(self, reports: tuple[Report, ...] = ALL, *, quiet: bool = False) -> Iterator[Row]:
        """The rows with a usable sourcedId; what is wrong is told under ``reports`` unless ``quiet``."""
        seen: set[str] = set()
        for line, cells in self._shaped(reports, quiet):
            row = Row(self.file, line, cells, self._at)
            row.id = row["sourcedId"] or ""
            fault = _id_fault(row.id, seen if self.name != "enrollments" else None)
            if fault:
                if not quiet:
                    self._reject(reports, row, fault)
                continue
            self._read_status(row, quiet=quiet)
            yield row
        self._told = self._told or not quiet

    def _reject(self, reports: tuple[Report, ...], row: Row, fault: tuple[str, str]) -> None:
        self.findings.reject(
            reports, row.where("sourcedId"), code=fault[0], message=fault[1], source_id=row.id or None,
            value=row.id or None,
        )  # fmt: skip

    def _shaped(self, reports: tuple[Report, ...], quiet: bool) -> Iterator[tuple[int, list[str]]]:
        """Records with as many cells as the header has; blank lines are passed over."""
        width = len(self.header)
        for line, last, ended, cells in self._records():
            if len(cells) == width:
                if line > 1:
                    yield line, cells
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > width and not any(cells[width:]):
                self._note(quiet, "trailing_commas", line, "has empty cells after the last column.")
                yield line, cells[:width]
                continue
            self._check_whole(line, last, ended, len(cells))
            if not quiet:
                given = cells[0].strip() if SOURCED_ID.fullmatch(cells[0].strip()) else None
                self.findings.reject(
                    reports, f"{self.file}:{line}", code="column_count", source_id=given,
                    message=f"The row has {len(cells)} columns where the header has {width}.",
                )  # fmt: skip

    def _check_whole(self, line: int, last: int, ended: bool, found: int) -> None:
        if not ended:
            raise BadFile(
                f"{self.file} ends in mid-row: row {line} has {found} of {len(self.header)} columns.",
                mend="Wait until the file is written whole, then run again; nothing was changed.",
                where=f"{self.file}:{line}",
            )
        if last > line:
            raise BadFile(
                f"{self.file}, row {line}: a quotation mark is not closed before line {last}.",
                where=f"{self.file}:{line}",
            )

    def _records(self) -> Iterator[tuple[int, int, bool, list[str]]]:
        """(first line, last line, whether that ended in a newline, cells) of each record."""
        ended = [True]
        reader = csv.reader(self._text(ended), strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as problem:
                raise BadFile(
                    f"{self.file}, row {line} is not well-formed CSV: {problem}.",
                    where=f"{self.file}:{line}",
                ) from None
            if cells is None:
                break
            yield line, reader.line_num, ended[0], cells
        if not ended[0]:
            self._note(self._told, "no_newline", line - 1, "the last row has no line ending.", level="info")

    def _text(self, ended: list[bool]) -> Iterator[str]:
        for number, raw in enumerate(self.package.lines(self.name), start=1):
            line = raw
            if number == 1:
                line = self._without_bom(raw)
            if b"\0" in line:
                raise BadFile(
                    f"{self.file}, line {number} holds NUL bytes: the file is damaged, half-written or "
                    "not UTF-8.", mend=UTF8, where=f"{self.file}:{number}",
                )  # fmt: skip
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                raise self._not_utf8(number, line) from None
            ended[0] = text.endswith("\n")
            yield text

    def _without_bom(self, line: bytes) -> bytes:
        if line.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BadFile(f"{self.file} is UTF-16, not UTF-8.", mend=UTF8, where=f"{self.file}:1")
        if line.startswith(b"\xef\xbb\xbf"):
            told = hasattr(self, "header")
            self._note(told, "byte_order_mark", 1, "begins with a byte order mark.", level="info")
            return line[3:]
        return line

    def _not_utf8(self, number: int, line: bytes) -> BadFile:
        """The refusal, with the column if it can be told."""
        cells = next(csv.reader([line.decode("utf-8", "replace")]), [])
        at = next((i for i, cell in enumerate(cells) if "�" in cell), None)
        header = getattr(self, "header", [])
        column = header[at] if at is not None and at < len(header) else ""
        where = f"{self.file}:{number}:{column}" if column else f"{self.file}:{number}"
        said = f", column {column}" if column else ""
        return BadFile(f"{self.file}, line {number}{said} is not UTF-8.", mend=UTF8, where=where)

    def _first(self) -> list[str]:
        for _, _, _, cells in self._records():
            return cells
        raise BadFile(f"{self.file} is empty: it has no header row.", where=f"{self.file}:1")

    def _columns(self) -> dict[str, int]:
        """Standard column → position, forgiving case and the misspellings known."""
        at: dict[str, int] = {}
        standard = {c.lower(): c for c in self._standard()}
        for position, cell in enumerate(self.header):
            column = MISSPELT.get(cell) or standard.get(cell.lower())
            if column is None:
                self._extra(cell)
                continue
            if column in at:
                raise BadFile(f"{self.file} has the column {column} twice.", where=f"{self.file}:1:{column}")
            if cell != column:
                self._note(False, "column_misspelt", 1, f"is read as {column}.", cell)
            at[column] = position
        return at

    def _extra(self, cell: str) -> None:
        if not EXTRA_COLUMN.fullmatch(cell):
            self._note(
                False, "column_unknown", 1, "is not a column of the standard and is not read.", cell[:80]
            )

    def _standard(self) -> tuple[str, ...]:
        if self.name == "users":
            return tuple((USERS_1_1 if self.version == "1.1" else USERS_1_2).split(","))
        return tuple(COLUMNS[self.name].split(","))

    def _check_needed(self) -> None:
        name = f"users {self.version}" if self.name == "users" else self.name
        for column in NEEDED_COLUMNS.get(name, ()):
            if column not in self._at:
                raise BadFile(
                    f"{self.file} has no column {column}.",
                    mend=f"The header must have {', '.join(NEEDED_COLUMNS[name])}; nothing was changed.",
                    where=f"{self.file}:1:{column}",
                )
        for column in self._standard():
            if column not in self._at:
                self._note(False, "column_missing", 1, "this column is not there.", column, level="info")

    def _note(
        self, quiet: bool, code: str, line: int, message: str, column: str = "", level: str = "warning"
    ) -> None:
        if not quiet:
            self.findings.note(code, self.file, line=line, column=column, message=message, level=level)

    def _read_status(self, row: Row, *, quiet: bool) -> None:
        status = row["status"]
        word = (status or "").lower()
        row.removed = word in REMOVED
        if self.mode == "delta" and not word:
            self._note(quiet, "status_blank", row.line, "is blank in a delta; taken as active.", "status")
        elif word and word != "active" and not row.removed:
            said = f"“{word[:40]}” is not a status; taken as active."
            self._note(quiet, "status_unknown", row.line, said, "status")
        elif word == "inactive":
            self._note(quiet, "status_inactive", row.line, "“inactive” is taken as tobedeleted.", "status")
        elif row.removed and self.mode != "delta":
            said = "is marked for removal in a file that is not a delta; the row is left out."
            self._note(quiet, "status_removed", row.line, said, "status")
        elif word and self.mode == "bulk":
            said = "is filled, though bulk files leave it blank."
            self._note(quiet, "status_filled", row.line, said, "status", level="info")


def _id_fault(text: str, seen: set[str] | None) -> tuple[str, str] | None:
    """(code, message) when a sourcedId cannot be used: blank, malformed, or there before."""
    if not text:
        return "missing_source_id", "The sourcedId is blank; the row is left out."
    if not SOURCED_ID.fullmatch(text):
        return "bad_source_id", "The sourcedId has characters that the standard does not allow."
    if seen is not None:
        if text in seen:
            return "duplicate_source_id", "The sourcedId was there before; the first row counts."
        seen.add(text)
    return None
