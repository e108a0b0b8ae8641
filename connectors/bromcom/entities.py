"""Questions to Bromcom and their answers, page by page (reference §3).

A question is an entity with a condition; the number of the page is glued to the condition as ``{page:N}``.
Bromcom counts nothing: a full page is followed by another, so a page that might be full is always followed
up, and pages that only repeat end in an error instead of an endless read.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from connectors.bromcom.answers import plainly, rows_of
from connectors.errors import ConnectorError, TooLarge
from connectors.http import Answer, Http

FULL_PAGE = 100_000
ROUND = 1_000  # a page of a round number of rows may be full on a server with smaller pages
MOST_BARREN_PAGES = 3
MOST_PAGES = 200
EVERYTHING, NOTHING = "1=1", "1=0"

Rows = list[tuple[int, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The two dates that tell who is here; the flat view of pupils calls them otherwise (§3)."""

    start: str = "startDate"
    end: str = "endDate"

    def current(self, today: date) -> str:
        return f"{self.start} <='{today}' and ({self.end}>='{today}' or isnull({self.end},'')='')"

    def later(self, today: date) -> str:
        return f"{self.start} > '{today}'"

    def left(self, today: date, days: int) -> str:
        """Left within so many days."""
        return f"{self.end} < '{today}' and {self.end} >= '{today - timedelta(days=days)}'"


USUAL = Span()
ENROLMENT = Span(start="enrolmentstartDate", end="enrolmentendDate")


def quoted(value: str) -> str:
    """A value inside a condition: quotes are doubled; a plain number stands bare."""
    return value if value.isascii() and value.isdigit() else "'" + value.replace("'", "''") + "'"


class Entities:
    """Asks one school.  ``page_size`` rows are a full page."""

    def __init__(self, http: Http, school_id: str, page_size: int = FULL_PAGE) -> None:
        self.http, self.school_id, self.page_size = http, school_id, page_size

    def start(self, entity: str, condition: str) -> Read:
        """The first page is under way when this returns."""
        return Read(self, entity, condition, self.ask(entity, condition, 0))

    def ask(self, entity: str, condition: str, page: int) -> Future[Answer]:
        told = quote(f"{condition}{{page:{page}}}", safe="")
        return self.http.start(f"{entity}?schoolId={self.school_id}&entityFilter={told}")

    def take(self, entity: str, future: Future[Answer]) -> list[Any]:
        """The rows of a page; ScopeMissing names the entity where the school has not granted it."""
        try:
            return rows_of(self.http.wait(future), entity, self.http.secrets)
        except ConnectorError as problem:
            raise plainly(problem, entity) from None


@dataclass(slots=True)
class Read:
    """One entity on its way; iterate once.  Rows come with their place and with keys in small letters,
    since Bromcom spells them in more than one way."""

    entities: Entities
    entity: str
    condition: str
    first: Future[Answer]
    received: int = 0

    def __iter__(self) -> Iterator[Rows]:
        before: list[Any] = []
        number = barren = 0
        page = self.entities.take(self.entity, self.first)
        while True:
            self.entities.http.check_cancelled()
            more = self._may_follow(len(page))
            following = self.entities.ask(self.entity, self.condition, number + 1) if more else None
            barren = barren + 1 if page and page == before else 0
            if barren > MOST_BARREN_PAGES or number > MOST_PAGES:
                raise self._endless()
            if not barren:
                start, self.received = self.received, self.received + len(page)
                yield [(start + place, _folded(row)) for place, row in enumerate(page)]
            if following is None:
                return
            before, page, number = page, self.entities.take(self.entity, following), number + 1

    def _may_follow(self, rows: int) -> bool:
        return rows > 0 and (rows >= self.entities.page_size or rows % ROUND == 0)

    def _endless(self) -> TooLarge:
        return TooLarge(
            f"The pages of {self.entity} do not end: {self.received} rows, then the same again and again.",
            mend="Nothing was changed. Run again; if it stays, tell Bromcom.", where=self.entity,
        )  # fmt: skip


def _folded(row: Any) -> Any:
    return {str(key).lower(): value for key, value in row.items()} if isinstance(row, dict) else row
