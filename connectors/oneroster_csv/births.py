"""demographics.csv: dates of birth, the one thing of it that is read."""

from __future__ import annotations

from datetime import date

from connectors.oneroster_csv import values
from connectors.oneroster_csv.findings import Findings
from connectors.oneroster_csv.manifest import Manifest
from connectors.oneroster_csv.roster import PEOPLE, read_day, reports_of
from connectors.oneroster_csv.scan import Scan
from connectors.oneroster_csv.table import Row, Table
from connectors.records import Report


def read_births(table: Table, scan: Scan, manifest: Manifest, today: date) -> dict[str, date]:
    """demographics.csv. Slashed dates are believed day first only if the column has none that cannot be."""
    births: dict[str, date] = {}
    slashed: list[tuple[Row, str, date]] = []
    month_first = False
    for row in table.rows(PEOPLE):
        text = row["birthDate"]
        kinds = scan.here.get(row.id, 0)
        if row.removed or not _user_known(table, row, scan, manifest) or text is None:
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


def _user_known(table: Table, row: Row, scan: Scan, manifest: Manifest) -> bool:
    """Whether the row's user is there; its sourcedId must be one of users.csv."""
    if row.id in scan.known or row.id in scan.gone:
        return row.id in scan.known
    if manifest.whole("users"):
        table.findings.reject(
            (Report.STUDENTS, Report.STAFF), row.where("sourcedId"), code="unknown_reference",
            value=row.id, field="date_of_birth", source_id=row.id,
            message="The sourcedId is not in users.csv; this row is left out.",
        )  # fmt: skip
    else:
        table.findings.note(
            "birth_alone", row.file, line=row.line, column="sourcedId",
            message="the user is not in this delta; the date of birth waits for the next whole package.",
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
