"""A package from its manifest to the last record: checks first, then people, then classes.

Everything that could refuse the package is asked before the first record is yielded, but for damage
further down a file and files that change meanwhile; both end in ``BadFile`` before any ``Finished``, so
that nothing half-read ever counts (Z20).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from connectors.base import SchoolRef
from connectors.errors import BadFile, Cancelled, EmptyExtract
from connectors.oneroster_csv import classes as groups
from connectors.oneroster_csv import grades
from connectors.oneroster_csv.births import read_births
from connectors.oneroster_csv.enrolments import Enrolments, registration_groups
from connectors.oneroster_csv.findings import Findings
from connectors.oneroster_csv.manifest import DELTA, read_manifest
from connectors.oneroster_csv.orgs import choose_org, read_orgs
from connectors.oneroster_csv.package import Package
from connectors.oneroster_csv.people import Reading
from connectors.oneroster_csv.roles import Roles, read_roles
from connectors.oneroster_csv.roster import PEOPLE
from connectors.oneroster_csv.scan import Scan, scan_users, settle_links
from connectors.oneroster_csv.standard import COLUMNS, PAGE
from connectors.oneroster_csv.stream import People
from connectors.oneroster_csv.table import Table
from connectors.records import Batch, ExtractRequest, Finished, Notice, Record, Report

Item = Batch | Finished | Notice


class PackageReader:
    """One reading of one package for one school. Raises connector errors only."""

    def __init__(
        self, package: Package, *, school: SchoolRef, settings: Mapping[str, str], today: date,
        request: ExtractRequest, cancelled: Callable[[], bool],
    ) -> None:  # fmt: skip
        self.package, self.settings, self.today, self.request = package, settings, today, request
        self.cancelled = cancelled
        self.findings = Findings(request.reports, request.declined)
        self.manifest = read_manifest(package, self.findings)
        for name, said in package.oddities:
            self.findings.note("file_name", name, message=f"{said}.", level="info")
        self._check_profiles()
        self.orgs = read_orgs(self.table("orgs"))
        self.org = choose_org(self.orgs, settings.get("org", "").strip(), school)

    def table(self, name: str) -> Table | None:
        """The file's table; None where the package does not have the file."""
        mode = self.manifest.mode(name)
        return Table(self.package, name, mode, self.findings) if self.manifest.has(name) else None

    def _check_profiles(self) -> None:
        """userProfiles is not used; that it holds something else altogether is worth a word."""
        if not self.package.has("userProfiles"):
            return
        header = next(self.package.lines("userProfiles"), b"").decode("utf-8-sig", "replace")
        known = COLUMNS["userProfiles"].split(",")
        foreign = [c for cell in header.split(",") if (c := cell.strip()) and c not in known]
        if foreign:
            self.findings.note(
                "columns_foreign", self.package.spelt("userProfiles"), line=1, column=foreign[0][:80],
                level="info", message="is not a column of the standard; the file is not used.",
            )  # fmt: skip

    def items(self) -> Iterator[Item]:
        users, roles = self._users()
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
                yield _absent()
            else:
                yield from self._classes(enrolments)
                delta = not (self.manifest.whole("classes") and self.manifest.whole("enrollments"))
                counted = None if delta else len(enrolments.classes.here)
                finished.append(Finished(report=Report.GROUPS_CLASSES, delta=delta, counted=counted))
        self.package.check_unchanged()
        yield from self.findings.notices()
        yield from finished

    def _users(self) -> tuple[Table | None, Roles | None]:
        users = self.table("users")
        if users is None:
            if DELTA not in self.manifest.modes.values():
                raise BadFile("The package has no users.csv.", where="users.csv")
            return None, None
        self._check_version(users)
        if users.version == "1.1":
            return users, None
        table = self.table("roles")
        if table is None:
            raise BadFile(
                "The package has no roles.csv, so nothing says who is a pupil and who is staff.",
                mend="OneRoster 1.2 needs roles.csv; have the MIS write it.", where="roles.csv",
            )  # fmt: skip
        return users, read_roles(table, self.org, self.orgs, orgs_whole=self.manifest.whole("orgs"))

    def _check_version(self, users: Table) -> None:
        said = self.manifest.version
        if not said.startswith(users.version):
            self.findings.note(
                "version", "manifest.csv", column="oneroster.version",
                message=f"says “{said[:20]}”, but users.csv is of version {users.version}; that counts.",
            )  # fmt: skip

    def _check_somebody(self, scan: Scan, users: Table | None) -> None:
        """A bulk file with nobody in it is a fault, never a school that everybody left."""
        if users is None or users.mode == DELTA or any(scan.here.values()):
            return
        file = users.file
        if not scan.total:
            raise EmptyExtract(
                f"{file} has no rows.", where=file,
                mend="Nothing was changed. Have the MIS export the school again.",
            )  # fmt: skip
        raise EmptyExtract(
            f"{file} has {scan.total} users, but none with a known role at {self.org.id} "
            f"({self.org.name[:60]}).", where=file,
            mend="Nothing was changed. Check the setting org, and the roles in the package.",
        )  # fmt: skip

    def _enrolments(self, scan: Scan) -> Enrolments | None:
        table, enrolled = self.table("classes"), self.table("enrollments")
        if table is None or enrolled is None:
            return None
        terms = self.table("academicSessions")
        whole = terms is not None and self.manifest.whole("academicSessions")
        known = {r.id for r in terms.rows(groups.GROUPS)} if terms and whole else None
        courses = groups.read_courses(self.table("courses"))
        found = groups.read_classes(table, self.org, self.orgs, courses, known, self.manifest)
        return Enrolments(enrolled, found, scan, self.manifest, self.today)

    def _people(
        self, users: Table, roles: Roles | None, scan: Scan, enrolments: Enrolments | None
    ) -> Iterator[Item]:
        demographics = self.table("demographics")
        births = read_births(demographics, scan, self.manifest, self.today) if demographics else None
        mapping = self._mapping(users, scan, births or {})
        reading = Reading(
            findings=self.findings, today=self.today, version=users.version, mapping=mapping, births=births,
            births_whole=self.manifest.whole("demographics"), declined=self.request.declined,
            registration=self._registration(enrolments), delta=users.mode == DELTA,
            username_is_email=self.settings.get("username", "") == "email",
        )  # fmt: skip
        links = settle_links(scan, users, self.manifest)
        people = People(users, self.orgs, self.org, roles, scan, links, reading, self.manifest)
        for item in people.items(self.request.reports):
            self._check_cancelled()
            yield item

    def _registration(self, enrolments: Enrolments | None) -> dict[str, str] | None:
        if enrolments is None or Report.STUDENTS not in self.request.reports:
            return None
        if DELTA in (self.manifest.mode("classes"), self.manifest.mode("enrollments")):
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
        if self.manifest.mode("classes") == DELTA:
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


def _absent() -> Notice:
    return Notice(
        level="warning", code="report_absent",
        message="The package has no classes.csv and enrollments.csv, so there are no groups and classes.",
        mend="Have the MIS write them, or decline the report.",
    )  # fmt: skip
