"""What the scheduled task of a school with SIMS leaves in its drop folder: reports by CommandReporter.

SIMS writes XML, SIMS Connected CSV in whatever encoding holds the names.  A person is repeated for each role,
whole rows occur twice now and then, and a missing value has no element at all (sims.md §3.1).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar
from uuid import UUID
from xml.sax.saxutils import escape

from connectors.records import Report
from connectors.sims_files.layout import BY_REPORT, Layout
from connectors.simulator.face import Typed, thinned
from connectors.simulator.faults import Fault
from connectors.simulator.people import PersonRow, PupilRow, Roll, SetRow, StaffRow
from connectors.simulator.schools import DemoSchool
from connectors.simulator.world import World

Item = dict[str, str | date | None]
TYPES = {
    "CLASS": "Class", "REGISTRATION": "Registration Group", "YEAR": "Year Group", "HOUSE": "House",
    "USER": "User Defined Group",
}  # fmt: skip
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_NAME = re.compile(r"[^\w.-]", re.ASCII)


def external_id(key: str) -> str:
    """The GUID that SIMS calls External ID."""
    return str(UUID(bytes=blake2b(key.encode(), digest_size=16).digest(), version=4))


class SimsFilesWriter:
    route: ClassVar[str] = "sims-files"

    def write(self, world: World, school: DemoSchool, folder: Path, spoilt: Sequence[Fault]) -> Typed:
        """The fault "truncated" ends each file in the middle; written just now, so nothing has to settle."""
        xml = school.mis != "sims-connected"
        for report, layout in BY_REPORT.items():
            rows = thinned(list(_rows(world.roll(school.urn), report)), spoilt)
            content = as_xml(layout, rows) if xml else as_csv(layout, rows)
            if any(fault.kind == "truncated" for fault in spoilt):
                content = content[: len(content) * 2 // 3]
            (folder / f"{layout.names[0]}.{'xml' if xml else 'csv'}").write_bytes(content)
        return Typed(settings={"path": str(folder), "settle": "0"})


def as_xml(layout: Layout, rows: Iterable[Item]) -> bytes:
    lines = ['<?xml version="1.0" standalone="yes"?>', "<SuperStarReport>"]
    for row in rows:
        cells = (
            f"<{encoded(column.captions[0])}>{_xml(row[column.field])}</{encoded(column.captions[0])}>"
            for column in layout.columns if row.get(column.field) is not None
        )  # fmt: skip
        lines.append(f"  <Record>{''.join(cells)}</Record>")
    return "\r\n".join([*lines, "</SuperStarReport>", ""]).encode()


def encoded(caption: str) -> str:
    """``Legal Surname`` → ``Legal_x0020_Surname``."""
    return _NOT_NAME.sub(lambda found: f"_x{ord(found[0]):04X}_", caption)


def _xml(value: str | date | None) -> str:
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00"
    return _NOT_XML.sub("", escape(value or ""))


def as_csv(layout: Layout, rows: Iterable[Item]) -> bytes:
    """In the code page of Windows, or UTF-8 with its mark where that lacks a letter."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(column.captions[0] for column in layout.columns)
    for row in rows:
        writer.writerow(_cell(row.get(column.field)) for column in layout.columns)
    try:
        return text.getvalue().encode("cp1252")
    except UnicodeEncodeError:
        return text.getvalue().encode("utf-8-sig")


def _cell(value: str | date | None) -> str:
    return value.strftime("%d/%m/%Y") if isinstance(value, date) else value or ""


def _rows(roll: Roll, report: Report) -> Iterator[Item]:
    if report in (Report.STUDENTS, Report.STUDENTS_FUTURE):
        for number, pupil in enumerate(
            roll.of_status("current" if report is Report.STUDENTS else "pre"), start=1
        ):
            yield from [_pupil(roll, pupil)] * (2 if number % 280 == 0 else 1)
    elif report in (Report.STAFF, Report.STAFF_FUTURE):
        for row in roll.staff.values():
            future = row.start is not None and row.start > roll.today
            if row.current and future is (report is Report.STAFF_FUTURE):
                yield from _staff(roll, row)
    elif report is Report.CONTACTS:
        yield from _contacts(roll)
    elif report is Report.GROUPS_CLASSES:
        for each in (*roll.classes.values(), *roll.groups.values()):
            yield from _members(roll, each)
    else:
        yield from _marks(roll)


def _person(row: PersonRow) -> Item:
    return {
        "external_id": external_id(row.id), "mis_id": row.mis_id, "base_id": row.mis_id, "title": row.title,
        "given_name": row.forename, "family_name": row.surname, "legal_given_name": row.legal_forename,
        "legal_family_name": row.legal_surname, "middle_names": row.middle, "date_of_birth": row.born,
        "email": row.email, "phone": row.phone,
    }  # fmt: skip


def _pupil(roll: Roll, row: PupilRow) -> Item:
    form, house = roll.groups.get(row.registration or ""), roll.groups.get(row.house or "")
    return {
        **_person(row), "admission_number": row.admission_number, "upn": row.upn,
        "former_upn": row.former_upn, "uln": row.uln, "nc_year": row.year_text,
        "registration_group": form.name if form else None, "house": house.name if house else None,
        "admission_date": row.admitted, "leaving_date": row.leaving,
        "part_time": None if row.part_time is None else "Y" if row.part_time else "N",
    }  # fmt: skip


def _staff(roll: Roll, row: StaffRow) -> Iterator[Item]:
    """One row for each role."""
    boss = roll.staff.get(row.manager or "")
    item: Item = {
        **_person(row), "staff_code": row.staff_code, "start_date": row.start, "end_date": row.end,
        "teaching": None if row.teaching is None else "Y" if row.teaching else "N",
        "reports_to": external_id(boss.id) if boss else None,
    }  # fmt: skip
    yield from ({**item, "roles": role} for role in row.roles or (None,))


def _contacts(roll: Roll) -> Iterator[Item]:
    for pupil in roll.of_status("current"):
        for tie in roll.ties.get(pupil.id, ()):
            yield {
                **_person(roll.contacts[tie.contact]), "pupil": external_id(pupil.id),
                "relationship": tie.relationship, "parental_responsibility": "Y" if tie.responsible else "N",
                "priority": None if tie.priority is None else str(tie.priority),
            }  # fmt: skip


def _members(roll: Roll, row: SetRow) -> Iterator[Item]:
    subject = roll.subjects.get(row.subject or "")
    item: Item = {
        "external_id": external_id(row.id), "base_id": row.mis_id, "name": row.name,
        "description": row.description, "kind": TYPES.get(row.kind, row.kind.title()),
        "subject_id": subject.name if subject else None,
    }  # fmt: skip
    first = True
    for one in row.staff:
        main = "Y" if first and row.kind == "REGISTRATION" else "N"
        yield {**item, "staff": external_id(one), "main": main}
        first = False
    yield from ({**item, "pupil": external_id(one)} for one in row.pupils)


def _marks(roll: Roll) -> Iterator[Item]:
    """Both sessions of the last school day."""
    day = roll.today - timedelta(days=max(0, roll.today.weekday() - 4))
    for pupil in roll.of_status("current"):
        for session, there in (("AM", "/"), ("PM", "\\")):
            absent = (pupil.serial + day.toordinal()) % 23 == 0
            code = "I" if absent else there
            yield {"pupil": external_id(pupil.id), "day": day, "session": session, "code": code}


WRITER = SimsFilesWriter()
