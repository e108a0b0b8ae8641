"""Finding the school at Wonde, its region, and how its approval stands (reference §1, §3).

Protects against the wrong-region trap (no data, no error) and against sending the token to a host
that is not Wonde's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from connectors.base import Access, AccessState, SchoolRef
from connectors.errors import BadAnswer, NotAuthorised, ScopeMissing
from connectors.http import Http, is_loopback, origin
from connectors.http_errors import NotFound, Unacceptable
from connectors.records import Report
from connectors.wonde.paging import Collection

Row = dict[str, Any]
PORTAL = "https://school.wonde.com/"
_LISTS = (
    ("schools/pending", AccessState.PENDING),
    ("schools/declined", AccessState.DECLINED),
    ("schools/revoked", AccessState.REVOKED),
)
WORDS = {
    AccessState.NOT_ASKED: ("The school has not been asked yet.", "Ask for access."),
    AccessState.PENDING: (
        "The school has been asked and has not answered yet.",
        "In the Wonde school portal, open the request under Pending approval and press Approve.",
    ),
    AccessState.APPROVED: ("The school has approved the request.", ""),
    AccessState.OFFLINE: (
        "The school has approved, but Wonde's link to its MIS is down: the data is frozen.",
        "Ask the school to check its MIS and the Wonde software; Wonde's support can see the link.",
    ),
    AccessState.DECLINED: ("The school declined the request.", "Speak to the school, then ask again."),
    AccessState.REVOKED: ("The school took its approval back.", "Speak to the school, then ask again."),
    AccessState.REFUSED: (
        "Wonde refuses our token.",
        "Type the token again; it may have been changed or revoked at Wonde.",
    ),
}


def said(state: AccessState, school: Row | None = None, **more: Any) -> Access:
    message, mend = WORDS[state]
    return Access(
        state=state,
        message=message,
        mend=mend,
        remote_id=str((school or {}).get("id") or ""),
        remote_name=str((school or {}).get("name") or ""),
        link=PORTAL if state in (AccessState.PENDING, AccessState.NOT_ASKED) else "",
        **more,
    )


def find(http: Http, ref: SchoolRef, school_id: str) -> tuple[Row, ...]:
    """The school as Wonde knows it: by id, else by URN, else by LA and establishment number.
    Several only if Wonde has several of that number.  An empty tuple: not known on this host."""
    if school_id and (known := _by_id(http, school_id)) is not None:
        return (known,)
    searches = [{"urn": ref.urn}] if ref.urn else []
    if ref.la_code and ref.establishment_number:
        searches.append({"la_code": ref.la_code, "establishment_number": ref.establishment_number})
    for search in searches:
        found = _search(http, search, school_id)
        if found:
            return found
    return ()


def _by_id(http: Http, school_id: str) -> Row | None:
    try:
        body = http.get(f"schools/{school_id}").data
    except (NotFound, ScopeMissing):
        return None  # not shared (yet): the search knows every school
    return _school(body)


def _school(body: Any) -> Row | None:
    row = body.get("data") if isinstance(body, dict) else None
    return row if isinstance(row, dict) and row.get("id") else None


def _search(http: Http, search: dict[str, str], school_id: str) -> tuple[Row, ...]:
    """``schools/all`` for an application token; a school's own token only sees ``schools``."""
    try:
        rows = list(_rows(http, "schools/all", search))
    except (ScopeMissing, NotFound, Unacceptable):
        rows = list(_rows(http, "schools", search))
    found = {str(row["id"]): row for row in rows if _is(row, search)}
    if school_id in found:
        return (found[school_id],)
    return tuple(found.values())


def _rows(http: Http, path: str, search: dict[str, str]) -> Iterator[Row]:
    for page in Collection(http, path, search, per_page=50):
        yield from (row for _, row in page if isinstance(row, dict) and row.get("id"))


def _is(row: Row, search: dict[str, str]) -> bool:
    """The server may ignore a filter, so every row is checked; numbers may be text (§3)."""
    region = row.get("region")
    region = region if isinstance(region, dict) else {}
    inner = region.get("identifiers")
    inner = inner if isinstance(inner, dict) else {}
    return all(
        str(wanted).lstrip("0") in (_digits(row.get(key)), _digits(inner.get(key)))
        for key, wanted in search.items()
    )


def _digits(value: Any) -> str:
    return str(value).strip().lstrip("0") if isinstance(value, int | str) else ""


def base_for(school: Row, base: str) -> str:
    """Where this school's data is: its own region's address, never a host that is not Wonde's.
    On loopback the address we were given stands, unless the school names one on the same origin."""
    region = school.get("region")
    region = region if isinstance(region, dict) else {}
    url, domain = region.get("school_url"), region.get("domain")
    if isinstance(url, str) and "/schools/" in url:
        there = url.partition("/schools/")[0] + "/"
    elif isinstance(domain, str) and domain:
        there = f"https://{domain}/v1.0/"
    else:
        return base
    try:
        parts = urlsplit(there)
        same = origin(there) == origin(base)
    except ValueError:
        raise BadAnswer("The school's region has a malformed address.") from None
    if same:
        return there
    if is_loopback(base):
        return base
    host = parts.hostname or ""
    if (
        parts.scheme == "https"
        and parts.port in (None, 443)
        and _is_wonde(host)
        and _is_wonde(origin(base)[1])
    ):
        return there
    raise BadAnswer(
        f"The school's data is said to be on {host[:80]}, which is not a host of Wonde's; "
        "nothing was sent there.",
        mend="Check the address of the interface, and ask Wonde for the school's region.",
    )


def _is_wonde(host: str) -> bool:
    return host == "wonde.com" or host.endswith(".wonde.com")


def state_of(http: Http, school: Row) -> AccessState:
    """Approved (and online), else on which list the school stands; on none, it was never asked."""
    school_id = str(school["id"])
    meta = _meta(http, school_id)
    if meta is not None and meta.get("approved") is True:
        return AccessState.OFFLINE if meta.get("online") is False else AccessState.APPROVED
    for path, state in _LISTS:
        if _listed(http, path, school_id, school.get("urn")):
            return state
    return AccessState.NOT_ASKED


def _meta(http: Http, school_id: str) -> Row | None:
    try:
        body = http.get(f"meta/schools/{school_id}").data
    except (NotFound, ScopeMissing):
        return None
    inner = body.get("data", body) if isinstance(body, dict) else None
    return inner if isinstance(inner, dict) else None


def _listed(http: Http, path: str, school_id: str, urn: Any) -> bool:
    search = {"urn": str(urn)} if urn else {}
    try:
        return any(str(row["id"]) == school_id for row in _rows(http, path, search))
    except (NotFound, ScopeMissing):
        return False


# The first word of a permission's identity that names a resource decides the report it belongs to.
_RESOURCES: dict[str, tuple[Report, ...]] = {
    "employees": (Report.STAFF, Report.STAFF_FUTURE),
    "employee": (Report.STAFF, Report.STAFF_FUTURE),
    "students": (Report.STUDENTS,),
    "student": (Report.STUDENTS,),
    "contacts": (Report.CONTACTS,),
    "contact": (Report.CONTACTS,),
    "classes": (Report.GROUPS_CLASSES,),
    "class": (Report.GROUPS_CLASSES,),
    "groups": (Report.GROUPS_CLASSES,),
    "group": (Report.GROUPS_CLASSES,),
}


def permitted(
    http: Http, school_id: str, offered: frozenset[Report]
) -> tuple[frozenset[Report], frozenset[Report]]:
    """Granted and withheld reports, as the permissions say.  A report no permission speaks of is
    neither: the read will tell.  Scope keys beyond the resource's own (``students.upn``) are fields
    and withhold nothing by themselves."""
    try:
        body = http.get(f"meta/schools/{school_id}/permissions").data
    except (NotFound, ScopeMissing):
        return frozenset(), frozenset()
    rows = body.get("data") if isinstance(body, dict) else None
    granted: set[Report] = set()
    spoken: set[Report] = set()
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            reports = _reports_of(str(row.get("identity") or ""))
            spoken |= reports
            if row.get("approved") is True:
                granted |= reports
    if Report.STUDENTS_FUTURE not in spoken:  # no scope of its own: it follows the pupils'
        for reports in (spoken, granted):
            if Report.STUDENTS in reports:
                reports.add(Report.STUDENTS_FUTURE)
    return frozenset(granted & offered), frozenset((spoken - granted) & offered)


def _reports_of(identity: str) -> set[Report]:
    key = identity.lower().replace("_", "-")
    if "pre-admission" in key:
        return {Report.STUDENTS_FUTURE}
    for separator in ".:/- ":
        key = key.replace(separator, " ")
    found = next((_RESOURCES[word] for word in key.split() if word in _RESOURCES), ())
    return set(found)


def refused(http: Http) -> NotAuthorised | None:
    """The cheapest call that shows whether the token works (§2)."""
    try:
        http.get("schools", {"per_page": "1"})
    except NotAuthorised as problem:
        return problem
    return None
