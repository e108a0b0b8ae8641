"""What a format declares of itself, and what it makes: files of rows, whom it left out and why, and notices.

The declaration is the one place where columns are named: files, the documentation and the tests follow it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from misconsole.exports.roster import Roster


class Row(NamedTuple):
    """``key`` says which row it is from one export to the next; ``label`` what people call it by."""

    key: str
    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How rows become bytes. ``guarded``: cells that a spreadsheet would run get its own apostrophe."""

    end: str = "\r\n"
    bom: bool = False
    backslash: bool = False  # quotes only where needed, and a backslash before a quote
    guarded: bool = False

    @property
    def told(self) -> str:
        ends = "CRLF" if self.end == "\r\n" else "LF"
        mark = "with" if self.bom else "without"
        return f"UTF-8 {mark} byte order mark, lines end in {ends}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpec:
    """``above`` are lines that stand before the header; ``name`` holds "{n}" where there may be several."""

    name: str
    columns: tuple[str, ...]
    about: str
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One file's rows, of the declaration ``spec``, under its own ``name``."""

    name: str
    spec: FileSpec
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Somebody, or something, that is in no file, why, and what mends it."""

    number: str
    label: str
    reason: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What whoever uploads the files must know."""

    code: str
    message: str


@dataclass(slots=True)
class Made:
    """``addresses`` are the sign-in names that stand in the files, by the holder's number."""

    tables: list[Table] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    notices: list[Said] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice of one format. ``pattern`` is matched whole, "" for any text."""

    name: str
    default: str
    doc: str
    choices: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """``needs`` of classes, contacts, people: what is read beyond accounts. ``leavers``: unallocated accounts
    may be asked for. ``roles``: whose accounts it can hold. ``archive``: name of the one ZIP, "" for files.
    """

    id: str
    title: str
    build: Callable[[Roster], Made]
    files: tuple[FileSpec, ...]
    contains: str
    leaves_out: str
    dialect: Dialect
    roles: tuple[str, ...] = ("pupil", "staff", "other")
    needs: frozenset[str] = frozenset()
    leavers: bool = False
    archive: str = ""
    whole_set: bool = False  # the reader takes a missing file or row for gone
    options: tuple[Option, ...] = ()
