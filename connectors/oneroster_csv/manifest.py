"""manifest.csv: which files there are, and whether each is everything (bulk) or changes (delta).

The difference decides whether somebody not listed has left.  So where the manifest does not say, the
file is ``unsaid``: its rows are read, and nobody is taken for gone (Z20).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

from connectors.errors import BadFile
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.rows import ABSENT, BULK, DELTA, UNSAID, Modes
from connectors.oneroster_csv.package import Package
from connectors.oneroster_csv.standard import COLUMNS, MANIFEST

READ = ("users", *COLUMNS)


@dataclass(frozen=True, slots=True)
class Manifest(Modes):
    """The modes of the files misconsole reads, the standard's version, and who wrote the package."""

    version: str = ""
    system: str = ""


def read_manifest(package: Package, findings: Findings) -> Manifest:
    """The manifest, checked against the files that are really there."""
    if not package.has(MANIFEST):
        raise BadFile(
            "The package has no manifest.csv, so nothing says whether it is complete.",
            mend="Have the MIS write a whole OneRoster package, manifest.csv included.", where="manifest.csv",
        )  # fmt: skip
    properties = _properties(package)
    version = properties.get("oneroster.version", ("", 0))[0]
    if version and not version.startswith(("1.1", "1.2")):
        line = properties["oneroster.version"][1]
        raise BadFile(
            f"The package says OneRoster version {version[:20]}; 1.1 and 1.2 are understood.",
            where=f"manifest.csv:{line}:value",
        )
    system = _system(properties, findings)
    modes = {name: _mode(name, properties, package, findings) for name in READ}
    return Manifest(modes, version, system)


def _properties(package: Package) -> dict[str, tuple[str, int]]:
    """property → (value, line)."""
    found: dict[str, tuple[str, int]] = {}
    for line, cells in _pairs(package):
        if line == 1:
            if [c.strip().lower() for c in cells] != ["propertyname", "value"]:
                raise BadFile(
                    "manifest.csv does not begin with propertyName,value.",
                    where="manifest.csv:1:propertyName",
                )
            continue
        name, value = cells[0].strip(), cells[1].strip() if len(cells) > 1 else ""
        if name in found and found[name][0] != value:
            raise BadFile(f"manifest.csv says two things of {name[:60]}.", where=f"manifest.csv:{line}:value")
        found[name] = (value, line)
    return found


def _pairs(package: Package) -> list[tuple[int, list[str]]]:
    lines: list[str] = []
    for number, raw in enumerate(package.lines(MANIFEST), start=1):
        if number > 1000:
            raise BadFile("manifest.csv has over 1,000 rows.", where="manifest.csv:1000")
        try:
            lines.append(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError:
            raise BadFile(
                f"manifest.csv, line {number} is not UTF-8.", where=f"manifest.csv:{number}"
            ) from None
        if "\0" in lines[-1]:
            raise BadFile(f"manifest.csv, line {number} holds NUL bytes.", where=f"manifest.csv:{number}")
    reader = csv.reader(lines, strict=True)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error as problem:
        line = reader.line_num
        raise BadFile(f"manifest.csv, line {line}: {problem}.", where=f"manifest.csv:{line}") from None
    if not rows:
        raise BadFile("manifest.csv is empty.", where="manifest.csv:1")
    return rows


def _system(properties: dict[str, tuple[str, int]], findings: Findings) -> str:
    system, line = properties.get("source.systemName", ("", 0))
    if system.lower() == ABSENT:
        findings.note(
            "system_name", "manifest.csv", line=line, column="source.systemName", level="info",
            message="is “absent”, which belongs to files and is no name.",
        )  # fmt: skip
        return ""
    return system[:200]


def _mode(name: str, properties: dict[str, tuple[str, int]], package: Package, findings: Findings) -> str:
    key = f"file.{name}"
    said, line = properties.get(key, ("", 0))
    word, there = said.lower(), package.has(name)
    if word == ABSENT:
        if there and name != "userProfiles":
            findings.note(
                "file_not_declared", "manifest.csv", line=line, column=key,
                message=f"says absent, but {package.spelt(name)} is there; it is not read.",
            )  # fmt: skip
        return ABSENT
    if word in (BULK, DELTA):
        if not there and name != "userProfiles":
            raise BadFile(
                f"manifest.csv promises {name}.csv ({word}), but it is not in the package.",
                where=f"manifest.csv:{line}:{key}",
            )
        if said != word:
            _note_mode(findings, line, key, f"“{said}” is read as {word}.", "info")
        return word if there else ABSENT
    if not there:
        return ABSENT
    what = f"“{said[:40]}” is neither absent, bulk nor delta" if said else "does not say bulk or delta"
    _note_mode(findings, line, key, f"{what}: rows are read, and nobody is taken for gone.", "warning")
    return UNSAID


def _note_mode(findings: Findings, line: int, key: str, message: str, level: str) -> None:
    findings.note(
        "manifest_value", "manifest.csv", line=line or None, column=key, message=message, level=level,
        mend="Have the export write absent, bulk or delta.",
    )  # fmt: skip
