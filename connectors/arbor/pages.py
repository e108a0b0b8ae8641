"""Pages by number until one is empty, the next one under way while this one is worked on.

Protects against what nobody has settled about Arbor's paging: numbers may begin at 0 or at 1, and a
server may give fewer rows a page than it was asked for.  So reading begins at 0 unless told otherwise,
an empty or refused page 0 is not the end, a repeated page is dropped by its ids, and only an empty page
ends a collection: a short one does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import BadAnswer, TooLarge
from connectors.http import Answer, Http

MOST_BARREN = 3
MOST_ROWS = 2_000_000
Rows = list[tuple[int, Any]]
Begin = Callable[[int], Future[Answer]]
Take = Callable[[Future[Answer], int], list[Any]]


@dataclass(slots=True)
class Pages:
    """One read of one collection, as lists of (index, row).  ``first``: 0, 1, or None to find out.

    ``begin`` asks for a page, ``take`` gives its rows (stubs or whole ones; ids decide what is new).
    ``duplicates`` counts rows that came again, a page 0 that is page 1 left aside.
    """

    http: Http
    what: str
    begin: Begin
    take: Take
    first: int | None = None
    received: int = 0
    duplicates: int = 0
    _ids: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Rows]:
        number, index, barren = self.first or 0, 0, 0
        future = self.begin(number)
        while True:
            rows = self._page(future, number)
            self.http.check_cancelled()
            if not rows and not (number == 0 and self.first is None):
                return
            number += 1
            future = self.begin(number)
            fresh = self._fresh(rows, index, again=number == 2 and self.first is None)
            index += len(rows)
            barren = 0 if fresh else barren + 1
            if index > MOST_ROWS or barren > MOST_BARREN:
                raise TooLarge(
                    f"The pages of {self.what} do not end: {index} rows, {self.received} of them different.",
                    mend="Nothing was changed. Run again; if it stays, tell Arbor.",
                )
            if fresh:
                yield fresh

    def _page(self, future: Future[Answer], number: int) -> list[Any]:
        """The rows; none where page 0 is refused as a number that does not exist."""
        from connectors.http_errors import NotFound, Unacceptable

        try:
            return self.take(future, number)
        except (NotFound, Unacceptable):
            if number == 0 and self.first is None:
                return []
            raise

    def _fresh(self, rows: list[Any], index: int, *, again: bool) -> Rows:
        kept: Rows = []
        for offset, row in enumerate(rows):
            key = row.get("id") if isinstance(row, dict) else None
            if isinstance(key, str | int) and str(key).strip():
                if str(key) in self._ids:
                    continue
                self._ids.add(str(key))
            kept.append((index + offset, row))
        self.received += len(kept)
        if kept or not again:
            self.duplicates += len(rows) - len(kept)
        return kept


def listed(value: Any, what: str) -> list[Any]:
    """BadAnswer unless it is a list."""
    if not isinstance(value, list):
        raise BadAnswer(f"Arbor's answer about {what} holds no list of records.")
    return value
