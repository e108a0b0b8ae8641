"""Which scopes the school is asked for, and which scope stands behind a path (reference §3).

Only what the accepted reports and fields need is asked for; special needs and care status never are.
"""

from __future__ import annotations

from connectors.records import ExtractRequest, Report

SCHOOL = "school-info:read"
PHOTOS = frozenset({"photo_id", "photo_hash"})
CONTRACTED = frozenset({"start_date", "end_date"})
# The path that stands for a report when we look what is shared.
PATHS = {
    Report.STAFF: "staff/",
    Report.STUDENTS: "students/",
    Report.GROUPS_CLASSES: "students/",
    Report.CONTACTS: "contacts/",
    Report.ATTENDANCE: "students/register/",
}
_SCOPE_OF = {
    "school/": SCHOOL,
    "students/": "student:read",
    "staff/": "staff:read",
    "staff/contracts/": "staff-contract:read",
    "contacts/": "contacts:third-party",
    "students/register/": "student-register:read",
}


def scope_of(path: str) -> str:
    if path.endswith("/photos/"):
        return "student-photo:read" if path.startswith("students/") else "staff-photo:read"
    return _SCOPE_OF.get(path, "")


def wants(request: ExtractRequest, report: Report, names: frozenset[str]) -> bool:
    """Whether the report is asked for with any of these fields."""
    return report in request.reports and bool(names - request.declined.get(report, frozenset()))


def wanted(request: ExtractRequest, *, first_party: bool) -> tuple[str, ...]:
    """The scopes to ask for, in a fixed order."""
    asked = [SCHOOL, *(scope_of(PATHS[one]) for one in Report if one in request.reports & PATHS.keys())]
    if wants(request, Report.STUDENTS, PHOTOS):
        asked.append("student-photo:read")
    if wants(request, Report.STAFF, PHOTOS):
        asked.append("staff-photo:read")
    if wants(request, Report.STAFF, CONTRACTED):
        asked.append("staff-contract:read")
    if first_party and Report.CONTACTS in request.reports:
        asked.append("contacts:first-party")
    return tuple(dict.fromkeys(asked))
