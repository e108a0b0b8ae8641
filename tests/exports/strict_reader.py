"""Readers of the published file formats, strict, and written without a look at what writes them.

Headers, required values, encodings and line ends are copied from the vendors' publications as the project's
reference has them; a file that a vendor would refuse raises AssertionError with the place.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping

HEADERS = {
    "google": "First Name [Required],Last Name [Required],Email Address [Required],Password [Required],"
    "Password Hash Function [UPLOAD ONLY],Org Unit Path [Required],New Primary Email [UPLOAD ONLY],"
    "Status [READ ONLY],Last Sign In [READ ONLY],Recovery Email,Home Secondary Email,Work Secondary Email,"
    "Recovery Phone [MUST BE IN THE E.164 FORMAT],Work Phone,Home Phone,Mobile Phone,Work Address,"
    "Home Address,Employee ID,Employee Type,Employee Title,Manager Email,Department,Cost Center,"
    "2sv Enrolled [READ ONLY],2sv Enforced [READ ONLY],Building ID,Floor Name,Floor Section,"
    "Email Usage [READ ONLY],Drive Usage [READ ONLY],Photos Usage [READ ONLY],"
    "Storage limit [READ ONLY],Storage Used [READ ONLY],"
    "Change Password at Next Sign-In,New Status [UPLOAD ONLY],New Licenses [UPLOAD ONLY],"
    "Advanced Protection Program enrollment",
    "microsoft365": "User Name,First Name,Last Name,Display Name,Job Title,Department,Office Number,"
    "Office Phone,Mobile Phone,Fax,Alternate email address,Address,City,State or Province,ZIP or Postal Code,"
    "Country or Region",
    "entra": "Name [displayName] Required,User name [userPrincipalName] Required,"
    "Initial password [passwordProfile] Required,Block sign in (Yes/No) [accountEnabled] Required,"
    "First name [givenName],Last name [surname],Job title [jobTitle],Department [department],"
    "Usage location [usageLocation],Street address [streetAddress],State or province [state],"
    "Country or region [country],Office [physicalDeliveryOfficeName],City [city],"
    "ZIP or postal code [postalCode],Office phone [telephoneNumber],Mobile phone [mobile]",
}  # fmt: skip
SDS = {
    "orgs.csv": "sourcedId,name,type,parentSourcedId",
    "users.csv": "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms",
    "roles.csv": "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate",
    "classes.csv": "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId,code",
    "enrollments.csv": "classSourcedId,userSourcedId,role",
    "relationships.csv": "userSourcedId,relationshipUserSourcedId,relationshipRole",
}
SDS_GRADES = {"IT", "PR", "PK", "TK", "KG", "PS", "UG", ""} | {f"{n:02}" for n in range(1, 15)}
SDS_ROLES = {"student", "teacher", "staff"}
SDS1 = {
    "School.csv": ("DfE Number,Name", "SIS ID,Name"),
    "Section.csv": ("ID,School DfE Number,Section Name", "SIS ID,School SIS ID,Section Name"),
    "Student.csv": (
        "ID,School DfE Number,First Name,Last Name,Username,Student Number,Grade",
        "SIS ID,School SIS ID,First Name,Last Name,Username,Student Number,Grade",
    ),
    "Teacher.csv": (
        "ID,School DfE Number,First Name,Last Name,Username,Teacher Number",
        "SIS ID,School SIS ID,First Name,Last Name,Username,Teacher Number",
    ),
    "StudentEnrollment.csv": ("Section ID,ID", "Section SIS ID,SIS ID"),
    "TeacherRoster.csv": ("Section ID,ID", "Section SIS ID,SIS ID"),
}
APPLE = {
    "students.csv": "person_id,person_number,first_name,middle_name,last_name,grade_level,email_address,"
    "sis_username,password_policy,location_id",
    "staff.csv": "person_id,person_number,first_name,middle_name,last_name,email_address,sis_username,"
    "location_id",
    "courses.csv": "course_id,course_number,course_name,location_id",
    "classes.csv": "class_id,class_number,course_id,instructor_id,instructor_id_2,instructor_id_3,"
    "location_id",
    "rosters.csv": "roster_id,class_id,student_id",
    "locations.csv": "location_id,location_name",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Rows = list[dict[str, str]]


def table(content: bytes, header: str, *, end: str = "\r\n", bom: bool = False, above: str = "") -> Rows:
    """Rows by column of an RFC 4180 file with exactly that header, those line ends and that mark."""
    assert content.startswith(b"\xef\xbb\xbf") == bom
    text = content.decode("utf-8-sig")
    assert text.endswith(end)
    if end == "\n":
        assert "\r" not in text
    else:
        assert text.count("\r") == text.count("\n") == text.count("\r\n")
    if above:
        assert text.startswith(above + end)
        text = text.removeprefix(above + end)
    assert text.split(end)[0] == header
    listed = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    names = header.split(",")
    for cells in listed[1:]:
        assert len(cells) == len(names), cells
        for cell in cells:
            assert not CONTROL.search(cell), cell
            assert cell == cell.strip(), cell
    return [dict(zip(names, cells, strict=True)) for cells in listed[1:]]


def harmless(rows: Rows, *, phones: tuple[str, ...] = ()) -> None:
    """No cell runs in a spreadsheet; a telephone number in E.164 is only a number."""
    for row in rows:
        for column, cell in row.items():
            if column in phones:
                assert re.fullmatch(r"(\+[1-9]\d{9,14})?", cell)
            else:
                assert not cell.startswith(FORMULA), (column, cell)


def google(content: bytes) -> Rows:
    header = content.decode().split("\n")[0]
    names, known = header.split(","), HEADERS["google"].split(",")
    assert set(names) <= set(known)
    assert [n for n in names if "[READ ONLY]" in n] == []
    rows = table(content, header, end="\n")
    for row in rows:
        for column in ("First Name [Required]", "Last Name [Required]"):
            assert 0 < len(row[column]) <= 60
        assert re.fullmatch(r"[^@\s]+@[^@\s]+", row["Email Address [Required]"])
        assert row["Password [Required]"] in ("****", "")
        assert row["Org Unit Path [Required]"].startswith("/")
        assert row["New Status [UPLOAD ONLY]"] in ("Active", "Suspended", "Archived", "")
    assert len(rows) <= 150_000
    _unique(rows, "Email Address [Required]")
    harmless(rows)
    return rows


def microsoft365(content: bytes) -> Rows:
    rows = table(content, HEADERS["microsoft365"])
    assert len(rows) <= 249
    for row in rows:
        assert re.fullmatch(r"[^@\s]+@[^@\s]+", row["User Name"])
        assert row["Display Name"]
    harmless(rows)
    return rows


def entra(content: bytes) -> Rows:
    rows = table(content, HEADERS["entra"], above="version:v1.0")
    for row in rows:
        assert re.fullmatch(r"[^@\s]+@[^@\s]+", row["User name [userPrincipalName] Required"])
        assert row["Name [displayName] Required"]
        assert row["Block sign in (Yes/No) [accountEnabled] Required"] in ("Yes", "No")
        assert row["Initial password [passwordProfile] Required"] == ""
        assert re.fullmatch("[A-Z]{2}", row["Usage location [usageLocation]"])
    harmless(rows)
    return rows


def sds(files: Mapping[str, bytes]) -> dict[str, Rows]:
    """A v2.1 set: every reference resolves, every required value is there."""
    assert set(files) >= {"orgs.csv", "users.csv", "roles.csv", "classes.csv", "enrollments.csv"}
    found = {name: table(content, SDS[name]) for name, content in files.items()}
    users = _unique(found["users.csv"], "sourcedId")
    orgs, classes = _unique(found["orgs.csv"], "sourcedId"), _unique(found["classes.csv"], "sourcedId")
    _unique(found["users.csv"], "username")
    for row in found["users.csv"]:
        assert re.fullmatch(r"[^@\s]+@[^@\s]+", row["username"]) and row["password"] == ""
    for row in found["orgs.csv"]:
        assert row["name"] and row["type"] == "school"
    for row in found["roles.csv"]:
        assert row["userSourcedId"] in users and row["orgSourcedId"] in orgs
        assert row["role"] in SDS_ROLES and row["grade"] in SDS_GRADES
    for row in found["classes.csv"]:
        assert row["orgSourcedId"] in orgs and row["title"]
    for row in found["enrollments.csv"]:
        assert row["classSourcedId"] in classes and row["userSourcedId"] in users
        assert row["role"] in ("student", "teacher")
    pupils = {r["userSourcedId"] for r in found["roles.csv"] if r["role"] == "student"}
    by_id = {row["sourcedId"]: row for row in found["users.csv"]}
    for row in found.get("relationships.csv", []):
        adult = by_id[row["relationshipUserSourcedId"]]
        assert row["userSourcedId"] in pupils
        assert row["relationshipRole"] in ("parent", "guardian", "relative", "aide", "doctor", "other")
        assert adult["givenName"] and adult["familyName"] and adult["email"]
    for rows in found.values():
        harmless(rows, phones=("phone", "sms"))
    return found


def sds1(files: Mapping[str, bytes], *, american: bool = False) -> dict[str, Rows]:
    assert set(files) == set(SDS1)
    found = {name: table(content, SDS1[name][american]) for name, content in files.items()}
    first = "SIS ID" if american else "ID"
    section = "Section SIS ID" if american else "Section ID"
    sections = _unique(found["Section.csv"], first)
    for members, people in (("StudentEnrollment.csv", "Student.csv"), ("TeacherRoster.csv", "Teacher.csv")):
        known = _unique(found[people], first)
        assert all(row[section] in sections and row[first] in known for row in found[members])
        assert all(row["Username"] for row in found[people])
    for rows in found.values():
        harmless(rows)
    return found


def apple(content: bytes) -> dict[str, Rows]:
    """The ZIP: six files at its root; quotes only where needed, a backslash before a quote."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == sorted(APPLE)
        found = {name: _apple_rows(archive.read(name), header) for name, header in APPLE.items()}
    people = [*found["students.csv"], *found["staff.csv"]]
    numbers = _unique(people, "person_id")
    locations = _unique(found["locations.csv"], "location_id")
    courses, classes = _unique(found["courses.csv"], "course_id"), _unique(found["classes.csv"], "class_id")
    _unique(found["rosters.csv"], "roster_id")
    students = {row["person_id"] for row in found["students.csv"]}
    staff = {row["person_id"] for row in found["staff.csv"]}
    for row in people:
        assert row["first_name"] and row["last_name"] and row["location_id"] in locations
    assert all(row["password_policy"] in ("", "4", "6", "8") for row in found["students.csv"])
    for row in found["courses.csv"]:
        assert row["location_id"] in locations
    for row in found["classes.csv"]:
        assert row["course_id"] in courses and row["location_id"] in locations
        takers = [row[f"instructor_id{n}"] for n in ("", "_2", "_3")]
        assert {each for each in takers if each} <= staff
    for row in found["rosters.csv"]:
        assert row["class_id"] in classes and row["student_id"] in students
    for rows, columns in ((people, ("person_id",)), (found["rosters.csv"], ("roster_id",))):
        assert all(re.fullmatch("[A-Za-z0-9-]+", row[c]) for row in rows for c in columns)
    assert numbers
    for rows in found.values():
        harmless(rows)
    return found


def _apple_rows(content: bytes, header: str) -> Rows:
    assert not content.startswith(b"\xef\xbb\xbf") and b"\r" not in content and content.endswith(b"\n")
    lines = content.decode().removesuffix("\n").split("\n")
    assert lines[0] == header
    names = header.split(",")
    rows = [_apple_cells(line) for line in lines[1:]]
    assert all(len(cells) == len(names) for cells in rows)
    return [dict(zip(names, cells, strict=True)) for cells in rows]


def _apple_cells(line: str) -> list[str]:
    """By hand, sign by sign: Apple's quoting is not RFC 4180."""
    cells, at = [], 0
    while True:
        if line[at : at + 1] == '"':
            text, at = "", at + 1
            while line[at] != '"':
                if line[at] == "\\":
                    at += 1
                text, at = text + line[at], at + 1
            at += 1
            assert any(sign in text for sign in ' ,;"\\'), "quotes that were not needed"
        else:
            end = line.find(",", at)
            end = len(line) if end < 0 else end
            text, at = line[at:end], end
            assert '"' not in text and " " not in text
        cells.append(text)
        if at >= len(line):
            return cells
        assert line[at] == ","
        at += 1


def _unique(rows: Rows, column: str) -> set[str]:
    listed = [row[column].lower() if "name" in column.lower() else row[column] for row in rows]
    assert all(listed) and len(set(listed)) == len(listed)
    return set(listed)
