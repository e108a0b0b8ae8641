"""Forms, teaching groups, custom groups, year groups and houses, of this academic year, with their members.

Forms are registration classes, teaching groups classes; a custom group with pupils and staff is a class,
one with pupils alone a group (I5, I10); year groups and houses are groups and have no teachers (I11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from connectors.arbor import fields, sides
from connectors.arbor.custom import CustomGroups, memberships
from connectors.arbor.source import Source
from connectors.errors import ScopeMissing
from connectors.records import (
    Batch,
    ClassKind,
    Finished,
    Group,
    GroupKind,
    Notice,
    Record,
    Report,
    SchoolClass,
    Subject,
)
from connectors.values import Faults, Row, identity, no_object

if TYPE_CHECKING:
    from connectors.arbor.reading import Reading
    from connectors.in_turn import Item

REPORT = Report.GROUPS_CLASSES
SUBJECT = "academicUnitAutomaticEnrolments.academicUnitEnrolments.academicUnit.subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One kind of set: where its names, members and teachers stand."""

    entity: str
    prefix: str  # keeps ids of different entities apart
    link: str
    names: tuple[str, ...]
    code: str = ""
    class_kind: ClassKind | None = None
    group_kind: GroupKind | None = None
    members: str = ""
    tutors: str = ""
    yearly: bool = True


FORM = Shelf(
    entity="RegistrationForm", prefix="form", link="registrationForm", code="shortName",
    names=("registrationFormName", "displayName", "shortName"), class_kind=ClassKind.REGISTRATION,
    members="RegistrationFormMembership", tutors="RegistrationFormTutor",
)  # fmt: skip
TEACHING = Shelf(
    entity="TeachingGroup", prefix="teaching", link="teachingGroup",
    names=("teachingGroupName", "displayName"), class_kind=ClassKind.TEACHING,
    members="TeachingGroupMembership", tutors="TeachingGroupTutor",
)  # fmt: skip
YEAR = Shelf(
    entity="AcademicLevel", prefix="year", link="academicLevel", code="shortName",
    names=("academicLevelName", "displayName", "shortName"), group_kind=GroupKind.YEAR,
    members="AcademicLevelMembership",
)  # fmt: skip
HOUSE = Shelf(
    entity="House", prefix="house", link="house", code="shortName", names=("houseName", "displayName"),
    group_kind=GroupKind.HOUSE, members="HouseMembership", yearly=False,
)  # fmt: skip


@dataclass(slots=True)
class Members:
    """Set id → people, in order and once each."""

    pupils: dict[str, dict[str, None]] = field(default_factory=dict)
    staff: dict[str, dict[str, None]] = field(default_factory=dict)


class Groups:
    """Reads the shelves in turn.  ``roll``: pupils on roll; ``lost`` names what may not be read."""

    def __init__(self, reading: Reading, roll: frozenset[str]) -> None:
        self.source: Source = reading.source
        self.options, self.roll = reading.options, roll
        self.dropped = reading.dropped(REPORT)
        self.faults = Faults(REPORT)
        self.lost: list[str] = []
        self._subjects: set[str] = set()

    def run(self) -> Iterator[Item]:
        years = self._years()
        for shelf in (YEAR, HOUSE, FORM, TEACHING):
            yield from self._shelf(shelf, years)
        custom = CustomGroups(self.source, self.options.today, self.roll, self.faults)
        records = custom.read()
        if records is None:
            self.lost.append("CustomGroup")
        else:
            yield self.faults.batch(records)

    # -- the year -----------------------------------------------------------------------

    def _years(self) -> frozenset[str] | None:
        """Ids of the academic years that count; None where nobody tells, and then everything counts."""
        try:
            found = list(sides.rows(self.source, "AcademicYear", ["startDate", "endDate"]))
        except ScopeMissing:
            self.lost.append("AcademicYear")
            return None
        return academic_years(found, self.options.today)

    def _this_year(self, row: Row, years: frozenset[str] | None) -> bool:
        year = fields.link(row, "academicYear")
        return years is None or year is None or year in years

    # -- forms, teaching groups, years, houses --------------------------------------------

    def _shelf(self, shelf: Shelf, years: frozenset[str] | None) -> Iterator[Batch]:
        if not self.source.has_entity(shelf.entity):
            self.lost.append(shelf.entity)
            return
        from connectors.http_errors import NotFound

        members = self._members(shelf)
        try:
            read = self.source.read(shelf.entity, self._paths(shelf))
            for page in read.pages:
                records: list[Record] = []
                for index, row in page:
                    self.faults.at(f"{shelf.entity}[{index}]")
                    if not isinstance(row, dict):
                        no_object(self.faults, row)
                    elif not shelf.yearly or self._this_year(row, years):
                        records += self._set(shelf, row, members)
                yield self.faults.batch(records)
        except (ScopeMissing, NotFound):
            self.lost.append(shelf.entity)

    def _paths(self, shelf: Shelf) -> list[str]:
        paths = [*shelf.names, "academicYear.id"] if shelf.yearly else list(shelf.names)
        if shelf.code and "code" not in self.dropped:
            paths.append(shelf.code)
        if shelf is TEACHING:
            paths += [] if "description" in self.dropped else ["description"]
            paths += [] if "subject_id" in self.dropped else [f"{SUBJECT}.displayName", f"{SUBJECT}.id"]
        if shelf is FORM:
            paths.append("tutors.id")
        return paths

    def _members(self, shelf: Shelf) -> Members:
        found = Members()
        self._collect(shelf.members, shelf.link, "student", found.pupils, self.roll)
        if shelf.tutors and not self.source.has(shelf.entity, "tutors"):
            self._collect(shelf.tutors, shelf.link, "staff", found.staff, None)
        return found

    def _collect(
        self,
        entity: str,
        link: str,
        person: str,
        into: dict[str, dict[str, None]],
        only: frozenset[str] | None,
    ) -> None:
        """Memberships that run today, of people on roll."""
        if not sides.readable(self.source, entity, (link, person)):
            self.lost.append(entity)
            return
        from connectors.http_errors import NotFound

        try:
            for row in sides.rows(
                self.source, entity, [f"{person}.id", f"{link}.id", "startDate", "endDate"]
            ):
                one, group = fields.link(row, person), fields.link(row, link)
                if (
                    one
                    and group
                    and (only is None or one in only)
                    and fields.running(row, self.options.today)
                ):
                    into.setdefault(group, {})[one] = None
        except (ScopeMissing, NotFound):
            self.lost.append(entity)

    def _set(self, shelf: Shelf, row: Row, members: Members) -> list[Record]:
        own = identity(row, self.faults)
        if own is None:
            return []
        self.faults.source_id = own
        silent = self.faults
        name = next((v for n in shelf.names if (v := fields.read(row, n, "name", silent)) is not None), None)
        if name is None:
            self.faults.whole("name", "It has no name; it was left out.", code="no_name")
            return []
        source_id = f"{shelf.prefix}-{own}"
        code = (
            fields.read(row, shelf.code, "code", silent)
            if shelf.code and "code" not in self.dropped
            else None
        )
        pupils = members.pupils.get(own, {})
        if shelf.group_kind is not None:
            group = Group(source_id=source_id, name=name, code=code, kind=shelf.group_kind)
            return [group, *memberships("group", source_id, "pupil", pupils)]
        tutors = [one for each in fields.rows_of(row.get("tutors")) if (one := fields.link(each, "id"))]
        staff = dict.fromkeys(tutors) if tutors else members.staff.get(own, {})
        subject_id, subjects = self._subject(row) if shelf is TEACHING else (None, [])
        description = None
        if shelf is TEACHING and "description" not in self.dropped:
            description = fields.read(row, "description", "description", silent)
        school_class = SchoolClass(
            source_id=source_id, name=name, code=code, description=description,
            kind=shelf.class_kind or ClassKind.OTHER, subject_id=subject_id,
        )  # fmt: skip
        main = shelf is FORM and self.options.first_tutor_is_main
        return [
            *subjects, school_class, *memberships("class", source_id, "pupil", pupils),
            *memberships("class", source_id, "staff", staff, ranked=main),
        ]  # fmt: skip

    def _subject(self, row: Row) -> tuple[str | None, list[Record]]:
        """The subject of the course the group is enrolled in; several: the first."""
        if "subject_id" in self.dropped:
            return None, []
        for enrolment in fields.rows_of(row.get("academicUnitAutomaticEnrolments")):
            for unit in fields.rows_of(enrolment.get("academicUnitEnrolments")):
                subject = fields.dig(unit, "academicUnit.subject")
                if isinstance(subject, dict) and (own := fields.link(subject, "id")):
                    if own in self._subjects:
                        return own, []
                    self._subjects.add(own)
                    name = fields.read(subject, "displayName", "subject name", self.faults)
                    return own, [Subject(source_id=own, name=name)]
        return None, []


def academic_years(rows: list[Row], today: date) -> frozenset[str] | None:
    """The year that today is in; in a gap between years the next one, else the last one."""
    spans = [
        (start, fields.on(row, "endDate") or date.max, own)
        for row in rows
        if (start := fields.on(row, "startDate")) and (own := fields.link(row, "id"))
    ]
    now = [own for start, end, own in spans if start <= today <= end]
    if now or not spans:
        return frozenset(now) or None
    ahead = sorted(span for span in spans if span[0] > today)
    return frozenset({ahead[0][2] if ahead else max(spans)[2]})


def read(reading: Reading, roll: frozenset[str]) -> Iterator[Item]:
    """Finished only if every set and membership could be read: else nobody may lose a class by it."""
    groups = Groups(reading, roll)
    yield from groups.run()
    blocking = [name for name in dict.fromkeys(groups.lost) if name not in OPTIONAL]
    if blocking:
        yield Notice(
            level="error", code="groups_not_shared",
            message=f"Arbor will not let us read {', '.join(blocking)}; classes and groups stay as they are.",
            mend="Ask the supplier to add them to the app in Arbor's developer portal, or decline it here.",
        )  # fmt: skip
        return
    if groups.lost:
        yield Notice(
            level="warning", code="details_not_shared",
            message=f"Not shared, so left out: {', '.join(dict.fromkeys(groups.lost))}.",
            mend="Ask the supplier to add them to the app in Arbor's developer portal if needed.",
        )  # fmt: skip
    yield Finished(report=REPORT)


OPTIONAL = frozenset({"House", "HouseMembership", "CustomGroup", "AcademicYear"})
