"""The Batch door: one question in XML for each report, so that a method the key lacks costs that report only.

Absent, empty and null all mean *missing* here; what is marked ``Legacy`` repeats an attribute in an old form
and is passed over; unknown elements are no fault (reference §4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import ClassVar
from xml.etree.ElementTree import Element

from connectors import xml_rows
from connectors.errors import BadAnswer, ConnectorError, ScopeMissing
from connectors.http import Http, Raw, plain_url
from connectors.isams.answers import METHODS, by_batch
from connectors.isams.listing import Rows
from connectors.records import Report
from connectors.values import Row

PATH = "api/batch/1.0/xml.ashx"
PLACES = {
    Report.STUDENTS: ("CurrentPupils", "Pupil", "SchoolId"),
    Report.STAFF: ("CurrentStaff", "StaffMember", "@Id"),
}
PAGE = 200


@dataclass(slots=True)
class BatchSource:
    """``key`` the API key, or the client's id where ``http`` signs with its token (``keyed`` False)."""

    shape: ClassVar[str] = "batch"

    http: Http
    key: str = field(repr=False)
    keyed: bool
    roles_refused: bool = False
    _twice: dict[Report, int] = field(default_factory=dict)

    def read(self, report: Report) -> Iterator[Rows]:
        raw, page, seen = self._take(report, self._begin(report)), list[tuple[str, Row]](), set[str]()
        for index, row in enumerate(self._rows(report, raw)):
            own = row.get(PLACES[report][2])
            if own and own in seen:
                self._twice[report] = self._twice.get(report, 0) + 1
                continue
            seen.update([own] if own else ())
            page.append((f"{PLACES[report][0]}[{index}]", row))
            if len(page) >= PAGE:
                self.http.check_cancelled()
                yield page
                page = []
        if page:
            yield page

    def total(self, report: Report) -> int | None:  # noqa: ARG002 - the document counts nothing
        return None

    def duplicates(self, report: Report) -> int:
        return self._twice.get(report, 0)

    def shared(self, reports: Sequence[Report]) -> dict[Report, int | None]:
        """Report → how many there are, None where the key lacks the method.  iSAMS keeps the answers, so
        that what follows costs it nothing."""
        under_way = {one: self._begin(one) for one in reports}
        found: dict[Report, int | None] = {}
        for report, future in under_way.items():
            try:
                found[report] = sum(1 for _ in self._rows(report, self._take(report, future)))
            except ScopeMissing:
                found[report] = None
        return found

    def roles(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002 - they stand in the rows
        return {}

    def _begin(self, report: Report) -> Future[Raw]:
        return self.http.start_question(
            PATH, question(METHODS[report]), kind="application/xml", params={"apiKey": self.key},
            accept="application/xml, text/xml",
        )  # fmt: skip

    def _take(self, report: Report, future: Future[Raw]) -> Raw:
        try:
            return self.http.wait(future)
        except ConnectorError as problem:
            raise by_batch(problem, report, keyed=self.keyed) from None

    def _rows(self, report: Report, raw: Raw) -> Iterator[Row]:
        inside, name, _ = PLACES[report]
        body, where = xml_rows.plain(raw.body), plain_url(raw.url)
        if f"<{inside}".encode() not in body:
            raise BadAnswer(f"The document holds no {inside}.", where=where)
        for element in xml_rows.read(body, name, where=where, inside=inside):
            yield row_of(element)


def question(method: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><Filters><MethodsToRun>'
        f"<Method>{method}</Method></MethodsToRun></Filters>"
    ).encode()


def row_of(element: Element) -> Row:
    """Attributes as ``@Name``, elements by their name; of two the first.  Roles are a list."""
    row: Row = {f"@{name}": value for name, value in element.attrib.items()}
    for one in element:
        name = xml_rows.name_of(one)
        if name in row or one.get("Legacy", "").casefold() == "true":
            continue
        if name == "Roles":
            row[name] = [text for role in one if (text := xml_rows.text_of(xml_rows.child(role, "Name")))]
        else:
            row[name] = xml_rows.text_of(one)
    return row
