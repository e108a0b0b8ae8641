"""Rows of ``Student`` and ``Staff`` as our records, with what stands beside them.

Two dates are always asked for, whether or not the school lets us keep them: only they tell who is on roll
now, who left, and who is still to come.  They are dropped before the record is handed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from connectors.arbor import fields, photos, posts, sides
from connectors.arbor.addresses import Addresses
from connectors.arbor.answers import not_permitted
from connectors.arbor.declaration import DECLARATION
from connectors.arbor.pages import Rows
from connectors.arbor.source import Source
from connectors.http import Http
from connectors.records import Pupil, PupilStatus, Report, Staff
from connectors.values import Faults, Row, identity, no_object

PHOTO = frozenset({"photo_id", "photo_hash"})


@dataclass(slots=True)
class Options:
    """``today`` in the school's own time; ``leavers`` days after which a leaver is no longer read."""

    today: date
    leavers: int
    admission: str
    first_tutor_is_main: bool
    changes: bool


@dataclass(slots=True)
class Sorted:
    """What one page brought.  ``later``: id → first day of people still to come."""

    records: list[Any] = field(default_factory=list)
    later: dict[str, date] = field(default_factory=dict)
    long_gone: int = 0


class People:
    """What pupils and staff have in common.  ``dropped``: fields neither kept nor, if possible, asked for."""

    report: Report
    entity: str
    deciding: tuple[str, ...]  # always asked for
    essential: str  # without it nobody can be told from who left
    instead: str  # how the supplier knows it

    def __init__(self, http: Http, source: Source, options: Options, dropped: frozenset[str]) -> None:
        self.http, self.source, self.options, self.dropped = http, source, options, dropped
        self.faults = Faults(self.report)
        self.wanted = DECLARATION.offered(self.report) - dropped
        self.side = sides.Side()
        self._unknowns: dict[frozenset[str], frozenset[str]] = {}
        kinds = [kind for kind in ("email", "phone") if kind in self.wanted]
        self.addresses = Addresses(source, self.entity, kinds)

    def places(self) -> fields.Places:
        raise NotImplementedError

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Field → paths, as far as the school's Arbor has them; looked up anew, since answers deny some."""
        places = self.places()
        asked = {name: places[name] for name in places if name in self.wanted or name in self.deciding}
        return fields.found(self.source, self.entity, asked)

    def paths(self) -> list[str]:
        return ["id", "person.id", *fields.wanted(self.chosen()), *self.addresses.paths()]

    def load(self) -> None:
        """Everything beside the rows that these fields need."""
        self.addresses.load()

    def missing(self) -> frozenset[str]:
        """Fields wanted that the rows themselves do not tell."""
        return frozenset((self.wanted | set(self.deciding)) - self.chosen().keys())

    def read(self, page: Rows, what: str) -> Sorted:
        self._told_apart()
        found, chosen = Sorted(), self.chosen()
        for index, row in page:
            self.faults.at(f"{what}[{index}]")
            if not isinstance(row, dict):
                no_object(self.faults, row)
                continue
            source_id = identity(row, self.faults)
            if source_id is not None:
                self.faults.source_id = source_id
                values = self.side.of(source_id) | fields.fill(row, chosen, self.faults)
                self._sort(row, source_id, values, chosen, found)
        if PHOTO & self.wanted:
            self._photos(found)
        return found

    def _told_apart(self) -> None:
        """Refuses to read on where leavers can't be told: years of them would count as here.  A place that
        was only denied by the first answer is looked for elsewhere once."""
        if self.essential not in self.missing() - self.side.fields:
            return
        self.load()
        if self.essential not in self.side.fields:
            raise not_permitted(self.instead)

    def _sort(
        self, row: Row, source_id: str, values: dict[str, Any], chosen: Mapping[str, Any], found: Sorted
    ) -> None:
        raise NotImplementedError

    def _close(self, values: dict[str, Any], known: Iterable[str]) -> dict[str, Any]:
        """Without what was not wanted; what nobody tells is unknown."""
        kept = {name: value for name, value in values.items() if name in self.wanted}
        told = frozenset(known) | self.side.fields | self.addresses.known | PHOTO
        key = fields.unknown(self.wanted, told, self.dropped)
        kept["unknown"] = self._unknowns.setdefault(key, key)
        return kept

    def _photos(self, found: Sorted) -> None:
        from dataclasses import replace

        kind = "student" if self.report is Report.STUDENTS else "staff"
        seen = photos.of(self.http, kind, [one.source_id for one in found.records])
        for place, one in enumerate(found.records):
            if one.source_id in seen:
                told = dict(zip(("photo_id", "photo_hash"), seen[one.source_id], strict=True))
                found.records[place] = replace(
                    one, **{name: value for name, value in told.items() if name in self.wanted}
                )


class Pupils(People):
    report, entity = Report.STUDENTS, "Student"
    deciding = ("admission_date", "leaving_date")
    essential = "leaving_date"
    instead = "Student.leavingDate or EducationalInstitutionEnrolment, which tell who has left"

    def places(self) -> fields.Places:
        return {**fields.PUPIL, "admission_number": ((self.options.admission,),)}

    def load(self) -> None:
        super().load()
        self.side = sides.pupils(self.source, self.missing(), self.options.today)

    def _sort(
        self, row: Row, source_id: str, values: dict[str, Any], chosen: Mapping[str, Any], found: Sorted
    ) -> None:
        today, entry, left = self.options.today, values.get("admission_date"), values.get("leaving_date")
        if entry is not None and entry > today:
            found.later[source_id] = entry
            return
        if left is not None and left < today - timedelta(days=self.options.leavers):
            found.long_gone += 1
            return
        if "email" in self.wanted:
            values["email"] = self.addresses.work(row, "email", self.faults)
        gone = left is not None and left < today
        status = PupilStatus.LEAVER if gone else PupilStatus.CURRENT
        found.records.append(Pupil(source_id=source_id, status=status, **self._close(values, chosen)))


class Employees(People):
    report, entity = Report.STAFF, "Staff"
    deciding = ("start_date", "end_date")
    essential = "current"
    instead = "Staff.isActiveInSchool or StaffContract, which tell who has left"

    def __init__(self, http: Http, source: Source, options: Options, dropped: frozenset[str]) -> None:
        super().__init__(http, source, options, dropped)
        self.posts = posts.Posts()
        self._teaching: set[str] | None = None

    def places(self) -> fields.Places:
        return fields.STAFF

    def paths(self) -> list[str]:
        """The job title as Arbor displays it, for those whose posts are not told."""
        return [*super().paths(), *(["displayJobTitle"] if "roles" in self.wanted else [])]

    def load(self) -> None:
        super().load()
        missing = self.missing()
        if missing & {"start_date", "end_date", "current"}:
            self.side = sides.contracts(self.source, self.options.today)
        if "teaching" in missing & self.wanted:
            self._teaching = self.source.tagged("Staff", "STAFF__CURRENT_TEACHING_STAFF")
        self.posts = posts.read(
            self.source,
            self.options.today,
            roles="roles" in self.wanted,
            managers="reports_to" in self.wanted,
        )

    def _sort(
        self, row: Row, source_id: str, values: dict[str, Any], chosen: Mapping[str, Any], found: Sorted
    ) -> None:
        today, start, end = self.options.today, values.get("start_date"), values.get("end_date")
        if start is not None and start > today:
            found.later[source_id] = start
            return
        if end is not None and end < today - timedelta(days=self.options.leavers):
            found.long_gone += 1
            return
        active = values.get("current")
        if end is not None and end < today:
            values["current"] = False
        elif active is None and "current" in self.side.fields:
            values["current"] = False  # no contract at all
        if self._teaching is not None:
            values["teaching"] = source_id in self._teaching
        for kind in ("email", "phone"):
            if kind in self.wanted:
                values[kind] = self.addresses.work(row, kind, self.faults)
        values["roles"] = self._roles(row, source_id)
        values["reports_to"] = self.posts.manager_of(source_id)
        found.records.append(Staff(source_id=source_id, **self._close(values, self._known(chosen))))

    def _roles(self, row: Row, source_id: str) -> tuple[str, ...]:
        """Titles of the current posts in Arbor's order; else what Arbor displays, as one title."""
        titles = tuple(self.posts.titles.get(source_id, ()))
        shown = None if titles else fields.read(row, "displayJobTitle", "roles", self.faults)
        return titles or ((shown,) if shown else ())

    def _known(self, chosen: Mapping[str, Any]) -> Sequence[str]:
        known = list(chosen)
        if self.posts.roles_known or self.source.has("Staff", "displayJobTitle"):
            known.append("roles")
        if self.posts.managers_known:
            known.append("reports_to")
        if self._teaching is not None:
            known.append("teaching")
        return known
