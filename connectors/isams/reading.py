"""Reading one school: report by report, and whether it all came.

A report that may not be read leaves the other one working.  ``Finished`` follows only where the rows agree
with what iSAMS counts; a school with nobody in it is an error and not an empty school (Z20).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Protocol

from connectors import notices
from connectors.errors import ContradictoryExtract, EmptyExtract
from connectors.http import Http
from connectors.in_turn import Item, in_turn
from connectors.isams.declaration import DECLARATION
from connectors.isams.listing import Rows
from connectors.isams.people import People, Sorted
from connectors.records import ExtractRequest, Finished, Notice, Report

ORDER = (Report.STAFF, Report.STUDENTS)
WHAT = {Report.STAFF: "staff", Report.STUDENTS: "pupils"}


class Source(Protocol):
    """One of the two doors.  ``total`` and ``duplicates`` are known once ``read`` has ended."""

    @property
    def shape(self) -> str: ...

    http: Http
    roles_refused: bool

    def read(self, report: Report) -> Iterator[Rows]: ...

    def total(self, report: Report) -> int | None: ...

    def duplicates(self, report: Report) -> int: ...

    def shared(self, reports: Sequence[Report]) -> dict[Report, int | None]: ...

    def roles(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]: ...


@dataclass(slots=True)
class Reading:
    source: Source
    request: ExtractRequest
    today: date
    settings: Mapping[str, str]

    def run(self) -> Generator[Item]:
        wanted = (report for report in ORDER if report in self.request.reports)
        yield from in_turn(partial(self._report, report) for report in wanted)

    def _report(self, report: Report) -> Iterator[Item]:
        people = People(
            report, self.source.shape, self.today,
            DECLARATION.dropped(self.request, report),
            self.settings["admission_number"], self.settings["staff_status"],
        )  # fmt: skip
        later: list[date] = []
        empty = True
        for page in self.source.read(report):
            empty = False
            found = people.read(page)
            later += found.later
            self._roles(people, found)
            yield people.faults.batch(found.records)
        self.source.http.check_cancelled()
        if empty:
            raise EmptyExtract(
                f"iSAMS answers with no {WHAT[report]} at all.",
                mend="Nothing was changed and no account was taken away. Check that the address is "
                "this school's, and what the client or key may read.",
            )  # fmt: skip
        self._check_status(people)
        yield from self._told(people, later)
        total = self.source.total(report)
        lost = self.source.duplicates(report) + len(later)
        yield Finished(report=report, counted=None if total is None else max(0, total - lost))

    def _roles(self, people: People, found: Sorted) -> None:
        if "roles" not in people.wanted or people.report is not Report.STAFF or people.shape != "rest":
            return
        roles = self.source.roles([one.source_id for one in found.records])
        for place, one in enumerate(found.records):
            if one.source_id in roles:
                found.records[place] = replace(one, roles=roles[one.source_id])
            else:
                found.records[place] = replace(one, unknown=one.unknown | {"roles"})

    def _check_status(self, people: People) -> None:
        """A status nobody has is a wrong setting, not a school without staff."""
        with_status, current = people.statuses
        if with_status and not current:
            raise ContradictoryExtract(
                f"None of {with_status} staff has the status {people.status} of staff on the books.",
                mend="Nothing was changed. Set staff_status to the systemStatus this school's iSAMS uses for "
                "current staff, or to any.",
            )  # fmt: skip

    def _told(self, people: People, later: list[date]) -> Iterator[Notice]:
        what, twice = WHAT[people.report], self.source.duplicates(people.report)
        yield from notices.duplicates(twice, what, tell="IRIS support")
        yield from notices.not_started(later, what)
        if people.two_addresses:
            yield Notice(
                level="info", code="two_addresses",
                message=f"{people.two_addresses} {what} have several e-mail addresses in one field; the "
                "first was taken.",
                mend="Correct it in iSAMS if another one is meant.",
            )  # fmt: skip
        if people.report is Report.STAFF and "roles" in people.wanted and self.source.roles_refused:
            yield Notice(
                level="warning", code="details_not_shared",
                message="Roles of staff are not shared with us; job titles were left out.",
                mend="In iSAMS an administrator gives the client read permission, or decline the field here.",
            )  # fmt: skip
