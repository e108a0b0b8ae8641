"""What goes when the school declines a report or a field: what was stored of it before, at once (X2, X3).

* Contacts, attendance marks and who is in which class go whole with their report.
* Of the reports of people, names and whatever the route cannot do without stay, because accounts stand on
  them and nobody is unallocated by declining; every field that could have been declined by itself is emptied.
* A field is emptied for everybody of the role, unless another accepted report of that role still lets it
  through (current and future).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.base import FieldStatus
from connectors.records import Report
from data import declining
from misconsole.services.decisions.case import Case

if TYPE_CHECKING:
    from misconsole.services.reports import Consent

ROLES = {
    Report.STUDENTS: "pupil", Report.STUDENTS_FUTURE: "pupil", Report.STAFF: "staff",
    Report.STAFF_FUTURE: "staff",
}  # fmt: skip


def report_declined(case: Case, consent: Consent, listed: list[Consent]) -> str:
    """Remove it; what was removed as the end of a sentence, "" for nothing."""
    if consent.report is Report.CONTACTS:
        return _said(
            declining.contacts(case.s, case.school_id), "contact was removed", "contacts were removed"
        )
    if consent.report is Report.GROUPS_CLASSES:
        removed = declining.memberships(case.s, case.school_id)
        return _said(removed, "place in a class was removed", "places in classes were removed")
    if consent.report in ROLES and consent.offer is not None:
        optional = {f.name for f in consent.offer.fields if f.status is not FieldStatus.MANDATORY}
        return _emptied(case, consent, optional, listed)
    return ""


def field_declined(case: Case, consent: Consent, name: str, listed: list[Consent]) -> str:
    """The same for one field of a report that may still flow."""
    if consent.report is Report.CONTACTS:
        touched = declining.contacts(case.s, case.school_id, [name])
        return _said(touched, "contact had it", "contacts had it")
    if consent.report in ROLES:
        return _emptied(case, consent, {name}, listed)
    return ""


def _emptied(case: Case, consent: Consent, fields: set[str], listed: list[Consent]) -> str:
    role = ROLES[consent.report]
    still: set[str] = set()
    for other in listed:
        if ROLES.get(other.report) == role and other.report is not consent.report and other.accepted:
            offered = {f.name for f in other.offer.fields} if other.offer else set()
            still |= offered - other.dropped
    gone = fields - still
    touched = declining.people(case.s, case.school_id, role, gone) if gone else 0
    return _said(touched, "person had it emptied", "people had it emptied")


def _said(count: int, one: str, many: str) -> str:
    return f"; {count} {one if count == 1 else many}" if count else ""
