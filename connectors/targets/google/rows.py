"""A Google user and an Entry, in each other's terms.

Our anchor stands among the user's ``externalIds`` with a type of our own: it is written by the request that
makes the user, can be searched, is seen by administrators alone, and needs no schema made first (a custom
schema would need a scope more).  Lists such as this one are written whole, so what others put there is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.errors import BadAnswer
from connectors.targets.answers import Row, needed, text
from connectors.targets.base import Entry, Wanted

OURS = "misconsole"
FIELDS = (
    "id", "primaryEmail", "name", "aliases", "nonEditableAliases", "orgUnitPath", "suspended", "archived",
    "isAdmin", "isDelegatedAdmin", "externalIds", "organizations",
)  # fmt: skip


def entry(row: Row, *, root: str, acting: str) -> Entry:
    """Raises BadAnswer where what every user has is missing."""
    email = needed(row, "primaryEmail")
    given = row.get("name")
    name: Row = given if isinstance(given, dict) else {}
    high = row.get("isAdmin") is True or row.get("isDelegatedAdmin") is True
    return Entry(
        remote_id=needed(row, "id"), username=email.rpartition("@")[0], email=email, anchor=anchor(row),
        given_name=text(name, "givenName"), family_name=text(name, "familyName"),
        display_name=text(name, "displayName") or text(name, "fullName"),
        aliases=aliases(row), place=place(text(row, "orgUnitPath") or "/", root),
        enabled=row.get("suspended") is not True and row.get("archived") is not True,
        extras=extras(row),
        protected=high or email.lower() == acting,
    )  # fmt: skip


def anchor(row: Row) -> str:
    """Ours, "" where there is none."""
    return next((text(each, "value") for each in _objects(row, "externalIds") if _is_ours(each)), "")


def aliases(row: Row) -> frozenset[str]:
    """Every other address that leads to the user."""
    found = [*_list(row, "aliases"), *_list(row, "nonEditableAliases")]
    return frozenset(each for each in found if isinstance(each, str))


def place(path: str, root: str) -> tuple[str, ...]:
    """Counted from the root where it lies below it, otherwise whole."""
    below = path[len(root.rstrip("/")) :] if is_below(path, root) else path
    return tuple(part for part in below.split("/") if part)


def is_below(path: str, root: str) -> bool:
    trunk = root.rstrip("/").lower()
    return path.lower() == trunk or path.lower().startswith(f"{trunk}/")


def extras(row: Row) -> dict[str, str]:
    job = _job(row)
    number = next(
        (text(e, "value") for e in _objects(row, "externalIds") if e.get("type") == "organization"), ""
    )
    found = {"job_title": text(job, "title"), "department": text(job, "department"), "employee_id": number}
    return {name: value for name, value in found.items() if value}


def new(wanted: Wanted, address: str, path: str, password: str, *, must_change: bool) -> Row:
    """What makes the user, complete but for its aliases, which can only follow."""
    return {
        "primaryEmail": address, "name": names(wanted, NAMES), "password": password,
        "changePasswordAtNextLogin": must_change, "suspended": not wanted.enabled, "orgUnitPath": path,
        **written_extras({}, wanted.extras), "externalIds": external_ids({}, wanted.anchor, wanted.extras),
    }  # fmt: skip


NAMES = {"given_name": "givenName", "family_name": "familyName", "display_name": "displayName"}


def names(wanted: Wanted, fields: Iterable[str]) -> dict[str, str]:
    found = {NAMES[field]: getattr(wanted, field) for field in NAMES if field in fields}
    if not found.get("displayName", "-"):
        del found["displayName"]  # Google makes it up of the other two
    return found


def changed(row: Row, wanted: Wanted, fields: frozenset[str]) -> Row:
    """What to send so that these fields are as wanted; lists whole, with what others put there."""
    body: Row = {}
    if told := names(wanted, fields):
        body["name"] = told
    given = {name: wanted.extras.get(name, "") for name in extras_among(fields, wanted)}
    body |= written_extras(row, given)
    if "employee_id" in given:
        body["externalIds"] = external_ids(row, anchor(row), given)
    return body


def extras_among(fields: frozenset[str], wanted: Wanted) -> frozenset[str]:
    """ "extras" stands for all that are wanted; each may be named alone too."""
    named = fields & {"job_title", "department", "employee_id"}
    return named | frozenset(wanted.extras) if "extras" in fields else named


def written_extras(row: Row, given: Mapping[str, str]) -> Row:
    """The organisation of the user, with title and department as given."""
    told = {"title": given.get("job_title"), "department": given.get("department")}
    told = {name: value for name, value in told.items() if value is not None}
    if not told:
        return {}
    job = _job(row)
    others = [each for each in _objects(row, "organizations") if each is not job]
    return {"organizations": [{**(job or {"primary": True}), **told}, *others]}


def external_ids(row: Row, ours: str, given: Mapping[str, str]) -> list[Row]:
    """All of them, ours and the staff or admission number set anew; a blank number is taken out."""
    number = given.get("employee_id")
    kept = [
        each
        for each in _objects(row, "externalIds")
        if not _is_ours(each) and not (number is not None and each.get("type") == "organization")
    ]
    if number:
        kept.append({"type": "organization", "value": number})
    return [*kept, {"type": "custom", "customType": OURS, "value": ours}] if ours else kept


def _is_ours(each: Row) -> bool:
    return each.get("type") == "custom" and each.get("customType") == OURS


def _job(row: Row) -> Row:
    several = _objects(row, "organizations")
    return next((each for each in several if each.get("primary") is True), several[0] if several else {})


def _list(row: Row, name: str) -> list[Any]:
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadAnswer(f"A user's {name} are no list.")
    return value


def _objects(row: Row, name: str) -> list[Row]:
    return [each for each in _list(row, name) if isinstance(each, dict)]
