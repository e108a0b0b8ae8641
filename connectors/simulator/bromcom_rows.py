"""One school as Bromcom's database would hold it: rows of entities, with its habits (reference §3, traps).

Text is padded, the same person comes twice, class names may end with their academic year, flags are words,
contacts stand in three slots, rooms are UNKNOWN, and who is in what ends rather than disappears.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from connectors.simulator.people import ContactRow, PersonRow, PupilRow, Roll, SetRow, StaffRow, Tie
from connectors.simulator.schools import academic_start

Row = dict[str, Any]
LEADERS = {"REGISTRATION": ("Main Tutor", "Additional Tutor"), "HOUSE": ("Head of House", "Head of House")}


def stamp(day: date | None) -> str | None:
    return f"{day.isoformat()}T00:00:00" if day else None


def code_of(pupil: PupilRow) -> str:
    """The letter of the enrolment: most are registered here alone."""
    return "G" if pupil.serial % 53 == 0 else "S" if pupil.serial % 41 == 0 else "C"


def coded(row: StaffRow) -> bool:
    """Whether the record is timetabled, and so has a code."""
    return bool(row.teaching)


class Rows:
    """The entities of one roll, as it is when they are asked for."""

    def __init__(self, roll: Roll) -> None:
        self.roll, self.seen = roll, (roll.version, roll.today)
        self.start = academic_start(roll.today, country=roll.school.country)
        self._made: dict[str, list[Row]] = {}

    def of(self, entity: str) -> list[Row] | None:
        """None for an entity nobody knows.  Names of entities are taken as they are spelt here."""
        maker = MAKERS.get(entity)
        if maker is not None and entity not in self._made:
            self._made[entity] = list(maker(self))
        return self._made.get(entity)

    # -- people -----------------------------------------------------------------------

    def pupils(self) -> Iterator[Row]:
        for pupil in self.roll.pupils.values():
            row = self._pupil(pupil)
            yield row
            if pupil.serial % 37 == 0:
                yield dict(row)

    def _pupil(self, row: PupilRow) -> Row:
        form = self.roll.groups.get(row.registration or "")
        ties = self.roll.ties.get(row.id, [])
        slots: Row = {}
        for slot in (1, 2, 3):
            tie = ties[slot - 1] if len(ties) >= slot else None
            slots |= self._slot(f"contact{slot}", tie)
        return {
            "studentId": int(row.mis_id), **names(row), "genderCode": row.gender[0].upper(),
            "dateOfBirth": stamp(row.born), "studentEmail": row.email, "upn": row.upn,
            "admissionNumber": row.admission_number, "examNumber": f"{row.serial:04d}",
            "yearGroup": row.year_text, "tutorGroupName": form.code if form else "NoTutorGrp",
            "enrolmentStateName": code_of(row), "inCareFlag": "no", "ealFlag": "yes",
            "premiumPupilFlag": row.serial % 5 == 0, "enrolmentstartDate": stamp(row.admitted),
            "enrolmentendDate": stamp(row.leaving), **slots,
        }  # fmt: skip

    def _slot(self, start: str, tie: Tie | None) -> Row:
        contact = self.roll.contacts.get(tie.contact) if tie else None
        if tie is None or contact is None:
            keys = ("Name", "Telephone", "Email", "Relationship", "ParentalResponsibility")
            return {start + key: None for key in keys}
        return {
            f"{start}Name": called(contact), f"{start}Telephone": contact.phone or "",
            f"{start}Email": contact.email or "", f"{start}Relationship": tie.relationship,
            f"{start}ParentalResponsibility": "Yes" if tie.responsible else "No",
        }  # fmt: skip

    def staff(self) -> Iterator[Row]:
        """A row a post; some have one more that ended long ago."""
        for row in self.roll.staff.values():
            end = row.end if row.current else row.end or self.roll.today - timedelta(days=1)
            posts = [(role, row.start, end) for role in row.roles or ("",)]
            if row.serial % 11 == 0:
                posts.append(("Cover Supervisor", date(2010, 9, 1), date(2012, 8, 31)))
            for role, begun, ended in posts:
                yield {
                    "staffId": int(row.mis_id), "title": row.title, **names(row),
                    "workEmail": row.email or "", "staffCode": f"{row.staff_code}  " if coded(row) else " ",
                    "jobTitle": role, "startDate": stamp(begun), "endDate": stamp(ended),
                }  # fmt: skip

    def managers(self) -> Iterator[Row]:
        for row in self.roll.staff.values():
            above = self.roll.staff.get(row.manager or "")
            if above is not None:
                yield {"employeeId": int(row.mis_id), "lineManagerEmployeeId": int(above.mis_id)}

    # -- classes ----------------------------------------------------------------------

    def _suffix(self, years: int = 0) -> str:
        first = self.start.year + years
        return f" ({first % 100:02d}/{(first + 1) % 100:02d})"

    def members(self) -> Iterator[Row]:
        for number, row in enumerate(self.roll.classes.values()):
            subject = self.roll.subjects.get(row.subject or "")
            told = row.name + (self._suffix() if number % 2 else "")
            for pupil in row.pupils:
                yield self._member(told, pupil, subject.name if subject else None)
            if number < 3:
                yield from (self._member(row.name + self._suffix(-1), one, None) for one in row.pupils[1:])

    def _member(self, name: str, pupil: str, subject: str | None) -> Row:
        return {
            "studentId": int(self.roll.pupils[pupil].mis_id),
            "className": name,
            "subjectDescription": subject,
        }

    def lessons(self) -> Iterator[Row]:
        """Each teacher's lessons, and now and then somebody who only covers."""
        everybody = [row for row in self.roll.staff.values() if row.teaching]
        for row in self.roll.classes.values():
            for place, teacher in enumerate(self._teachers(row)):
                yield self._lesson(row, teacher, place, cover=False)
            if row.serial % 9 == 0:
                yield self._lesson(row, everybody[row.serial % len(everybody)], 3, cover=True)

    def _lesson(self, row: SetRow, teacher: StaffRow, place: int, *, cover: bool) -> Row:
        return {
            "staffId": int(teacher.mis_id), "studentId": None, "className": row.name,
            "locationName": ("UNKNOWN", "DEFAULT", f"R{row.serial}")[row.serial % 3], "weekNumber": 1,
            "timetableDay": place + 1, "periodName": f"Mon:{place + 1}", "periodDisplayName": f"P{place + 1}",
            "periodStartDate": stamp(self.start), "isCover": "Yes" if cover else "No",
        }  # fmt: skip

    def _teachers(self, row: SetRow) -> list[StaffRow]:
        return [self.roll.staff[one] for one in row.staff if one in self.roll.staff]

    # -- collections --------------------------------------------------------------------

    def _collections(self) -> Iterator[tuple[int, SetRow]]:
        yield from ((1000 + row.serial, row) for row in self.roll.groups.values())
        yield from ((5000 + row.serial, row) for row in self.roll.classes.values())

    def associates(self) -> Iterator[Row]:
        for own, row in self._collections():
            staff = row.kind == "USER"
            people: list[PersonRow] = [self.roll.pupils[one] for one in row.pupils]
            people += self._teachers(row) if staff else []
            for number, one in enumerate(people):
                yield {
                    "personID": int(one.mis_id), "collectionID": own, "collectionName": row.name,
                    "startDate": stamp(self.start), "endDate": None,
                }  # fmt: skip
                if number == 0 and row.kind == "HOUSE":  # was in it before, and is in it again
                    yield {
                        "personID": int(one.mis_id), "collectionID": own, "collectionName": row.name,
                        "startDate": "2020-09-01T00:00:00", "endDate": "2021-07-20T00:00:00",
                    }  # fmt: skip

    def timetabled(self) -> Iterator[Row]:
        for own, row in self._collections():
            for one in self._teachers(row) if row.kind in ("REGISTRATION", "CLASS") else ():
                yield {
                    "collectionID": own, "calendarModelID": 1, "employeeID": int(one.mis_id),
                    "locationID": 1, "startDate": stamp(self.start), "endDate": None,
                }  # fmt: skip

    def executives(self) -> Iterator[Row]:
        for own, row in self._collections():
            roles = LEADERS.get(row.kind, ("Teacher", "Teacher"))
            for one, role in zip(self._teachers(row) if row.kind != "USER" else (), roles, strict=False):
                yield {
                    "StaffID": int(one.mis_id), "CollectionID": own, "CollectionRoleTypeDescription": role,
                    "EndDate": None,
                }  # fmt: skip


def names(row: PersonRow) -> Row:
    """Padded, as the columns are; a surname that was never filled in is blanks."""
    legal = row.legal_surname or row.surname
    return {
        "firstName": row.legal_forename or row.forename, "lastName": f"{legal or '':<8}",
        "preferredFirstName": row.forename, "preferredLastName": f"{row.surname or '':<8}",
    }  # fmt: skip


def called(contact: ContactRow) -> str:
    return " ".join(filter(None, (contact.title, contact.forename, contact.surname)))


MAKERS = {
    "StudentFlatView": Rows.pupils, "Staff": Rows.staff, "StaffLineManagers": Rows.managers,
    "YearGroupSubjectStudents": Rows.members, "TimeTable": Rows.lessons,
    "CollectionAssociates": Rows.associates, "CollectionTimetables": Rows.timetabled,
    "CollectionExecutives": Rows.executives,
}  # fmt: skip
