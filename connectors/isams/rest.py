"""The REST door: lists of pupils and employees, and the roles of each employee (reference §3)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import quote

from connectors.errors import ConnectorError, ScopeMissing
from connectors.http import Answer, Http
from connectors.isams.answers import MODULES, by_rest, rows_of
from connectors.isams.listing import Listing, Rows
from connectors.records import Report

LISTS = {
    Report.STUDENTS: ("api/students", "students", "schoolId"),
    Report.STAFF: ("api/humanresources/employees", "employees", "id"),
}


@dataclass(slots=True)
class RestSource:
    """``roles_refused`` once a question for somebody's roles was refused: then none is asked any more."""

    shape: ClassVar[str] = "rest"

    http: Http
    size: int
    roles_refused: bool = False
    _lists: dict[Report, Listing] = field(default_factory=dict)

    def read(self, report: Report) -> Iterator[Rows]:
        path, key, own = LISTS[report]
        self._lists[report] = Listing(self.http, path, key, own, self.size)
        try:
            yield from self._lists[report]
        except ConnectorError as problem:
            raise by_rest(problem, MODULES[report]) from None

    def total(self, report: Report) -> int | None:
        return self._lists[report].total

    def duplicates(self, report: Report) -> int:
        return self._lists[report].duplicates

    def shared(self, reports: Sequence[Report]) -> dict[Report, int | None]:
        """Report → how many there are, None where it may not be read; one record of each."""
        under_way = {one: self.http.start(f"{LISTS[one][0]}?page=1&pageSize=1") for one in reports}
        return {report: self._sampled(report, future) for report, future in under_way.items()}

    def _sampled(self, report: Report, future: Future[Answer]) -> int | None:
        try:
            data = self.http.wait(future).data
            rows = rows_of(data, LISTS[report][1], self.http.secrets)
        except ScopeMissing:
            return None
        except ConnectorError as problem:
            raise by_rest(problem) from None
        total = data.get("totalCount")
        return total if type(total) is int else len(rows)

    def roles(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Id → names of the roles in iSAMS's order; who could not be told of is left out."""
        found: dict[str, tuple[str, ...]] = {}
        under_way: deque[tuple[str, Future[Answer]]] = deque()
        for one in ids:
            if self.roles_refused:
                break
            path = f"{LISTS[Report.STAFF][0]}/{quote(one, safe='')}/roles"
            under_way.append((one, self.http.start(path)))
            if len(under_way) >= self.http.limits.parallel:
                self._told(*under_way.popleft(), found)
        while under_way:
            self._told(*under_way.popleft(), found)
        return found

    def _told(self, one: str, future: Future[Answer], found: dict[str, tuple[str, ...]]) -> None:
        from connectors.http_errors import NotFound

        try:
            rows = rows_of(self.http.wait(future).data, "roles", self.http.secrets)
        except NotFound:
            return
        except ScopeMissing:
            self.roles_refused = True
            return
        except ConnectorError as problem:
            raise by_rest(problem) from None
        named = (row.get("name") if isinstance(row, dict) else row for row in rows)
        found[one] = tuple(name for name in named if isinstance(name, str) and name.strip())
