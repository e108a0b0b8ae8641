"""What exports hand to commands and screens, and what these ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.tables import Decision
from misconsole.exports.shapes import Format, LeftOut, Made, Option, Said
from misconsole.services.export_changes import FileChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatView:
    id: str
    title: str
    files: tuple[str, ...]
    contains: str
    leaves_out: str
    leavers: bool
    options: tuple[Option, ...]
    roles: tuple[str, ...] = ()
    whole_set: bool = False  # the reader takes a missing row for gone


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LastExport:
    """``known`` false: its folder is not there any more, so nothing can be compared."""

    at: datetime | None
    by: str
    folder: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """``withheld``: kind -> fields that the school declined. ``digest`` is of all files together.
    ``holds``: why it would not be written as it was asked for (``code`` nothing_to_export, fewer_files,
    many_removals)."""

    school: str
    school_name: str
    format: str
    title: str
    contains: str
    leaves_out: str
    written: bool
    folder: str
    files: tuple[FileView, ...]
    digest: str
    changes: tuple[FileChanges, ...]
    last: LastExport | None
    left_out: tuple[LeftOut, ...]
    notices: tuple[Said, ...]
    withheld: Mapping[str, tuple[str, ...]]
    holds: tuple[Said, ...] = ()
    decision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. ``fresh_only``: accounts not handed out yet; ``accept_removals`` and
    ``fewer_files``: a person has looked and means it."""

    format: str
    roles: tuple[str, ...] = ()
    fresh_only: bool = False
    leavers: bool = False
    options: Mapping[str, str] | None = None
    accept_removals: bool = False
    fewer_files: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    chosen: Format
    made: Made
    files: Mapping[str, bytes]
    view: ExportView
    before: Decision | None
    addresses: Mapping[str, str]  # as the last export had them
