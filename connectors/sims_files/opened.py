"""A report file beside its layout: which caption is which column, and what is missing.

Identifier columns vanish in silence when the SIMS user is not in Third Party Reporting, role columns when it
is not in Personnel Officer.  So the captions of the file are held against the list before a row is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from connectors.errors import BadFile
from connectors.records import Notice, Report
from connectors.sims_files.layout import EXTERNAL, PERSONNEL, THIRD_PARTY, Column, Layout, plain
from connectors.sims_files.sheet import Sheet, XmlSheet

IDS = ("external_id", "mis_id", "base_id")
_GROUP = "add it in SIMS under Focus › System Manager › Manage Groups"


@dataclass(frozen=True, slots=True)
class Opened:
    """``names``: field → caption as it stands in the file.  ``key``: the field that tells who is who."""

    layout: Layout
    sheet: Sheet
    names: Mapping[str, str]
    fields: Mapping[str, tuple[str, int]]
    key: str
    unused: tuple[str, ...]

    @property
    def report(self) -> Report:
        return self.layout.report

    def has(self, field: str) -> bool:
        return field in self.names

    def where(self, line: int, field: str = "") -> str:
        name = self.names.get(field, "")
        return f"{self.sheet.label}:{line}:{name}" if name else f"{self.sheet.label}:{line}"

    def only(self, fields: frozenset[str]) -> dict[str, tuple[str, int]]:
        """The columns to read: nothing else of a row is looked at (X2)."""
        return {caption: found for caption, found in self.fields.items() if found[0] in fields}

    def missing(self, declined: frozenset[str] = frozenset()) -> tuple[Column, ...]:
        """Optional columns that the file does not have, although somebody wants them."""
        return tuple(
            column for column in self.layout.columns
            if column.offered and not column.must and column.field not in declined
            and column.field not in self.names
        )  # fmt: skip

    def notices(self, declined: frozenset[str]) -> Iterator[Notice]:
        """D4: what is not there, why it may be so, and what mends it."""
        gone = [column for column in self.missing(declined) if column.field != "mis_id"]
        roles = [column for column in gone if column.group == PERSONNEL]
        if any(column.field == "roles" for column in roles):
            yield Notice(
                level="warning", code="personnel_officer",
                message=f"{self.sheet.file} has no column for {_listed(roles)}: the SIMS user is not in "
                f"{PERSONNEL}, or the report leaves it out. Accounts still update; job titles will not.",
                mend=f"Put the SIMS user into {PERSONNEL} ({_GROUP}), or decline these fields.",
            )  # fmt: skip
            gone = [column for column in gone if column not in roles]
        if gone:
            yield Notice(
                level="info", code="missing_columns",
                message=f"{self.sheet.file} has no column for {_listed(gone)}; that is not known, not empty.",
                mend="Add them to the report in SIMS if they are wanted; docs/sims-export.md lists them.",
            )  # fmt: skip
        if self.unused:
            told = ", ".join(self.unused[:8]) + (" and others" if len(self.unused) > 8 else "")
            yield Notice(
                level="info", code="unused_columns",
                message=f"{self.sheet.file} has columns nobody needs here: {told[:300]}. They are not read.",
                mend="Leave them out of the report in SIMS.",
            )  # fmt: skip
        if isinstance(self.sheet, XmlSheet) and self.sheet.encoding:
            yield Notice(
                level="info", code="encoding",
                message=f"{self.sheet.file} is {self.sheet.encoding}, whatever it says; read as that.",
            )  # fmt: skip


def opened(layout: Layout, found: Sheet, own: Mapping[tuple[Report, str], str], *, key: str) -> Opened:
    """Raises BadFile where a mandatory column is missing."""
    wanted: dict[str, tuple[str, int]] = {}
    for column in layout.columns:
        mine = own.get((layout.report, column.field))
        for rank, caption in enumerate((*([mine] if mine else []), *column.captions)):
            wanted.setdefault(plain(caption), (column.field, rank))
    fields = {c: wanted[plain(c)] for c in found.captions if plain(c) in wanted}
    names: dict[str, str] = {}
    for caption, (field, _) in sorted(fields.items(), key=lambda each: each[1][1]):
        names.setdefault(field, caption)
    unused = tuple(caption for caption in found.captions if caption not in fields)
    made = Opened(layout, found, names, fields, _key(layout, key), unused)
    _check(made)
    return made


def _key(layout: Layout, key: str) -> str:
    if key == EXTERNAL:
        return "external_id"
    return "mis_id" if layout.of("mis_id") else "base_id"


def _check(file: Opened) -> None:
    needed = [column for column in file.layout.columns if column.must or column.field == file.key]
    gone = [column for column in needed if not file.has(column.field)]
    if not gone:
        return
    ids = [column for column in gone if column.group == THIRD_PARTY]
    mend = (
        f"The SIMS user is not in the group {THIRD_PARTY}: {_GROUP}. Nothing was changed."
        if ids else
        "Add them to the report in SIMS, or name your captions in the setting captions. Nothing was changed."
    )  # fmt: skip
    raise BadFile(
        f"{file.sheet.file} has no column for {_listed(gone)}; without that the report cannot be used.",
        mend=mend, where=file.sheet.file,
    )  # fmt: skip


def _listed(columns: list[Column]) -> str:
    return ", ".join(f"{column.title} ({column.captions[0]})" if column.title != column.captions[0]
                     else column.title for column in columns)  # fmt: skip
