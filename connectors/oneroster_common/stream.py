"""The users streamed once for good: batches for every people's report asked for, then contact links."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.oneroster_common import values
from connectors.oneroster_common.orgs import Org
from connectors.oneroster_common.people import Reading
from connectors.oneroster_common.roles import Roles, roles_of
from connectors.oneroster_common.roster import PEOPLE, kind_of, reports_of
from connectors.oneroster_common.rows import DELTA, Modes, Row, Table
from connectors.oneroster_common.scan import Scan
from connectors.oneroster_common.words import CONTACT, PAGE, PUPIL, STAFF
from connectors.records import Batch, ContactLink, Finished, Gone, Record, Report

_GONE = (
    (Report.STUDENTS, PUPIL, "pupil"),
    (Report.STAFF, STAFF, "staff"),
    (Report.CONTACTS, CONTACT, "contact"),
)


class People:
    """``links`` maps a contact to the pupils of this school it belongs to."""

    def __init__(
        self, table: Table, orgs: dict[str, Org], org: Org, roles: Roles | None, scan: Scan,
        links: dict[str, list[str]], reading: Reading, modes: Modes,
    ) -> None:  # fmt: skip
        self.table, self.orgs, self.org, self.roles, self.scan = table, orgs, org, roles, scan
        self.links, self.reading, self.modes = links, reading, modes
        self.findings = reading.findings
        self._pages: dict[Report, list[Record]] = {}
        self._counts: dict[Report, int] = {}

    def items(self, wanted: frozenset[Report]) -> Iterator[Batch | Finished]:
        """Batches, and one ``Finished`` a report at the end."""
        asked = [report for report in PEOPLE if report in wanted]
        self._pages = {report: [] for report in asked}
        self._counts = dict.fromkeys(asked, 0)
        for row in self.table.rows(PEOPLE):
            self._row(row)
            yield from self._full(PAGE)
        self._lone_roles()
        if Report.CONTACTS in self._pages:
            for contact, pupils in self.links.items():
                self._pages[Report.CONTACTS] += [self._link(contact, pupil) for pupil in pupils]
                yield from self._full(PAGE)
        yield from self._full(1)
        for report in asked:
            if rest := self.findings.take(report):
                yield Batch(report=report, rejected=rest)
        yield from (self._finished(report) for report in asked)

    def _full(self, size: int) -> Iterator[Batch]:
        for report, page in self._pages.items():
            while len(page) >= size:
                part = tuple(page[:PAGE])
                del page[:PAGE]
                yield Batch(report=report, records=part, rejected=self.findings.take(report))

    def _row(self, row: Row) -> None:
        held = roles_of(row, self.org, self.roles)
        if row.removed:
            self._gone(
                row.id, self.scan.gone.get(row.id, 0), values.instant(row["dateLastModified"] or "")[0]
            )
            return
        here = self.scan.here.get(row.id, 0)
        if not self._placed(row, here, known=bool(held)):
            return
        if here & PUPIL and Report.STUDENTS in self._pages:
            self._add(Report.STUDENTS, self.reading.pupil(row, held))
        if here & STAFF and Report.STAFF in self._pages:
            self._add(Report.STAFF, self.reading.staff(row, held))
        contact = here & CONTACT or row.id in self.links
        if contact and Report.CONTACTS in self._pages:
            self._add(Report.CONTACTS, self.reading.contact(row))

    def _add(self, report: Report, record: Record) -> None:
        self._pages[report].append(record)
        self._counts[report] += 1

    def _placed(self, row: Row, here: int, *, known: bool) -> bool:
        """Whether the role and the school can be told; a row without is rejected, not lost in silence."""
        if self.roles is None:
            return self._placed_1_1(row, here)
        if known or row.id in (self.roles.spoilt if self.roles else ()):
            return True
        if row["primaryOrgSourcedId"] in (None, self.org.id):
            delta = self.modes.mode("roles") == DELTA
            said = f"has no role in {self.roles.file}" if self.roles else "has no role"
            mend = "A full package tells it." if delta else ""
            self._reject(
                row, "sourcedId", "missing_role", f"The user {said}, so the role is not known.", 0, mend
            )
        return False

    def _placed_1_1(self, row: Row, here: int) -> bool:
        for column in ("role", "orgSourcedIds"):
            if row[column] is None:
                kind = kind_of(row["role"])
                self._reject(row, column, "missing_value", f"{column} is blank; the row is left out.", kind)
                return False
        orgs = row.words("orgSourcedIds")
        if self.org.id in orgs and not here:
            self._reject(row, "role", "unknown_role", "The role is not one of the standard.", 0)
            return False
        if self.modes.whole("orgs"):
            self._check_orgs(row, orgs)
        return True

    def _check_orgs(self, row: Row, orgs: tuple[str, ...]) -> None:
        """An org that is not there: the person stays if ours is named too."""
        missing = next((org for org in orgs if org not in self.orgs), None)
        if missing is None:
            return
        here = self.org.id in orgs
        said = "that one is passed over" if here else "the row is left out"
        self._reject(
            row, "orgSourcedIds", "unknown_reference",
            f"orgSourcedIds names an org that is not there; {said}.", kind_of(row["role"]),
            field="orgSourcedIds" if here else None, value=missing,
        )  # fmt: skip

    def _reject(
        self, row: Row, column: str, code: str, message: str, kind: int, mend: str = "",
        field: str | None = None, value: str | None = None,
    ) -> None:  # fmt: skip
        name = " ".join(part for part in (row["givenName"], row["familyName"]) if part)[:80]
        extra = {"mend": mend} if mend else {}
        self.findings.reject(
            reports_of(kind), row.where(column), code=code, message=message, source_id=row.id, field=field,
            value=value or row[column], name=name or None, **extra,
        )  # fmt: skip

    def _gone(self, person: str, kinds: int, at: object = None) -> None:
        """A removal, told only by a delta; without a known role it is told of every kind."""
        if self.table.mode != DELTA:
            return
        for report, kind, word in _GONE:
            if report in self._pages and (kinds & kind or not kinds):
                self._pages[report].append(Gone(kind=word, source_id=person, at=at))  # type: ignore[arg-type]

    def _lone_roles(self) -> None:
        """The roles against the users: users who are not there, and roles a delta takes away."""
        if self.roles is None:
            return
        for user, held in self.roles.of.items():
            if self.modes.whole("users") and user not in self.scan.known and user not in self.scan.gone:
                role = held[0]
                self.findings.reject(
                    reports_of(role.kind), self.roles.place(role.line, "userSourcedId"), value=user,
                    code="unknown_reference", source_id=user,
                    message="userSourcedId is not among the users; the row is left out.",
                )  # fmt: skip
        if self.modes.mode("roles") == DELTA:
            for user, kind, here in self.roles.gone:
                if here and not self.scan.here.get(user, 0) & kind:
                    self._role_gone(user, kind)

    def _role_gone(self, user: str, kind: int) -> None:
        for report, own, word in _GONE:
            if own == kind and report in self._pages:
                self._pages[report].append(Gone(kind=word, source_id=user))

    def _link(self, contact: str, pupil: str) -> ContactLink:
        declined = self.reading.declined.get(Report.CONTACTS, frozenset())
        word = None if "relationship" in declined else self.scan.words.get(contact)
        return ContactLink(contact_id=contact, pupil_id=pupil, relationship=word)

    def _finished(self, report: Report) -> Finished:
        """A whole file tells who is gone by leaving them out; that all contacts are gone is not believed.

        Whether there may be no staff or no pupils any more is for the run to judge (Z20).
        """
        whole = self.modes.whole("users") and (self.roles is None or self.modes.whole("roles"))
        count = self._counts[report]
        if whole and not count:
            self.findings.note(
                "report_empty", self.table.file,
                message=f"there is nobody for the report {report}.",
            )  # fmt: skip
        if not whole or (not count and report is Report.CONTACTS):
            return Finished(report=report, delta=True)
        return Finished(report=report, counted=count)
