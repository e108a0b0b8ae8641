"""What reading people and classes share: which report a role belongs to, and how a day is read."""

from __future__ import annotations

from datetime import date

from connectors.oneroster_common import values
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.rows import Row
from connectors.oneroster_common.words import CONTACT, PUPIL, ROLES, STAFF
from connectors.records import Report

PEOPLE = (Report.STUDENTS, Report.STAFF, Report.CONTACTS)
_REPORTS = {PUPIL: Report.STUDENTS, STAFF: Report.STAFF, CONTACT: Report.CONTACTS}


def reports_of(kinds: int) -> tuple[Report, ...]:
    """The reports somebody of these kinds belongs to; all people's reports when not known."""
    return tuple(r for kind, r in _REPORTS.items() if kinds & kind) or PEOPLE


def kind_of(role: str | None) -> int:
    return ROLES.get((role or "").lower(), 0)


def read_day(
    findings: Findings, row: Row, column: str, text: str, reports: tuple[Report, ...],
    *, source_id: str | None, field: str | None = None,
) -> date | None:  # fmt: skip
    """A day of a cell; odd spellings are noted, impossible ones rejected and left out."""
    found, oddity = values.day(text)
    if oddity == values.DAY_FIRST:
        findings.note(
            "date_order", row.file, line=row.line, column=column,
            message=f"“{text[:20]}” is read day first; the standard is YYYY-MM-DD.",
        )  # fmt: skip
    elif oddity == values.INSTANT:
        findings.note(
            "date_time", row.file, line=row.line, column=column, level="info",
            message="has a time where a day belongs; the day counts.",
        )  # fmt: skip
    elif oddity:
        findings.reject(
            reports, row.where(column), code="bad_date", source_id=source_id, value=text,
            field=field or column, message=f"{column} is not a date of the form YYYY-MM-DD.",
        )  # fmt: skip
    return found
