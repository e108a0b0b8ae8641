"""A JSON object of a OneRoster service → cells by the column names of the CSV standard (oneroster.md §4).

Takes what services are known to send: numbers for text, three spellings of a boolean, lists and lone
words, references whose ``href`` is wrong.  Passwords, profiles and metadata are left behind at once.
A value of a wrong type costs its field, never the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Which key of the object fills which column, by kind of value."""

    texts: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    refs: dict[str, str] = field(default_factory=dict)
    many: dict[str, str] = field(default_factory=dict)


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_ALL = _same("status", "dateLastModified")
SHAPES: dict[str, Shape] = {
    "orgs": Shape(texts=_ALL | _same("name", "type", "identifier")),
    "users": Shape(
        texts=_ALL | _same(
            "username", "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone",
            "userMasterIdentifier", "preferredGivenName", "preferredFamilyName",
        ) | {"preferredFirstName": "preferredGivenName", "preferredLastName": "preferredFamilyName"},
        flags=("enabledUser",), lists=("grades",), refs={"primaryOrg": "primaryOrgSourcedId"},
        many={"agents": "agentSourcedIds"},
    ),
    "roles": Shape(
        texts=_same("role", "roleType", "beginDate", "endDate"), refs={"org": "orgSourcedId"},
    ),
    "courses": Shape(texts=_ALL | _same("title", "courseCode"), lists=("subjects", "subjectCodes")),
    "classes": Shape(
        texts=_ALL | _same("title", "classCode", "classType"), lists=("subjects", "subjectCodes"),
        refs={"course": "courseSourcedId", "school": "schoolSourcedId"}, many={"terms": "termSourcedIds"},
    ),
    "enrollments": Shape(
        texts=_ALL | _same("role", "beginDate", "endDate"), flags=("primary",),
        refs={"class": "classSourcedId", "user": "userSourcedId", "school": "schoolSourcedId"},
    ),
    "demographics": Shape(texts=_ALL | _same("birthDate")),
}  # fmt: skip

# Column → where it stands in the object, for messages.
PLACES = {
    column: f"{key}.sourcedId" if key in shape.refs else key
    for shape in SHAPES.values()
    for key, column in (*shape.refs.items(), *shape.many.items())
} | {"userSourcedId": "user.sourcedId"}

# Column → attribute of our records, for what is left out.
FIELDS = {
    "givenName": "given_name", "familyName": "family_name", "middleName": "middle_names", "email": "email",
    "phone": "phone", "sms": "phone", "identifier": "mis_id", "userMasterIdentifier": "upi",
    "preferredGivenName": "given_name", "preferredFamilyName": "family_name", "grades": "nc_year",
    "birthDate": "date_of_birth", "dateLastModified": "updated_at", "title": "name", "classCode": "code",
    "classType": "kind", "role": "roles", "agentSourcedIds": "pupil_id", "subjects": "subject_id",
    "subjectCodes": "subject_id", "courseSourcedId": "subject_id", "userIds": "upn",
}  # fmt: skip

Told = Callable[[str, str, Any], None]  # column, key, value


def cells_of(name: str, row: Json, told: Told) -> Cells:
    """The columns of ``row`` that hold something; ``told`` hears of each value of a wrong type."""
    shape, cells = SHAPES[name], Cells()
    get = row.get
    for key, column in shape.texts.items():  # the loop every row passes: plain text without a call
        value = get(key)
        if value.__class__ is str:
            if value and not value.isspace():
                cells[column] = value
        elif value is not None:
            _text(value, key, column, cells, told)
    for key in shape.flags:
        value = row.get(key)
        _text(str(value).lower() if isinstance(value, bool) else value, key, key, cells, told)
    for key in shape.lists:
        _several(row.get(key), key, key, cells, told, _word)
    for key, column in shape.refs.items():
        if (value := row.get(key)) is not None and (found := _ref(value)) is None:
            told(column, key, value)
        elif value is not None and found:
            cells[column] = found
    for key, column in shape.many.items():
        _several(row.get(key), key, column, cells, told, _ref)
    if name == "users":
        _user_ids(row.get("userIds"), cells, told)
    return cells


def _text(value: Any, key: str, column: str, cells: Cells, told: Told) -> None:
    if value is None:
        return
    found = _word(value)
    if found is None:
        told(column, key, value)
    elif found and not found.isspace():
        cells[column] = found


def _word(value: Any) -> str | None:
    """Text as it is, a number as its digits; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _ref(value: Any) -> str | None:
    """The id of a reference; its ``href`` may be anything.  "" for an empty object."""
    if isinstance(value, dict):
        return _word(value.get("sourcedId")) if value else ""
    return _word(value)


def _several(
    value: Any, key: str, column: str, cells: Cells, told: Told, read: Callable[[Any], str | None]
) -> None:
    """A list, or one alone where a list belongs; words in one text are parted at commas."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    found: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        word = read(item)
        if word is None:
            told(column, key, item)
        elif word and not word.isspace():
            found.append(word)
    if found:
        cells[column] = list(dict.fromkeys(found))


def _user_ids(value: Any, cells: Cells, told: Told) -> None:
    if value is None:
        return
    pairs = []
    for item in value if isinstance(value, list) else [value]:
        kind, found = (item.get("type"), item.get("identifier")) if isinstance(item, dict) else (None, None)
        word = _word(found)
        if isinstance(kind, str) and word and not word.isspace():
            pairs.append([kind, word])
        elif not (isinstance(item, dict) and found in (None, "")):
            told("userIds", "userIds", item)
    cells["userIds"] = pairs


def roles_of(user: Json) -> Iterator[tuple[str, Json]]:
    """(place in the user, role) of each role: ``roles`` in 1.2, ``role`` in each of ``orgs`` in 1.1 (§4)."""
    roles = user.get("roles")
    if isinstance(roles, list) and roles:
        for index, role in enumerate(roles):
            if isinstance(role, dict):
                yield f"roles[{index}]", role
        return
    if user.get("role") is not None:
        orgs = user.get("orgs")
        for org in orgs if isinstance(orgs, list) and orgs else [orgs]:
            yield "", {"role": user["role"], "roleType": "primary", "org": org}
