"""A collection of Xporter read to its end, several pages under way at once (reference §6).

``NextPage`` is filled on the last page too, so only the numbers count.  Protects against pages that repeat,
are left out or never end: Xporter's own number of rows must have arrived.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import ShortExtract, TooLarge
from connectors.xporter.answers import first, listed
from connectors.xporter.session import Question, Session

MOST_BARREN = 3
MOST_ROWS = 2_000_000
Rows = list[tuple[int, Any]]


@dataclass(slots=True)
class Change:
    """What an answer tells about the changes since a mark: the next mark, and the mark it answers to."""

    next: str
    requested: str


@dataclass(slots=True)
class Collection:
    """Iterate once, then look at the rest.  ``counted``: rows Xporter says there are; ``received`` differ.

    ``changes`` of every page, ``deleted`` ids a delta names, ``meta`` of the first page.
    """

    session: Session
    path: str
    name: str
    params: dict[str, str]
    size: int
    what: str
    counted: int | None = None
    received: int = 0
    arrived: int = 0
    barren: int = 0
    meta: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    _ids: set[str] = field(default_factory=set)
    _last: int | None = None

    @property
    def duplicates(self) -> int:
        return self.arrived - self.received

    def __iter__(self) -> Iterator[Rows]:
        """Lists of (index, row); rows may be anything."""
        number, body = 1, self.session.take(self._start(1))
        self.meta = first(body, "meta")
        rows = self._page(body)
        waiting: deque[tuple[int, Question]] = deque()
        begun = 1
        while True:
            fresh = self._fresh(rows)
            parallel = max(1, self.session.http.limits.parallel)
            while len(waiting) < parallel and begun < self._until(number, fresh):
                begun += 1
                waiting.append((begun, self._start(begun)))
            if fresh:
                yield fresh
            if not waiting:
                break
            number, question = waiting.popleft()
            rows = self._page(self.session.take(question))
        self._check()

    def _until(self, number: int, fresh: Rows) -> int:
        """The last page; where no numbers are given, another may follow as long as pages bring new rows."""
        if self._last is not None:
            return self._last
        return number + 1 if fresh else number

    def _start(self, number: int) -> Question:
        return self.session.start(self.path, self._asked(number))

    def _asked(self, number: int) -> dict[str, str]:
        return {**self.params, "page": str(number), "pageSize": str(self.size)}

    def _page(self, body: dict[str, Any]) -> list[Any]:
        """The rows; notes what the answer tells about pages, changes and deletions."""
        rows = listed(body, self.name)
        told = first(body, "__pagination__")
        count, last = whole(told.get("rowcount")), whole(told.get("pagecount"))
        if count is not None:
            self.counted = count if self.counted is None else min(self.counted, count)
        self._last = last if last is not None else self._last
        change = first(body, "__changedRows__")
        if change:
            self.changes.append(
                Change(
                    str(change.get("nextchangedrows") or ""), str(change.get("requestedchangedrows") or "")
                )
            )
        gone = body.get(f"{self.name.lower()}_deleted")
        for row in gone if isinstance(gone, list) else ():
            own = key_of(row)
            if own is not None:
                self.deleted.append(own)
        return rows

    def _fresh(self, rows: list[Any]) -> Rows:
        """Rows that did not come before.  TooLarge where the pages go on without bringing anything."""
        kept: Rows = []
        for index, row in enumerate(rows, start=self.arrived):
            own = key_of(row)
            if own is not None and own in self._ids:
                continue
            if own is not None:
                self._ids.add(own)
            kept.append((index, row))
        self.arrived += len(rows)
        self.received += len(kept)
        self.barren += bool(rows) and not kept
        if self.barren > MOST_BARREN or self.arrived > MOST_ROWS:
            raise TooLarge(
                f"The pages of {self.what} do not end: {self.arrived} rows, {self.received} different.",
                mend="Nothing was changed. Run again; if it stays, tell Groupcall.",
            )
        return kept

    def _check(self) -> None:
        """A page that brought nothing new stood in another one's place if rows are missing (Z20)."""
        counted = self.counted
        if counted is None:
            return
        if self.arrived < counted or (self.barren and self.received < counted):
            raise ShortExtract(f"Only {self.received} {self.what} arrived; Xporter counts {counted}.")


def key_of(row: Any) -> str | None:
    """A row's id as text; None where it has none."""
    value = (row.get("Id", row.get("id"))) if isinstance(row, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else None
