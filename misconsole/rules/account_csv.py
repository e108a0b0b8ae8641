"""The CSV file of existing accounts, read into plain rows (headless.md, ``account import``).

Pure: text in, rows and reasons out.  A bad row is named with its line, field and reason and the good ones
go on.  What would make rows disappear unseen, broken quoting or a wrong encoding, refuses the whole file.
Names are kept as delivered, whatever is in them; only a username must be made of visible characters.
Everything stays text, so leading zeros live; the apostrophe that guards a cell against being run as a
formula is taken off again (``misconsole.text.csv_safe`` puts it on).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date

from misconsole.errors import MisconsoleError
from misconsole.text import csv_safe

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
ROLES = {"pupil": "pupil", "student": "pupil", "staff": "staff", "other": "other"}
LIMITS = {
    "username": 128, "given_name": 200, "family_name": 200, "preferred_given_name": 200,
    "preferred_family_name": 200, "date_of_birth": 10, "role": 20, "email": 254, "year_of_entry": 4,
    "upn": 64, "mis_id": 64, "staff_code": 64,
}  # fmt: skip
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One account as the file has it; ``None`` for a blank cell or a column that is not there."""

    line: int
    username: str
    given_name: str | None = None
    family_name: str | None = None
    preferred_given_name: str | None = None
    preferred_family_name: str | None = None
    date_of_birth: date | None = None
    role: str | None = None  # pupil, staff, other
    email: str | None = None
    year_of_entry: int | None = None
    upn: str | None = None
    mis_id: str | None = None
    staff_code: str | None = None


COLUMNS = tuple(f.name for f in fields(AccountRow) if f.name != "line")


@dataclass(frozen=True, slots=True)
class Parsed:
    """``rejected`` holds (line, field, reason), one for a row, "" for a fault of the row as a whole.

    ``columns`` are the known ones the file has, ``left_out`` the others, as spelt there.
    """

    rows: tuple[AccountRow, ...]
    rejected: tuple[tuple[int, str, str], ...]
    columns: frozenset[str]
    left_out: tuple[str, ...]

    @property
    def read(self) -> int:
        """Rows with anything in them, good and bad."""
        return len(self.rows) + len(self.rejected)


class AccountFileError(MisconsoleError):
    """The file cannot be used at all; ``line`` and ``field`` say where, as far as that can be told."""

    code = "bad_file"

    def __init__(self, message: str, *, mend: str = "", line: int = 0, field: str = "") -> None:
        super().__init__(message, mend=mend or "Mend the file and import it again; nothing was changed.")
        self.line, self.field = line, field

    def as_dict(self) -> dict[str, str]:
        return {**super().as_dict(), "line": str(self.line), "field": self.field}


def decode(content: bytes) -> str:
    """The file's text: UTF-8, with or without a byte order mark. Raises ``AccountFileError`` for others."""
    mend = "Save it as CSV UTF-8 and import it again; nothing was changed."
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise AccountFileError("The file is UTF-16, not UTF-8.", mend=mend, line=1)
    if content.startswith(b"PK\x03\x04"):
        raise AccountFileError("The file is a spreadsheet or ZIP, not CSV.", mend=mend, line=1)
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise AccountFileError(f"Line {line} holds NUL bytes: the file is damaged.", mend=mend, line=line)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise AccountFileError(f"Line {line} is not UTF-8.", mend=mend, line=line) from None


def parse(text: str | Iterable[str], *, today: date | None = None) -> Parsed:
    """The rows of a file, given whole or line by line with the line ends kept.

    ``today``, if given, is the last day a date of birth may be.  Raises ``AccountFileError``.
    """
    lines = iter(io.StringIO(text, newline="")) if isinstance(text, str) else iter(text)
    first = next(lines, "").removeprefix("\ufeff")
    delimiter = _delimiter(first)
    records = _records(_chain(first, lines), delimiter)
    _, header = next(records)
    at, left_out = _columns(header)
    rows, rejected = _rows(records, len(header), at, today)
    return Parsed(tuple(rows), tuple(rejected), frozenset(at), left_out)


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(header: str) -> str:
    """The one that makes ``username`` a column; nothing is guessed from the rows."""
    if not header.strip():
        raise AccountFileError("The file does not begin with a header row.", line=1)
    for delimiter in DELIMITERS:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        if "username" in map(_column, cells):
            return delimiter
    known = ", ".join(DELIMITERS.values())
    raise AccountFileError(
        "The header row has no column username.",
        mend=f"Name the columns {', '.join(COLUMNS)} in the first row, parted by one of: {known}.",
        line=1, field="username",
    )  # fmt: skip


def _column(cell: str) -> str:
    return cell.strip().lower().replace(" ", "_")


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as problem:
            raise AccountFileError(f"Line {line} is not well-formed CSV: {problem}.", line=line) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _columns(header: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    at: dict[str, int] = {}
    left_out: list[str] = []
    for position, cell in enumerate(header):
        name = _column(cell)
        if name in at:
            raise AccountFileError(f"The column {name} is there twice.", line=1, field=name)
        if name in LIMITS:
            at[name] = position
        elif cell.strip():
            left_out.append(cell.strip()[:80])
    return at, tuple(left_out)


def _rows(
    records: Iterator[tuple[int, list[str]]], width: int, at: dict[str, int], today: date | None
) -> tuple[list[AccountRow], list[tuple[int, str, str]]]:
    rows: list[AccountRow] = []
    rejected: list[tuple[int, str, str]] = []
    seen: dict[str, int] = {}
    for line, cells in records:
        try:
            row = _row(line, cells, width, at, today)
            first = seen.setdefault(row.username.casefold(), line)
            if first != line:
                raise _Bad("username", f"is the same as in line {first}, but for capitals at most")
        except _Bad as problem:
            rejected.append((line, problem.field, problem.reason))
        else:
            rows.append(row)
    return rows, rejected


class _Bad(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def _row(line: int, cells: list[str], width: int, at: dict[str, int], today: date | None) -> AccountRow:
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        raise _Bad("", f"the row has {len(cells)} columns where the header has {width}")
    values: dict[str, str] = {}
    for name, position in at.items():
        value = unguarded(cells[position]).strip()
        if value:
            _check_text(name, value)
            values[name] = value
    if "username" not in values:
        raise _Bad("username", "is blank")
    read: dict[str, object] = {
        name: _READERS[name](value, today) if name in _READERS else value for name, value in values.items()
    }
    return AccountRow(line=line, **read)  # type: ignore[arg-type]


def unguarded(cell: str) -> str:
    """The cell as it was before ``csv_safe``: without the apostrophe that only guards a formula."""
    return cell[1:] if cell.startswith("'") and csv_safe(cell[1:]) == cell else cell


def _check_text(name: str, value: str) -> None:
    if len(value) > LIMITS[name] and name not in ("date_of_birth", "year_of_entry", "role"):
        raise _Bad(name, f"has {len(value):,} characters; the limit is {LIMITS[name]}")
    if name == "username" and not value.isprintable():
        raise _Bad(name, "holds control characters, line breaks or characters that show nothing")


def _role(value: str, _: date | None) -> str:
    role = ROLES.get(value.lower())
    if role is None:
        raise _Bad("role", f"“{value[:20]}” is not one of pupil, staff, other")
    return role


def _born(value: str, today: date | None) -> date:
    if re.fullmatch(r"\d{1,4}[/.]\d{1,2}[/.]\d{1,4}", value, re.ASCII):
        raise _Bad("date_of_birth", f"“{value}” can be read in two ways; write it as YYYY-MM-DD")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise _Bad("date_of_birth", f"“{value[:20]}” is not of the form YYYY-MM-DD")
    try:
        born = date.fromisoformat(value)
    except ValueError:
        raise _Bad("date_of_birth", f"“{value}” is not a day of the calendar") from None
    if born.year < 1900 or (today is not None and born > today):
        raise _Bad("date_of_birth", f"“{value}” lies in the future or before 1900")
    return born


def _year(value: str, _: date | None) -> int:
    if not re.fullmatch(r"(19|20)\d\d", value, re.ASCII):
        raise _Bad("year_of_entry", f"“{value[:20]}” is not a year of four digits")
    return int(value)


def _email(value: str, _: date | None) -> str:
    if not _EMAIL.fullmatch(value):
        raise _Bad("email", f"“{value[:60]}” is not an e-mail address")
    return value


_READERS: dict[str, Callable[[str, date | None], object]] = {
    "role": _role,
    "date_of_birth": _born,
    "year_of_entry": _year,
    "email": _email,
}
