"""A collection of Wonde read to its end, page by page (reference §4).

Protects against paging that repeats itself or never ends, and against a page that is no page.
Cursor mode follows ``next`` and asks for the next page while this one is worked on; page mode,
where the count is known ahead, has several pages under way at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from connectors.errors import BadAnswer, TooLarge
from connectors.http import Answer, Http, Read, plain_url
from connectors.wonde.members import LARGE

MOST_EMPTY_PAGES = 3
MOST_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class Page:
    """``rows`` as delivered (anything may be in there); ``next`` None at the end."""

    rows: list[Any]
    next: str | None
    size: int | None  # rows a page, as the server says
    large: bool = False  # such pages come one at a time, since reading one takes many times as much memory


def page_of(answer: Answer) -> Page:
    """BadAnswer unless the answer is Wonde's envelope around a list."""
    body = answer.data
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise BadAnswer("A page of records is not a list.", where=plain_url(answer.url))
    meta = body.get("meta")
    paging = meta.get("pagination") if isinstance(meta, dict) else None
    paging = paging if isinstance(paging, dict) else {}
    following = paging.get("next")
    if following is not None and not isinstance(following, str):
        raise BadAnswer("The address of the next page is not text.", where=plain_url(answer.url))
    more = paging.get("more", bool(following))
    if more and not following:
        raise BadAnswer(
            "There are said to be more pages, but no address for the next.", where=plain_url(answer.url)
        )
    after = _absolute(answer.url, following) if more and following else None
    return Page(rows, after, _size(paging), large=answer.size > LARGE)


def _absolute(url: str, following: str) -> str:
    try:
        return urljoin(url, following)
    except ValueError:
        raise BadAnswer("The address of the next page is malformed.", where=plain_url(url)) from None


def includes_listed(answer: Answer) -> frozenset[str]:
    """``meta.includes``: what the endpoint says may be included; empty if it does not say."""
    meta = answer.data.get("meta") if isinstance(answer.data, dict) else None
    names = meta.get("includes") if isinstance(meta, dict) else None
    return frozenset(n for n in names if isinstance(n, str)) if isinstance(names, list) else frozenset()


def _size(paging: Mapping[str, Any]) -> int | None:
    """``per_page`` comes back as text when it was sent (§4)."""
    value = paging.get("per_page")
    return int(value) if isinstance(value, int | str) and str(value).isdigit() and int(value) > 0 else None


@dataclass(slots=True)
class Collection:
    """One read of one collection.  Iterating gives pages as lists of (index, row), duplicates left out.

    ``expected``  rows the MIS counts, if known: makes page mode concurrent, and endless paging plain
    ``received``  distinct records so far, rows without an id included
    """

    http: Http
    url: str
    params: Mapping[str, str]
    paging: str = "cursor"
    per_page: int = 200
    expected: int | None = None
    read: Read | None = None  # what to leave out of the answers
    unique: bool = True  # False where a repeated id is a second event, as in deletions
    received: int = 0
    duplicates: int = 0
    served_at: datetime | None = None
    ids: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[list[tuple[int, Any]]]:
        index, barren = 0, 0
        for page in self._ahead() if self.paging == "page" and self.expected else self._one_by_one():
            self.http.check_cancelled()
            fresh = self._fresh(page.rows, index)
            index += len(page.rows)
            page.rows.clear()  # whoever takes the rows decides how long they stay in memory
            barren = 0 if fresh else barren + 1  # nothing new, page after page
            if index > MOST_ROWS or barren > MOST_EMPTY_PAGES or self._beyond():
                raise self._endless(index)
            yield fresh

    def _fresh(self, rows: list[Any], index: int) -> list[tuple[int, Any]]:
        kept = []
        for offset, row in enumerate(rows):
            key = row.get("id") if isinstance(row, dict) else None
            if isinstance(key, str | int) and self.unique:
                if str(key) in self.ids:
                    self.duplicates += 1
                    continue
                self.ids.add(str(key))
            self.received += 1
            kept.append((index + offset, row))
        return kept

    def _beyond(self) -> bool:
        """Twice what is counted and more: these pages have no end."""
        return self.expected is not None and self.received > 2 * self.expected + 1000

    def _endless(self, rows: int) -> TooLarge:
        return TooLarge(
            f"The pages do not end: {rows} rows, {self.received} of them different.",
            mend="Nothing was changed. Run again; if it stays, tell the supplier.",
            where=self.url,
        )

    def _params(self, **more: str) -> dict[str, str]:
        return {**self.params, "per_page": str(self.per_page), **more}

    def _start(self, url: str, params: Mapping[str, str] | None = None) -> Future[Answer]:
        return self.http.start(url, params, read=self.read)

    def _take(self, future: Future[Answer]) -> Page:
        answer = self.http.wait(future)
        if self.served_at is None:
            self.served_at = answer.served_at
        return page_of(answer)

    def _one_by_one(self) -> Iterator[Page]:
        """Follows ``next``; the next page travels while the caller works on this one, unless it is large."""
        first = self._params(cursor="true") if self.paging == "cursor" else self._params(page="1")
        future = self._start(self.url, first)
        asked: set[str] = set()
        while True:
            page = self._take(future)
            if page.next is None:
                yield page
                return
            following = self.http.address(page.next)
            if following in asked:
                raise TooLarge(
                    "A page points to a page already read; it would go on for ever.", where=self.url
                )
            asked.add(following)
            if page.large:
                yield page
            future = self._start(following)
            if not page.large:
                yield page

    def _ahead(self) -> Iterator[Page]:
        """Page 1 tells the size; the others are known ahead and fetched a few at a time, in order."""
        page = self._take(self._start(self.url, self._params(page="1")))
        size = page.size or len(page.rows)
        yield page
        if page.next is None or not size:
            return
        last = -(-(self.expected or 0) // size)
        numbers = iter(range(2, last + 1))
        under_way: deque[Future[Answer]] = deque()
        for _ in range(1 if page.large else self.http.limits.parallel):
            self._launch(under_way, numbers)
        while under_way:
            page = self._take(under_way.popleft())
            if page.large:
                yield page
            self._launch(under_way, numbers)
            if not page.large:
                yield page
        number = max(last, 1)
        while page.next is not None:  # more came than was counted
            number += 1
            page = self._take(self._start(self.url, self._params(page=str(number))))
            yield page

    def _launch(self, under_way: deque[Future[Answer]], numbers: Iterator[int]) -> None:
        number = next(numbers, None)
        if number is not None:
            under_way.append(self._start(self.url, self._params(page=str(number))))
