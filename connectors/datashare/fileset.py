"""The files of one set: which list is in which of them, and which are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from connectors.datashare import columns
from connectors.datashare.columns import CLASSES, CONTACTS, GROUPS, LINKS, MARKS, STUDENTS, TEACHERS, Columns
from connectors.datashare.sheets import Delimited, Sheet, document, list_of
from connectors.delimited.source import Limits, Source
from connectors.errors import BadFile
from connectors.findings import Findings
from connectors.records import Report

NEEDS: dict[Report, tuple[tuple[str, ...], ...]] = {
    Report.STUDENTS: ((STUDENTS,),),
    Report.STAFF: ((TEACHERS,),),
    Report.CONTACTS: ((CONTACTS, LINKS),),
    Report.GROUPS_CLASSES: ((CLASSES,), (GROUPS,)),
    Report.ATTENDANCE: ((MARKS,),),
}
MOST_NAMED = 5
Typed = Mapping[tuple[str, str], str]  # what the setting ``columns`` says
GRANT = (
    "Grant access in Integris (System Management, Integris Datashare, the supplier's tile, Grant Access) and "
    "tell the supplier: Integris does not. Then test again."
)


class Folder(Source):
    """The files as they lie there."""

    suffixes: ClassVar[tuple[str, ...]] = (*Source.suffixes, ".json")

    def __init__(self, path: Path) -> None:
        super().__init__(path, limits=Limits(file=128 << 20, total=512 << 20))


class NothingYet(BadFile):
    """The place is there, the file set is not: access has not been granted, or nothing was sent yet."""

    code = "no_file_set"
    default_mend = GRANT


@dataclass(frozen=True, slots=True)
class FileSet:
    """``sheets`` maps list → the newest file that has it, ``columns`` list → which column is which."""

    sheets: dict[str, Sheet]
    columns: dict[str, Columns]

    @property
    def supplies(self) -> frozenset[Report]:
        return frozenset(
            report
            for report, ways in NEEDS.items()
            if any(all(n in self.sheets for n in way) for way in ways)
        )

    def files(self) -> str:
        return ", ".join(dict.fromkeys(sheet.file for sheet in self.sheets.values()))


def open_set(source: Source, typed: Typed, findings: Findings) -> FileSet:
    """Raises NothingYet where no list is there, BadFile where one cannot be used."""
    sheets = _sheets(source, typed, findings)
    if not sheets:
        raise NothingYet(f"There is no Datashare file set in {source.path} yet.", where=str(source.path))
    found = {
        name: columns.find(name, sheet.labels, typed, file=sheet.file)
        for name, sheet in sheets.items()
        if sheet.labels
    }
    for name, each in found.items():
        if each.dropped:
            _tell_dropped(findings, sheets[name].file, each.dropped)
    return FileSet(sheets, found)


def _sheets(source: Source, typed: Typed, findings: Findings) -> dict[str, Sheet]:
    """Of two files with the same list the newer one counts."""
    newest: dict[str, Sheet] = {}
    for file in source.names:
        found = _lists(source, file, typed)
        if not found:
            findings.note(
                "not_of_the_set", file, message="is no list of the file set; not read.", level="info"
            )
        for name, sheet in found.items():
            known = newest.get(name)
            if known is None or (sheet.written, sheet.file) > (known.written, known.file):
                newest[name] = sheet
            older = sheet if newest[name] is not sheet else known
            if older is not None:
                findings.note(
                    "older_file", older.file, column=name, message="a newer file has this list; not read.",
                    level="info",
                )  # fmt: skip
    return newest


def _lists(source: Source, file: str, typed: Typed) -> dict[str, Sheet]:
    if file.lower().endswith(".json"):
        return dict(document(source, file).lists())
    name = list_of(source.spelt(file))
    return {name: Delimited(source, file, columns.names(name, typed))} if name else {}


def _tell_dropped(findings: Findings, file: str, labels: tuple[str, ...]) -> None:
    """C16: told, so that nobody believes they are kept."""
    named = ", ".join(f"“{label[:40]}”" for label in labels[:MOST_NAMED])
    more = f" and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
    findings.note(
        "columns_dropped", file, level="info",
        message=f"{named}{more}: not among the fields this route carries; dropped.",
    )  # fmt: skip
