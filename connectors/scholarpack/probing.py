"""What one record of each path shows: whether it is shared, and which keys are really in it.

ScholarPack publishes no keys, so the operator compares these with the field map before the first sync.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.errors import ScopeMissing
from connectors.http import Http
from connectors.records import Report
from connectors.scholarpack.fieldmap import DEFAULTS, FieldMap
from connectors.scholarpack.paging import first, sample
from connectors.scholarpack.scopes import PATHS

KIND = {
    "staff/": "staff", "students/": "pupil", "contacts/": "contact", "students/register/": "mark",
}  # fmt: skip
NEEDED = {
    "pupil": ("id", "given_name", "family_name"),
    "staff": ("id", "given_name", "family_name"),
    "contact": ("id", "pupil", "family_name"),
    "mark": ("pupil", "day", "code"),
}
MOST_KEYS = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """``row`` None: nothing came, or (``refused``) it is not shared."""

    path: str
    row: dict[str, Any] | None = None
    refused: ScopeMissing | None = None


def look(http: Http, reports: Iterable[Report]) -> dict[str, Seen]:
    """One record of the path of each report, fetched side by side."""
    paths = dict.fromkeys(PATHS[report] for report in Report if report in set(reports) & PATHS.keys())
    under_way = {path: sample(http, path) for path in paths}
    found = {}
    for path, future in under_way.items():
        try:
            rows = first(http, path, future)
            found[path] = Seen(path, rows[0] if rows and isinstance(rows[0], dict) else None)
        except ScopeMissing as problem:
            found[path] = Seen(path, refused=problem)
    return found


def shared(seen: dict[str, Seen], reports: Iterable[Report]) -> frozenset[Report]:
    return frozenset(one for one in reports if (it := seen.get(PATHS[one])) and it.refused is None)


def missing(fields: FieldMap, seen: Seen) -> list[str]:
    """Fields nobody can do without, whose key the record lacks."""
    kind = KIND[seen.path]
    row = seen.row
    return [] if row is None else [
        f"{kind}.{name}" for name in NEEDED[kind] if not fields.has(kind, row, name)
    ]  # fmt: skip


def described(fields: FieldMap, seen: Seen) -> str:
    """One sentence on a path: its keys, and the fields that found none."""
    if seen.refused is not None:
        return f"{seen.path} is not shared"
    if seen.row is None:
        return f"{seen.path} holds no record"
    kind, row = KIND[seen.path], seen.row
    keys = sorted(str(key)[:60] for key in row)
    more = f" and {len(keys) - MOST_KEYS} more" if len(keys) > MOST_KEYS else ""
    lost = [name for name in DEFAULTS[kind] if fields.keys(kind, name) and not fields.has(kind, row, name)]
    without = f" (no place for {', '.join(lost)})" if lost else ""
    return f"{seen.path} has the keys {', '.join(keys[:MOST_KEYS])}{more}{without}"
