"""Xporter's envelope: pages that always promise another, changesets, and errors that have status 200."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import md5
from typing import Any

from connectors.simulator.face import thinned
from connectors.simulator.faults import Fault

Row = dict[str, Any]
NOTHING_WRONG = dict.fromkeys(("Message", "ExceptionType", "ExceptionMessage", "InnerException"))


def error(message: str, kind: str = "XodException") -> dict[str, Any]:
    return {**NOTHING_WRONG, "ExceptionType": kind, "ExceptionMessage": message}


class Snapshots:
    """What each question gave, by mark; a mark nobody gave is an error.  Two questions may share a mark's
    series, and then the difference between them looks like changes: that is how it really is."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def difference(self, rows: Sequence[Row], mark: str) -> tuple[list[Row], list[str], str] | None:
        """Rows changed, ids gone, and the next mark."""
        now = {str(row["Id"]): _digest(row) for row in rows}
        before = {} if mark == "*" else self._known.get(mark)
        if before is None:
            return None
        following = md5(json.dumps(now, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
        self._known[following] = now
        changed = [row for row in rows if before.get(str(row["Id"])) != now[str(row["Id"])]]
        return changed, [own for own in before if own not in now], following


def _digest(row: Row) -> str:
    told = json.dumps(row, sort_keys=True).encode("utf-8", "surrogatepass")
    return md5(told, usedforsecurity=False).hexdigest()


def page(
    name: str, rows: Sequence[Row], asked: Mapping[str, str], spoilt: Sequence[Fault], snapshots: Snapshots,
    meta: Row, others: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """One page of a collection, with whatever was asked for beside it."""
    gone: list[str] = []
    mark = asked.get("changedRows", "")
    following = ""
    rows = thinned(rows, spoilt)
    if mark:
        found = snapshots.difference(rows, mark)
        if found is None:
            return error("The changedRows value is not known.")
        rows, gone, following = found
    number, size = int(asked.get("page") or 1), int(asked.get("pageSize") or 0)
    paged = bool(asked.get("page") or asked.get("pageSize"))
    size = size or 500
    shown = _bent(rows, number, size, spoilt) if paged else list(rows)
    body: dict[str, Any] = {name: shown, **{other: [] for other in others}}
    body["meta"] = [meta] if number == 1 else []
    if paged:
        body["__pagination__"] = [_pagination(number, size, len(rows), spoilt)]
    if mark:
        body[f"{name}_deleted"] = [{"Id": own} for own in gone]
        body["__changedRows__"] = [_changed(mark, following, size)]
    return body


def _bent(rows: Sequence[Row], number: int, size: int, spoilt: Sequence[Fault]) -> list[Row]:
    for fault in spoilt:
        if fault.kind == "duplicated_page":
            number = max(1, number - 1)
        elif fault.kind == "missing_page" and len(rows) > size:
            number += number > 1
        elif fault.kind == "endless_paging":
            number = min(number, max(1, -(-len(rows) // size)))
    return list(rows[(number - 1) * size : number * size])


def _pagination(number: int, size: int, counted: int, spoilt: Sequence[Fault]) -> Row:
    kinds = {fault.kind for fault in spoilt}
    more = sum(int(f.how.get("more", 25)) for f in spoilt if f.kind == "totals_disagree")
    last = max(1, -(-counted // size)) + ("duplicated_page" in kinds)
    if "endless_paging" in kinds:
        last = max(last, number + 1)
    return {
        "PageSize": size, "PageNumber": number, "PageCount": last, "RowCount": counted + more,
        "NextPage": f"?page={number + 1}&pageSize={size}",
    }  # fmt: skip


def _changed(mark: str, following: str, size: int) -> Row:
    return {
        "SnapshotDate": "2026-01-12T14:20:23.6525221Z", "SnapshotRP": "console.example",
        "PreviousChangedRows": "*", "RequestedChangedRows": mark, "NextChangedRows": following,
        "NextUrl": f"?changedRows={following}&page=1&pageSize={size}",
    }  # fmt: skip
