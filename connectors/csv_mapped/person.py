"""One row → the values of a person's record, field by field as the columns were confirmed.

A value that cannot be used is rejected and left out, the person comes through.  One date written month
first makes the whole column untrustworthy, so there the file is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from connectors.csv_mapped.fields import PUPILS
from connectors.csv_mapped.opening import Mapped
from connectors.csv_mapped.shapes import TEACHING
from connectors.delimited import cells
from connectors.delimited.table import Row
from connectors.errors import BadFile
from connectors.findings import Findings
from connectors.records import Contact, Pupil, PupilStatus, Report, Staff

MAX_VALUE = 1000  # characters of one value; no name or address is longer
_NAMES = ("given_name", "family_name", "legal_given_name", "legal_family_name")
_TEXTS = {
    Report.STUDENTS: ("upn", "former_upn", "local_upn", "uln", "admission_number", "nc_year", "house",
                      "registration_group", "email", "middle_names", "initials", "title"),
    Report.STAFF: ("staff_code", "email", "phone", "middle_names", "initials", "title"),
    Report.CONTACTS: ("email", "phone", "title"),
}  # fmt: skip
_DAYS = {
    Report.STUDENTS: ("date_of_birth", "admission_date", "leaving_date"),
    Report.STAFF: ("date_of_birth", "start_date", "end_date"),
    Report.CONTACTS: (),
}  # fmt: skip
_IDS = {
    Report.STUDENTS: ("source_id", "admission_number", "upn", "uln"),
    Report.STAFF: ("source_id", "staff_code"),
    Report.CONTACTS: ("source_id",),
}  # fmt: skip
_CURRENT = (
    "current on roll onroll c single main dual m subsidiary s guest g active enrolled registered attending"
)
_STATUS = {
    **dict.fromkeys(_CURRENT.split(), PupilStatus.CURRENT),
    "on-roll": PupilStatus.CURRENT, "on roll": PupilStatus.CURRENT,
    "single registration": PupilStatus.CURRENT, "current pupil": PupilStatus.CURRENT,
    "main dual registration": PupilStatus.CURRENT,
    "current (single registration at this school)": PupilStatus.CURRENT,
    "current main (dual registration)": PupilStatus.CURRENT, "dual registration": PupilStatus.CURRENT,
    "admitted": PupilStatus.ADMITTED, "pre-admission": PupilStatus.ADMITTED, "future": PupilStatus.ADMITTED,
    "accepted": PupilStatus.ACCEPTED, "offered": PupilStatus.OTHER, "applicant": PupilStatus.OTHER,
    "leaver": PupilStatus.LEAVER, "left": PupilStatus.LEAVER, "former": PupilStatus.LEAVER,
    "off roll": PupilStatus.LEAVER, "previous": PupilStatus.LEAVER,
}  # fmt: skip
_RECORDS: dict[Report, type[Pupil | Staff | Contact]] = {
    Report.STUDENTS: Pupil,
    Report.STAFF: Staff,
    Report.CONTACTS: Contact,
}
_KEPT = frozenset({"source_id", "status", "unknown", "updated_at"})


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row by field; ``slot`` is "contact2." where a pupil's row names contacts."""

    mapped: Mapped
    row: Row
    report: Report
    findings: Findings
    latest: int  # the last year two digits can mean
    slot: str = ""

    def has(self, field: str) -> bool:
        return f"{self.slot}{field}" in self.mapped.at

    def raw(self, field: str) -> str | None:
        at = self.mapped.at.get(f"{self.slot}{field}")
        return None if at is None else self.row[at]

    def text(self, field: str) -> str | None:
        value = self.raw(field)
        if value is None or len(value) <= MAX_VALUE:
            return value
        self.reject(
            field, "too_long", f"The value has {len(value):,} characters; the limit is {MAX_VALUE:,}.", value
        )
        return None

    def day(self, field: str) -> Any:
        text = self.raw(field)
        if text is None:
            return None
        found, oddity = cells.day(text[:60], self.latest)
        if oddity == cells.MONTH_FIRST:
            raise BadFile(
                f"{self.where(field)}: “{text[:20]}” has the month first; other dates there may be misread.",
                mend="Export the dates day first or as 2014-09-01, and run again.", where=self.where(field),
            )  # fmt: skip
        if found is None:
            self.reject(field, "bad_date", f"“{text[:30]}” is not a day.", text)
        return found

    def flag(self, field: str) -> bool | None:
        text = self.raw(field)
        if text is None:
            return None
        found = cells.yes_no(text)
        found = TEACHING.get(text.casefold()) if found is None and field == "teaching" else found
        if found is None and field != "teaching":
            self.reject(field, "bad_flag", f"“{text[:30]}” is neither yes nor no.", text)
        return found

    def where(self, field: str) -> str:
        return self.row.where(self.mapped.label(f"{self.slot}{field}"))

    def reject(self, field: str, code: str, message: str, value: str | None = None) -> None:
        self.findings.reject(
            (self.report,), self.where(field), code=code, field=_attribute(field), source_id=self.id(),
            value=value, message=message,
        )  # fmt: skip

    def whole(self, code: str, message: str, *, field: str = "", value: str | None = None) -> None:
        """The row makes no record."""
        self.findings.reject(
            (self.report,), self.where(field) if field else self.row.where(), code=code, message=message,
            source_id=self.id(), value=value, name=self.name()[:80] or None,
        )  # fmt: skip

    def id(self) -> str | None:
        """The first of the columns that can tell who is who."""
        columns = _IDS.get(self.report, ())
        known = (self.raw(field) for field in columns if self.has(field))
        found = next(known, None)
        return found if found is None or len(found) <= 255 else None

    def name(self) -> str:
        return " ".join(value for value in self.names().values() if value)

    def names(self) -> dict[str, str | None]:
        """Preferred names where there are any, legal ones beside them (S3, Z6)."""
        title, given, family = self._in_one()
        given, family = self.text("given_name") or given, self.text("family_name") or family
        liked = {part: self.text(f"preferred_{part}_name") for part in ("given", "family")}
        legal = {part: self.text(f"legal_{part}_name") for part in ("given", "family")}
        plain = {"given": given, "family": family}
        found: dict[str, str | None] = {}
        for part in ("given", "family"):
            found[f"{part}_name"] = liked[part] or plain[part] or legal[part]
            if self.report is not Report.CONTACTS:
                also = plain[part] if self.has(f"preferred_{part}_name") else None
                found[f"legal_{part}_name"] = legal[part] or also
        if title and self.raw("title") is None:
            found["title"] = title
        return found

    def _in_one(self) -> tuple[str | None, str | None, str | None]:
        if text := self.text("full_name"):
            return cells.surname_first(text)
        if text := self.text("natural_name"):
            return cells.surname_last(text)
        return None, None, None


def _attribute(field: str) -> str:
    """The record's attribute that a field becomes."""
    renamed = {
        "non_teaching": "teaching",
        "pupil": "pupil_id",
        "full_name": "family_name",
        "natural_name": "family_name",
    }
    return renamed.get(field, field.removeprefix("preferred_"))


def values_of(row: Cells, declined: Iterable[str]) -> dict[str, Any]:
    """Attributes of the record but ``source_id``, without what the school declined (X2)."""
    values: dict[str, Any] = {field: row.text(field) for field in _TEXTS[row.report] if row.has(field)}
    values.update(row.names())
    values.update({field: row.day(field) for field in _DAYS[row.report] if row.has(field)})
    if row.report is Report.STUDENTS:
        _of_pupil(row, values)
    elif row.report is Report.STAFF:
        _of_staff(row, values)
    for name in declined:
        values.pop(name, None)
    return values


def _of_pupil(row: Cells, values: dict[str, Any]) -> None:
    if row.has("part_time"):
        values["part_time"] = row.flag("part_time")
    if text := row.raw("status"):
        values["status"] = _status(row, text)


def _status(row: Cells, text: str) -> PupilStatus:
    found = _STATUS.get(" ".join(text.casefold().split()))
    said = cells.yes_no(text)
    if found is None and said is not None:
        return PupilStatus.CURRENT if said else PupilStatus.LEAVER
    if found is None:
        row.findings.note(
            "status_unknown", row.row.file, line=row.row.line, column=row.mapped.label("status"),
            message=f"“{text[:30]}” is not a status known here; such pupils are not transferred.",
            mend="Leave the column out if it does not tell who is on roll.",
        )  # fmt: skip
    return found or PupilStatus.OTHER


def _of_staff(row: Cells, values: dict[str, Any]) -> None:
    if row.has("teaching"):
        values["teaching"] = row.flag("teaching")
    elif row.has("non_teaching") and (said := row.flag("non_teaching")) is not None:
        values["teaching"] = not said
    if row.has("current"):
        values["current"] = row.flag("current")
    if text := row.text("roles"):
        parts = (part.strip() for part in text.replace("|", ";").replace("\n", ";").split(";"))
        values["roles"] = tuple(dict.fromkeys(part for part in parts if part))


def unknown_in(mapped: Mapped, report: Report, declined: Iterable[str]) -> frozenset[str]:
    """What these columns do not deliver at all, so that it is never read as empty."""
    given = {_attribute(field) for field in mapped.at}
    if given & {"family_name"} and mapped.at.keys() & {"full_name", "natural_name"}:
        given.add("given_name")
    given |= {f"legal_{part}_name" for part in ("given", "family") if f"preferred_{part}_name" in mapped.at}
    if mapped.kind == PUPILS and report is Report.CONTACTS:
        given = {field.partition(".")[2] for field in mapped.at if "." in field} | {
            "given_name",
            "family_name",
        }
    every = frozenset(each.name for each in fields(_RECORDS[report])) - _KEPT
    return (every - given) | (frozenset(declined) & every)
