"""Where the next read of changes begins, and whether an answer really is one (reference §6).

A changeset compares what the very same question gave before: with other options or columns the rest would
look deleted.  So a mark carries a fingerprint of the question, and another question means a full read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from connectors.xporter.paging import Change

ALL = "*"  # where a series of changesets begins


@dataclass(frozen=True, slots=True)
class Mark:
    asked: str
    rows: str

    def __str__(self) -> str:
        return json.dumps({"asked": self.asked, "rows": self.rows}, separators=(",", ":"))


def mark_of(text: str | None) -> Mark | None:
    """Only our own spelling counts; anything else means a full read."""
    try:
        told = json.loads(text or "")
        asked, rows = told["asked"], told["rows"]
    except (ValueError, TypeError, KeyError):
        return None
    good = isinstance(asked, str) and isinstance(rows, str) and rows not in ("", ALL)
    return Mark(asked, rows) if good else None


def fingerprint(estab: str, path: str, params: Mapping[str, str], size: int) -> str:
    """Of the question without its mark."""
    asked = sorted((key, value) for key, value in params.items() if key != "changedRows")
    return blake2b(json.dumps([estab, path, asked, size]).encode(), digest_size=8).hexdigest()


def next_rows(changes: list[Change], sent: str) -> str:
    """The mark for next time; empty where the pages are of different snapshots, or answer to another mark
    than was sent."""
    following = {change.next for change in changes}
    answered = {change.requested for change in changes} <= {sent}
    return following.pop() if len(following) == 1 and answered else ""
