"""Arbor's entities as far as we read them, and how REST spells their names (reference §3.1, §4, §5).

``PROPERTIES``: entity → property → the entity it links to, "" for a plain value.  Reference data
(titles, types) link to "Code": an object of which only the name counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

CODE = "Code"
Properties = Mapping[str, str]
Tree = dict[str, "Tree"]


def _plain(words: str, **links: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), "") | links


PROPERTIES: dict[str, Properties] = {
    "Person": _plain(
        "legalFirstName legalMiddleNames legalLastName preferredFirstName preferredLastName dateOfBirth",
        title=CODE,
    ),
    "Student": _plain("studentNumber legacySystemId uniqueLearnerNumber", person="Person"),
    "UkDfe_UpnAssignment": _plain("upn isTemporary startDatetime endDatetime", student="Student"),
    "EducationalInstitutionEnrolment": _plain("entryDate leavingDate", student="Student"),
    "AcademicYear": _plain("startDate endDate"),
    "AcademicLevel": _plain("academicLevelName shortName", academicYear="AcademicYear"),
    "AcademicLevelMembership": _plain("startDate endDate", student="Student", academicLevel="AcademicLevel"),
    "RegistrationForm": _plain("code registrationFormName shortName", academicYear="AcademicYear"),
    "RegistrationFormMembership": _plain(
        "startDate endDate", student="Student", registrationForm="RegistrationForm"
    ),
    "RegistrationFormTutor": _plain("startDate endDate", staff="Staff", registrationForm="RegistrationForm"),
    "House": _plain("houseName shortName"),
    "HouseMembership": _plain("startDate endDate", student="Student", house="House"),
    "TeachingGroup": _plain("teachingGroupName description", academicYear="AcademicYear"),
    "TeachingGroupMembership": _plain("startDate endDate", student="Student", teachingGroup="TeachingGroup"),
    "TeachingGroupTutor": _plain("startDate endDate", staff="Staff", teachingGroup="TeachingGroup"),
    "CustomGroup": _plain("customGroupName containsStudents containsStaff containsGuardians"),
    "CustomGroupMembership": _plain("startDate endDate", person="Person", customGroup="CustomGroup"),
    "Staff": _plain("staffNumber timetableAbbreviation continuousServiceStartDate", person="Person"),
    "StaffContract": _plain("startDate endDate", staff="Staff"),
    "StaffContractPost": _plain(
        "jobTitle startDate endDate", staffContract="StaffContract", position="Position"
    ),
    "Position": _plain("", supervisorPosition="Position"),
    "Guardian": _plain("", person="Person"),
    "StudentGuardianRelationship": _plain(
        "isLegalGuardian isPrimaryGuardian emergencyContactPriority",
        student="Student", guardian="Guardian", guardianRelationshipType=CODE,
    ),
    "EmailAddress": _plain("emailAddress", emailAddressOwner="Owner", emailAddressType=CODE),
    "TelephoneNumber": _plain("number", numberOwner="Owner", telephoneNumberType=CODE),
}  # fmt: skip

_NAMES = "legalFirstName legalLastName preferredFirstName preferredLastName"
_ADDRESSES = {"emailAddresses": "EmailAddress", "telephoneNumbers": "TelephoneNumber"}
# What GraphQL offers besides; seen in working queries, except the telephone numbers (looked up first).
GRAPH_ONLY: dict[str, Properties] = {
    "Student": _plain(
        f"{_NAMES} dateOfBirth upn studentId mostRecentEntryDate leavingDate",
        displayAcademicLevel="AcademicLevel", registrationForm="RegistrationForm",
    ),
    "Staff": _plain(
        f"{_NAMES} joiningDate leavingDate isActiveInSchool isActiveTeachingInSchool displayJobTitle",
        emailAddresses="EmailAddress",
    ),
    "RegistrationForm": _plain("", tutors="Staff"),
    "TeachingGroup": _plain("", academicUnitAutomaticEnrolments="AutomaticEnrolment"),
    "AutomaticEnrolment": _plain("", academicUnitEnrolments="UnitEnrolment"),
    "UnitEnrolment": _plain("", academicUnit="AcademicUnit"),
    "AcademicUnit": _plain("", subject="Subject"),
    "Subject": {},
}  # fmt: skip
# Asked for only where the school's own schema says that they are there.
IF_LISTED: dict[str, Properties] = {
    "Student": {**_ADDRESSES, "uniqueLearnerNumber": ""},
    "Staff": _ADDRESSES,
    "Guardian": _ADDRESSES,
}


def assumed(entity: str) -> Properties:
    """What GraphQL has of an entity when it does not tell: what was seen in documents and queries."""
    return {"id": "", "displayName": "", **PROPERTIES.get(entity, {}), **GRAPH_ONLY.get(entity, {})}


def readable(entity: str) -> Properties:
    """Everything we might want of an entity, and what each links to."""
    return {**assumed(entity), **IF_LISTED.get(entity, {})}


def plural(entity: str) -> str:
    """The path of a collection: ``TeachingGroupMembership`` → ``teaching-group-memberships``."""
    module, separator, name = entity.rpartition("_")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
    prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", module).lower()
    return f"{prefix}{separator}{_many(words)}"


def root(entity: str) -> str:
    """The key a listing stands under: ``timetableSlotStaffs``."""
    return _small(_many(entity))


def single(entity: str) -> str:
    """The key one object stands under: ``studentGuardianRelationship``."""
    return _small(entity)


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def _many(word: str) -> str:
    if word.endswith(("ch", "s")):
        return word + "es"
    if word.endswith("y") and not word.endswith("ay"):
        return word[:-1] + "ies"
    return word + "s"


def tree_of(paths: Iterable[str]) -> Tree:
    """``["person.title", "person.dateOfBirth"]`` as nested dictionaries."""
    tree: Tree = {}
    for path in paths:
        branch = tree
        for name in path.split("."):
            branch = branch.setdefault(name, {})
    return tree
