"""How each MIS of the estate writes its lists as delimited files; the facts are in ``csv_dialects.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

UNLISTED = "sims"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One file: the list in it and its columns as (caption, what stands there)."""

    list: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """``dates``: a strftime shape, or "serial"; ``years``: a shape for the number of a year group.
    ``before``: lines over the header; ``after``: the closing line, with {count}."""

    files: dict[str, Listing]
    delimiter: str = ","
    encoding: str = "utf-8"
    dates: str = "%d/%m/%Y"
    years: str = "{}"
    quoted: bool = False
    before: tuple[str, ...] = ()
    after: str = ""
    zipped: bool = False
    newline: str = "\r\n"


def dialect(mis: str) -> Dialect:
    """An unlisted MIS writes as SIMS does."""
    return estate().get(mis) or estate()[UNLISTED]


@cache
def estate() -> dict[str, Dialect]:
    """MIS → dialect."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {mis: _dialect(table) for mis, table in tomllib.loads(text).items()}


def _dialect(table: dict[str, Any]) -> Dialect:
    files = {
        name: Listing(list=each["list"], columns=tuple(_pair(column) for column in each["columns"]))
        for name, each in table.pop("files").items()
    }
    return Dialect(files=files, **{**table, "before": tuple(table.get("before", ()))})


def _pair(column: str) -> tuple[str, str]:
    caption, _, held = column.rpartition("=")
    return caption, held
