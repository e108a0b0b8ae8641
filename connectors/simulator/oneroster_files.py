"""Writes a demo school as an OneRoster CSV package, strictly as oneroster.md §7 has it.

Bulk files: ``status`` and ``dateLastModified`` stay blank.  UTF-8 without a byte order mark, CRLF, quoting by
RFC 4180, files and columns in the standard's order, absent files left out.  Pupils, staff, contacts with
``agentSourcedIds``, registration groups as ``homeroom`` and teaching sets as ``scheduled`` classes.
The day is the world's, so that the same world writes the same bytes.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from connectors.simulator.names import plain
from connectors.simulator.people import ContactRow, PersonRow, PupilRow, Roll, SetRow, StaffRow
from connectors.simulator.schools import academic_start
from connectors.simulator.world import World

HEADERS: dict[str, tuple[str, ...]] = {
    "academicSessions": ("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "classes": (
        "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
        "termSourcedIds", "subjects", "subjectCodes", "periods",
    ),
    "courses": (
        "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes",
    ),
    "demographics": (
        "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
        "hispanicOrLatinoEthnicity", "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth",
        "publicSchoolResidenceStatus",
    ),
    "enrollments": (
        "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
    ),
    "orgs": ("name", "type", "identifier", "parentSourcedId"),
    "roles": (
        "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
    ),
    "users 1.1": (
        "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName",
        "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password",
    ),
    "users 1.2": (
        "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email",
        "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier",
        "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
    ),
}  # fmt: skip
_FILES_11 = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
    "demographics", "enrollments", "lineItems", "orgs", "resources", "results", "users",
)  # fmt: skip
_FILES_12 = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
    "demographics", "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs",
    "resources", "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales",
    "userProfiles", "userResources", "users",
)  # fmt: skip
Cells = dict[str, str]


def write_oneroster(
    world: World, urn: str, folder: Path, *, version: str = "1.1", zipped: bool = False
) -> Path:
    """Writes the package into ``folder`` (made if need be); returns the folder, or the ZIP's path.

    ``version`` is "1.1" or "1.2"; anything else raises ``ValueError``.
    """
    if version not in ("1.1", "1.2"):
        raise ValueError(f"OneRoster version {version} is not written here; 1.1 and 1.2 are")
    package = Package(world.roll(urn), version=version)
    folder.mkdir(parents=True, exist_ok=True)
    files = package.files()
    if not zipped:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return folder
    target = folder / f"{world.school(urn).slug}-oneroster.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return target


class Package:
    """The rows of every file of one school."""

    def __init__(self, roll: Roll, *, version: str) -> None:
        self.roll, self.school, self.version = roll, roll.school, version
        self.start = academic_start(roll.today, country=roll.school.country)
        self.org = f"sch-{roll.school.urn}"
        self.year = f"ses-{self.start.year + 1}"
        self.pupils = roll.of_status("current")
        self.staff = [row for row in roll.staff.values() if row.current]
        ties = {tie.contact for pupil in self.pupils for tie in roll.ties.get(pupil.id, ())}
        self.contacts = [row for row in roll.contacts.values() if row.id in ties and not _joint(row)]

    def tables(self) -> dict[str, Iterable[Cells]]:
        """Table name → rows; users and roles stand in the order of ``people``."""
        tables: dict[str, Iterable[Cells]] = {
            "academicSessions": self._sessions(), "classes": self._classes(), "courses": self._courses(),
            "demographics": self._demographics(), "enrollments": self._enrollments(), "orgs": self._orgs(),
            "users": self._users(),
        }  # fmt: skip
        if self.version == "1.2":
            tables["roles"] = self._roles()
        return tables

    def files(self) -> dict[str, bytes]:
        """File name → content, manifest first."""
        tables = self.tables()
        made = {"manifest.csv": self._manifest(tables)}
        for name in sorted(tables):
            header = HEADERS.get(name) or HEADERS[f"{name} {self.version}"]
            made[f"{name}.csv"] = _table(("sourcedId", "status", "dateLastModified", *header), tables[name])
        return made

    def _manifest(self, tables: dict[str, Iterable[Cells]]) -> bytes:
        named = _FILES_12 if self.version == "1.2" else _FILES_11
        lines = [
            {"propertyName": "manifest.version", "value": "1.0"},
            {"propertyName": "oneroster.version", "value": self.version},
            *({"propertyName": f"file.{one}", "value": ("absent", "bulk")[one in tables]} for one in named),
            {"propertyName": "source.systemName", "value": f"{self.school.name} MIS"},
            {"propertyName": "source.systemCode", "value": self.school.slug},
        ]  # fmt: skip
        return _table(("propertyName", "value"), lines)

    def _orgs(self) -> list[Cells]:
        number = f"{self.school.la_code}{self.school.establishment_number}"
        return [{"sourcedId": self.org, "name": self.school.name, "type": "school", "identifier": number}]

    def _sessions(self) -> list[Cells]:
        first, ends = self.start, date(self.start.year + 1, 7, 31)
        whole = {
            "sourcedId": self.year, "title": f"{first.year}/{first.year + 1}", "type": "schoolYear",
            "startDate": first.isoformat(), "endDate": ends.isoformat(), "schoolYear": str(ends.year),
        }  # fmt: skip
        term = {
            **whole, "sourcedId": f"{self.year}-1", "title": f"Autumn {first.year}", "type": "term",
            "endDate": date(first.year, 12, 19).isoformat(), "parentSourcedId": self.year,
        }  # fmt: skip
        return [whole, term]

    def _sets(self) -> list[SetRow]:
        forms = [row for row in self.roll.groups.values() if row.kind == "REGISTRATION"]
        return [*forms, *self.roll.classes.values()]

    def _courses(self) -> list[Cells]:
        common = {"schoolYearSourcedId": self.year, "orgSourcedId": self.org}
        rows = [{**common, "sourcedId": "crs-reg", "title": "Registration", "courseCode": "REG"}]
        for subject in self.roll.subjects.values():
            rows.append({
                **common, "sourcedId": f"crs-{subject.mis_id}", "title": subject.name,
                "courseCode": subject.code, "subjects": subject.name, "subjectCodes": subject.code,
            })  # fmt: skip
        return rows

    def _classes(self) -> list[Cells]:
        return [self._class(row) for row in self._sets()]

    def _class(self, row: SetRow) -> Cells:
        subject = self.roll.subjects.get(row.subject or "")
        pupil = next((self.roll.pupils[one] for one in row.pupils), None)
        return {
            "sourcedId": _set_id(row), "title": row.name, "grades": _grade(pupil) if pupil else "",
            "courseSourcedId": f"crs-{subject.mis_id}" if subject else "crs-reg", "classCode": row.code or "",
            "classType": "homeroom" if row.kind == "REGISTRATION" else "scheduled",
            "schoolSourcedId": self.org, "termSourcedIds": self.year,
            "subjects": subject.name if subject else "", "subjectCodes": subject.code if subject else "",
        }  # fmt: skip

    def _enrollments(self) -> list[Cells]:
        known = {row.id for row in (*self.pupils, *self.staff)}
        rows = []
        for row in self._sets():
            members = [(self.roll.pupils[one], "student", "") for one in row.pupils]
            teachers = [
                (self.roll.staff[one], one == row.staff[0]) for one in row.staff if one in self.roll.staff
            ]
            people: list[tuple[PersonRow, str, str]] = [*members]
            people += [(one, "teacher", "true" if first else "false") for one, first in teachers]
            rows += [
                {
                    "sourcedId": f"enr-{_set_id(row)}-{user_id(person)}", "classSourcedId": _set_id(row),
                    "schoolSourcedId": self.org, "userSourcedId": user_id(person), "role": role,
                    "primary": primary, "beginDate": self.start.isoformat(),
                }
                for person, role, primary in people if person.id in known
            ]  # fmt: skip
        return rows

    def people(self) -> list[PersonRow]:
        return [*self.pupils, *self.staff, *self.contacts]

    def _users(self) -> list[Cells]:
        return [self._user(row) for row in self.people()]

    def _user(self, row: PersonRow) -> Cells:
        """1.2 has legal and preferred names apart; 1.1 has one name, the preferred one."""
        given, family = _names(row)
        cells = {
            "sourcedId": user_id(row), "enabledUser": "true", "username": _username(row, self.school.domain),
            "givenName": given, "familyName": family, "middleName": row.middle or "",
            "email": row.email or "", "phone": row.phone or "",
        }  # fmt: skip
        if isinstance(row, PupilRow):
            cells["userIds"] = f"{{UPN:{row.upn}}}" if row.upn else ""
            cells["identifier"], cells["grades"] = row.admission_number or "", _grade(row)
            cells["agentSourcedIds"] = ",".join(self._agents(row))
        elif isinstance(row, StaffRow):
            cells["identifier"] = row.staff_code or ""
        if self.version == "1.1":
            return {**cells, "orgSourcedIds": self.org, "role": _role(row)}
        cells["givenName"], cells["familyName"] = row.legal_forename or given, row.legal_surname or family
        cells["preferredGivenName"], cells["preferredFamilyName"] = row.forename or "", row.surname or ""
        return {**cells, "primaryOrgSourcedId": self.org}

    def _agents(self, pupil: PupilRow) -> list[str]:
        rows = (self.roll.contacts.get(tie.contact) for tie in self.roll.ties.get(pupil.id, ()))
        return [user_id(row) for row in rows if row is not None and not _joint(row)]

    def _roles(self) -> list[Cells]:
        return [
            {
                "sourcedId": f"rol-{user_id(row)}", "userSourcedId": user_id(row), "roleType": "primary",
                "role": _role(row), "orgSourcedId": self.org,
                "beginDate": row.admitted.isoformat() if isinstance(row, PupilRow) and row.admitted else "",
            }
            for row in self.people()
        ]  # fmt: skip

    def _demographics(self) -> list[Cells]:
        return [
            {"sourcedId": user_id(row), "birthDate": row.born.isoformat(), "sex": row.gender}
            for row in (*self.pupils, *self.staff)
            if row.born
        ]


def _table(header: Sequence[str], rows: Iterable[Cells]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def _joint(row: ContactRow) -> bool:
    """A joint record cannot be one OneRoster user: it has no given name of its own."""
    return "and" in (row.title or "") or "&" in (row.title or "") or not row.forename


def _names(row: PersonRow) -> tuple[str, str]:
    """Given and family name must both be filled; who has one name only gets it in both (Z6)."""
    given, family = row.forename or row.legal_forename, row.surname or row.legal_surname
    return given or family or "-", family or given or "-"


def user_id(row: PersonRow) -> str:
    kind = "stu" if isinstance(row, PupilRow) else "stf" if isinstance(row, StaffRow) else "con"
    return f"{kind}-{row.serial}"


def _set_id(row: SetRow) -> str:
    return f"{'reg' if row.kind == 'REGISTRATION' else 'cls'}-{row.serial}"


def _username(row: PersonRow, domain: str) -> str:
    if row.email:
        return row.email
    return f"{plain(row.forename or '')[:1]}{plain(row.surname or '')[:12]}.{user_id(row)}@{domain}"


def _role(row: PersonRow) -> str:
    if isinstance(row, PupilRow):
        return "student"
    if isinstance(row, StaffRow):
        return "teacher" if row.teaching else "aide"
    return "parent"


def _grade(row: PupilRow) -> str:
    """The national-curriculum year as most British suppliers write it: two digits, or R, N1, P3."""
    year = row.year_text or ""
    return year.zfill(2) if year.isdecimal() else year
