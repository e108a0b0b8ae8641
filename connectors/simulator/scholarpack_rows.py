"""One school's rows as ScholarPack would send them, by the keys the project's reference suggests.

Contacts stand once for each pupil; which of them allow third parties, first parties or nobody differs from
one to the next, as their ticks do.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from connectors.simulator.people import ContactRow, PupilRow, Roll, StaffRow, Tie
from connectors.simulator.schools import DemoSchool

Json = dict[str, Any]


def uuid_of(row_id: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"https://scholarpack.example/{row_id}"))


def allows(contact: ContactRow) -> str:
    """ "third", "first" or "": whom the contact's own setting lets have its details."""
    return "" if contact.serial % 31 == 0 else "first" if contact.serial % 9 == 0 else "third"


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def student(roll: Roll, row: PupilRow) -> Json:
    form, year = roll.groups.get(row.registration or ""), row.year_text
    return {
        "student_uuid": uuid_of(row.id), "forename": row.legal_forename or row.forename,
        "surname": row.surname, "preferred_forename": row.forename, "date_of_birth": day(row.born),
        "upn": row.upn, "admission_number": row.admission_number, "year_group": year,
        "class_name": (form.code or form.name) if form else None, "house": row.house,
        "start_date": day(row.admitted), "leaving_date": day(row.leaving), "off_roll": row.status == "leaver",
    }  # fmt: skip


def staff(row: StaffRow) -> Json:
    return {
        "staff_uuid": uuid_of(row.id), "title": row.title, "forename": row.forename, "surname": row.surname,
        "date_of_birth": day(row.born), "email": row.email, "role": list(row.roles), "active": row.current,
    }  # fmt: skip


def contract(row: StaffRow) -> Json:
    return {"staff_uuid": uuid_of(row.id), "start_date": day(row.start), "end_date": day(row.end)}


def contact(row: ContactRow, pupil: str, tie: Tie) -> Json:
    return {
        "contact_uuid": uuid_of(row.id), "title": row.title, "forename": row.forename,
        "surname": row.surname, "email": row.email, "mobile": row.phone, "relationship": tie.relationship,
        "responsibility": tie.responsible, "contact_order": tie.priority, "student_uuid": uuid_of(pupil),
    }  # fmt: skip


def school(row: DemoSchool) -> Json:
    return {"name": row.name, "urn": row.urn, "dfe_number": f"{row.la_code}{row.establishment_number}"}


def on_roll(roll: Roll) -> list[PupilRow]:
    return [row for row in roll.pupils.values() if row.status != "pre"]


def contacts(roll: Roll, *, first_party: bool) -> list[Json]:
    """Only those whose setting allows it."""
    allowed = {"third", "first"} if first_party else {"third"}
    return [
        contact(roll.contacts[tie.contact], pupil.id, tie)
        for pupil in on_roll(roll) for tie in roll.ties.get(pupil.id, ())
        if tie.contact in roll.contacts and allows(roll.contacts[tie.contact]) in allowed
    ]  # fmt: skip


def marks(roll: Roll) -> list[Json]:
    """Both sessions of the last school day."""
    last = roll.today - timedelta(days=max(0, roll.today.weekday() - 4))
    return [
        {"student_uuid": uuid_of(row.id), "date": day(last), "session": half, "mark": mark}
        for row in on_roll(roll) for half, mark in (("AM", "/"), ("PM", "\\"))
    ]  # fmt: skip
