"""Which key of ScholarPack's JSON holds which of our fields.

ScholarPack publishes no keys, so the reference's suggestions are only a beginning: the setting ``fields``
replaces any of them, ``pupil.nc_year=year.name; staff.phone=-``.  A field may have several keys, the first
that holds something counts; a dotted key reaches into an object; ``-`` says that it is not delivered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.errors import BadSettings
from connectors.values import Faults, Row, day, flag, text

Keys = tuple[str, ...]

DEFAULTS: Mapping[str, Mapping[str, Keys]] = {
    "pupil": {
        "id": ("student_uuid",),
        "given_name": ("preferred_forename", "forename"),
        "family_name": ("preferred_surname", "surname"),
        "legal_given_name": ("forename",),
        "legal_family_name": ("surname",),
        "middle_names": (),
        "date_of_birth": ("date_of_birth",),
        "upn": ("upn",),
        "former_upn": (),
        "uln": (),
        "admission_number": ("admission_number",),
        "nc_year": ("year_group",),
        "registration_group": ("class_name",),
        "house": ("house",),
        "admission_date": ("start_date",),
        "leaving_date": ("leaving_date",),
        "off_roll": ("off_roll",),
        "email": (),
    },
    "staff": {
        "id": ("staff_uuid",),
        "title": ("title",),
        "given_name": ("preferred_forename", "forename"),
        "family_name": ("preferred_surname", "surname"),
        "legal_given_name": ("forename",),
        "legal_family_name": ("surname",),
        "middle_names": (),
        "date_of_birth": ("date_of_birth",),
        "staff_code": (),
        "roles": ("role",),
        "current": ("active",),
        "start_date": ("start_date",),
        "end_date": ("leaving_date",),
        "email": ("email",),
        "phone": (),
    },
    "contract": {"staff": ("staff_uuid",), "start_date": ("start_date",), "end_date": ("end_date",)},
    "contact": {
        "id": ("contact_uuid",),
        "pupil": ("student_uuid",),
        "title": ("title",),
        "given_name": ("forename",),
        "family_name": ("surname",),
        "email": ("email",),
        "phone": ("mobile",),
        "relationship": ("relationship",),
        "parental_responsibility": ("responsibility",),
        "priority": ("contact_order",),
    },
    "mark": {"pupil": ("student_uuid",), "day": ("date",), "session": ("session",), "code": ("mark",)},
    "school": {"name": ("name",), "urn": ("urn",)},
}
DATES = frozenset({"date_of_birth", "admission_date", "leaving_date", "start_date", "end_date", "day"})
FLAGS = frozenset({"off_roll", "current", "parental_responsibility"})

_KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,60}(?:\.[A-Za-z_][A-Za-z0-9_-]{0,60}){0,3}"
_NAME = "|".join(rf"{kind}\.(?:{'|'.join(names)})" for kind, names in DEFAULTS.items())
_ONE = rf"(?:{_NAME})\s*=\s*(?:-|{_KEY}(?:\|{_KEY}){{0,4}})"
PATTERN = rf"{_ONE}(?:\s*[;,]\s*{_ONE})*[;,]?"
HINT = "our field = its key, such as pupil.nc_year=year_name; staff.date_of_birth=dob; pupil.house=-"


class FieldMap:
    """Our field → the keys to look at, for one kind of row."""

    def __init__(self, kinds: Mapping[str, Mapping[str, Keys]]) -> None:
        self._kinds = kinds

    @classmethod
    def parse(cls, told: str) -> FieldMap:
        """The defaults with what ``told`` replaces.  BadSettings where it is not as the hint says, or
        names one field twice."""
        if told and not re.fullmatch(PATTERN, told.strip()):
            raise BadSettings(f"The setting fields must be {HINT}.")
        kinds = {kind: dict(names) for kind, names in DEFAULTS.items()}
        seen: set[str] = set()
        for one in filter(None, (part.strip() for part in re.split("[;,]", told))):
            name, _, keys = (part.strip() for part in one.partition("="))
            if name in seen:
                raise BadSettings(f"The setting fields names {name} twice.")
            seen.add(name)
            kind, _, ours = name.partition(".")
            kinds[kind][ours] = () if keys == "-" else tuple(keys.split("|"))
        return cls(kinds)

    def keys(self, kind: str, name: str) -> Keys:
        return self._kinds[kind].get(name, ())

    def has(self, kind: str, row: Row, name: str) -> bool:
        """Whether the row has a place for it at all, filled or not."""
        return any(dig(row, key)[0] for key in self.keys(kind, name))

    def raw(self, kind: str, row: Row, name: str) -> Any:
        """What the first filled key holds, whatever it is."""
        found = (dig(row, key)[1] for key in self.keys(kind, name))
        return next((value for value in found if value is not None), None)

    def read(self, kind: str, row: Row, name: str, faults: Faults) -> Any:
        """A date, a flag or text; None where nothing, or nothing readable, is there."""
        for key in self.keys(kind, name):
            value = dig(row, key)[1]
            if value is None:
                continue
            reader = day if name in DATES else flag if name in FLAGS else text
            read = reader({key: value}, key, faults, name)
            if read is not None:
                return read
        return None

    def fill(self, kind: str, row: Row, names: Iterable[str], faults: Faults) -> dict[str, Any]:
        """The fields that hold something."""
        found = ((name, self.read(kind, row, name, faults)) for name in names)
        return {name: value for name, value in found if value is not None}

    def identity(self, kind: str, row: Row, name: str, faults: Faults) -> str | None:
        """An id as text; without one the record can't be kept."""
        value = self.raw(kind, row, name)
        if type(value) is int or (type(value) is str and value.strip()):
            return str(value)
        key = "|".join(self.keys(kind, name)) or name
        faults.whole(key, f"The record has no {key}; it was left out.", code="no_id", value=value)
        return None


def dig(row: Any, key: str) -> tuple[bool, Any]:
    """Whether the key is there, and what it holds; a dot reaches into an object."""
    for name in key.split("."):
        if not isinstance(row, dict) or name not in row:
            return False, None
        row = row[name]
    return True, row
