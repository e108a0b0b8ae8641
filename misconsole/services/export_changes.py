"""What an export adds, changes and removes beside the last one of the same format."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from misconsole.exports.shapes import Made, Table
from misconsole.services.export_folder import Record

Marks = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """``change``: added, changed, removed."""

    change: str
    key: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChanges:
    """``items`` lists every row that is not as it was; ``rows`` counts those of the new file."""

    file: str
    rows: int
    added: int
    changed: int
    removed: int
    items: tuple[RowChange, ...] = ()


def marks(made: Made) -> dict[str, dict[str, tuple[str, str]]]:
    """File -> key -> (digest, label), as the record keeps it: no values, only whether they changed.

    Files of one declaration count as one, so that a row that moves to the next file is no change.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for table in made.tables:
        kept = found.setdefault(_name(table), {})
        for row in table.rows:
            cells = "\x1f".join(row.cells).encode("utf-8", "surrogatepass")
            kept[row.key] = (hashlib.sha256(cells).hexdigest()[:16], row.label)
    return found


def _name(table: Table) -> str:
    return table.spec.name.replace("-{n}", "")


def changes(made: Made, before: Record | None) -> tuple[FileChanges, ...]:
    """File by file; everything is an addition where nothing is known of an export before."""
    now, then = marks(made), before.rows if before else {}
    names = [*now, *(name for name in then if name not in now)]
    return tuple(_file(name, now.get(name, {}), then.get(name, {})) for name in names)


def _file(name: str, now: Marks, then: Marks) -> FileChanges:
    items = [RowChange(change="added", key=k, label=v[1]) for k, v in now.items() if k not in then]
    items += [
        RowChange(change="changed", key=k, label=v[1])
        for k, v in now.items()
        if k in then and then[k][0] != v[0]
    ]
    items += [RowChange(change="removed", key=k, label=v[1]) for k, v in then.items() if k not in now]
    count = {word: sum(each.change == word for each in items) for word in ("added", "changed", "removed")}
    return FileChanges(file=name, rows=len(now), items=tuple(items), **count)
