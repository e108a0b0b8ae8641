"""Collections read to their ends into tables, several at the same time, each held against its total.

Two collections whose pages are known ahead travel together, so that latency is paid once for both.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection as Names
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.errors import ScopeMissing
from connectors.http import Answer
from connectors.http_errors import NotFound
from connectors.oneroster.door import Door
from connectors.oneroster.envelope import single_of
from connectors.oneroster.flatten import cells_of, roles_of
from connectors.oneroster.paging import Collection
from connectors.oneroster.table import Table
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.roster import PEOPLE
from connectors.oneroster_common.rows import BULK, DELTA, UNSAID, Modes
from connectors.records import Report

GROUPS = (Report.GROUPS_CLASSES,)
OF_PEOPLE = ("orgs", "users", "roles", "demographics")
SINGLE = {"users": "user"}

Rows = list[tuple[int, Any]]


@dataclass(slots=True)
class Load:
    """One collection on its way: ``first`` has come, ``rest`` is coming."""

    collection: Collection
    table: Table
    roles: Table | None
    mode: str
    first: Rows
    rest: Iterator[Rows]


@dataclass(slots=True)
class Loader:
    """``tables`` by standard name; None: not shared, which ``lost`` names.  ``clocks``: ours and theirs."""

    door: Door
    findings: Findings
    modes: Modes
    limit: int
    clocks: list[datetime]
    tables: dict[str, Table | None] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    version: str = ""
    _made: list[Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.version = self.door.version

    def close(self) -> None:
        for table in self._made:
            table.close()

    def together(self, wanted: Sequence[tuple[str, Sequence[str]]], *, needed: Names[str]) -> None:
        """Reads (name, paths to try) at the same time.  What is not shared is ``lost``, unless needed."""
        loads = []
        for name, paths in wanted:
            try:
                loads.append(self._first_of(name, paths))
            except (ScopeMissing, NotFound):
                if name in needed:
                    raise
                self.lost.append(name)
                self.tables[name] = None
        self._finish(loads)

    def read(self, name: str, path: str, params: Mapping[str, str], mode: str = BULK) -> Table:
        load = self._begin(name, path, params, mode)
        self._finish([load])
        return load.table

    def only(self, name: str, wanted: Names[str], *, one_by_one: bool) -> Table:
        """The objects of these ids, out of the whole collection or asked for singly; a delta."""
        table = self._table(name, name, DELTA)
        if one_by_one:
            self._fill(enumerate(self.singles(name, sorted(wanted))), table, None)
        else:
            pages = Collection(self.door.http, name, name, self.limit)
            for page in pages:
                self._fill((row for row in page if _id(row[1]) in wanted), table, None)
            pages.check()
        self.keep(table, None, DELTA)
        return table

    def pupil_and_agents(self, pupil: str) -> bool:
        """Users become the pupil and whom the pupil's record names; False if nobody knows the pupil."""
        table, roles = self._table("users", "users", DELTA), self._table("roles", "users", DELTA)
        self.keep(table, roles, DELTA)
        found = list(self.singles("users", [pupil]))
        self._fill(enumerate(found), table, roles)
        agents = dict.fromkeys(
            word for row in table.rows(quiet=True) for word in row.words("agentSourcedIds")
        )
        self._fill(enumerate(self.singles("users", agents), start=1), table, roles)
        return bool(found)

    def singles(self, name: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
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

    def keep(self, table: Table, roles: Table | None, mode: str) -> None:
        for made in (table, roles):
            if made is not None:
                made.mode = self.modes.modes[made.name] = mode
                self.tables[made.name] = made

    def _first_of(self, name: str, paths: Sequence[str]) -> Load:
        *others, last = paths
        for path in others:
            try:
                return self._begin(name, path, {}, BULK)
            except (ScopeMissing, NotFound):
                continue
        return self._begin(name, last, {}, BULK)

    def _begin(self, name: str, path: str, params: Mapping[str, str], mode: str) -> Load:
        pages = Collection(self.door.http, path, name, self.limit, params)
        rest = iter(pages)
        first = next(rest, [])
        roles = self._table("roles", path, mode) if name == "users" else None
        return Load(pages, self._table(name, path, mode), roles, mode, first, rest)

    def _finish(self, loads: Sequence[Load]) -> None:
        """A page of each in turn, so that while one is worked on the others travel."""
        under_way = [(load, load.first) for load in loads]
        while under_way:
            following = []
            for load, page in under_way:
                self._fill(page, load.table, load.roles)
                if (coming := next(load.rest, None)) is not None:
                    following.append((load, coming))
            under_way = following
        for load in loads:
            self._settle(load)

    def _settle(self, load: Load) -> None:
        """``mode`` becomes unsaid where rows repeat, so that somebody passed over is not taken for gone."""
        pages, whole = load.collection, load.collection.check()
        if pages.served_at:
            self.clocks.append(pages.served_at)
        self.keep(load.table, load.roles, load.mode if whole or load.mode == DELTA else UNSAID)
        if pages.duplicates:
            said = "" if whole else " Others may have been passed over, so nobody is taken for gone."
            self.findings.note(
                "duplicates", pages.path, level="info" if whole else "warning",
                message=f"{pages.duplicates} rows came more than once; each was kept once.{said}",
                mend="Nothing needs doing unless it comes every time; then tell the supplier.",
            )  # fmt: skip

    def _table(self, name: str, path: str, mode: str) -> Table:
        reports = PEOPLE if name in OF_PEOPLE else GROUPS
        table = Table(
            name, file=path, mode=mode, version=self.version, findings=self.findings, reports=reports
        )
        self._made.append(table)
        return table

    def _fill(self, page: Iterable[tuple[int, Any]], table: Table, roles: Table | None) -> None:
        for index, row in page:
            if roles is not None and isinstance(row, dict) and "roles" in row:
                self.version = table.version = roles.version = "1.2"
            if table.add(index, row) is not None and roles is not None:
                self._add_roles(index, row, roles)

    def _add_roles(self, index: int, user: dict[str, Any], roles: Table) -> None:
        person = str(user["sourcedId"])
        for number, (place, role) in enumerate(roles_of(user)):
            where = f"{roles.file}[{index}]" + (f".{place}" if place else "")

            def told(_: str, key: str, value: Any, where: str = where) -> None:
                self.findings.reject(
                    PEOPLE, f"{where}.{key}", code="wrong_type", field="roles", value=repr(value)[:80],
                    source_id=person, message=f"{key} of a role is not of the right type.",
                )  # fmt: skip

            cells = cells_of("roles", role, told) | {"userSourcedId": person}
            roles.keep(index, where, f"{person}/{number}", cells)


def _id(row: Any) -> str:
    return str(row.get("sourcedId")) if isinstance(row, dict) else ""
