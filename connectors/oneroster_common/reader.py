"""A school from its tables to the last record: people first, then classes, whichever way the tables came.

Everything that could refuse the whole is asked before the first record is yielded; whatever is found
wrong later ends in an error before any ``Finished``, so that nothing half-read ever counts (Z20).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping
from datetime import date

from connectors.base import SchoolRef
from connectors.errors import Cancelled, EmptyExtract
from connectors.oneroster_common import classes as groups
from connectors.oneroster_common import grades
from connectors.oneroster_common.births import read_births
from connectors.oneroster_common.enrolments import Enrolments, registration_groups
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.orgs import choose_org, read_orgs
from connectors.oneroster_common.people import Reading
from connectors.oneroster_common.roles import Roles
from connectors.oneroster_common.roster import PEOPLE
from connectors.oneroster_common.rows import DELTA, Modes, Table
from connectors.oneroster_common.scan import Scan, scan_users, settle_links
from connectors.oneroster_common.stream import People
from connectors.oneroster_common.words import PAGE
from connectors.records import Batch, ExtractRequest, Finished, Notice, Record, Report

Item = Batch | Finished | Notice


class Roster(ABC):
    """One reading for one school. Raises connector errors only.

    ``modes`` must be true by the time a table is asked for; ``longest`` limits the characters of a value.
    """

    modes: Modes
    longest: int | None = None
    empty_mend = "Nothing was changed."

    def __init__(
        self, *, settings: Mapping[str, str], today: date, request: ExtractRequest,
        cancelled: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.settings, self.today, self.request = settings, today, request
        self.cancelled = cancelled
        self.findings = Findings(request.reports, request.declined)

    @abstractmethod
    def table(self, name: str) -> Table | None:
        """The table of that standard name; None where there is none."""

    @abstractmethod
    def users(self) -> tuple[Table | None, Roles | None]:
        """The users, and their roles where these are rows of their own."""

    @abstractmethod
    def settle(self) -> None:
        """The last check before anything counts; raises where the source changed meanwhile."""

    @abstractmethod
    def no_groups(self) -> Notice:
        """What is said where classes and enrolments are not there."""

    def choose(self, school: SchoolRef) -> None:
        """Finds out which school is meant; BadSettings where that cannot be told."""
        self.orgs = read_orgs(self.table("orgs"))
        self.org = choose_org(self.orgs, self.settings.get("org", "").strip(), school)

    def items(self) -> Generator[Item]:
        users, roles = self.users()
        scan = scan_users(users, self.org, roles) if users else Scan()
        self._check_somebody(scan, users)
        enrolments = self._enrolments(scan)
        finished: list[Finished] = []
        if users and self.request.reports & set(PEOPLE):
            for item in self._people(users, roles, scan, enrolments):
                if isinstance(item, Finished):
                    finished.append(item)
                else:
                    yield item
        if Report.GROUPS_CLASSES in self.request.reports:
            if enrolments is None:
                yield self.no_groups()
            else:
                yield from self._classes(enrolments)
                finished.append(self._groups_finished(enrolments))
        self.settle()
        yield from self.findings.notices()
        yield from finished

    def _groups_finished(self, enrolments: Enrolments) -> Finished:
        delta = not (self.modes.whole("classes") and self.modes.whole("enrollments"))
        counted = None if delta else len(enrolments.classes.here)
        return Finished(report=Report.GROUPS_CLASSES, delta=delta, counted=counted)

    def _check_somebody(self, scan: Scan, users: Table | None) -> None:
        """A whole table with nobody in it is a fault, never a school that everybody left."""
        if users is None or users.mode == DELTA or any(scan.here.values()):
            return
        file = users.file
        if not scan.total:
            raise EmptyExtract(f"{file} has no rows.", where=file, mend=self.empty_mend)
        raise EmptyExtract(
            f"{file} has {scan.total} users, but none with a known role at {self.org.id} "
            f"({self.org.name[:60]}).", where=file,
            mend="Nothing was changed. Check the setting org, and the roles in the source.",
        )  # fmt: skip

    def _enrolments(self, scan: Scan) -> Enrolments | None:
        table, enrolled = self.table("classes"), self.table("enrollments")
        if table is None or enrolled is None:
            return None
        terms = self.table("academicSessions")
        whole = terms is not None and self.modes.whole("academicSessions")
        known = {r.id for r in terms.rows(groups.GROUPS)} if terms and whole else None
        courses = groups.read_courses(self.table("courses"))
        found = groups.read_classes(table, self.org, self.orgs, courses, known, self.modes)
        return Enrolments(enrolled, found, scan, self.modes, self.today)

    def _people(
        self, users: Table, roles: Roles | None, scan: Scan, enrolments: Enrolments | None
    ) -> Iterator[Item]:
        demographics = self.table("demographics")
        births = read_births(demographics, scan, self.modes, self.today) if demographics else None
        mapping = self._mapping(users, scan, births or {})
        reading = Reading(
            findings=self.findings, today=self.today, version=users.version, mapping=mapping, births=births,
            births_whole=self.modes.whole("demographics"), declined=self.request.declined,
            registration=self._registration(enrolments), delta=users.mode == DELTA,
            username_is_email=self.settings.get("username", "") == "email", longest=self.longest,
            needs=users.needs,
        )  # fmt: skip
        links = settle_links(scan, users, self.modes)
        people = People(users, self.orgs, self.org, roles, scan, links, reading, self.modes)
        for item in people.items(self.request.reports):
            self._check_cancelled()
            yield item

    def _registration(self, enrolments: Enrolments | None) -> dict[str, str] | None:
        if enrolments is None or Report.STUDENTS not in self.request.reports:
            return None
        if DELTA in (self.modes.mode("classes"), self.modes.mode("enrollments")):
            return None
        return registration_groups(enrolments)

    def _mapping(self, users: Table, scan: Scan, births: dict[str, date]) -> str:
        """nc or ceds, as set or by the dates of birth; a setting that fits badly is told."""
        votes = grades.Votes()
        for person, grade in scan.grades.items():
            if person in births:
                votes.add(grade, births[person], self.today)
        setting = self.settings.get("grades", "") or grades.AUTO
        mapping = votes.better if setting == grades.AUTO else setting
        wrong = votes.better != mapping and votes.asked > 0
        if scan.grades and (setting == grades.AUTO or wrong):
            self.findings.note(
                "grades_mapping", users.file, column="grades", level="warning" if wrong else "info",
                message=votes.told(mapping), mend="Set grades to nc or ceds if that is wrong.",
            )  # fmt: skip
        return mapping

    def _classes(self, enrolments: Enrolments) -> Iterator[Batch]:
        found = enrolments.classes
        page: list[Record] = [*found.subjects.values(), *found.here.values()]
        if self.modes.mode("classes") == DELTA:
            page += found.gone
        for member in enrolments.memberships():
            page.append(member)
            if len(page) >= PAGE:
                self._check_cancelled()
                yield from self._pages(page)
                page = []
        yield from self._pages(page, last=True)

    def _pages(self, records: list[Record], *, last: bool = False) -> Iterator[Batch]:
        report = Report.GROUPS_CLASSES
        for start in range(0, len(records), PAGE):
            part = tuple(records[start : start + PAGE])
            yield Batch(report=report, records=part, rejected=self.findings.take(report))
        if last and (rest := self.findings.take(report)):
            yield Batch(report=report, rejected=rest)

    def _check_cancelled(self) -> None:
        if self.cancelled():
            raise Cancelled("The reading was cancelled.")
