"""A collection read to its last page by ScholarPack's envelope (reference §4).

The first page tells how many there are, so the others travel several at once.  Protects against an envelope
that contradicts itself: a page other than the one asked for, a page that is not full before the last, an
empty last one, a number of pages that changes while reading (rows have moved then, and one may have slipped
through: everything is read again).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import BadAnswer, ConnectorError, ContradictoryExtract, ShortExtract, TooLarge
from connectors.http import Answer, Http
from connectors.scholarpack.answers import plainly

PASSES = 3
MOST_PAGES = 20_000
Rows = list[tuple[int, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """``last`` is the number of pages as told here; None where the envelope leaves it out."""

    rows: list[Any]
    number: int
    last: int | None
    more: bool
    size: int | None


def page_of(answer: Answer, path: str, asked: int) -> Page:
    """BadAnswer where it is no envelope, ContradictoryExtract where it is another page's."""
    data = answer.data
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not isinstance(data, dict):
        raise BadAnswer("ScholarPack's answer is not a page of records.", where=path)
    number, last, size = (_whole(data.get(name)) for name in ("page", "pages", "per_page"))
    if number is not None and number != asked:
        raise ContradictoryExtract(f"Page {asked} was asked for, and page {number} came.", where=path)
    more = data.get("has_next")
    if type(more) is not bool:
        raise BadAnswer("ScholarPack's answer does not say whether there is another page.", where=path)
    following = _whole(data.get("next_num"))
    if more and following is not None and following != asked + 1:
        raise ContradictoryExtract(f"After page {asked} it points to page {following}.", where=path)
    return Page(rows, asked, last, more, size)


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


@dataclass(slots=True)
class Collection:
    """One read of one path.  Iterating gives pages as lists of (index, row), rows seen before left out.

    ``key`` gives a row's identity, None where it has none; such rows are always handed on.
    """

    http: Http
    path: str
    per_page: int
    key: Callable[[Any], Any]
    received: int = 0
    duplicates: int = 0
    _seen: set[Any] = field(default_factory=set)

    def __iter__(self) -> Iterator[Rows]:
        for _ in range(PASSES):
            self.received = self.duplicates = 0
            steady = yield from self._pass(set())
            if steady:
                return
        raise ContradictoryExtract(
            f"The number of pages changed each time it was read ({PASSES} times).", where=self.path
        )

    def _pass(self, now: set[Any]) -> Generator[Rows, None, bool]:
        """One journey through all pages; False where their number changed on the way."""
        first, barren = None, 0
        for page in self._pages():
            self.http.check_cancelled()
            first = first or page
            if page.last != first.last:
                return False
            self._check(page)
            before = len(now)
            yield self._fresh(page.rows, now)
            barren = 0 if len(now) > before or not page.rows else barren + 1
            if barren > PASSES or page.number > MOST_PAGES:
                raise TooLarge(f"The pages do not end: {self.received} rows so far.", where=self.path)
        return True

    def _check(self, page: Page) -> None:
        size = page.size or self.per_page
        if page.number > 1 and not page.rows:
            raise ShortExtract(f"Page {page.number} is empty though it was promised.", where=self.path)
        if page.more and len(page.rows) < size:
            raise ShortExtract(
                f"Page {page.number} holds {len(page.rows)} of {size} records, and more follow.",
                where=self.path,
            )

    def _fresh(self, rows: list[Any], now: set[Any]) -> Rows:
        kept: Rows = []
        for row in rows:
            index, self.received = self.received, self.received + 1
            key = self.key(row)
            if key is not None:
                self.duplicates += key in now
                now.add(key)
                if key in self._seen:
                    continue
                self._seen.add(key)
            kept.append((index, row))
        return kept

    # -- fetching -----------------------------------------------------------------

    def _start(self, number: int) -> Future[Answer]:
        return self.http.start(self.path, {"page": str(number), "per_page": str(self.per_page)})

    def _take(self, future: Future[Answer], number: int) -> Page:
        try:
            return page_of(self.http.wait(future), self.path, number)
        except ConnectorError as problem:
            told = plainly(problem, self.path)
            raise told from None

    def _pages(self) -> Iterator[Page]:
        """Those told ahead a few at a time, then whatever follows one by one."""
        page = self._take(self._start(1), 1)
        told = page.last if page.more and page.last is not None else 1
        ahead = iter(range(2, min(told, MOST_PAGES) + 1))
        under_way: deque[tuple[int, Future[Answer]]] = deque()

        def launch() -> None:
            if (number := next(ahead, None)) is not None:
                under_way.append((number, self._start(number)))

        for _ in range(self.http.limits.parallel):
            launch()
        yield page
        while under_way:
            number, future = under_way.popleft()
            page = self._take(future, number)
            launch()
            yield page
        while page.more:
            page = self._take(self._start(page.number + 1), page.number + 1)
            yield page


def whole_row(row: Any) -> int:
    """The identity of a row that has no id: all of it."""
    return hash(repr(row))


def sample(http: Http, path: str) -> Future[Answer]:
    """One record, asked for ahead; read it with ``first``."""
    return http.start(path, {"page": "1", "per_page": "1"})


def first(http: Http, path: str, future: Future[Answer]) -> list[Any]:
    """The rows of a sample.  Raises as reading would."""
    try:
        return page_of(http.wait(future), path, 1).rows
    except ConnectorError as problem:
        told = plainly(problem, path)
        raise told from None
