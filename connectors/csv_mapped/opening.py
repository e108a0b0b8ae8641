"""The files of the folder beside the columns that were confirmed for them.

Every header is compared before the first row is read.  Of several days' exports of one file the newest
counts; a file nobody has looked at is told and not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from connectors.csv_mapped.fields import NOTHING
from connectors.csv_mapped.guess import FileGuess, Sample, guess, key_of
from connectors.csv_mapped.mapping import LOOK, FileMap, check_header
from connectors.delimited.source import CHANGING, Source
from connectors.delimited.table import Table
from connectors.errors import BadFile
from connectors.findings import Findings

SAMPLE = 200  # rows looked at for a guess


@dataclass(frozen=True, slots=True)
class Mapped:
    """A file with its confirmed columns: ``at`` maps field → position."""

    table: Table
    kind: str
    at: dict[str, int]

    def label(self, field: str) -> str:
        return self.table.labels[self.at[field]] if field in self.at else ""


def open_tables(source: Source) -> dict[str, Table]:
    """key → newest table of that name; BadFile where there is none, or one is no table."""
    newest: dict[str, str] = {}
    for name in source.names:
        key = key_of(name)
        known = newest.get(key)
        if known is None or (source.written(name), name) > (source.written(known), known):
            newest[key] = name
    if not newest:
        raise BadFile(
            f"{source.path} holds no delimited file ({', '.join(source.suffixes)}).",
            mend="Export the lists from the MIS as CSV into this folder.", where=str(source.path),
        )  # fmt: skip
    return {key: Table(source, name) for key, name in newest.items()}


def older(source: Source, tables: dict[str, Table]) -> tuple[str, ...]:
    """Files passed over because a newer one of the same name is there."""
    return tuple(sorted(set(source.names) - {table.name for table in tables.values()}))


def look(source: Source, *, kinds: dict[str, str] | None = None) -> tuple[tuple[FileGuess, Table], ...]:
    """A guess for every file, with the file.  ``kinds``: what a person said that a file holds, by key."""
    found = []
    for key, table in open_tables(source).items():
        sample = Sample(file=table.file, labels=table.labels, rows=table.sample(SAMPLE))
        found.append((guess(sample, kind=(kinds or {}).get(key, "")), table))
    source.check_unchanged()
    return tuple(found)


def match(source: Source, confirmed: dict[str, FileMap], findings: Findings) -> tuple[Mapped, ...]:
    """The confirmed files, each header checked.  Raises BadFile for a missing file or a changed header."""
    if not confirmed:
        raise BadFile(
            f"Nobody has accepted the columns of {source.path.name} yet.", mend=LOOK, where=str(source.path)
        )
    _check_there(source, confirmed)
    tables = open_tables(source)
    for name in older(source, tables):
        findings.note(
            "older_file", name, message="a newer file of that name is there; not read.", level="info"
        )
    mapped = []
    for key, table in tables.items():
        if key not in confirmed:
            findings.note(
                "new_file", table.file, message="nobody has looked at its columns; not read.", mend=LOOK
            )
            continue
        check_header(table.file, table.labels, confirmed[key])
        if confirmed[key].kind != NOTHING:
            at = {field: table.labels.index(label) for field, label in confirmed[key].fields().items()}
            mapped.append(Mapped(table, confirmed[key].kind, at))
    return tuple(mapped)


def _check_there(source: Source, confirmed: dict[str, FileMap]) -> None:
    there = {key_of(name) for name in source.names}
    for key, each in confirmed.items():
        if key not in there and each.kind != NOTHING:
            raise BadFile(
                f"{key} is not there.", mend=f"{CHANGING} Or: {LOOK}", where=str(Path(source.path) / key)
            )
