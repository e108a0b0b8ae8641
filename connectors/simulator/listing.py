"""Collections: which records a call means, its page, and the envelope around it (wonde.md §4, §5)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connectors.simulator.objects import Objects
from connectors.simulator.people import Roll

DEFAULT_PAGE, MOST = 50, 200
Query = Mapping[str, str]


class Invalid(Exception):
    """A filter that cannot be read; answered as 422 with the field and what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.body = {field: [message]}


def instant(query: Query, key: str) -> datetime | None:
    text = query.get(key)
    if not text:
        return None
    for shape in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Invalid(key, f"The {key} does not match the format Y-m-d H:i:s.")


def rows_of(roll: Roll, objects: Objects, resource: str, query: Query) -> list[Any]:
    """The records of one collection after its filters, in a lasting order."""
    rows: list[Any]
    if resource.startswith("students"):
        rows = roll.of_status({"students": "current", "students-leaver": "leaver"}.get(resource, "pre"))
        rows = [row for row in rows if row.upn] if query.get("only_upns") == "true" else rows
    elif resource == "employees":
        rows = _employees(roll, query)
    elif resource in ("classes", "groups"):
        rows = _sets(objects, resource, query)
    elif resource == "deletions":
        return _deletions(roll, query)
    elif resource == "photos":
        rows = [row for row in (*roll.of_status("current"), *roll.staff.values()) if row.photo]
    elif resource == "attendance/session":
        return _marks(roll)
    elif resource == "subjects":
        return list(roll.subjects.values())
    else:
        rows = list(roll.contacts.values())
    return _changed(rows, query)


def _changed(rows: list[Any], query: Query) -> list[Any]:
    after, before = instant(query, "updated_after"), instant(query, "updated_before")
    if after:
        rows = [row for row in rows if row.updated > after]
    if before:
        rows = [row for row in rows if row.updated < before]
    return rows


def _employees(roll: Roll, query: Query) -> list[Any]:
    rows = list(roll.staff.values())
    after, before = instant(query, "employment_start_after"), instant(query, "employment_start_before")
    if after:
        rows = [row for row in rows if row.start and row.start > after.date()]
    if before:
        rows = [row for row in rows if row.start and row.start < before.date()]
    return rows


def _sets(objects: Objects, resource: str, query: Query) -> list[Any]:
    rows = list((objects.roll.classes if resource == "classes" else objects.roll.groups).values())
    if kind := query.get("type"):
        rows = [row for row in rows if row.kind == kind.upper()]
    if name := query.get("class_name"):
        rows = [row for row in rows if row.name == name]
    if query.get("has_students") == "true":
        rows = [row for row in rows if row.pupils]
    if query.get("has_employees") == "true":
        rows = [row for row in rows if objects.staff_of(row)]
    return rows


def _deletions(roll: Roll, query: Query) -> list[Any]:
    after, before = instant(query, "updated_after"), instant(query, "updated_before")
    rows = [row for row in roll.deletions if query.get("type", row.kind) == row.kind]
    changed = [(row.restored or row.at, row) for row in rows]
    return [row for at, row in changed if (not after or at > after) and (not before or at < before)]


def _marks(roll: Roll) -> list[Any]:
    """Morning and afternoon marks of the last school day, for every current pupil."""
    day: date = roll.today - timedelta(days=max(0, roll.today.weekday() - 4))
    marks = []
    for pupil in roll.of_status("current"):
        for half in (1, 2):
            code = "I" if (pupil.serial + day.toordinal()) % 23 == 0 else "/\\"[half - 1]
            marks.append((f"A7{pupil.id[2:]}{half}", pupil.id, day.isoformat(), code))
    return marks


@dataclass(frozen=True, slots=True)
class Page:
    """``start``..``stop`` of the rows; ``meta`` the pagination block, or None where Wonde leaves it out."""

    start: int
    stop: int
    meta: dict[str, Any] | None


def _number(query: Query, key: str, default: int) -> int:
    text = query.get(key, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise Invalid(key, f"The {key} must be an integer of at least 1.")
    return int(text)


def size_of(query: Query) -> int:
    """Records a page: what was asked for, at most MOST, else the default."""
    return min(_number(query, "per_page", DEFAULT_PAGE), MOST)


def cut(total: int, query: Query, url: str) -> Page:
    """The page asked for. ``url`` is the absolute address without its query."""
    size = size_of(query)
    cursor = query.get("cursor", "")
    by_cursor = cursor not in ("", "false")
    start = _offset(cursor) if by_cursor else (_number(query, "page", 1) - 1) * size
    stop = min(start + size, total)
    if total <= size and "per_page" not in query and not cursor:
        return Page(start, stop, None)
    return Page(start, stop, _pagination(start, size, total, query, url))


def _offset(cursor: str) -> int:
    if cursor == "true":
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()).decode().removeprefix("o:"))
    except ValueError:
        raise Invalid("cursor", "The cursor is invalid.") from None


def _pagination(start: int, size: int, total: int, query: Query, url: str) -> dict[str, Any]:
    more, kept = start + size < total, {k: v for k, v in query.items() if k not in ("page", "cursor")}
    if query.get("cursor", "false") != "false":
        token = base64.urlsafe_b64encode(f"o:{start + size}".encode()).decode()
        following = f"{url}?{urlencode({**kept, 'cursor': token})}" if more else None
        return {"next": following, "previous": None, "more": more, "per_page": None, "current_page": None}
    page = start // size + 1
    return {
        "next": f"{url}?{urlencode({**kept, 'page': page + 1})}" if more else None,
        "previous": f"{url}?{urlencode({**kept, 'page': page - 1})}" if page > 1 else None,
        "more": more, "per_page": str(size) if "per_page" in query else size, "current_page": page,
    }  # fmt: skip
