"""A rehearsal as a CSV file to edit elsewhere, and the file read back: only the username column counts.

Rows are found by ``account``; ``old_username`` says what the account was called when the file was written,
and a row whose account is called otherwise by now is refused.  Whatever else the file holds is not read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from misconsole.rules.account_csv import AccountFileError, unguarded
from misconsole.rules.rename import Line, Subject
from misconsole.text import csv_safe

COLUMNS = ("account", "kind", "name", "old_username", "username", "email")
DELIMITERS = ",;\t"
LONGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """``typed``: account -> username as the file has it. ``rejected``: (line, reason)."""

    typed: Mapping[int, str]
    rejected: tuple[tuple[int, str], ...] = ()


def write(file: TextIO, lines: Iterable[Line]) -> int:
    """The lines in their order, safe to open in a spreadsheet; returns how many."""
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for each in lines:
        row = (str(each.account_id), each.kind, each.name, each.old, each.new, each.email)
        writer.writerow([csv_safe(cell) for cell in row])
        count += 1
    return count


def read(text: str, subjects: Iterable[Subject]) -> Names:
    """Raises AccountFileError for a file without the columns; a bad row is named and left out."""
    stream = io.StringIO(text.removeprefix("\ufeff"), newline="")
    header = stream.readline()
    delimiter = max(DELIMITERS, key=header.count)
    columns = [
        c.strip().lower().replace(" ", "_") for c in next(csv.reader([header], delimiter=delimiter), [])
    ]
    if "username" not in columns or not {"account", "old_username"} & set(columns):
        raise AccountFileError(
            "The header row needs the columns username and account (or old_username).",
            mend="Write the rehearsal to a file and edit that one.", line=1, field="username",
        )  # fmt: skip
    by_id = {each.account_id: each for each in subjects}
    by_name = {each.username.lower(): each for each in by_id.values()}
    typed: dict[int, str] = {}
    rejected: list[tuple[int, str]] = []
    for number, cells in _records(stream, delimiter):
        row = {name: unguarded(cell).strip() for name, cell in zip(columns, cells, strict=False)}
        subject = _found(row, by_id, by_name)
        if isinstance(subject, str):
            rejected.append((number, subject))
        elif subject.account_id in typed:
            rejected.append((number, f"{subject.username} stands in the file twice."))
        else:
            typed[subject.account_id] = row.get("username", "")
    return Names(typed=typed, rejected=tuple(rejected))


def _records(stream: TextIO, delimiter: str) -> Iterable[tuple[int, Sequence[str]]]:
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num + 1, cells
    except csv.Error as problem:
        line = reader.line_num + 1
        raise AccountFileError(f"Line {line} is not well-formed CSV: {problem}.", line=line) from None


def _found(
    row: Mapping[str, str], by_id: Mapping[int, Subject], by_name: Mapping[str, Subject]
) -> Subject | str:
    """The account of the row, or why there is none."""
    number, old = row.get("account", ""), row.get("old_username", "")
    if number:
        known = number.isascii() and number.isdigit() and len(number) < 19
        subject = by_id.get(int(number)) if known else None
    else:
        subject = by_name.get(old.lower())
    if subject is None:
        return f"Account {(number or old)[:40] or 'without a number'} is not among those to rename."
    if old and old.lower() != subject.username.lower():
        return f"{old[:40]} is called {subject.username} by now."
    return subject
