"""What a column can be, by kind of file, and the words MISs use for it.

``FIELDS`` maps kind → field → its title; a field is an attribute of our records, or what makes one
(``full_name``, ``pupil``).  The words of UK exports are in ``words.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

PUPILS, STAFF, CONTACTS, CLASSES = "pupils", "staff", "contacts", "classes"
MEMBERS, PEOPLE = "members", "people"
NOTHING = "-"  # a file or column that is left out
KINDS: Mapping[str, str] = {
    PUPILS: "pupils, one a row",
    STAFF: "staff, one a row",
    CONTACTS: "contacts, one a row and pupil",
    CLASSES: "classes, one a row",
    MEMBERS: "who is in which class",
    PEOPLE: "pupils and staff together, told apart by a column",
    NOTHING: "not read",
}
SLOTS = (1, 2, 3, 4)  # contacts that a pupil's own row can name

_NAMES = {
    "full_name": "Name, as “Surname, Forename”", "natural_name": "Name, as “Forename Surname”",
    "given_name": "Forename", "family_name": "Surname", "title": "Title",
}  # fmt: skip
_MORE_NAMES = {
    "preferred_given_name": "Preferred forename", "preferred_family_name": "Preferred surname",
    "legal_given_name": "Legal forename", "legal_family_name": "Legal surname",
    "middle_names": "Middle names", "initials": "Initials",
}  # fmt: skip
_PUPIL = {
    "source_id": "Pupil id", **_NAMES, **_MORE_NAMES, "date_of_birth": "Date of birth", "upn": "UPN",
    "former_upn": "Former UPN", "local_upn": "Local UPN", "uln": "ULN",
    "admission_number": "Admission number", "nc_year": "Year group",
    "registration_group": "Registration group", "house": "House", "email": "E-mail",
    "admission_date": "Admission date", "leaving_date": "Leaving date", "status": "Admission status",
    "part_time": "Part-time", "class_name": "Class",
}  # fmt: skip
_STAFF = {
    "source_id": "Staff id", **_NAMES, **_MORE_NAMES, "date_of_birth": "Date of birth",
    "staff_code": "Staff code", "email": "E-mail", "phone": "Telephone", "roles": "Roles",
    "teaching": "Teaching staff", "non_teaching": "Non-teaching staff", "current": "Still employed",
    "start_date": "Start date", "end_date": "End date", "reports_to": "Line manager (id or code)",
}  # fmt: skip
_CONTACT = {
    "source_id": "Contact id", "pupil": "The pupil's id or number", **_NAMES, "email": "E-mail",
    "phone": "Telephone", "relationship": "Relationship",
    "parental_responsibility": "Parental responsibility",
    "priority": "Contact order",
}  # fmt: skip
_CLASS = {
    "class_id": "Class id", "class_name": "Class name", "class_code": "Class code",
    "description": "Description", "class_type": "Type of class", "subject": "Subject",
    "teacher": "The teacher's id or code",
}  # fmt: skip
_SLOT = {"full_name", "natural_name", "given_name", "family_name", "title", "email", "phone", "relationship",
         "parental_responsibility", "priority", "source_id"}  # fmt: skip
_SLOTTED = {
    f"contact{n}.{name}": f"Contact {n}: {title[0].lower()}{title[1:]}"
    for n in SLOTS for name, title in _CONTACT.items() if name in _SLOT
}  # fmt: skip
FIELDS: Mapping[str, Mapping[str, str]] = {
    PUPILS: {**_PUPIL, **_SLOTTED},
    STAFF: _STAFF,
    CONTACTS: _CONTACT,
    CLASSES: _CLASS,
    MEMBERS: {**_CLASS, "pupil": "The pupil's id or number", "part": "Part in the class"},
    PEOPLE: {"person_type": "Pupil or staff", **_STAFF, **_PUPIL, "source_id": "Id"},
    NOTHING: {},
}

_OF_PEOPLE = {"start date": "start_date", "end date": "end_date", "class": "registration_group"}
DATES = frozenset({"date_of_birth", "admission_date", "leaving_date", "start_date", "end_date"})
FLAGS = frozenset({"part_time", "teaching", "non_teaching", "current", "parental_responsibility"})
REFERENCES = frozenset({"pupil", "teacher", "reports_to"})


@cache
def words(kind: str) -> Mapping[str, str]:
    """The words of a header, reduced, → the field they mean in a file of that kind."""
    tables = _tables()
    if kind in (PUPILS, STAFF, CONTACTS):
        return {**tables["common"], **tables[kind]}
    if kind == PEOPLE:
        return {**tables["common"], **tables[PUPILS], **tables[STAFF], **tables[PEOPLE], **_OF_PEOPLE}
    return tables[CLASSES] if kind in (CLASSES, MEMBERS) else {}


@cache
def not_needed() -> frozenset[str]:
    """What a roster reader has no business with (X2): left out, and said so."""
    return frozenset(_tables()["left_out"])


@cache
def _tables() -> dict[str, dict[str, str]]:
    import tomllib

    read = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return {
        name: {word: field for field, words in table.items() for word in words}
        for name, table in read.items()
    }
