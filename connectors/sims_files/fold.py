"""Many rows of one person → one.

A report that shows roles, classes or contacts beside a person repeats the person for each of them.  The first
text of a column counts; where a later row says something else that is told, and never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from connectors.delimited.pages import PAGE
from connectors.errors import Cancelled
from connectors.findings import Findings
from connectors.sims_files.opened import Opened
from connectors.sims_files.sheet import Row

LONGEST_ID = 255
LONGEST = 1000  # characters of one value; no name or address is longer
CUT_FIELDS = frozenset({
    "given_name", "family_name", "legal_given_name", "legal_family_name", "middle_names", "roles",
})  # fmt: skip
LEAST_CUT = 3  # different values that all end at the same place
FIX = "Correct it in SIMS; the first value counts until then."


@dataclass(slots=True)
class Folded:
    """One person or contact: ``texts`` by field, ``many`` those that differ from row to row by right."""

    line: int
    texts: Row
    many: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Lengths:
    """Whether values end where their column ends: many that are longest, hardly one a bit shorter."""

    seen: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    def look(self, name: str, text: str) -> None:
        if name in CUT_FIELDS:
            self.seen.setdefault(name, {}).setdefault(len(text), set()).add(text)

    def cut(self) -> Iterator[tuple[str, int, int]]:
        """(field, length, how many different values have it)."""
        for name, found in self.seen.items():
            longest = max(found)
            there, below = len(found[longest]), len(found.get(longest - 1, ()))
            if there >= LEAST_CUT and there > 2 * below:
                yield name, longest, there


def fold(
    rows: Iterable[tuple[int, Row]], file: Opened, findings: Findings, cancelled: Callable[[], bool]
) -> dict[str, Folded]:
    """id → one for each.  Rows without an id, and rows of somebody else with the same id, are rejected."""
    found: dict[str, Folded] = {}
    many = frozenset(column.field for column in file.layout.columns if column.many)
    lengths = Lengths()
    for number, (line, row) in enumerate(rows):
        if number % PAGE == 0 and cancelled():
            raise Cancelled("Reading was cancelled.")
        source_id = _id(row, line, file, findings)
        if source_id is None:
            continue
        _shorten(row, line, source_id, file, findings)
        for name, text in row.items():
            lengths.look(name, text)
        one = found.get(source_id)
        if one is None:
            one = found[source_id] = Folded(line, {})
        elif _other(one.texts, row):
            _reject(file, findings, line, row, "duplicate_source_id",
                    "Somebody else has that id; the first row counts.", source_id)  # fmt: skip
            continue
        _merge(one, row, many, file, findings, line)
    tell_cut(lengths, file, findings)
    return found


def tell_cut(lengths: Lengths, file: Opened, findings: Findings) -> None:
    for name, length, there in lengths.cut():
        findings.note(
            "cut_values", file.sheet.file, column=file.names[name],
            message=f"{there} different values end at exactly {length} characters; they look cut.",
            mend="Make the column wider in the report in SIMS.", level="info",
        )  # fmt: skip


def _id(row: Row, line: int, file: Opened, findings: Findings) -> str | None:
    source_id = row.get(file.key)
    if source_id is not None and len(source_id) <= LONGEST_ID:
        return source_id
    told = "The row has no id" if source_id is None else "The id is too long"
    _reject(file, findings, line, row, "missing_source_id", f"{told}; it is left out.")
    return None


def _reject(
    file: Opened,
    findings: Findings,
    line: int,
    row: Row,
    code: str,
    message: str,
    source_id: str | None = None,
) -> None:
    name = " ".join(filter(None, (row.get("given_name"), row.get("family_name"))))
    findings.reject(
        (file.report,), file.where(line, file.key), code=code, message=message, source_id=source_id,
        name=name[:80] or None,
    )  # fmt: skip


def _shorten(row: Row, line: int, source_id: str, file: Opened, findings: Findings) -> None:
    for name in [name for name, text in row.items() if len(text) > LONGEST]:
        findings.reject(
            (file.report,), file.where(line, name), code="too_long", field=name, source_id=source_id,
            message=f"The value has {len(row[name]):,} characters; the limit is {LONGEST:,}.",
            value=row.pop(name),
        )  # fmt: skip


def _other(texts: Row, row: Row) -> bool:
    """Another forename and another surname: not the same person."""
    return all(
        name in texts and name in row and texts[name] != row[name] for name in ("given_name", "family_name")
    )


def _merge(one: Folded, row: Row, many: frozenset[str], file: Opened, findings: Findings, line: int) -> None:
    for name, text in row.items():
        if name in many:
            values = one.many.setdefault(name, [])
            if text not in values:
                values.append(text)
        elif one.texts.setdefault(name, text) != text:
            findings.note(
                "conflicting_values", file.sheet.label, line=line, column=file.names[name],
                message=f"{row[file.key][:40]} has another value here than in row {one.line}.",
                mend=FIX,
            )  # fmt: skip
