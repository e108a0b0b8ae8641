"""A collection read to its end by limit and offset (oneroster.md §3).

Where the total is told, the pages are known ahead and several travel at once; else the next one travels
while this one is worked on.  Protects against pages that clamp, repeat themselves, lead elsewhere or never
end: the next page begins where the rows *received* end, and only rows not seen before are handed on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.errors import ContradictoryExtract, ShortExtract, TooLarge
from connectors.http import Answer, Http
from connectors.http_errors import NotFound, Unacceptable
from connectors.oneroster.envelope import next_of, rows_of, total_of

MOST_BARREN_PAGES = 3
MOST_ROWS = 2_000_000
SORTED = {"sort": "sourcedId", "orderBy": "asc"}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    next: str | None


@dataclass(slots=True)
class Collection:
    """One read of one collection.  Iterating gives pages as lists of (index, row), duplicates left out.

    ``received`` rows as they came, ``ids`` those different; ``total`` as last told, None if never.
    """

    http: Http
    path: str
    key: str
    limit: int
    params: Mapping[str, str] = field(default_factory=dict)
    received: int = 0
    duplicates: int = 0
    total: int | None = None
    served_at: datetime | None = None
    ids: set[str] = field(default_factory=set)
    _sort: Mapping[str, str] = field(default_factory=lambda: SORTED)

    def __iter__(self) -> Iterator[list[tuple[int, Any]]]:
        barren = 0
        for page in self._pages():
            self.http.check_cancelled()
            fresh = self._fresh(page.rows)
            barren = 0 if fresh else barren + 1
            if self.received > MOST_ROWS or barren > MOST_BARREN_PAGES:
                raise self._endless()
            yield fresh

    def check(self) -> bool:
        """Whether all of it surely came: False where rows repeat and so others may have been passed over.

        ShortExtract or ContradictoryExtract where the total disagrees beyond that (Z20).
        """
        total = self.total
        if total is None:
            return True
        if self.received < total:
            raise ShortExtract(f"Only {self.received} {self.key} arrived; the server counts {total}.")
        different = self.received - self.duplicates
        if total - different > max(3, total // 5):
            raise ContradictoryExtract(
                f"Of {self.received} {self.key} only {different} are different; the server counts {total}."
            )
        return different >= total

    def _fresh(self, rows: list[Any]) -> list[tuple[int, Any]]:
        kept = []
        for row in rows:
            key = row.get("sourcedId") if isinstance(row, dict) else None
            if isinstance(key, str | int) and str(key).strip():
                if str(key) in self.ids:
                    self.duplicates += 1
                    self.received += 1
                    continue
                self.ids.add(str(key))
            kept.append((self.received, row))
            self.received += 1
        return kept

    def _endless(self) -> TooLarge:
        return TooLarge(
            f"The pages do not end: {self.received} rows, {len(self.ids)} of them different.",
            mend="Nothing was changed. Run again; if it stays, tell the supplier.",
            where=self.path,
        )

    def _url(self, offset: int) -> str:
        """Strictly encoded, so that a signature made over it is the one the server makes (§1)."""
        asked = {"limit": str(self.limit), "offset": str(offset), **self._sort, **self.params}
        return f"{self.path}?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())

    def _take(self, future: Future[Answer]) -> Page:
        answer = self.http.wait(future)
        self.served_at = self.served_at or answer.served_at
        told = total_of(answer.headers)
        self.total = told if told is not None else self.total
        return Page(rows_of(answer, self.key), next_of(answer, self.http))

    def _first(self) -> Page:
        """Sorted where the server can; one that refuses to sort is asked again without."""
        try:
            return self._take(self.http.start(self._url(0)))
        except Unacceptable:
            self._sort = {}
            return self._take(self.http.start(self._url(0)))

    def _pages(self) -> Iterator[Page]:
        first = self._first()
        if self.total is None or (first.next and "offset=" not in first.next):
            yield from self._one_by_one(first)
            return
        yield first
        offset = step = len(first.rows)
        while step and offset < self.total:
            for page in self._ahead(offset, step):
                offset += len(page.rows)
                step = len(page.rows)
                yield page

    def _ahead(self, begin: int, step: int) -> Iterator[Page]:
        """Pages of ``step`` rows from ``begin``, in order, a few under way at once; ends early after a page
        of another size, since the next one then begins elsewhere."""
        goal = self.total or 0
        offsets = iter(range(begin, goal, step))
        under_way: deque[tuple[int, Future[Answer]]] = deque()

        def launch() -> None:
            if (offset := next(offsets, None)) is not None:
                under_way.append((offset, self.http.start(self._url(offset))))

        for _ in range(self.http.limits.parallel):
            launch()
        while under_way:
            _, future = under_way.popleft()
            page = self._take(future)
            launch()
            yield page
            if len(page.rows) != step:
                return

    def _one_by_one(self, page: Page) -> Iterator[Page]:
        """Follows ``next`` or counts on, until a page is empty; the next one is always under way."""
        asked: set[str] = set()
        offset = len(page.rows)
        while page.rows and not (self.total is not None and offset >= self.total):
            following = page.next or self.http.address(self._url(offset))
            if following in asked:
                raise TooLarge(
                    "A page points to a page already read; it would go on for ever.", where=self.path
                )
            asked.add(following)
            future = self.http.start(following)
            before = len(self.ids)
            yield page
            if len(asked) > 1 and len(self.ids) == before and len(page.rows) > self.limit:
                return  # neither limit nor offset is heeded: everything came at once, again and again
            try:
                page = self._take(future)
            except NotFound:
                return  # some say so of what lies beyond the end
            offset += len(page.rows)
        yield page
