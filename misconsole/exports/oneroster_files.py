"""The files and columns of the OneRoster CSV standard that an export fills."""

from __future__ import annotations

from misconsole.exports.shapes import FileSpec

_COMMON = "sourcedId,status,dateLastModified,"
_USER = "userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"


def _file(name: str, columns: str, about: str) -> FileSpec:
    return FileSpec(name=f"{name}.csv", columns=tuple((_COMMON + columns).split(",")), about=about)


MANIFEST = FileSpec(
    name="manifest.csv", columns=("propertyName", "value"), about="what is in the package; all of it complete"
)
SESSIONS = _file(
    "academicSessions", "title,type,startDate,endDate,parentSourcedId,schoolYear", "the academic year"
)
ORGS = _file("orgs", "name,type,identifier,parentSourcedId", "the school")
COURSES = _file(
    "courses", "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "one course a subject, and one for classes without",
)  # fmt: skip
CLASSES = _file(
    "classes",
    "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,"
    "subjectCodes,periods",
    "classes and registration groups",
)
USERS_1_1 = _file("users", f"enabledUser,orgSourcedIds,role,username,{_USER}", "pupils and staff")
USERS_1_2 = _file(
    "users",
    f"enabledUser,username,{_USER},userMasterIdentifier,preferredGivenName,preferredMiddleName,"
    "preferredFamilyName,primaryOrgSourcedId,pronouns",
    "pupils and staff",
)
ROLES = _file(
    "roles", "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
    "what each of them is",
)  # fmt: skip
ENROLMENTS = _file(
    "enrollments", "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "who is in which class",
)  # fmt: skip
DEMOGRAPHICS = _file(
    "demographics",
    "birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
    "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
    "dates of birth alone; only if asked for",
)

FILES = {
    "1.1": (
        "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
        "demographics", "enrollments", "lineItems", "orgs", "resources", "results", "users",
    ),
    "1.2": (
        "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
        "demographics", "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales",
        "orgs", "resources", "resultLearningObjectiveIds", "results", "resultScoreScales", "roles",
        "scoreScales", "userProfiles", "userResources", "users",
    ),
}  # fmt: skip
