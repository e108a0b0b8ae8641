"""One school over REST: which collections are asked for, in full or for changes, and whether all came.

People's reports can be a delta; classes and enrolments are always read whole, because a class must come
with all its members.  Each collection is read to its end and held against its total before anybody in it
is handed on (Z20).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from connectors.errors import BadAnswer, ScopeMissing
from connectors.http import Answer
from connectors.http_errors import NotFound, Unacceptable
from connectors.oneroster import changes
from connectors.oneroster.door import Door
from connectors.oneroster.envelope import single_of, total_of
from connectors.oneroster.flatten import cells_of, roles_of
from connectors.oneroster.paging import Collection
from connectors.oneroster.table import Table
from connectors.oneroster_common.reader import Item, Roster
from connectors.oneroster_common.roles import Roles, read_roles
from connectors.oneroster_common.roster import PEOPLE
from connectors.oneroster_common.rows import BULK, DELTA, UNSAID, Modes
from connectors.records import Batch, Contact, ContactLink, ExtractRequest, Finished, Notice, Report

GROUPS = (Report.GROUPS_CLASSES,)
SINGLE = {"users": "user"}
ONE_BY_ONE = 100  # people of a delta whose demographics are asked for singly; more: the whole collection


class Service(Roster):
    """One reading of one school.  Iterate ``items`` once; ``close`` when done."""

    empty_mend = "Nothing was changed. Check the setting org and what the supplier shares with you."

    def __init__(
        self, door: Door, *, settings: Mapping[str, str], today: date, request: ExtractRequest,
        cancelled: Callable[[], bool], now: datetime,
    ) -> None:  # fmt: skip
        super().__init__(settings=settings, today=today, request=request, cancelled=cancelled)
        self.door, self.version = door, door.version
        self.modes = Modes({})
        self._tables: dict[str, Table | None] = {}
        self._clocks = [now]
        self._since = changes.since(request) if settings["changes"] == "delta" else None
        self._lost: list[str] = []

    def close(self) -> None:
        for table in self._tables.values():
            if table is not None:
                table.close()
        self._tables.clear()

    def items(self) -> Generator[Item]:
        """As any roster's; people's reports with the mark where the next delta begins."""
        told = False
        for item in super().items():
            if isinstance(item, Finished):
                if not told:
                    yield from self._losses()
                told = True
                if item.report in PEOPLE:
                    item = replace(item, high_water=changes.mark(self._clocks))
            yield item

    def table(self, name: str) -> Table | None:
        """The collection, read when first asked for; None where it is not wanted, not shared or not there."""
        if name not in self._tables:
            self._tables[name] = self._load(name) if self._wanted(name) else None
        return self._tables[name]

    def users(self) -> tuple[Table | None, Roles | None]:
        """Who is a pupil and who is staff is told by rows made of each user's own roles."""
        users, roles = self.table("users"), self._tables.get("roles")
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
        table, roles = self._table("users", "users", DELTA), self._table("roles", "users", DELTA)
        self._keep(table, roles, DELTA)
        found = list(self._singles("users", [pupil]))
        if not found:
            raise BadAnswer(
                "The MIS does not know this pupil any more.",
                mend="Sync the school, then look the pupil up again.",
            )
        self._fill([list(enumerate(found))], table, roles)
        agents = dict.fromkeys(
            word for row in table.rows(quiet=True) for word in row.words("agentSourcedIds")
        )
        self._fill([list(enumerate(self._singles("users", agents), start=1))], table, roles)
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

    def _reports(self, name: str) -> tuple[Report, ...]:
        return PEOPLE if name in ("orgs", "users", "roles", "demographics") else GROUPS

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
        try:
            return self._load_first(name, {})
        except (ScopeMissing, NotFound):
            if name in ("orgs", "users"):
                raise
            self._lost.append(name)
            return None

    def _load_first(self, name: str, params: Mapping[str, str]) -> Table:
        *others, last = self._paths(name)
        for path in others:
            try:
                return self._read(name, path, params)
            except (ScopeMissing, NotFound):
                continue
        return self._read(name, last, params)

    def _read(self, name: str, path: str, params: Mapping[str, str], mode: str = BULK) -> Table:
        """The collection read to its end.  ``mode`` becomes unsaid where rows repeat, so that somebody
        passed over is not taken for gone."""
        pages = self._collection(name, path, params)
        table = self._table(name, path, mode)
        roles = self._table("roles", path, mode) if name == "users" else None
        try:
            self._fill(pages, table, roles)
            whole = pages.check()
        except BaseException:
            for made in (table, roles):
                if made is not None:
                    made.close()
            raise
        if pages.served_at:
            self._clocks.append(pages.served_at)
        self._keep(table, roles, mode if whole or mode == DELTA else UNSAID)
        self._repeats(pages, path, whole=whole)
        return table

    def _collection(self, name: str, path: str, params: Mapping[str, str]) -> Collection:
        return Collection(self.door.http, path, name, int(self.settings["limit"]), params)

    def _table(self, name: str, path: str, mode: str) -> Table:
        return Table(
            name, file=path, mode=mode, version=self.version, findings=self.findings,
            reports=self._reports(name),
        )  # fmt: skip

    def _keep(self, table: Table, roles: Table | None, mode: str) -> None:
        for made in (table, roles):
            if made is not None:
                made.mode = self.modes.modes[made.name] = mode
                self._tables[made.name] = made

    def _fill(self, pages: Iterable[list[tuple[int, Any]]], table: Table, roles: Table | None) -> None:
        for page in pages:
            for index, row in page:
                if roles is not None and isinstance(row, dict) and "roles" in row:
                    self.version = table.version = roles.version = "1.2"
                if table.add(index, row) is not None and roles is not None:
                    self._add_roles(index, row, roles)

    def _add_roles(self, index: int, user: dict[str, Any], roles: Table) -> None:
        for number, (place, role) in enumerate(roles_of(user)):
            where = f"{roles.file}[{index}]" + (f".{place}" if place else "")

            def told(_: str, key: str, value: Any, where: str = where) -> None:
                self.findings.reject(
                    PEOPLE, f"{where}.{key}", code="wrong_type", field="roles", value=repr(value),
                    source_id=str(user["sourcedId"]), message=f"{key} of a role is not of the right type.",
                )  # fmt: skip

            cells = cells_of("roles", role, told) | {"userSourcedId": str(user["sourcedId"])}
            roles.keep(index, where, f"{user['sourcedId']}/{number}", cells)

    # -- changes ------------------------------------------------------------------

    def _load_changes(self, mark: str) -> Table:
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
            return self._load_first("users", {})
        return table

    def _load_changed(self, mark: str) -> Table:
        *_, path = self._paths("users")
        table = self._read("users", path, changes.filter_for(mark), DELTA)
        if any(changes.older(row["dateLastModified"], mark) for row in table.rows(quiet=True)):
            self._ignored(table)
        return table

    def _ignored(self, table: Table) -> None:
        """Rows nobody asked for: the filter was not heeded.  Only if as many came as there are in all is
        the answer taken for everything; else nobody is taken for gone."""
        total = total_of(self.door.http.get(f"{table.file}?limit=1").headers)
        whole = total is not None and table.count >= total
        self.findings.note(
            "filter_ignored", table.file, level="info" if whole else "warning",
            message="was asked for changes and answered with " + ("everything." if whole else "more."),
            mend="Set changes=full, so that everything is read each time.",
        )  # fmt: skip
        if whole:
            self._keep(table, self._tables["roles"], BULK)

    def _births_of_changed(self) -> Table | None:
        """The dates of birth of the people of a delta, asked for one by one while they are few."""
        users = self._tables["users"]
        wanted = {row.id for row in users.rows(quiet=True) if not row.removed} if users else set()
        table = self._table("demographics", "demographics", DELTA)
        try:
            if len(wanted) > ONE_BY_ONE:
                pages = self._collection("demographics", "demographics", {})
                self._fill(([r for r in page if _id(r[1]) in wanted] for page in pages), table, None)
                pages.check()
            else:
                for index, row in enumerate(self._singles("demographics", sorted(wanted))):
                    table.add(index, row)
        except (ScopeMissing, NotFound):
            table.close()
            self._lost.append("demographics")
            return None
        except BaseException:
            table.close()
            raise
        self._keep(table, None, DELTA)
        return table

    def _singles(self, name: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
        """Each object there is of these ids, a few asked for at once."""
        http, under_way, left = self.door.http, deque[Future[Answer]](), iter(ids)
        while True:
            while len(under_way) < http.limits.parallel and (one := next(left, None)) is not None:
                under_way.append(http.start(f"{name}/{quote(one, safe='')}"))
            if not under_way:
                return
            try:
                yield single_of(http.wait(under_way.popleft()), SINGLE.get(name, name))
            except NotFound:
                continue

    # -- what is told -------------------------------------------------------------

    def _repeats(self, pages: Collection, path: str, *, whole: bool) -> None:
        if pages.duplicates:
            said = "" if whole else " Others may have been passed over, so nobody is taken for gone."
            self.findings.note(
                "duplicates", path, level="info" if whole else "warning",
                message=f"{pages.duplicates} rows came more than once; each was kept once.{said}",
                mend="Nothing needs doing unless it comes every time; then tell the supplier.",
            )  # fmt: skip

    def _losses(self) -> Iterator[Notice]:
        if Report.CONTACTS in self.request.reports:
            yield Notice(
                level="info", code="no_priority",
                message="OneRoster has no priority of contacts; every contact counts as the first.",
            )  # fmt: skip
        if "demographics" in self._lost:
            yield Notice(
                level="error", code="demographics_not_shared",
                message="Dates of birth (demographics) are not shared with us.",
                mend="Ask the supplier for the scope roster-demographics.readonly.",
            )  # fmt: skip
        if "courses" in self._lost:
            yield Notice(
                level="info", code="courses_not_shared",
                message="Courses are not shared with us; classes come without description.",
            )  # fmt: skip
        lost = [name for name in ("classes", "enrollments") if name in self._lost]
        if lost and Report.GROUPS_CLASSES not in self.request.reports:
            yield Notice(
                level="warning", code="registration_not_shared",
                message="Registration groups do not come: classes or enrolments are not shared with us.",
                mend="Ask the supplier to share them, or decline the field.",
            )  # fmt: skip


def _id(row: Any) -> str:
    return str(row.get("sourcedId")) if isinstance(row, dict) else ""
