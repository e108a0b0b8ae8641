"""A small invented school for the formats, and how a format's files are had from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from misconsole.exports import catalogue, writing
from misconsole.exports.roster import (
    Child,
    ClassFacts,
    ContactFacts,
    Holder,
    Member,
    Roster,
    SchoolFacts,
)
from misconsole.exports.shapes import Made

TODAY = date(2026, 9, 14)
SCHOOL = SchoolFacts(
    urn="100001", name="Larkmere School", la_code="823", establishment_number="4017",
    domain="larkmere.example",
)  # fmt: skip


def pupil(n: int, given: str, family: str, **values: Any) -> Holder:
    username = values.pop("username", f"p{n}")
    first = Holder(
        number=f"100001-{n}", role="pupil", username=username, address=f"{username}@larkmere.example",
        given=given, family=family, display=f"{given} {family}", directory_given=given, year_group="7",
        directory_family=family, year_of_entry=2020, admission_number=f"{n:06}", upn=f"A82343210{n:04}",
        date_of_birth=date(2015, 5, 17), email=f"{username}@larkmere.example",
    )  # fmt: skip
    return replace(first, **values)


def staff(n: int, given: str, family: str, **values: Any) -> Holder:
    base = {
        "role": "staff", "username": f"t{n}", "address": f"t{n}@larkmere.example", "year_group": None,
        "year_of_entry": None, "admission_number": None, "upn": None, "staff_code": f"0{n}",
        "job_title": "Teacher", "teaching": True, "email": f"t{n}@larkmere.example",
    }  # fmt: skip
    return replace(pupil(n, given, family), **{**base, **values})


NIA = pupil(1, "Nia", "Okonjo-Hale", year_group="R", year_of_entry=2027)
ZOE = pupil(2, "Zoë", "O'Small", aliases=("zoe.old@larkmere.example",))
PRIYA = staff(3, "Priya", "Harrow")
SAM = staff(4, "Sam", "Bell", teaching=None, job_title="Bursar")
MARY = Holder(
    number="100001-5", role="other", username="governor1", address="governor1@larkmere.example",
    given="Mary", family="Quill", display="Mary Quill",
)  # fmt: skip
MATHS = ClassFacts(
    number="100001-1", name="7x/Ma2", code="7x/Ma2", subject="Mathematics", subject_number="100001-1",
    members=(
        Member(NIA.number, "pupil"), Member(ZOE.number, "pupil"), Member(PRIYA.number, "main teacher"),
    ),
)  # fmt: skip
FORM = ClassFacts(
    number="100001-2", name="7H", kind="registration",
    members=(Member(ZOE.number, "pupil"), Member(PRIYA.number, "supervisor")), unknown=1,
)  # fmt: skip
ADA = ContactFacts(
    number="100001-1", title="Ms", given="Ada", family="Hale", email="ada@parents.example",
    phone="07700 900441",
    children=(
        Child(holder=NIA.number, username="p1", name="Nia Okonjo-Hale", relationship="Mother",
              responsible=True, priority=1),
        Child(holder=ZOE.number, username="p2", name="Zoë O'Small", relationship="Childminder",
              responsible=False),
    ),
)  # fmt: skip


def school(*holders: Holder, **values: Any) -> Roster:
    base = {
        "school": SCHOOL, "today": TODAY, "holders": holders or (NIA, ZOE, PRIYA, SAM, MARY),
        "classes": (MATHS, FORM), "contacts": (ADA,),
    }  # fmt: skip
    return Roster(**{**base, **values})


def made(name: str, roster: Roster, **options: str) -> tuple[Made, dict[str, bytes]]:
    """What the format makes of it, and its files."""
    chosen = catalogue.find(name)
    result = chosen.build(replace(roster, options=catalogue.options(chosen, options)))
    return result, writing.files(chosen, result)


def files(name: str, roster: Roster | None = None, **options: str) -> dict[str, bytes]:
    return made(name, roster or school(), **options)[1]
