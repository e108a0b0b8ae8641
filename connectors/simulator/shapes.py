"""Rows as Wonde writes them: the objects of wonde.md §3 and §9, key by key and in that order.

Every school's ``Quirks`` decide the variants (date shapes, empty singles, letter case); ``LIMITS`` what a
MIS does not supply by this route.  Nothing here knows HTTP.
"""

from __future__ import annotations

import base64
import struct
import zlib
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Any

from connectors.simulator.name_lists import STREETS
from connectors.simulator.people import (
    ContactRow,
    Deletion,
    PersonRow,
    PupilRow,
    Roll,
    SetRow,
    StaffRow,
    SubjectRow,
    Tie,
)
from connectors.simulator.schools import DemoSchool

Json = dict[str, Any]
_NO_ADDRESS = dict.fromkeys(
    ("house_number", "house_name", "apartment", "street", "district", "town", "county", "country", "postcode")
)


def stamp(at: datetime | None) -> Json | None:
    """A timestamp as PHP serialises it: a space, six decimals, the zone beside it (§8)."""
    if at is None:
        return None
    return {"date": at.isoformat(" ", "microseconds")[:26], "timezone_type": 3, "timezone": "UTC"}


def day(value: date | None, shape: str) -> Json | str | None:
    """A plain day in one of its shapes: "text", or midnight in "london" or "utc" as an object (§8)."""
    if value is None:
        return None
    if shape == "text":
        return value.isoformat()
    zone = "Europe/London" if shape == "london" else "UTC"
    return {"date": f"{value.isoformat()} 00:00:00.000000", "timezone_type": 3, "timezone": zone}


def mis_id(school: DemoSchool, value: str) -> str | int:
    return int(value) if school.quirks.numeric_mis_id else value


def single(school: DemoSchool, value: Json | None) -> Json | None:
    """A single include: wrapped in ``data``; an empty one as the school's quirk has it (§9)."""
    if value is None and school.quirks.empty_single == "bare":
        return None
    return {"data": value}


def _core(school: DemoSchool, row: PersonRow) -> Json:
    gender = row.gender.upper() if school.quirks.upper_gender else row.gender
    return {
        "id": row.id, "upi": row.upi, "mis_id": mis_id(school, row.mis_id), "title": row.title,
        "initials": row.initials, "surname": row.surname, "forename": row.forename,
        "middle_names": row.middle, "legal_surname": row.legal_surname,
        "legal_forename": row.legal_forename, "gender": gender,
    }  # fmt: skip


def _times(school: DemoSchool, row: PersonRow) -> Json:
    return {
        "date_of_birth": day(row.born, school.quirks.birth_dates), "restored_at": stamp(row.restored),
        "created_at": stamp(row.created), "updated_at": stamp(row.updated),
    }  # fmt: skip


def student(school: DemoSchool, row: PupilRow) -> Json:
    return {**_core(school, row), "gender_identity": None, **_times(school, row)}


def education(school: DemoSchool, row: PupilRow) -> Json:
    other = school.quirks.other_dates
    return {
        "admission_number": row.admission_number, "upn": row.upn, "local_upn": row.local_upn,
        "former_upn": row.former_upn, "learner_number": row.uln, "current_nc_year": row.year_text,
        "part_time": row.part_time, "part_time_rate": row.part_time_rate,
        "admission_date": day(row.admitted, other), "leaving_date": day(row.leaving, other),
    }  # fmt: skip


def pupil_contact_details(school: DemoSchool, row: PupilRow) -> Json:
    where = school.quirks.pupil_emails
    work = row.email if where == "work" else None
    return {
        "phones": _phones(None),
        "emails": {"email": row.email, "primary": None, "home": None, "work": work},
        "addresses": {"home": _address(school, row.family), "work": dict(_NO_ADDRESS)},
    }


def staff_contact_details(row: StaffRow) -> Json:
    return {
        "phones": {**_phones(None), "work": row.phone},
        "emails": {"email": row.email, "primary": row.email, "home": None, "work": row.email},
    }


def contact_contact_details(school: DemoSchool, row: ContactRow) -> Json:
    return {
        "phones": _phones(row.phone),
        "emails": {"email": row.email, "primary": row.email, "home": row.email, "work": None},
        "addresses": {"home": _address(school, row.family)},
    }


def _phones(number: str | None) -> Json:
    return {"phone": number, "primary": number, "home": None, "work": None, "mobile": number}


def _address(school: DemoSchool, family: int) -> Json:
    return {
        **_NO_ADDRESS, "house_number": str(family * 7 % 140 + 1), "street": STREETS[family % len(STREETS)],
        "town": school.town, "country": "Australia" if school.region else "United Kingdom",
        "postcode": school.postcode,
    }  # fmt: skip


def extended(row: PupilRow) -> Json:
    """Invented and unvarying by person: a roster reader has no business with these (X2)."""
    return {
        "ethnicity": "NOBT", "religion": None, "first_language": "ENG", "home_language": None,
        "english_as_additional_language": row.community not in ("british", "irish"),
        "english_as_additional_language_status": "Not applicable", "sen_status": "N",
        "in_lea_care": False, "ever_in_care": False, "free_school_meals": row.family % 6 == 0,
        "free_school_meals_6": row.family % 5 == 0, "premium_pupil_indicator": row.family % 5 == 0,
        "premium_pupil_notes": None, "service_children_indicator": False, "dietary_needs": None,
    }  # fmt: skip


def contact(school: DemoSchool, row: ContactRow) -> Json:
    return {
        "id": row.id, "mis_id": mis_id(school, row.mis_id), "upi": row.upi, "title": row.title,
        "initials": row.initials, "surname": row.surname, "forename": row.forename, "middle_names": None,
        "gender": row.gender, "date_of_birth": None, "created_at": stamp(row.created),
        "updated_at": stamp(row.updated),
    }  # fmt: skip


def relationship(tie: Tie) -> Json:
    """Bare: this one include has no ``data`` around it (§7)."""
    return {
        "bill_payer": False, "lives_with_pupil": tie.lives_with, "email_bills": False, "copy_bills": False,
        "court_order": False, "pupil_report": tie.responsible, "parental_responsibility": tie.responsible,
        "correspondence": tie.responsible, "priority": tie.priority, "relationship": tie.relationship,
    }  # fmt: skip


def employee(school: DemoSchool, row: StaffRow) -> Json:
    return {**_core(school, row), **_times(school, row)}


def employment(school: DemoSchool, row: StaffRow) -> Json:
    other = school.quirks.other_dates
    roles = ", ".join(row.roles) if row.roles and school.supplies("roles") else None
    return {
        "current": row.current, "teaching_staff": row.teaching if school.supplies("teaching") else None,
        "teacher_number": None, "teacher_category": None, "staff_code": row.staff_code,
        "primary_location": None, "employment_start_date": day(row.start, other),
        "employment_end_date": day(row.end, other), "local_authority_start_date": None,
        "probation_end_date": None, "police_check_date": None, "health_check_date": None,
        "employment_payroll_number": None, "employee_payroll_number": None,
        "working_with_children_registration_number": None, "role_text": roles,
        "qualified_teacher_status": None, "qualified_teacher_status_route": None,
        "higher_level_teaching_assistant_status": None,
    }  # fmt: skip


def line_manager(roll: Roll, row: StaffRow) -> Json | None:
    """E4: id, mis_id and upi of the manager; nothing where the MIS has no hierarchy for this route."""
    boss = roll.staff.get(row.manager or "") if roll.school.supplies("hierarchy") else None
    return (
        None if boss is None else {"id": boss.id, "mis_id": mis_id(roll.school, boss.mis_id), "upi": boss.upi}
    )


def subject(school: DemoSchool, row: SubjectRow) -> Json:
    return {
        "id": row.id, "mis_id": mis_id(school, row.mis_id), "code": row.code, "name": row.name,
        "active": True, "created_at": stamp(row.created), "updated_at": stamp(row.created),
    }  # fmt: skip


def school_class(school: DemoSchool, row: SetRow, *, subject_id: str | None = None) -> Json:
    """``subject`` is the bare id until it is included (§7, a trap)."""
    return {
        "id": row.id, "mis_id": mis_id(school, row.mis_id), "type": None, "name": row.name, "code": row.code,
        "description": row.description, "subject": subject_id,
        "alternative": "false" if school.quirks.text_alternative else False, "priority": None,
        "academic_year": None, "year_group": None, "restored_at": None,
        "created_at": stamp(row.created), "updated_at": stamp(row.updated),
    }  # fmt: skip


def group(school: DemoSchool, row: SetRow) -> Json:
    return {
        "id": row.id, "mis_id": mis_id(school, row.mis_id), "name": row.name, "code": row.code,
        "type": row.kind, "description": row.description, "notes": None, "restored_at": None,
        "created_at": stamp(row.created), "updated_at": stamp(row.updated),
    }  # fmt: skip


def deletion(school: DemoSchool, row: Deletion) -> Json:
    return {
        "type": row.kind, "id": row.id, "mis_id": mis_id(school, row.mis_id), "deleted_at": stamp(row.at),
        "restored_at": stamp(row.restored),
    }  # fmt: skip


@cache
def _picture(shade: int) -> str:
    """A valid 8x8 PNG of one colour, as base64."""
    rows = b"".join(b"\x00" + bytes((shade, 255 - shade, 128)) * 8 for _ in range(8))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    image = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return base64.b64encode(image).decode()


def photo(row: PersonRow) -> Json | None:
    if not row.photo:
        return None
    content = _picture(row.serial % 64 * 4)
    return {
        "id": f"A8{row.id[2:]}",
        "content": content,
        "hash": blake2b(content.encode(), digest_size=16).hexdigest(),
    }


def school_object(school: DemoSchool, *, origin: str) -> Json:
    """``origin`` is the address of this server; each region is a path of its own below it."""
    base = f"{origin}/wonde-{school.region}" if school.region else f"{origin}/wonde"
    identifiers = {
        "la_code": school.la_code or None, "establishment_number": school.establishment_number or None,
        "urn": int(school.urn),
    }  # fmt: skip
    country = (
        {"code": "AUS", "name": "Australia"} if school.region else {"code": "GBR", "name": "United Kingdom"}
    )
    return {
        "id": school.wonde_id, "name": school.name,
        "establishment_number": identifiers["establishment_number"], "urn": identifiers["urn"],
        "phase_of_education": school.phase.upper().replace("-", "_"), "la_code": identifiers["la_code"],
        "timezone": school.timezone, "mis": school.mis_title,
        "address": {
            "address_line_1": "School Lane", "address_line_2": None, "address_town": school.town,
            "address_postcode": school.postcode, "address_country": country,
        },
        "extended": {
            "allows_writeback": False, "has_timetables": school.has_classes,
            "has_lesson_attendance": school.has_classes,
        },
        "region": {
            "code": country["code"], "domain": base.partition("://")[2],
            "school_url": f"{base}/v1.0/schools/{school.wonde_id}", "identifiers": identifiers,
        },
    }  # fmt: skip
