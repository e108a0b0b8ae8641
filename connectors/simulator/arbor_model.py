"""One school as Arbor would hold it: objects of entities with properties and links, revisions and a log.

A link is a ``Ref``; properties that only follow from dates make no revision.  When the roll moves on, the
objects are made anew and compared: what differs gets a new revision and a line in the change log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from connectors.arbor.entities import PROPERTIES
from connectors.simulator.people import ContactRow, PersonRow, PupilRow, Roll, SetRow, StaffRow
from connectors.simulator.schools import academic_start, year_name

FIRST_REVISION = 40_000
DERIVED = frozenset(
    {
        "isActiveInSchool",
        "isActiveTeachingInSchool",
        "displayAcademicLevel",
        "displayJobTitle",
        "registrationForm",
        "tutors",
        "mostRecentEntryDate",
        "emailAddresses",
        "telephoneNumbers",
        "leavingDate",
        "upn",
    }
)
ENDED = frozenset(
    {
        "RegistrationFormMembership",
        "HouseMembership",
        "AcademicLevelMembership",
        "TeachingGroupMembership",
        "RegistrationFormTutor",
        "TeachingGroupTutor",
    }
)

ALWAYS = (*PROPERTIES, "BusinessRoleAssignment")  # there even where a school has none of them

KEPT = frozenset({"Person", "EmailAddress", "TelephoneNumber"})  # Arbor forgets no person


@dataclass(frozen=True, slots=True)
class Ref:
    entity: str
    id: str


@dataclass(slots=True)
class Change:
    entity: str
    id: str
    kind: str
    before: int
    revision: int


Objects = dict[str, dict[str, dict[str, Any]]]


@dataclass(slots=True)
class Model:
    """``tables``: entity → id → properties.  Ask ``fresh()`` before every look."""

    roll: Roll
    tables: Objects = field(default_factory=dict)
    revisions: dict[tuple[str, str], int] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    head: int = FIRST_REVISION
    _seen: tuple[int, date] | None = None
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)

    def fresh(self) -> Model:
        now = (self.roll.version, self.roll.today)
        if now != self._seen:
            self._seen = now
            self._replace(_Builder(self).build())
        return self

    def id_of(self, entity: str, key: str) -> str:
        """A small number that stays with the key."""
        return self._ids.setdefault((entity, key), str(100 + len(self._ids)))

    def _replace(self, tables: Objects) -> None:
        old, self.tables = self.tables, tables
        for entity, objects in old.items():
            for own, properties in objects.items():
                if own not in tables.setdefault(entity, {}):
                    self._removed(entity, own, properties)
        for entity, objects in tables.items():
            for own, properties in objects.items():
                before = old.get(entity, {}).get(own)
                if before is None or _lasting(before) != _lasting(properties):
                    self._note(entity, own, "create" if before is None else "update")

    def _removed(self, entity: str, own: str, properties: dict[str, Any]) -> None:
        """A membership ends, a person stays; anything else is gone."""
        if entity in KEPT:
            self.tables[entity][own] = properties
            return
        if entity in ENDED:
            end = properties.get("endDate") or self.roll.today - timedelta(days=1)
            ended = {**properties, "endDate": end}
            self.tables[entity][own] = ended
            if ended != properties:
                self._note(entity, own, "update")
            return
        self._note(entity, own, "delete")
        self.revisions.pop((entity, own), None)

    def _note(self, entity: str, own: str, kind: str) -> None:
        key, self.head = (entity, own), self.head + 1
        self.log.append(Change(entity, own, kind, self.revisions.get(key, FIRST_REVISION), self.head))
        self.revisions[key] = self.head


def _lasting(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in DERIVED}


class _Builder:
    def __init__(self, model: Model) -> None:
        self.model, self.roll = model, model.roll
        self.tables: Objects = {entity: {} for entity in ALWAYS}
        self.today = model.roll.today

    def put(self, entity: str, own: str, **properties: Any) -> Ref:
        self.tables.setdefault(entity, {})[own] = properties
        return Ref(entity, own)

    def key(self, entity: str, *words: str) -> str:
        return self.model.id_of(entity, "/".join(words))

    def build(self) -> Objects:
        start = academic_start(self.today, country=self.roll.school.country)
        for years in (-1, 0):
            first = start.replace(year=start.year + years)
            last = first.replace(year=first.year + 1) - timedelta(days=1)
            self.put(
                "AcademicYear",
                str(first.year),
                displayName=f"{first.year}/{last.year}",
                startDate=first,
                endDate=last,
            )
        self.year = Ref("AcademicYear", str(start.year))
        self._sets()
        for pupil in self.roll.pupils.values():
            self._pupil(pupil)
        for staff in self.roll.staff.values():
            self._staff(staff)
        self._positions()
        for contact in self.roll.contacts.values():
            self._guardian(contact)
        self._ties()
        return self.tables

    # -- people -----------------------------------------------------------------------

    def _person(self, row: PersonRow, kind: str) -> Ref:
        preferred = row.forename if row.forename != row.legal_forename else None
        surname = row.surname if row.surname != row.legal_surname else None
        title = row.title and self._code("Title", row.title)
        return self.put(
            "Person", self.key("Person", kind, row.id), title=title, legalFirstName=row.legal_forename,
            legalMiddleNames=row.middle, legalLastName=row.legal_surname, preferredFirstName=preferred,
            preferredLastName=surname, dateOfBirth=row.born,
        )  # fmt: skip

    def _code(self, entity: str, name: str) -> Ref:
        return self.put(entity, name.upper().replace(" ", "_"), displayName=name)

    def _pupil(self, row: PupilRow) -> None:
        own, person = row.mis_id, self._person(row, "pupil")
        if row.id in self.twice:
            own = f"{own}9"  # enrolled a second time under another number
        names = self._direct(person)
        student = self.put(
            "Student", own, displayName=f"{row.forename or ''} {row.surname or ''}".strip(), person=person,
            studentNumber=row.admission_number, studentId=own, legacySystemId=None, **names,
            uniqueLearnerNumber=row.uln, upn=row.upn, mostRecentEntryDate=row.admitted,
            leavingDate=row.leaving,
            displayAcademicLevel=self.levels.get(row.id), registrationForm=self.forms.get(row.id),
            emailAddresses=self._emails(Ref("Student", own), [("School", row.email)]),
        )  # fmt: skip
        if row.upn:
            self.put(
                "UkDfe_UpnAssignment",
                self.key("Upn", row.id, row.upn),
                student=student,
                upn=row.upn,
                isTemporary=not row.upn[-1].isdigit(),
                startDatetime=row.admitted,
                endDatetime=None,
            )
        if row.former_upn:
            self.put(
                "UkDfe_UpnAssignment",
                self.key("Upn", row.id, row.former_upn),
                student=student,
                upn=row.former_upn,
                isTemporary=False,
                startDatetime=date(2015, 9, 1),
                endDatetime=date(2019, 8, 31),
            )
        self.put(
            "EducationalInstitutionEnrolment",
            self.key("Enrolment", row.id),
            student=student,
            entryDate=row.admitted,
            leavingDate=row.leaving,
        )

    def _direct(self, person: Ref) -> dict[str, Any]:
        """The names that GraphQL shows beside the person."""
        held = self.tables["Person"][person.id]
        wanted = ("legalFirstName", "legalLastName", "preferredFirstName", "preferredLastName", "dateOfBirth")
        return {name: held[name] for name in wanted}

    def _emails(self, owner: Ref, told: list[tuple[str, str | None]]) -> list[Ref]:
        return [
            self.put("EmailAddress", self.key("Email", owner.entity, owner.id, kind), displayName=address,
                     emailAddress=address, emailAddressType=self._code("EmailAddressType", kind),
                     emailAddressOwner=owner)
            for kind, address in told if address
        ]  # fmt: skip

    def _phones(self, owner: Ref, told: list[tuple[str, str | None]]) -> list[Ref]:
        return [
            self.put("TelephoneNumber", self.key("Phone", owner.entity, owner.id, kind), displayName=number,
                     number=number, telephoneNumberType=self._code("TelephoneNumberType", kind),
                     numberOwner=owner)
            for kind, number in told if number
        ]  # fmt: skip

    def _staff(self, row: StaffRow) -> None:
        own, person = row.mis_id, self._person(row, "staff")
        active = bool(row.current) and not (row.start and row.start > self.today)
        me, direct = Ref("Staff", own), self._direct(person)
        direct.pop("dateOfBirth")
        home = f"{own}@home.example"
        staff = self.put(
            "Staff", own, displayName=f"{row.forename} {row.surname}", person=person,
            staffNumber=row.staff_code, timetableAbbreviation=row.initials, joiningDate=row.start,
            continuousServiceStartDate=row.start, leavingDate=row.end, isActiveInSchool=active, **direct,
            isActiveTeachingInSchool=bool(active and row.teaching), displayJobTitle=", ".join(row.roles),
            emailAddresses=self._emails(me, [("Home", home), ("Work", row.email)]),
            telephoneNumbers=self._phones(me, [("Work", row.phone)]),
        )  # fmt: skip
        contract = self.put(
            "StaffContract",
            self.key("Contract", row.id),
            staff=staff,
            startDate=row.start,
            endDate=row.end or (None if row.current else self.today - timedelta(days=1)),
        )
        for number, role in enumerate(row.roles):
            position = Ref("Position", self._position(row)) if number == 0 else None
            self.put(
                "StaffContractPost",
                self.key("Post", row.id, str(number)),
                staffContract=contract,
                jobTitle=role,
                position=position,
                startDate=row.start,
                endDate=row.end,
            )

    def _position(self, row: StaffRow) -> str:
        return self.key("Position", row.id)

    def _positions(self) -> None:
        """Between everybody and their manager stands a vacant position, so that chains are walked."""
        for row in self.roll.staff.values():
            above = self.roll.staff.get(row.manager or "")
            up = Ref("Position", self._position(above)) if above else None
            if up and row.serial % 5 == 0:
                up = self.put("Position", self.key("Position", "vacant", row.id), supervisorPosition=up)
            self.put("Position", self._position(row), supervisorPosition=up)

    # -- contacts ---------------------------------------------------------------------

    def _guardian(self, row: ContactRow) -> None:
        me = Ref("Guardian", row.mis_id)
        self.put(
            "Guardian", row.mis_id, displayName=f"{row.forename or ''} {row.surname or ''}".strip(),
            person=self._person(row, "contact"), emailAddresses=self._emails(me, [("Home", row.email)]),
            telephoneNumbers=self._phones(me, [("Mobile", row.phone)]),
        )  # fmt: skip

    def _ties(self) -> None:
        for pupil_id, ties in self.roll.ties.items():
            pupil = self.roll.pupils[pupil_id]
            student = Ref("Student", f"{pupil.mis_id}9" if pupil_id in self.twice else pupil.mis_id)
            for tie in ties:
                contact = self.roll.contacts.get(tie.contact)
                if contact is not None:
                    self.put(
                        "StudentGuardianRelationship", self.key("Relationship", pupil_id, tie.contact),
                        student=student, guardian=Ref("Guardian", contact.mis_id),
                        guardianRelationshipType=self._code("GuardianRelationshipType", tie.relationship),
                        isLegalGuardian=tie.responsible, isPrimaryGuardian=tie.priority == 1,
                        emergencyContactPriority=tie.priority,
                    )  # fmt: skip

    # -- sets -------------------------------------------------------------------------

    def _sets(self) -> None:
        self.levels: dict[str, Ref] = {}
        self.forms: dict[str, Ref] = {}
        seen: set[str] = set()
        self.twice = {
            row.id
            for row in self.roll.pupils.values()
            if row.mis_id in seen or seen.add(row.mis_id)  # type: ignore[func-returns-value]
        }
        for subject in self.roll.subjects.values():
            self.put("Subject", subject.mis_id, displayName=subject.name)
        for row in (*self.roll.groups.values(), *self.roll.classes.values()):
            maker = {
                "REGISTRATION": self._form,
                "YEAR": self._level,
                "HOUSE": self._house,
                "CLASS": self._teaching,
            }.get(row.kind, self._custom)
            maker(row)

    def _pupils(self, row: SetRow) -> Iterator[tuple[str, Ref]]:
        for one in row.pupils:
            pupil = self.roll.pupils[one]
            yield one, Ref("Student", f"{pupil.mis_id}9" if one in self.twice else pupil.mis_id)

    def _teachers(self, row: SetRow) -> Iterator[tuple[str, Ref]]:
        for one in row.staff:
            if one in self.roll.staff:
                yield one, Ref("Staff", self.roll.staff[one].mis_id)

    def _join(self, entity: str, link: str, group: Ref, row: SetRow) -> None:
        for one, student in self._pupils(row):
            self.put(
                entity,
                self.key(entity, row.id, one),
                startDate=row.created.date(),
                endDate=None,
                student=student,
                **{link: group},
            )

    def _teach(self, entity: str, link: str, group: Ref, row: SetRow) -> None:
        for one, staff in self._teachers(row):
            self.put(
                entity,
                self.key(entity, row.id, one),
                startDate=row.created.date(),
                endDate=None,
                staff=staff,
                **{link: group},
            )

    def _form(self, row: SetRow) -> None:
        tutors = [staff for _, staff in self._teachers(row)]
        form = self.put(
            "RegistrationForm",
            row.mis_id,
            displayName=f"Form {row.name}",
            code=row.code,
            registrationFormName=row.name,
            shortName=row.code,
            academicYear=self.year,
            tutors=tutors,
        )
        self.forms.update((one, form) for one in row.pupils)
        self._join("RegistrationFormMembership", "registrationForm", form, row)
        self._teach("RegistrationFormTutor", "registrationForm", form, row)

    def _level(self, row: SetRow) -> None:
        name = year_name(row.stage or 0, country=self.roll.school.country)
        level = self.put(
            "AcademicLevel",
            row.mis_id,
            displayName=name,
            academicLevelName=name,
            shortName=row.code,
            academicYear=self.year,
        )
        self.levels.update((one, level) for one in row.pupils)
        self._join("AcademicLevelMembership", "academicLevel", level, row)

    def _house(self, row: SetRow) -> None:
        house = self.put("House", row.mis_id, displayName=row.name, houseName=row.name, shortName=row.code)
        self._join("HouseMembership", "house", house, row)

    def _teaching(self, row: SetRow) -> None:
        subject = self.roll.subjects.get(row.subject or "")
        enrolments = []
        if subject is not None:
            unit = self.put(
                "AcademicUnit", row.mis_id, displayName=subject.name, subject=Ref("Subject", subject.mis_id)
            )
            inner = self.put("UnitEnrolment", row.mis_id, academicUnit=unit)
            enrolments = [self.put("AutomaticEnrolment", row.mis_id, academicUnitEnrolments=[inner])]
        group = self.put(
            "TeachingGroup",
            row.mis_id,
            displayName=row.name,
            teachingGroupName=row.name,
            description=row.description,
            academicYear=self.year,
            academicUnitAutomaticEnrolments=enrolments,
        )
        self._join("TeachingGroupMembership", "teachingGroup", group, row)
        self._teach("TeachingGroupTutor", "teachingGroup", group, row)

    def _custom(self, row: SetRow) -> None:
        group = self.put(
            "CustomGroup",
            row.mis_id,
            displayName=row.name,
            customGroupName=row.name,
            containsStudents=bool(row.pupils),
            containsStaff=bool(row.staff),
        )
        people = [(one, self.key("Person", "pupil", one)) for one in row.pupils]
        people += [(one, self.key("Person", "staff", one)) for one in row.staff]
        for one, person in people:
            self.put(
                "CustomGroupMembership",
                self.key("Custom", row.id, one),
                customGroup=group,
                person=Ref("Person", person),
                startDate=row.created.date(),
                endDate=None,
            )
