"""A REST list read to its end: the number of pages is told by the first one, so several travel at once.

Protects against the trap the interface is known for: a record may move from a page not read yet to one that
was.  So the rows are held against ``totalCount``; where they disagree, everything is read once more and only
what is new handed on.  Pages that repeat themselves for ever end in an error, never in "everyone left".
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import ContradictoryExtract, ShortExtract, TooLarge
from connectors.http import Answer, Http
from connectors.isams.answers import rows_of
from connectors.values import Row

MOST_BARREN = 3
Rows = list[tuple[str, Any]]


@dataclass(slots=True)
class Listing:
    """Pages as lists of (where, row), each row once by its ``own`` id.

    ``total`` as the first page counts (None: it does not), ``kept`` rows handed on, ``duplicates`` those
    that stood twice in the list however often it was read.
    """

    http: Http
    path: str
    key: str
    own: str
    size: int
    total: int | None = None
    kept: int = 0
    duplicates: int = 0
    _ids: set[str] = field(default_factory=set)
    _arrived: int = 0
    _again: bool = False
    _seen: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Rows]:
        yield from self._pass()
        if self.total is not None and self.kept < self.total:
            self._again, first = True, self._seen
            yield from self._pass()
            self._check(alike=first == self._seen)

    def _pass(self) -> Iterator[Rows]:
        self._arrived, barren, self._seen = 0, 0, Counter()
        for rows in self._pages():
            self.http.check_cancelled()
            if not rows:
                return
            fresh = self._fresh(rows)
            barren = 0 if fresh else barren + 1
            if barren > MOST_BARREN and (not self._again or self._arrived > (self.total or 0)):
                raise TooLarge(
                    f"The pages of {self.key} do not end: {self._arrived} rows, {len(self._ids)} different.",
                    mend="Nothing was changed. Run again; if it stays, tell IRIS support.", where=self.path,
                )  # fmt: skip
            if fresh:
                self.kept += len(fresh)
                yield fresh

    def _check(self, *, alike: bool) -> None:
        """ShortExtract or ContradictoryExtract where the count disagrees after all (Z20).  Who stands in the
        list twice is a duplicate only if both readings were ``alike``; else somebody was passed over."""
        total = self.total or 0
        self.duplicates = max(0, total - self.kept)
        if self._arrived < total:
            raise ShortExtract(f"Only {self._arrived} {self.key} arrived; iSAMS counts {total}.")
        if self.duplicates and not alike:
            raise ShortExtract(
                f"Records moved between pages while they were read: {self.kept} {self.key} are different; "
                f"iSAMS counts {total}."
            )
        if self.duplicates > max(3, total // 5):
            raise ContradictoryExtract(
                f"Of {self._arrived} {self.key} only {self.kept} are different; iSAMS counts {total}."
            )

    def _fresh(self, rows: list[Any]) -> Rows:
        """Rows not seen before; one without an id is handed on the first time round."""
        kept: Rows = []
        for row in rows:
            own = row.get(self.own) if isinstance(row, dict) else None
            where = f"{self.key}[{self._arrived}]"
            self._arrived += 1
            if isinstance(own, str | int) and str(own).strip():
                self._seen[str(own)] += 1
                if str(own) in self._ids:
                    continue
                self._ids.add(str(own))
            elif self._again:
                continue
            kept.append((where, row))
        return kept

    def _begin(self, number: int) -> Future[Answer]:
        return self.http.start(f"{self.path}?page={number}&pageSize={self.size}")

    def _take(self, future: Future[Answer]) -> Row:
        """The whole answer, its rows under ``key``."""
        data = self.http.wait(future).data
        rows = rows_of(data, self.key, self.http.secrets)
        return {**data, self.key: rows}

    def _pages(self) -> Iterator[list[Any]]:
        first = self._take(self._begin(1))
        told, pages = _count(first.get("totalCount")), _count(first.get("totalPages"))
        if self.total is None or self._again:
            self.total = told
        yield first[self.key]
        if pages is None and told is not None and first[self.key]:
            pages = -(-told // len(first[self.key]))
        if pages is None:
            yield from self._one_by_one(first[self.key])
            return
        under_way: deque[Future[Answer]] = deque()
        for number in range(2, pages + 1):
            under_way.append(self._begin(number))
            if len(under_way) >= self.http.limits.parallel:
                yield self._take(under_way.popleft())[self.key]
        while under_way:
            yield self._take(under_way.popleft())[self.key]

    def _one_by_one(self, rows: list[Any]) -> Iterator[list[Any]]:
        """Nothing is counted: on until a page is empty, the next one always under way."""
        number = 2
        while rows:
            future = self._begin(number)
            rows = self._take(future)[self.key]
            number += 1
            yield rows


def _count(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None
