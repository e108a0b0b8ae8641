"""What OneRoster CSV 1.1 and 1.2 prescribe: files, columns, words and limits (oneroster.md §4, §7).

Only the files misconsole reads are listed with their columns; gradebook and resource files are known by
name so that nobody is told off for having them.
"""

from __future__ import annotations

import re

MANIFEST = "manifest"
KNOWN_FILES = (
    MANIFEST, "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
    "demographics", "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs",
    "resources", "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales",
    "userProfiles", "userResources", "users",
)  # fmt: skip

_COMMON = "sourcedId,status,dateLastModified,"
_USERS = "userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
USERS_1_1 = f"{_COMMON}enabledUser,orgSourcedIds,role,username,{_USERS}"
USERS_1_2 = (
    f"{_COMMON}enabledUser,username,{_USERS},userMasterIdentifier,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
)
COLUMNS = {
    "academicSessions": f"{_COMMON}title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs": f"{_COMMON}name,type,identifier,parentSourcedId",
    "courses": f"{_COMMON}schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes": (
        f"{_COMMON}title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
        "termSourcedIds,subjects,subjectCodes,periods"
    ),
    "roles": (
        f"{_COMMON}userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"
    ),
    "enrollments": (
        f"{_COMMON}classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
    ),
    "demographics": (
        f"{_COMMON}birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
        "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,"
        "hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,"
        "publicSchoolResidenceStatus"
    ),
    "userProfiles": (
        f"{_COMMON}userSourcedId,profileType,vendorId,applicationId,description,credentialType,"
        "username,password"
    ),
}  # fmt: skip

# Columns a file cannot do without; the others may be missing, and a notice says so.
NEEDED_COLUMNS = {
    "academicSessions": ("sourcedId", "title", "type", "startDate", "endDate", "schoolYear"),
    "orgs": ("sourcedId", "name", "type"),
    "courses": ("sourcedId", "title", "orgSourcedId"),
    "classes": ("sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds"),
    "roles": ("sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId"),
    "enrollments": ("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
    "demographics": ("sourcedId", "birthDate"),
    "users 1.1": (
        "sourcedId", "enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName",
    ),
    "users 1.2": ("sourcedId", "enabledUser", "username", "givenName", "familyName"),
}  # fmt: skip

# Misspellings met in public packages.
MISSPELT = {"dataLastModified": "dateLastModified", "prefferedGivenName": "preferredGivenName"}
EXTRA_COLUMN = re.compile(r"(metadata\.|ext_|ext:).+", re.DOTALL)

MAX_LINE = 1 << 20  # bytes of one line
MAX_FILE = 512 << 20
MAX_TOTAL = 1 << 30
MAX_ENTRIES = 500
