"""One school over REST: which collections are asked for, in full or for changes, and whether all came.

People's reports can be a delta; classes and enrolments are always read whole, because a class must come
with all its members.  Each collection is read to its end and held against its total before anybody in it
is handed on (Z20).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import quote

from connectors import notices
from connectors.errors import BadAnswer, ScopeMissing
from connectors.http_errors import NotFound, Unacceptable
from connectors.oneroster import changes
from connectors.oneroster.door import Door
from connectors.oneroster.envelope import total_of
from connectors.oneroster.loading import Loader
from connectors.oneroster.table import Table
from connectors.oneroster_common.reader import Item, Roster
from connectors.oneroster_common.roles import Roles, read_roles
from connectors.oneroster_common.roster import PEOPLE
from connectors.oneroster_common.rows import BULK, DELTA, Modes
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report

TOGETHER = (("users", "demographics"), ("classes", "enrollments", "courses"))
ONE_BY_ONE = 100  # people of a delta whose demographics are asked for singly; more: the whole collection


class Service(Roster):
    """One reading of one school.  Iterate ``items`` once; ``close`` when done."""

    empty_mend = "Nothing was changed. Check the setting org and what the supplier shares with you."

    def __init__(
        self, door: Door, *, settings: Mapping[str, str], today: date, request: ExtractRequest,
        cancelled: Callable[[], bool], now: datetime,
    ) -> None:  # fmt: skip
        super().__init__(settings=settings, today=today, request=request, cancelled=cancelled)
        self.modes = Modes({})
        self.loader = Loader(door, self.findings, self.modes, int(settings["limit"]), [now])
        self._since = changes.since(request) if settings["changes"] == "delta" else None

    def close(self) -> None:
        self.loader.close()

    def items(self) -> Generator[Item]:
        """As any roster's; people's reports with the mark where the next delta begins."""
        told = False
        for item in super().items():
            if isinstance(item, Finished):
                if not told:
                    yield from self._losses()
                told = True
                if item.report in PEOPLE:
                    item = replace(item, high_water=changes.mark(self.loader.clocks))
            yield item

    def table(self, name: str) -> Table | None:
        """The collection, read when first asked for; None where it is not wanted, not shared or not there."""
        tables = self.loader.tables
        if name not in tables:
            tables[name] = self._load(name) if self._wanted(name) else None
        return tables[name]

    def users(self) -> tuple[Table | None, Roles | None]:
        """Who is a pupil and who is staff is told by rows made of each user's own roles."""
        users, roles = self.table("users"), self.loader.tables.get("roles")
        if users is None or roles is None:
            return None, None
        return users, read_roles(roles, self.org, self.orgs, orgs_whole=self.modes.whole("orgs"))

    def settle(self) -> None:
        """Every collection was held against its total when it was read."""

    def no_groups(self) -> Notice:
        return Notice(
            level="error", code="groups_not_shared",
            message="Classes or enrolments are not shared with us; groups and classes were left as they are.",
            mend="Ask the supplier to share classes and enrollments, or decline the report.",
        )  # fmt: skip

    def contacts_of(self, pupil: str) -> tuple[Contact | ContactLink, ...]:
        """Contacts that the pupil's record names, read as any other people; BadAnswer for a pupil unknown."""
        if not self.loader.pupil_and_agents(pupil):
            raise BadAnswer(
                "The MIS does not know this pupil any more.",
                mend="Sync the school, then look the pupil up again.",
            )
        records = [r for item in super().items() if isinstance(item, Batch) for r in item.records]
        links = [r for r in records if isinstance(r, ContactLink) and r.pupil_id == pupil]
        named = {link.contact_id for link in links}
        return (*(r for r in records if isinstance(r, Contact) and r.source_id in named), *links)

    # -- what is asked for --------------------------------------------------------

    def _wanted(self, name: str) -> bool:
        reports, declined = self.request.reports, self.request.declined
        if name in ("orgs", "users"):
            return True
        if name in ("classes", "enrollments"):
            forms = "registration_group" not in declined.get(Report.STUDENTS, ())
            return Report.GROUPS_CLASSES in reports or (
                Report.STUDENTS in reports and forms and self._since is None
            )
        if name == "courses":
            left = declined.get(Report.GROUPS_CLASSES, frozenset())
            return Report.GROUPS_CLASSES in reports and not {"subject_id", "description"} <= left
        if name == "demographics":
            return Report.STUDENTS in reports or (
                Report.STAFF in reports and "date_of_birth" not in declined.get(Report.STAFF, ())
            )
        return False

    def _paths(self, name: str) -> tuple[str, ...]:
        """Only pupils where only pupils are wanted; only this school's classes where there are several."""
        if name == "users" and self.request.reports == {Report.STUDENTS}:
            return ("students", "users")
        schools = sum(org.type == "school" for org in self.orgs.values()) if name != "orgs" else 0
        if name in ("classes", "enrollments") and schools > 1:
            return (f"schools/{quote(self.org.id, safe='')}/{name}", name)
        return (name,)

    # -- reading ------------------------------------------------------------------

    def _load(self, name: str) -> Table | None:
        if name == "users" and self._since is not None:
            return self._load_changes(self._since)
        if name == "demographics" and self.modes.mode("users") == DELTA:
            return self._births_of_changed()
        self._load_whole(name)
        return self.loader.tables.get(name)

    def _load_whole(self, name: str) -> None:
        """The collection, and at the same time those that will be asked for next."""
        group = next((g for g in TOGETHER if name in g), (name,))
        names = [n for n in group if n not in self.loader.tables and self._wanted(n)]
        self.loader.together([(n, self._paths(n)) for n in names], needed=("orgs", "users"))

    # -- changes ------------------------------------------------------------------

    def _load_changes(self, mark: str) -> Table | None:
        """The users changed since ``mark``; a service that refuses the filter is read in full."""
        try:
            table = self._load_changed(mark)
        except Unacceptable as problem:
            self.findings.note(
                "filter_refused", "users", level="info",
                message=f"cannot be asked for changes ({problem.message[:120]}); everything was read.",
                mend="Set changes=full, so that it is not asked each time.",
            )  # fmt: skip
            self._since = None
            self._load_whole("users")
            return self.loader.tables["users"]
        return table

    def _load_changed(self, mark: str) -> Table:
        *_, path = self._paths("users")
        table = self.loader.read("users", path, changes.filter_for(mark), DELTA)
        if any(changes.older(row["dateLastModified"], mark) for row in table.rows(quiet=True)):
            self._ignored(table)
        return table

    def _ignored(self, table: Table) -> None:
        """Rows nobody asked for: the filter was not heeded.  Only if as many came as there are in all is
        the answer taken for everything; else nobody is taken for gone."""
        total = total_of(self.loader.door.http.get(f"{table.file}?limit=1").headers)
        whole = total is not None and table.count >= total
        self.findings.note(
            "filter_ignored", table.file, level="info" if whole else "warning",
            message="was asked for changes and answered with " + ("everything." if whole else "more."),
            mend="Set changes=full, so that everything is read each time.",
        )  # fmt: skip
        if whole:
            self.loader.keep(table, self.loader.tables["roles"], BULK)

    def _births_of_changed(self) -> Table | None:
        """The dates of birth of the people of a delta, asked for one by one while they are few."""
        users = self.loader.tables["users"]
        wanted = {row.id for row in users.rows(quiet=True) if not row.removed} if users else set()
        try:
            return self.loader.only("demographics", wanted, one_by_one=len(wanted) <= ONE_BY_ONE)
        except (ScopeMissing, NotFound):
            self.loader.lost.append("demographics")
            return None

    # -- what is told -------------------------------------------------------------

    def _losses(self) -> Iterator[Notice]:
        if Report.CONTACTS in self.request.reports:
            yield notices.no_priority("OneRoster has no priority of contacts")
        if "demographics" in self.loader.lost:
            yield Notice(
                level="error", code="demographics_not_shared",
                message="Dates of birth (demographics) are not shared with us.",
                mend="Ask the supplier for the scope roster-demographics.readonly.",
            )  # fmt: skip
        if "courses" in self.loader.lost:
            yield Notice(
                level="info", code="courses_not_shared",
                message="Courses are not shared with us; classes come without description.",
            )  # fmt: skip
        lost = [name for name in ("classes", "enrollments") if name in self.loader.lost]
        if lost and Report.GROUPS_CLASSES not in self.request.reports:
            yield Notice(
                level="warning", code="registration_not_shared",
                message="Registration groups do not come: classes or enrolments are not shared with us.",
                mend="Ask the supplier to share them, or decline the field.",
            )  # fmt: skip
