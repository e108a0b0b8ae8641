"""Pupils, teachers, contacts and links out of their lists, one record an id.

Joint contacts ("Mr and Mrs") are handed over as they stand: the product splits them and gives both an id
that stays (H5, Z13).  No order of contacts is made up (H6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from connectors.datashare.columns import CONTACTS, LINKS, STUDENTS, TEACHERS, Columns
from connectors.datashare.fileset import FileSet
from connectors.datashare.sheets import Item
from connectors.delimited import cells
from connectors.errors import BadFile
from connectors.findings import Findings
from connectors.records import Contact, ContactLink, Pupil, Record, Report, Staff

MAX_VALUE = 1000  # characters of one value; no name or address is longer
#: report → attribute of the record → field of the list
ATTRIBUTES: dict[Report, dict[str, str]] = {
    Report.STUDENTS: {
        "given_name": "knownName", "family_name": "surname", "date_of_birth": "dateOfBirth",
        "nc_year": "yearGroup", "registration_group": "className",
    },
    Report.STAFF: {
        "title": "title", "given_name": "forename", "family_name": "surname", "email": "email",
    },
    Report.CONTACTS: {
        "title": "title", "given_name": "firstName", "family_name": "surname", "email": "email",
        "phone": "phone",
    },
}  # fmt: skip
_IDS = {STUDENTS: "studentId", TEACHERS: "staffId", CONTACTS: "contactId"}
_RECORDS = {Report.STUDENTS: Pupil, Report.STAFF: Staff, Report.CONTACTS: Contact}
_STRUCTURE = frozenset({"source_id", "status", "unknown", "updated_at"})
FILLED = {"title": "title", "given_name": "forename", "family_name": "surname"}  # F9
FILL = "Fill it in Integris; the next sync brings the teacher. Until then nothing of theirs is changed."


@dataclass(slots=True)
class People:
    """``latest``: the last year two digits can mean; ``counts`` people by report, also those left out."""

    files: FileSet
    findings: Findings
    declined: Mapping[Report, frozenset[str]]
    latest: int
    counts: dict[Report, int] = field(default_factory=dict)

    def items(self, name: str, report: Report) -> Iterator[Item]:
        """Every item of a list; none where it is not in the set."""
        columns: Columns | None = self.files.columns.get(name)
        if columns is not None:
            yield from self.files.sheets[name].items(columns, self.findings, report)

    def pupils(self) -> Iterator[Record]:
        unknown = self._unknown(Report.STUDENTS, STUDENTS)
        for item, source_id in self._once(STUDENTS, Report.STUDENTS):
            values = self._texts(item, Report.STUDENTS, but="date_of_birth")
            born = self._day(item, "dateOfBirth", Report.STUDENTS, "date_of_birth")
            yield Pupil(source_id=source_id, date_of_birth=born, unknown=unknown, **values)

    def teachers(self) -> Iterator[Record]:
        """One with a blank title, forename or surname is left out and told (F9)."""
        unknown = self._unknown(Report.STAFF, TEACHERS)
        for item, source_id in self._once(TEACHERS, Report.STAFF):
            values = self._texts(item, Report.STAFF)
            blank = next((name for name in FILLED if not values[name]), None)
            if blank is None:
                yield Staff(source_id=source_id, unknown=unknown, **values)
                continue
            self.findings.reject(
                (Report.STAFF,), item.where(ATTRIBUTES[Report.STAFF][blank]), code=f"missing_{blank}",
                source_id=source_id, name=_name(values), mend=FILL,
                message=f"The {FILLED[blank]} is blank; a teacher needs title, forename and surname.",
            )  # fmt: skip

    def contacts(self) -> Iterator[Record]:
        unknown = self._unknown(Report.CONTACTS, CONTACTS)
        relations: dict[str, str | None] = {}
        for item, source_id in self._once(CONTACTS, Report.CONTACTS):
            relations[source_id] = item.text("relationship")
            values = self._texts(item, Report.CONTACTS)
            yield Contact(source_id=source_id, unknown=unknown, **values)
        yield from self._links(relations)

    def _links(self, relations: Mapping[str, str | None]) -> Iterator[Record]:
        """H9.  What a link does not say of the relationship, the contact may."""
        declined = self.declined.get(Report.CONTACTS, frozenset())
        seen: set[tuple[str, str]] = set()
        for item in self.items(LINKS, Report.CONTACTS):
            contact, pupil = item.text("contactId"), item.text("studentId")
            if not contact or not pupil:
                self._reject(item, "missing_value", "A link needs a student and a contact; it is left out.")
            elif contact not in relations:
                self._reject(item, "unknown_reference", "No contact has that id; the link is left out.",
                             field="contactId", value=contact)  # fmt: skip
            elif (contact, pupil) not in seen:
                seen.add((contact, pupil))
                said = item.text("relationship") or relations[contact]
                responsible = self._responsible(item)
                yield ContactLink(
                    contact_id=contact, pupil_id=pupil,
                    relationship=None if "relationship" in declined else said,
                    parental_responsibility=None if "parental_responsibility" in declined else responsible,
                )  # fmt: skip

    def _responsible(self, item: Item) -> bool | None:
        text = item.text("parentalResponsibility")
        found = cells.yes_no(text) if text else None
        if text and found is None:
            self.findings.reject(
                (Report.CONTACTS,), item.where("parentalResponsibility"), code="bad_flag",
                field="parental_responsibility", value=text, message="The value is neither yes nor no.",
            )  # fmt: skip
        return found

    def _once(self, name: str, report: Report) -> Iterator[tuple[Item, str]]:
        """Each id's first item.  The id is what tells a change from a new person (G3)."""
        key, seen = _IDS[name], dict[str, Mapping[str, object]]()
        for item in self.items(name, report):
            source_id = item.text(key)
            if not source_id or len(source_id) > 255:
                self._reject(
                    item, "missing_source_id", f"The {key} is blank or no id; left out.", report, key
                )
                continue
            if source_id not in seen:
                seen[source_id] = item.values
                self.counts[report] = self.counts.get(report, 0) + 1
                yield item, source_id
            elif seen[source_id] == item.values:
                self.findings.note(
                    "repeated_row", item.file, line=item.line, column=name, level="info",
                    message="somebody is there again; the first counts.",
                )  # fmt: skip
            else:
                self._reject(item, "duplicate_source_id", "Another item has that id; the first counts.",
                             report, key, source_id)  # fmt: skip

    def _texts(self, item: Item, report: Report, *, but: str = "") -> dict[str, Any]:
        declined = self.declined.get(report, frozenset())
        return {
            attribute: None if attribute in declined else self._text(item, name, report, attribute)
            for attribute, name in ATTRIBUTES[report].items()
            if attribute != but
        }

    def _text(self, item: Item, name: str, report: Report, attribute: str) -> str | None:
        text = item.text(name)
        if text is None or len(text) <= MAX_VALUE:
            return text
        self.findings.reject(
            (report,), item.where(name), code="too_long", field=attribute, value=text,
            message=f"The value has {len(text):,} characters; the limit is {MAX_VALUE:,}.",
        )  # fmt: skip
        return None

    def _day(self, item: Item, name: str, report: Report, attribute: str) -> date | None:
        text = item.text(name)
        return read_day(item, name, text, report, attribute, self.findings, self.latest) if text else None

    def _reject(
        self, item: Item, code: str, message: str, report: Report = Report.CONTACTS, field: str = "",
        value: str | None = None,
    ) -> None:  # fmt: skip
        self.findings.reject((report,), item.where(field), code=code, message=message, value=value)

    def _unknown(self, report: Report, name: str) -> frozenset[str]:
        """What the set does not deliver at all, so that it is never read as empty."""
        columns = self.files.columns.get(name)
        at = columns.at if columns is not None else {}
        given = {attribute for attribute, each in ATTRIBUTES[report].items() if each in at}
        every = frozenset(each.name for each in fields(_RECORDS[report])) - _STRUCTURE
        return (every - given) | (self.declined.get(report, frozenset()) & every)


def read_day(
    item: Item, name: str, text: str, report: Report, attribute: str, findings: Findings, latest: int
) -> date | None:
    """Raises BadFile for a month before the day: then every other date of that list may be misread."""
    found, oddity = cells.day(text[:60], latest)
    if oddity == cells.MONTH_FIRST:
        raise BadFile(
            f"{item.where(name)}: “{text[:20]}” has the month first; other dates there may be misread.",
            mend="Have the dates written as 2014-09-01, and run again.", where=item.where(name),
        )  # fmt: skip
    if found is None:
        findings.reject(
            (report,),
            item.where(name),
            code="bad_date",
            field=attribute,
            value=text,
            message=f"“{text[:30]}” is not a day.",
        )
    return found


def _name(values: Mapping[str, str | None]) -> str | None:
    return " ".join(values[part] or "" for part in FILLED).strip()[:80] or None
