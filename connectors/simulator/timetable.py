"""Registration, year and house groups for every school; subjects and teaching classes for secondaries.

Primaries publish no classes at all: their forms exist only as REGISTRATION groups (wonde.md §12.1).
A class without pupils and one without a teacher are left in, since real timetables have them (W8).
"""

from __future__ import annotations

from datetime import timedelta

from connectors.simulator.people import PupilRow, Roll, SetRow, StaffRow, SubjectRow, moment, wonde_id
from connectors.simulator.schools import academic_start, year_name
from connectors.simulator.staffing import SUBJECTS

HOUSES = ("Attenborough", "Brunel", "Curie", "Seacole")
FORM_SIZE = 28
_CORE = ("En", "Ma", "Sc")
_PAIRS = (("Fr", "Hi"), ("Gg", "Ar"), ("Pe", "Co"))


def arrange(roll: Roll) -> None:
    """Builds all groups and classes from the current pupils and staff."""
    pupils = sorted(roll.of_status("current"), key=lambda row: (row.stage, row.serial))
    teachers = [row for row in roll.staff.values() if row.teaching]
    by_stage: dict[int, list[PupilRow]] = {}
    for pupil in pupils:
        by_stage.setdefault(pupil.stage, []).append(pupil)
    _houses(roll, pupils)
    for stage, year in sorted(by_stage.items()):
        _year(roll, stage, year)
        _forms(roll, stage, year, teachers)
    _others(roll, pupils, teachers)
    if roll.school.has_classes:
        _subjects(roll)
        for stage, year in sorted(by_stage.items()):
            if stage >= 7:
                _classes(roll, stage, year, teachers)
        _unfinished(roll, teachers)


def add_set(roll: Roll, kind: str, name: str, *, code: str | None = None, **more: object) -> SetRow:
    shelf, word = (roll.classes, "class") if kind == "CLASS" else (roll.groups, "group")
    serial = roll.next_serial(word)
    start = academic_start(roll.today, country=roll.school.country) - timedelta(days=4)
    row = SetRow(
        serial=serial, id=wonde_id(roll.school, word, serial), mis_id=str(500 + serial), name=name,
        code=code or name, kind=kind, created=moment(start, serial), updated=moment(start, serial),
    )  # fmt: skip
    for field, value in more.items():
        setattr(row, field, value)
    shelf[row.id] = row
    return row


def _houses(roll: Roll, pupils: list[PupilRow]) -> None:
    houses = [add_set(roll, "HOUSE", name, code=name[:3].upper()) for name in HOUSES]
    for pupil in pupils:
        house = houses[pupil.family % len(houses)]
        pupil.house = house.id
        house.pupils.append(pupil.id)


def _year(roll: Roll, stage: int, year: list[PupilRow]) -> None:
    name = year_name(stage, country=roll.school.country)
    code = year[0].year_text
    add_set(roll, "YEAR", name, code=code, stage=stage, description=name, pupils=[row.id for row in year])


def _forms(roll: Roll, stage: int, year: list[PupilRow], teachers: list[StaffRow]) -> None:
    """Forms of at most ``FORM_SIZE``; each with a tutor, some with a second one (I7)."""
    count = -(-len(year) // FORM_SIZE)
    for number in range(count):
        members = year[number::count]
        tutor = teachers[(stage * 7 + number) % len(teachers)]
        letters = "KESBTWPN"[number % 8]
        name = f"{year[0].year_text}{letters}{(tutor.staff_code or 'XX')[:2]}"
        staff = [tutor.id]
        if (stage + number) % 5 == 0 and len(teachers) > 3:
            staff.append(teachers[(stage * 7 + number + 1) % len(teachers)].id)
        form = add_set(
            roll, "REGISTRATION", name, stage=stage, pupils=[row.id for row in members], staff=staff
        )
        for pupil in members:
            pupil.registration = form.id


def _others(roll: Roll, pupils: list[PupilRow], teachers: list[StaffRow]) -> None:
    """Groups of types that are not let through: a club, a staff meeting, a course (I10)."""
    add_set(roll, "MISC", "Breakfast club", pupils=[row.id for row in pupils[::17]])
    add_set(roll, "USER", "Staff briefing", staff=[row.id for row in teachers])
    add_set(roll, "COURSE", "Swimming", pupils=[row.id for row in pupils[::9]], staff=[teachers[0].id])


def _subjects(roll: Roll) -> None:
    for number, (code, name) in enumerate(SUBJECTS, 1):
        start = academic_start(roll.today, country=roll.school.country) - timedelta(days=370)
        subject_id = wonde_id(roll.school, "subject", number)
        roll.subjects[code] = SubjectRow(subject_id, str(30 + number), code, name, moment(start, number))


def _classes(roll: Roll, stage: int, year: list[PupilRow], teachers: list[StaffRow]) -> None:
    for code in (*_CORE, *(pair[stage % 2] for pair in _PAIRS)):
        experts = [row for row in teachers if row.subject == code] or teachers
        if stage > 11 and code in _CORE[1:]:
            continue
        size = 24 if stage > 11 else 29
        count = -(-len(year) // size)
        for number in range(count):
            band, place = "xy"[number % 2], number // 2 + 1
            short = f"{year[0].year_text}{band}/{code}{place}"
            teacher = experts[(stage + number) % len(experts)]
            row = add_set(
                roll, "CLASS", short, subject=code, stage=stage,
                description=f"{roll.subjects[code].name} set {place}",
                pupils=[pupil.id for pupil in year[number::count]], staff=[teacher.id],
            )  # fmt: skip
            if number % 6 == 5 and len(experts) > 1:
                row.staff.append(experts[(stage + number + 1) % len(experts)].id)


def _unfinished(roll: Roll, teachers: list[StaffRow]) -> None:
    add_set(roll, "CLASS", "Spare/Ma9", subject="Ma", description="Not timetabled", staff=[teachers[-1].id])
    lonely = add_set(roll, "CLASS", "Cover/En9", subject="En", description="Teacher to be named")
    lonely.pupils = next(iter(roll.classes.values())).pupils[:5]
