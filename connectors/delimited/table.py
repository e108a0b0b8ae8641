"""One delimited file: what it is written in, its column names, and its rows with ``file:line``.

Where quoting is broken, where the file stops in mid-row, or where many rows do not fit the header, rows may
have been swallowed, so the whole file is refused (``BadFile``) rather than people lost.  A row that is
wrong on its own is rejected and the next one read.  Lines that only close a report (a total, a page
number) are passed over and told; a total that says more than was read is an error.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.delimited.cells import value
from connectors.delimited.decoding import head_lines, survey, text_lines
from connectors.delimited.dialect import Dialect, decide, labels_of
from connectors.delimited.source import CHANGING, Source
from connectors.errors import BadFile, ShortExtract
from connectors.findings import Findings
from connectors.records import Report

if TYPE_CHECKING:
    from _csv import Reader

MOST_ODD = 5  # rows that may misfit before their share counts
ODD_SHARE = 0.2
_PEOPLE = "records?|rows?|pupils?|students?|learners?|children|staff|employees?|contacts?|people|entries"
_CLOSING = (
    r"(grand |sub ?-?)?totals?( \w+){0,4}\s*[:=-]?\s*[\d,]*",
    r"(counts?|number of( \w+){0,4}|no\.? of( \w+){0,4})\s*[:=-]?\s*[\d,]*",
    rf"\d[\d,]* ({_PEOPLE})\b.*|({_PEOPLE}) ?: *\d+",
    r"(\*+ *)?end of (report|file|list|data|page).*|page \d+.*|confidential\b.*|[-=_*#. ]{3,}",
    r"(printed|report|generated|exported|produced|created|run|extracted)"
    r"(:| (on|by|at|run|date|generated|created|from)\b).*",
)
_FOOTER = re.compile("|".join(_CLOSING), re.IGNORECASE)
_COUNT = re.compile(
    rf"(?:total|count|number|no\.?)\s*(?:(?:number )?of)?\s*(?:{_PEOPLE})?(?: in report| exported)?"
    rf"\s*[:=-]?\s*(\d[\d,]*)|(\d[\d,]*) (?:{_PEOPLE})\b.*|(?:{_PEOPLE}) ?: *(\d+)",
    re.IGNORECASE,
)


class Row:
    """One row: ``row[3]`` is the trimmed text of the fourth column, or None for a blank."""

    __slots__ = ("_cells", "file", "line")

    def __init__(self, file: str, line: int, cells: list[str]) -> None:
        self.file, self.line, self._cells = file, line, cells

    def __getitem__(self, at: int) -> str | None:
        return value(self._cells[at]) if at < len(self._cells) else None

    def where(self, column: str = "") -> str:
        return f"{self.file}:{self.line}:{column}" if column else f"{self.file}:{self.line}"


class Table:
    """``labels`` names each column as the file does, none twice.

    Opening reads the file once (``digest``, encoding) and raises BadFile where it is no table.
    ``header`` tells the row of names from others, where the reader knows what they are called.
    """

    def __init__(
        self, source: Source, name: str, *, header: Callable[[Sequence[str]], bool] | None = None
    ) -> None:
        self.source, self.name, self.file = source, name, source.spelt(name)
        self.found = survey(source, name)
        self.lines = head_lines(self.found)
        dialect = decide(self.lines, header=header)
        if dialect is None or not dialect.header:
            raise BadFile(
                f"{self.file} has no row of column names, or no character that parts the columns.",
                mend="Export it with a header row, columns parted by commas, tabs or semicolons.",
                where=f"{self.file}:1",
            )
        self.dialect: Dialect = dialect
        self.labels = labels_of(dialect.header)

    @property
    def digest(self) -> str:
        return self.found.digest

    @property
    def written(self) -> datetime:
        return self.source.written(self.name)

    def described(self) -> str:
        """“Windows-1252, parted by tabs, header in line 3”."""
        told = f"{self.found.title}, parted by {self.dialect.title}"
        return f"{told}, header in line {self.dialect.header_line}" if self.dialect.header_line > 1 else told

    def sample(self, most: int = 200) -> list[tuple[str | None, ...]]:
        """The first rows, for looking at; what is wrong with them is told when they are read for good."""
        width, rows = len(self.labels), list[tuple[str | None, ...]]()
        reader = self._reader(self.lines[self.dialect.header_line - 1 :], strict=False)
        try:
            next(reader, None)
            for cells in reader:
                if len(rows) >= most:
                    break
                if any(cell.strip() for cell in cells) and not self._footer(cells):
                    rows.append(tuple(value(cells[i]) if i < len(cells) else None for i in range(width)))
        except csv.Error:
            return rows
        return rows

    def rows(self, findings: Findings, reports: tuple[Report, ...], *, quiet: bool = False) -> Iterator[Row]:
        """Rows of the header's width.  What is wrong is told under ``reports`` unless ``quiet``."""
        width, read, odd, counted = len(self.labels), 0, 0, 0
        findings = Findings(frozenset()) if quiet else findings
        for line, last, ended, cells in self._records():
            if line <= self.dialect.header_line or not any(cell.strip() for cell in cells):
                continue
            if tuple(cells) == self.dialect.header:
                self._note(findings, "repeated_header", line, "the header is repeated; passed over.")
                continue
            if self._footer(cells):
                self._note(findings, "footer", line, "closes the report and is no row; passed over.")
                counted = max(counted, _counted(cells))
                continue
            fitted = self._fitted(cells)
            if fitted is None:
                self._check_whole(line, last, ended, len(cells))
                odd += 1
                self._misfit(findings, reports, line, len(cells))
                continue
            if len(cells) < width:
                self._check_whole(line, line, ended, len(cells))
                self._note(findings, "short_row", line, "cells at the end are not there; taken as blank.")
            read += 1
            yield Row(self.file, line, fitted)
        self._check_all(read, odd, counted)

    def _fitted(self, cells: list[str]) -> list[str] | None:
        width = len(self.labels)
        if len(cells) == width:
            return cells
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            return cells[:width]
        if self.dialect.ragged and 1 < len(cells) < width:
            return cells
        return None

    def _footer(self, cells: Sequence[str]) -> bool:
        filled = [cell.strip() for cell in cells if cell.strip()]
        few = len(filled) <= max(1, len(self.labels) // 3)
        return few and len(self.labels) > 2 and bool(_FOOTER.fullmatch(filled[0][:200]))

    def _misfit(self, findings: Findings, reports: tuple[Report, ...], line: int, found: int) -> None:
        findings.reject(
            reports, f"{self.file}:{line}", code="column_count",
            message=f"The row has {found} columns where the header has {len(self.labels)}.",
        )  # fmt: skip

    def _check_whole(self, line: int, last: int, ended: bool, found: int) -> None:
        if not ended:
            raise BadFile(
                f"{self.file} ends in mid-row: row {line} has {found} of {len(self.labels)} columns.",
                mend=CHANGING, where=f"{self.file}:{line}",
            )  # fmt: skip
        if last > line:
            raise BadFile(
                f"{self.file}, row {line}: a quotation mark is not closed before line {last}.",
                where=f"{self.file}:{line}",
            )

    def _check_all(self, read: int, odd: int, counted: int) -> None:
        if odd > MOST_ODD and odd > ODD_SHARE * (read + odd):
            raise BadFile(
                f"{self.file}: {odd} of {read + odd} rows have another number of columns than the header.",
                mend="Export it again with quotation marks around text.", where=self.file,
            )  # fmt: skip
        if counted > read + odd:
            raise ShortExtract(
                f"{self.file} says at its end that it holds {counted}; {read + odd} rows were found.",
                where=self.file,
            )

    def _note(self, findings: Findings, code: str, line: int, message: str) -> None:
        findings.note(code, self.file, line=line, message=message, level="info")

    def _reader(self, lines: Iterable[str], *, strict: bool) -> Reader:
        return csv.reader(
            lines, delimiter=self.dialect.delimiter, skipinitialspace=self.dialect.spaced, strict=strict
        )

    def _records(self) -> Iterator[tuple[int, int, bool, list[str]]]:
        """(first line, last line, whether that ended in a newline, cells) of each record.

        The preamble is not parsed: a stray quotation mark in a title must not swallow the header.
        """
        ended = [True]
        before = self.dialect.header_line - 1
        reader = self._reader(self._text(ended), strict=True)
        while True:
            line = before + reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as problem:
                raise BadFile(
                    f"{self.file}, row {line} is not well-formed: {problem}.", where=f"{self.file}:{line}"
                ) from None
            if cells is None:
                return
            yield line, before + reader.line_num, ended[0], cells

    def _text(self, ended: list[bool]) -> Iterator[str]:
        lines = text_lines(self.source, self.name, self.found.encoding)
        for number, line in enumerate(lines, start=1):
            if number >= self.dialect.header_line:
                ended[0] = line.endswith(("\n", "\r"))
                yield line


def _counted(cells: Sequence[str]) -> int:
    """How many people a closing line says there are; 0 where it says nothing of the kind."""
    text = " ".join(cell.strip() for cell in cells if cell.strip())[:200]
    found = _COUNT.fullmatch(text)
    digits = next((group for group in found.groups() if group), "") if found else ""
    return int(digits.replace(",", "")[:9]) if digits else 0
