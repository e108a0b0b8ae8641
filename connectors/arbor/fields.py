"""Where in Arbor each of our fields stands, and how a row is read into them.

A field has groups of places: of each group the first that this school's Arbor has is asked for, and of the
groups the first that holds something counts (a preferred name before the legal one).  A field without any
place here is *unknown*, which is not *empty*.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from connectors.arbor.source import Source
from connectors.values import Faults, Row, day, flag, text

Groups = tuple[tuple[str, ...], ...]
Places = Mapping[str, Groups]


def _names(name: str) -> Groups:
    preferred, legal = f"preferred{name}", f"legal{name}"
    return (preferred, f"person.{preferred}"), (legal, f"person.{legal}")


PERSON: Places = {
    "given_name": _names("FirstName"),
    "family_name": _names("LastName"),
    "legal_given_name": (("legalFirstName", "person.legalFirstName"),),
    "legal_family_name": (("legalLastName", "person.legalLastName"),),
    "middle_names": (("person.legalMiddleNames",),),
    "date_of_birth": (("dateOfBirth", "person.dateOfBirth"),),
}
PUPIL: Places = {
    **PERSON,
    "mis_id": (("id",),),
    "upn": (("upn",),),
    "uln": (("uniqueLearnerNumber",),),
    "nc_year": (("displayAcademicLevel.displayName",),),
    "registration_group": (("registrationForm.shortName",), ("registrationForm.displayName",)),
    "admission_date": (("mostRecentEntryDate",),),
    "leaving_date": (("leavingDate",),),
}
STAFF: Places = {
    **PERSON,
    "mis_id": (("id",),),
    "title": (("person.title",),),
    "initials": (("timetableAbbreviation",),),
    "staff_code": (("staffNumber",),),
    "start_date": (("joiningDate",),),
    "end_date": (("leavingDate",),),
    "current": (("isActiveInSchool",),),
    "teaching": (("isActiveTeachingInSchool",),),
}
CONTACT: Places = {
    "title": (("person.title",),),
    "given_name": _names("FirstName"),
    "family_name": _names("LastName"),
}
DATES = frozenset({"date_of_birth", "admission_date", "leaving_date", "start_date", "end_date"})
FLAGS = frozenset({"current", "teaching"})


def place(source: Source, entity: str, group: tuple[str, ...]) -> str | None:
    """The first place of a group that is there."""
    return next((path for path in group if source.has(entity, path)), None)


def found(source: Source, entity: str, places: Places) -> dict[str, tuple[str, ...]]:
    """Field → the paths it is read from, for the fields that have any."""
    chosen = {
        name: tuple(path for group in groups if (path := place(source, entity, group)))
        for name, groups in places.items()
    }
    return {name: paths for name, paths in chosen.items() if paths}


def wanted(chosen: Mapping[str, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(path for paths in chosen.values() for path in paths))


def fill(row: Row, chosen: Mapping[str, tuple[str, ...]], faults: Faults) -> dict[str, Any]:
    """The fields of a row; blanks are left out."""
    values: dict[str, Any] = {}
    for name, paths in chosen.items():
        for path in paths:
            value = read(row, path, name, faults)
            if value is not None:
                values[name] = value
                break
    return values


def read(row: Row, path: str, name: str, faults: Faults) -> Any:
    """One value at a dotted path: a date, a flag, or text (of an object its displayed name)."""
    value = dig(row, path)
    if value is None:
        return None
    at = {path: value}
    if name in DATES:
        return day(at, path, faults, name)
    if name in FLAGS:
        return flag(at, path, faults, name)
    if isinstance(value, dict):
        at = {path: value.get("displayName")}
    return text(at, path, faults, name)


def dig(row: Any, path: str) -> Any:
    """The value at a dotted path; a plain value where an object was expected stands for itself."""
    for name in path.split("."):
        if not isinstance(row, dict):
            return row
        row = row.get(name)
    return row


def link(row: Any, path: str) -> str | None:
    """The id of a linked object; None where there is none."""
    value = dig(row, path)
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def rows_of(value: Any) -> list[Row]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def on(row: Row, key: str) -> date | None:
    """A date that only decides something; an unreadable one is none."""
    from connectors.records import Report

    return day(row, key, Faults(Report.STAFF), key)


def running(row: Row, today: date, start: str = "startDate", end: str = "endDate") -> bool:
    """Begun and not ended; the last day still counts."""
    begun, ended = on(row, start), on(row, end)
    return (begun is None or begun <= today) and (ended is None or ended >= today)


def unknown(offered: Collection[str], known: Collection[str], dropped: frozenset[str]) -> frozenset[str]:
    """Fields that are not asked for, or that this school's Arbor does not give."""
    return frozenset(name for name in offered if name not in known) | dropped
