"""What was wrong or odd while reading, in the words of file, row and column.

A row or value left out is a ``Rejected`` of its own, delivered with the next batch.  What was understood
although it is not the standard is counted and told once for a file and column, with the first row, so
that sixty thousand rows with ``TRUE`` are one line for the operator and not sixty thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from connectors.records import Notice, Rejected, Report

FIX_AT_SOURCE = "Have it corrected in the MIS or its export; everything else was taken."


@dataclass(slots=True)
class _Note:
    level: str
    where: str
    message: str
    mend: str
    line: int | None  # the last row counted
    rows: int = 1

    def count(self, line: int | None) -> None:
        """Once a row, though the row may make several records."""
        self.rows += line is None or line != self.line
        self.line = line


class Findings:
    """Collects for the reports wanted; what concerns other reports or declined fields is dropped."""

    fix: ClassVar[str] = FIX_AT_SOURCE

    def __init__(
        self, wanted: frozenset[Report], declined: Mapping[Report, frozenset[str]] | None = None
    ) -> None:
        self.wanted, self.declined = wanted, declined or {}
        self._rejected: dict[Report, list[Rejected]] = {}
        self._notes: dict[tuple[str, str, str], _Note] = {}

    def reject(
        self,
        reports: tuple[Report, ...],
        where: str,
        *,
        code: str,
        message: str,
        mend: str = "",
        source_id: str | None = None,
        field: str | None = None,
        value: str | None = None,
        name: str | None = None,
    ) -> None:
        """Note a row (``field`` None) or one value of it as left out, under the first report wanted."""
        report = next((r for r in reports if r in self.wanted), None)
        if report is None or field in self.declined.get(report, ()):
            return
        rejected = Rejected(
            report=report, where=where, message=message, mend=mend or self.fix, code=code, field=field,
            name=name,
            source_id=source_id[:80] if source_id else None, value=value[:80] if value else None,
        )  # fmt: skip
        self._rejected.setdefault(report, []).append(rejected)

    def take(self, report: Report) -> tuple[Rejected, ...]:
        """What was left out of that report since last asked."""
        return tuple(self._rejected.pop(report, ()))

    def note(
        self, code: str, file: str, *, line: int | None = None, column: str = "", message: str,
        mend: str = "", level: str = "warning",
    ) -> None:  # fmt: skip
        """Note an oddity; one of the same code, file and column only raises the count."""
        key = (code, file, column)
        if key in self._notes:
            self._notes[key].count(line)
            return
        where = ":".join(str(part) for part in (file, line, column) if part)
        self._notes[key] = _Note(level, where, message, mend, line)

    def notices(self) -> Iterator[Notice]:
        """Everything odd, once, in the order it was met; the store of them is emptied."""
        notes, self._notes = self._notes, {}
        for (code, _, _), note in notes.items():
            more = f" And {note.rows - 1} more rows." if note.rows > 2 else ""
            more = " And one more row." if note.rows == 2 else more
            yield Notice(
                level=note.level, code=code, message=f"{note.where}: {note.message}{more}", mend=note.mend
            )
