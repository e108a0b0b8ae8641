"""The lists of the file set and the fields of each: exactly those that Datashare carries, and no other (C16).

The wire protocol of Datashare is for partners only, so the names here are ours; the content is what is
public about it.  A column is found by the name of the field or by the words of the guides ("Current Year
Group"), whatever the case, spaces and underscores; another name is told by the setting ``columns``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import BadFile, BadSettings

STUDENTS, CONTACTS, LINKS, TEACHERS = "students", "contacts", "contactLinks", "teachers"
CLASSES, GROUPS, MARKS = "classes", "groups", "attendance"
#: list → field → what else the column may be called
FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    STUDENTS: {
        "studentId": (), "knownName": (), "surname": (), "yearGroup": ("Current Year Group",),
        "className": ("Current Class",), "dateOfBirth": (),
    },
    CONTACTS: {
        "contactId": (), "title": (), "firstName": (), "surname": (), "email": ("Email address",),
        "phone": ("Phone number",), "relationship": (),
    },
    LINKS: {"studentId": (), "contactId": (), "relationship": (), "parentalResponsibility": ()},
    TEACHERS: {
        "staffId": (), "title": (), "forename": (), "surname": (),
        "email": ("Primary email address", "Primary email"),
    },
    CLASSES: {
        "classId": (), "classCode": (), "description": ("Class Description",), "type": ("Class Type",),
        "staffId1": (), "staffId2": (), "staffIds": ("Staff ID",), "studentIds": ("Student ID",),
    },
    GROUPS: {
        "groupId": (), "description": ("Group Description",), "type": ("Group Type",),
        "studentIds": ("Student ID",),
    },
    MARKS: {"studentId": (), "date": (), "session": (), "mark": ()},
}  # fmt: skip
_NEEDED = {
    STUDENTS: ("studentId", "knownName", "surname", "dateOfBirth"),
    CONTACTS: ("contactId", "title", "firstName", "surname"),
    LINKS: ("studentId", "contactId"),
    TEACHERS: ("staffId", "title", "forename", "surname"),
    CLASSES: ("classId", "type", "studentIds"),
    GROUPS: ("groupId", "type", "studentIds"),
    MARKS: ("studentId", "date", "session", "mark"),
}
_STAFF = ("staffId1", "staffIds")  # a class needs one of them
HOW = "columns=students.studentId=Pupil No; teachers.email=Work address"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one list: ``at`` maps field → label, ``dropped`` are the labels nothing is read from."""

    at: Mapping[str, str]
    dropped: tuple[str, ...]


def plain(label: str) -> str:
    """ "Student ID", "student_id" and "studentId" are one."""
    return "".join(mark for mark in label.casefold() if mark.isalnum())


LISTS = {plain(name): name for name in FIELDS}


def parse(text: str) -> dict[tuple[str, str], str]:
    """(list, field) → the column that was typed for it.  Raises BadSettings naming what is not known."""
    found: dict[tuple[str, str], str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        place, _, label = (piece.strip() for piece in part.partition("="))
        name, _, field = (piece.strip() for piece in place.partition("."))
        if name not in FIELDS or field not in FIELDS[name] or not label:
            known = ", ".join(FIELDS.get(name, FIELDS))
            raise BadSettings(
                f"columns: “{part[:60]}” does not name a field of the file set; known: {known}.",
                mend=f"Write it so: {HOW}.",
            )
        found[name, field] = label
    return found


def names(name: str, typed: Mapping[tuple[str, str], str]) -> frozenset[str]:
    """Everything a column of the list may be called, as ``plain`` writes it."""
    ours = [each for field, others in FIELDS[name].items() for each in (field, *others)]
    theirs = [label for (each, _), label in typed.items() if each == name]
    return frozenset(plain(each) for each in (*ours, *theirs))


def find(name: str, labels: Sequence[str], typed: Mapping[tuple[str, str], str], *, file: str) -> Columns:
    """Which column is which field.  Raises BadFile where one that is needed is not there."""
    by_name: dict[str, str] = {}
    for label in labels:
        by_name.setdefault(plain(label), label)
    at: dict[str, str] = {}
    for field, others in FIELDS[name].items():
        names = (typed[name, field],) if (name, field) in typed else (field, *others)
        found = next((by_name[plain(each)] for each in names if plain(each) in by_name), None)
        if found is not None:
            at[field] = found
        elif (name, field) in typed:
            raise _missing(file, name, field, names[0])
    _check(name, at, file)
    taken = set(at.values())
    return Columns(at, tuple(label for label in labels if label not in taken))


def _check(name: str, at: Mapping[str, str], file: str) -> None:
    for field in _NEEDED[name]:
        if field not in at:
            raise _missing(file, name, field, field)
    if name == CLASSES and not any(field in at for field in _STAFF):
        raise _missing(file, name, _STAFF[0], " or ".join(_STAFF))


def _missing(file: str, name: str, field: str, label: str) -> BadFile:
    return BadFile(
        f"{file} has no column “{label[:60]}”; nothing was read.",
        mend=f"Have it written, or say what it is called: --set columns={name}.{field}=NAME.",
        where=f"{file}:{field}",
    )
