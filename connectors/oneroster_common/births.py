"""Demographics: dates of birth, the one thing of them that is read."""

from __future__ import annotations

from datetime import date

from connectors.oneroster_common import values
from connectors.oneroster_common.findings import Findings
from connectors.oneroster_common.roster import PEOPLE, read_day, reports_of
from connectors.oneroster_common.rows import Modes, Row, Table
from connectors.oneroster_common.scan import Scan
from connectors.records import Report


def read_births(table: Table, scan: Scan, modes: Modes, today: date) -> dict[str, date]:
    """By user. Slashed dates are believed day first only if the column has none that cannot be."""
    births: dict[str, date] = {}
    slashed: list[tuple[Row, str, date]] = []
    month_first = False
    for row in table.rows(PEOPLE):
        text = row["birthDate"]
        kinds = scan.here.get(row.id, 0)
        if row.removed or not _user_known(table, row, scan, modes) or text is None:
            continue
        found, oddity = values.day(text)
        if oddity == values.DAY_FIRST and found:
            slashed.append((row, text, found))
            continue
        month_first = month_first or oddity == values.MONTH_FIRST
        found = read_day(
            table.findings, row, "birthDate", text, reports_of(kinds), source_id=row.id, field="date_of_birth"
        )
        if found and _plausible(table.findings, row, found, kinds, today):
            births[row.id] = found
    _settle_slashed(table.findings, slashed, births, scan, today, month_first=month_first)
    return births


def _settle_slashed(
    findings: Findings, slashed: list[tuple[Row, str, date]], births: dict[str, date], scan: Scan,
    today: date, *, month_first: bool,
) -> None:  # fmt: skip
    for row, text, found in slashed:
        kinds = scan.here.get(row.id, 0)
        if month_first and found.day <= 12:
            findings.reject(
                reports_of(kinds), row.where("birthDate"), code="bad_date", source_id=row.id, value=text,
                field="date_of_birth",
                message="birthDate may be day first or month first; others in this file are month first.",
            )  # fmt: skip
        elif _plausible(findings, row, found, kinds, today):
            births[row.id] = found
            read_day(findings, row, "birthDate", text, (), source_id=row.id)


def _user_known(table: Table, row: Row, scan: Scan, modes: Modes) -> bool:
    """Whether the row's user is there; its sourcedId must be a known user."""
    if row.id in scan.known or row.id in scan.gone:
        return row.id in scan.known
    if modes.whole("users"):
        table.findings.reject(
            (Report.STUDENTS, Report.STAFF), row.where("sourcedId"), code="unknown_reference",
            value=row.id, field="date_of_birth", source_id=row.id,
            message="The sourcedId is not among the users; this row is left out.",
        )  # fmt: skip
    else:
        table.findings.note(
            "birth_alone", row.file, line=row.line, column="sourcedId",
            message="the user is not in this delta; the date of birth waits for the next whole read.",
        )  # fmt: skip
    return False


def _plausible(findings: Findings, row: Row, born: date, kinds: int, today: date) -> bool:
    if date(1900, 1, 1) <= born <= today:
        return True
    findings.reject(
        reports_of(kinds), row.where("birthDate"), code="bad_date", source_id=row.id, field="date_of_birth",
        value=born.isoformat(), message="The date of birth lies in the future or before 1900.",
    )  # fmt: skip
    return False
