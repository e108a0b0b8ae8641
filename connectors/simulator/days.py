"""What happens at a school in one day: leavers, joiners, marriages, moves, dates that pass.

Deterministic: everything is drawn from the ``random.Random`` of that school and day.  Who left becomes a
deletion and, if a pupil, a record in students-leaver (wonde.md §6); a few return later with
``restored_at``.  A date that passes changes no record: nothing moves ``updated`` on the day a contract
begins, which is why a reader must look at dates every day.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from connectors.simulator import names, timetable
from connectors.simulator.families import Enrolment
from connectors.simulator.identifiers import Issuer
from connectors.simulator.people import Deletion, PupilRow, Roll, SetRow, moment
from connectors.simulator.schools import academic_start, year_text
from connectors.simulator.staffing import Appointments


def pass_one(roll: Roll, issuer: Issuer, rng: Random) -> None:
    """One day on: ``roll.today`` becomes the next day and the office's work of that day is done."""
    before = academic_start(roll.today, country=roll.school.country)
    roll.today += timedelta(days=1)
    roll.version += 1
    if academic_start(roll.today, country=roll.school.country) != before:
        _new_year(roll)
    _admissions(roll)
    _pupils_leave(roll, rng)
    _staff_leave(roll, rng)
    _return(roll, rng)
    _join(roll, issuer, rng)
    _corrections(roll, rng)


def touch(roll: Roll, row: PupilRow | SetRow) -> None:
    row.updated = moment(roll.today, row.serial)


def remove_pupil(roll: Roll, pupil: PupilRow) -> None:
    """Off roll: a deletion, a leaver's record, out of every set; contacts left without a pupil go too."""
    pupil.status, pupil.leaving, pupil.updated = "leaver", roll.today, moment(roll.today, pupil.serial)
    pupil.registration = pupil.house = None
    roll.deletions.append(Deletion("student", pupil.id, pupil.mis_id, pupil.updated))
    for row in (*roll.classes.values(), *roll.groups.values()):
        if pupil.id in row.pupils:
            row.pupils.remove(pupil.id)
            touch(roll, row)
    kept = {
        tie.contact for key, ties in roll.ties.items() if roll.pupils[key].status != "leaver" for tie in ties
    }
    lost = [tie.contact for tie in roll.ties.get(pupil.id, []) if tie.contact not in kept]
    for each in lost:
        if gone := roll.contacts.pop(each, None):
            roll.deletions.append(Deletion("contact", gone.id, gone.mis_id, pupil.updated))
    for key, ties in roll.ties.items():  # of brothers and sisters who left before, too: some come back
        if any(tie.contact in lost for tie in ties):
            roll.ties[key] = [tie for tie in ties if tie.contact not in lost]


def place_pupil(roll: Roll, pupil: PupilRow) -> None:
    """Into the year group, the smallest form of the year and the classes one classmate has."""
    forms = [row for row in roll.groups.values() if row.kind == "REGISTRATION" and row.stage == pupil.stage]
    joined = [row for row in roll.groups.values() if row.kind == "YEAR" and row.stage == pupil.stage]
    houses = [row for row in roll.groups.values() if row.kind == "HOUSE"]
    if houses:
        joined.append(houses[pupil.family % len(houses)])
        pupil.house = joined[-1].id
    if forms:
        form = min(forms, key=lambda row: (len(row.pupils), row.serial))
        mate = form.pupils[0] if form.pupils else None
        joined += [form, *(row for row in roll.classes.values() if mate in row.pupils and mate)]
        pupil.registration = form.id
    for row in joined:
        row.pupils.append(pupil.id)
        touch(roll, row)


def _admissions(roll: Roll) -> None:
    for pupil in roll.of_status("pre"):
        if pupil.admitted and pupil.admitted <= roll.today:
            pupil.status = "current"
            touch(roll, pupil)
            place_pupil(roll, pupil)


def _pupils_leave(roll: Roll, rng: Random) -> None:
    current = roll.of_status("current")
    due = [pupil for pupil in current if pupil.leaving == roll.today]
    for pupil in (*due, *rng.sample(current, min(len(current), 1 + len(current) // 700))):
        if pupil.status == "current":
            remove_pupil(roll, pupil)


def _staff_leave(roll: Roll, rng: Random) -> None:
    """Every other day somebody: half are taken out of the MIS, half stay in as ex-employees."""
    rows = [row for row in list(roll.staff.values())[3:] if row.current and row.end is None]
    if len(rows) < 6 or rng.random() < (0.2 if len(rows) > 60 else 0.6):
        return
    row = rng.choice(rows)
    row.updated = moment(roll.today, row.serial)
    if rng.random() < 0.5:
        row.current, row.end = False, roll.today - timedelta(days=1)
        return
    roll.staff.pop(row.id)
    roll.deletions.append(Deletion("employee", row.id, row.mis_id, row.updated))
    for group in (*roll.classes.values(), *roll.groups.values()):
        if row.id in group.staff:
            group.staff.remove(row.id)
            touch(roll, group)
    for other in roll.staff.values():
        if other.manager == row.id:
            other.manager = row.manager


def _return(roll: Roll, rng: Random) -> None:
    """One in ten who left on an earlier day comes back under the same id."""
    for deletion in roll.deletions:
        pupil = roll.pupils.get(deletion.id)
        old = deletion.at.date() < roll.today - timedelta(days=1)
        if pupil and old and deletion.restored is None and rng.random() < 0.05:
            pupil.status, pupil.leaving = "current", None
            touch(roll, pupil)
            deletion.restored = pupil.restored = pupil.updated
            place_pupil(roll, pupil)
            return


def _join(roll: Roll, issuer: Issuer, rng: Random) -> None:
    current = roll.of_status("current")
    if not current or rng.random() > 0.3 + len(current) / 2000:
        return
    stage = rng.choice(current).stage
    for pupil in Enrolment(roll, issuer, rng).family([stage]):
        pupil.admitted = roll.today
        pupil.created = pupil.updated = moment(roll.today, pupil.serial)
        place_pupil(roll, pupil)
    if rng.random() < 0.2:
        row = Appointments(roll, rng).appoint("Teaching Assistant", teaching=False, start=roll.today)
        row.created = row.updated = moment(roll.today, row.serial)


def _corrections(roll: Roll, rng: Random) -> None:
    """A marriage, a pupil's new surname, a form move, and a missing birth date filled in."""
    current = roll.of_status("current")
    women = [row for row in roll.staff.values() if row.gender == "female" and row.current]
    if women and rng.random() < 0.25:
        bride = rng.choice(women)
        bride.surname = bride.legal_surname = names.surname(rng, bride.community)
        bride.updated = moment(roll.today, bride.serial)
    if current and rng.random() < 0.3:
        renamed = rng.choice(current)
        renamed.surname = names.surname(rng, renamed.community)
        touch(roll, renamed)
    missing = [pupil for pupil in current if pupil.born is None]
    if missing and rng.random() < 0.3:
        start = academic_start(roll.today, country=roll.school.country)
        missing[0].born = start.replace(year=start.year - 5 - missing[0].stage, month=11, day=4)
        touch(roll, missing[0])
    _change_form(roll, rng)


def _change_form(roll: Roll, rng: Random) -> None:
    forms = [row for row in roll.groups.values() if row.kind == "REGISTRATION" and row.pupils]
    old = rng.choice(forms)
    others = [row for row in forms if row.stage == old.stage and row is not old]
    if not others or rng.random() > 0.3:
        return
    new, pupil = rng.choice(others), roll.pupils[old.pupils.pop(0)]
    new.pupils.append(pupil.id)
    pupil.registration = new.id
    for row in (old, new, pupil):
        touch(roll, row)


def _new_year(roll: Roll) -> None:
    """1 September (16 August): everybody a year up, the oldest leave, all sets are made anew (Z10)."""
    last = roll.school.stages[1]
    for pupil in roll.of_status("current"):
        if pupil.stage >= last:
            remove_pupil(roll, pupil)
            continue
        pupil.stage += 1
        pupil.year_text = year_text(pupil.stage, country=roll.school.country)
        touch(roll, pupil)
    for kind, shelf in (("class", roll.classes), ("group", roll.groups)):
        for row in shelf.values():
            roll.deletions.append(Deletion(kind, row.id, row.mis_id, moment(roll.today, row.serial)))
        shelf.clear()
    timetable.arrange(roll)
