"""An OneRoster package on disk: the files of the standard, found in a folder or a ZIP.

What makes opening it safe, and tells a package that is still being written, is in ``delimited.source``.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import ClassVar

from connectors.delimited.source import Limits, Source
from connectors.oneroster_csv.standard import (
    KNOWN_FILES,
    MAX_ENTRIES,
    MAX_FILE,
    MAX_LINE,
    MAX_TOTAL,
)


class Package(Source):
    """The CSV files of one package: standard name → name as spelt there (``spelt``)."""

    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    single: ClassVar[bool] = False

    def __init__(self, path: Path) -> None:
        limits = Limits(line=MAX_LINE, file=MAX_FILE, total=MAX_TOTAL, entries=MAX_ENTRIES)
        super().__init__(path, limits=limits)

    def spelt(self, name: str) -> str:
        return super().spelt(name) if self.has(name) else f"{name}.csv"

    def listed(self, name: str) -> str | None:
        """The standard's own name, whatever the case."""
        stem = PurePosixPath(name).stem
        standard = next((known for known in KNOWN_FILES if known.lower() == stem.lower()), None)
        if standard is None:
            self.oddities.append((name, "is not a file of the standard and is not read"))
        elif name != f"{standard}.csv":
            self.oddities.append((name, f"should be spelt {standard}.csv"))
        return standard

    def folder_of(self, members: tuple[str, ...]) -> str:
        """ "." when the manifest is at the root as it should be, else the one folder that has it."""
        manifests = [name for name in members if PurePosixPath(name).stem.lower() == "manifest"]
        folders = {str(PurePosixPath(name).parent) for name in manifests}
        if len(folders) == 1 and (folder := next(iter(folders))) != ".":
            self.oddities.append((f"{folder}/", "holds the files, which belong at the root of the ZIP"))
            return folder
        return "."
