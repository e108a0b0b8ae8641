"""Classes and courses → classes and subjects.

Terms are not asked whether a class is "on": between two terms every class would seem to end, and its
pupils with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from connectors.oneroster_common import values
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.orgs import Org
from connectors.oneroster_common.rows import Modes, Row, Table
from connectors.records import ClassKind, Gone, Report, SchoolClass, Subject

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
    names, codes = row.words("subjects"), row.words("subjectCodes")
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
    modes: Modes,
) -> Classes:  # fmt: skip
    """``terms`` are the ids of academicSessions, None where that is not known whole."""
    classes = Classes()
    for row in table.rows(GROUPS):
        if row.removed:
            classes.lost.add(row.id)
            classes.gone.append(Gone(kind="class", source_id=row.id, at=_at(row)))
            continue
        school = row["schoolSourcedId"]
        if school is None or (modes.whole("orgs") and school not in orgs):
            code = "unknown_reference" if school else "missing_value"
            said = "names a school that is not there" if school else "is blank"
            leave_out(table.findings, row, "schoolSourcedId", code, said)
            classes.lost.add(row.id)
        elif school != org.id:
            classes.elsewhere.add(row.id)
        else:
            classes.here[row.id] = _class(table, row, courses, classes, modes)
            _check_terms(table.findings, row, terms)
    return classes


def _class(table: Table, row: Row, courses: dict[str, Course], classes: Classes, modes: Modes) -> SchoolClass:
    findings = table.findings
    course = courses.get(row["courseSourcedId"] or "")
    if course is None and (row["courseSourcedId"] is None or modes.whole("courses")):
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
        description=course.title if course else None, kind=_kind(table, row),
        subject_id=subject.source_id if subject else None,
    )  # fmt: skip


def _kind(table: Table, row: Row) -> ClassKind:
    word, findings = row["classType"], table.findings
    if word is None:
        if table.needs("classType"):
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
    named = row.words("termSourcedIds")
    if not named:
        message = "is blank."
    elif terms is not None and (missing := [t for t in named if t not in terms]):
        message = f"“{missing[0][:60]}” is not in academicSessions."
    else:
        return
    findings.note("term", row.file, line=row.line, column="termSourcedIds", message=message)


def _drop(findings: Findings, row: Row, column: str, name: str, said: str) -> None:
    findings.reject(
        GROUPS, row.where(column), code="missing_value" if row[column] is None else "unknown_reference",
        field=name, source_id=row.id, value=row[column], message=f"{column} {said}.",
    )  # fmt: skip


def leave_out(findings: Findings, row: Row, column: str, code: str, said: str) -> None:
    findings.reject(
        GROUPS, row.where(column), code=code, source_id=row.id, value=row[column],
        message=f"{column} {said}; the row is left out.",
    )  # fmt: skip


def _at(row: Row) -> datetime | None:
    return values.instant(row["dateLastModified"])[0] if row["dateLastModified"] else None
