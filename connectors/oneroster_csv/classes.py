"""classes.csv, courses.csv and enrollments.csv → classes, subjects and who is in them.

Terms are not asked whether a class is "on": between two terms every class would seem to end, and its
pupils with it.  An enrolment outside its own dates is not a membership (``endDate`` is exclusive).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from connectors.oneroster_csv import values
from connectors.oneroster_csv.findings import Findings
from connectors.oneroster_csv.manifest import Manifest
from connectors.oneroster_csv.orgs import Org
from connectors.oneroster_csv.roster import kind_of, read_day
from connectors.oneroster_csv.scan import Scan
from connectors.oneroster_csv.standard import PUPIL, STAFF
from connectors.oneroster_csv.table import Row, Table
from connectors.records import ClassKind, Gone, Membership, Part, Report, SchoolClass, Subject

GROUPS = (Report.GROUPS_CLASSES,)
_KINDS = {"homeroom": ClassKind.REGISTRATION, "scheduled": ClassKind.TEACHING}


@dataclass(frozen=True, slots=True)
class Course:
    title: str | None
    subject: Subject


def read_courses(table: Table | None) -> dict[str, Course]:
    if table is None:
        return {}
    courses: dict[str, Course] = {}
    for row in table.rows(GROUPS):
        if row.removed:
            continue
        if row["title"] is None:
            table.findings.reject(
                GROUPS, row.where("title"), code="missing_value", field="name", source_id=row.id,
                message="title is blank.",
            )  # fmt: skip
        fallback = Subject(source_id=row.id, code=_short(row["courseCode"]), name=_short(row["title"]))
        courses[row.id] = Course(_short(row["title"]), subject_of(row) or fallback)
    return courses


def subject_of(row: Row) -> Subject | None:
    """The subject a course or class names, the same for all that name it alike."""
    names, codes = values.words(row["subjects"]), values.words(row["subjectCodes"])
    if not names and not codes:
        return None
    code, name = (codes[0] if codes else None), (names[0] if names else None)
    return Subject(source_id=f"subject:{(code or name or '')[:200]}", code=_short(code), name=_short(name))


def _short(text: str | None) -> str | None:
    return text[:1000] if text else None


@dataclass(slots=True)
class Classes:
    """The school's classes by id; ``elsewhere`` are other schools' ids, ``lost`` were told already."""

    here: dict[str, SchoolClass] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    subjects: dict[str, Subject] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)


def read_classes(
    table: Table, org: Org, orgs: dict[str, Org], courses: dict[str, Course], terms: set[str] | None,
    manifest: Manifest,
) -> Classes:  # fmt: skip
    """``terms`` are the ids of academicSessions.csv, None where that is not known whole."""
    classes = Classes()
    for row in table.rows(GROUPS):
        if row.removed:
            classes.lost.add(row.id)
            classes.gone.append(Gone(kind="class", source_id=row.id, at=_at(row)))
            continue
        school = row["schoolSourcedId"]
        if school is None or (manifest.whole("orgs") and school not in orgs):
            code = "unknown_reference" if school else "missing_value"
            said = "names a school that is not there" if school else "is blank"
            _leave_out(table.findings, row, "schoolSourcedId", code, said)
            classes.lost.add(row.id)
        elif school != org.id:
            classes.elsewhere.add(row.id)
        else:
            classes.here[row.id] = _class(table.findings, row, courses, classes, manifest)
            _check_terms(table.findings, row, terms)
    return classes


def _class(
    findings: Findings, row: Row, courses: dict[str, Course], classes: Classes, manifest: Manifest
) -> SchoolClass:
    course = courses.get(row["courseSourcedId"] or "")
    if course is None and (row["courseSourcedId"] is None or manifest.whole("courses")):
        said = "names a course that is not there" if row["courseSourcedId"] else "is blank"
        _drop(findings, row, "courseSourcedId", "subject_id", said)
    subject = subject_of(row) or (course.subject if course else None)
    if subject:
        classes.subjects.setdefault(subject.source_id, subject)
    title = _short(row["title"])
    if title is None:
        _drop(findings, row, "title", "name", "is blank; the class code or id stands in")
    return SchoolClass(
        source_id=row.id, name=title or _short(row["classCode"]) or row.id, code=_short(row["classCode"]),
        description=course.title if course else None, kind=_kind(findings, row),
        subject_id=subject.source_id if subject else None,
    )  # fmt: skip


def _kind(findings: Findings, row: Row) -> ClassKind:
    word = row["classType"]
    if word is None:
        _drop(findings, row, "classType", "kind", "is blank; taken as a teaching class")
        return ClassKind.TEACHING
    if word not in _KINDS and word.lower() in _KINDS:
        findings.note(
            "class_type_case", row.file, line=row.line, column="classType", level="info",
            message=f"“{word}” is read as {word.lower()}.",
        )  # fmt: skip
    elif word.lower() not in _KINDS:
        findings.note(
            "class_type_unknown", row.file, line=row.line, column="classType",
            message=f"“{word[:40]}” is neither homeroom nor scheduled; such classes are of another kind.",
        )  # fmt: skip
    return _KINDS.get(word.lower(), ClassKind.OTHER)


def _check_terms(findings: Findings, row: Row, terms: set[str] | None) -> None:
    named = values.words(row["termSourcedIds"])
    if not named:
        message = "is blank."
    elif terms is not None and (missing := [t for t in named if t not in terms]):
        message = f"“{missing[0][:60]}” is not in academicSessions.csv."
    else:
        return
    findings.note("term", row.file, line=row.line, column="termSourcedIds", message=message)


def _drop(findings: Findings, row: Row, column: str, name: str, said: str) -> None:
    findings.reject(
        GROUPS, row.where(column), code="missing_value" if row[column] is None else "unknown_reference",
        field=name, source_id=row.id, value=row[column], message=f"{column} {said}.",
    )  # fmt: skip


def _leave_out(findings: Findings, row: Row, column: str, code: str, said: str) -> None:
    findings.reject(
        GROUPS, row.where(column), code=code, source_id=row.id, value=row[column],
        message=f"{column} {said}; the row is left out.",
    )  # fmt: skip


def _at(row: Row) -> datetime | None:
    return values.instant(row["dateLastModified"])[0] if row["dateLastModified"] else None


@dataclass(frozen=True, slots=True)
class Enrolments:
    """How enrollments.csv is read: against which classes, people and day."""

    table: Table
    classes: Classes
    scan: Scan
    manifest: Manifest
    today: date

    def memberships(self, *, quiet: bool = False) -> Iterator[Membership]:
        """Who is in a class now. Rows of other schools are passed over in silence."""
        for row in self.table.rows(GROUPS, quiet=quiet):
            found = self._membership(row, quiet=quiet)
            if found is not None:
                yield found

    def _membership(self, row: Row, *, quiet: bool) -> Membership | None:
        group, user, role = row["classSourcedId"], row["userSourcedId"], row["role"]
        if group in self.classes.elsewhere or group in self.classes.lost or user in self.scan.gone:
            return None
        if row.removed:
            self._note_removed(row, quiet)
            return None
        if fault := self._fault(row, group, user, role):
            if not quiet:
                _leave_out(self.table.findings, row, *fault)
            return None
        if not self._on(row, quiet):
            return None
        pupil = kind_of(role) == PUPIL
        return Membership(
            container="class", container_id=str(group), person_role="pupil" if pupil else "staff",
            person_id=str(user), part=Part.PUPIL if pupil else self._part(row, str(group), quiet),
        )  # fmt: skip

    def _fault(
        self, row: Row, group: str | None, user: str | None, role: str | None
    ) -> tuple[str, str, str] | None:
        """(column, code, what is said) of the first thing that makes the row unusable."""
        for column in ("classSourcedId", "userSourcedId", "role"):
            if row[column] is None:
                return column, "missing_value", "is blank"
        if self.manifest.whole("classes") and group not in self.classes.here:
            return "classSourcedId", "unknown_reference", "names a class that is not there"
        if self.manifest.whole("users") and user not in self.scan.known:
            return "userSourcedId", "unknown_reference", "names a user who is not there"
        kind = kind_of(role)
        if kind not in (PUPIL, STAFF):
            return "role", "unknown_role", "is no part that anybody has in a class"
        if not self._fits(str(user), kind):
            return "role", "wrong_role", "is not a role this user has at the school"
        return None

    def _fits(self, user: str, kind: int) -> bool:
        here = self.scan.here.get(user)
        if here is None:
            return user not in self.scan.known
        return bool(here & kind)

    def _part(self, row: Row, group: str, quiet: bool) -> Part:
        if (row["role"] or "").lower() != "teacher":
            return Part.SUPERVISOR
        said = row["primary"]
        main, oddity = values.boolean(said) if said else (False, "")
        if oddity and not quiet:
            read = "not understood; taken as false" if main is None else f"read as {str(main).lower()}"
            self.table.findings.note(
                "boolean_case", row.file, line=row.line, column="primary", level="info",
                message=f"“{str(said)[:20]}” is {read}.",
            )  # fmt: skip
        if main:
            return Part.MAIN
        known = self.classes.here.get(group)
        registration = known is not None and known.kind == ClassKind.REGISTRATION
        return Part.SUPERVISOR if registration else Part.TEACHER

    def _on(self, row: Row, quiet: bool) -> bool:
        """Whether today is within the enrolment's dates; a date that is none does not count."""
        begins, ends = self._day(row, "beginDate", quiet), self._day(row, "endDate", quiet)
        return (begins is None or begins <= self.today) and (ends is None or self.today < ends)

    def _day(self, row: Row, column: str, quiet: bool) -> date | None:
        text = row[column]
        if text is None:
            return None
        if quiet:
            return values.day(text)[0]
        return read_day(self.table.findings, row, column, text, GROUPS, source_id=row.id)

    def _note_removed(self, row: Row, quiet: bool) -> None:
        if not quiet and self.table.mode == "delta":
            self.table.findings.note(
                "enrolment_removed", row.file, line=row.line, column="status",
                message="removals of single enrolments wait for the next bulk file.",
            )  # fmt: skip


def registration_groups(enrolments: Enrolments) -> dict[str, str]:
    """pupil → title of the homeroom; the first one where there are several, which is told."""
    rooms = {
        c.source_id: c.name for c in enrolments.classes.here.values() if c.kind == ClassKind.REGISTRATION
    }
    found: dict[str, str] = {}
    for member in enrolments.memberships(quiet=True) if rooms else ():
        name = rooms.get(member.container_id)
        if name is None or member.part != Part.PUPIL:
            continue
        if found.setdefault(member.person_id, name) != name:
            enrolments.table.findings.note(
                "two_homerooms", enrolments.table.file, column=member.person_id,
                message="is in two homerooms; the first is the registration group.",
            )  # fmt: skip
    return found
