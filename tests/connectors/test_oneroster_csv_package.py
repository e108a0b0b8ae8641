"""Packages on disk: hostile ZIPs, folders still being written, sizes, deltas, and any bytes at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.base import AccessState
from connectors.errors import BadFile, ConnectorError, TooLarge, Unreachable
from connectors.oneroster_csv import OneRosterCsv, package
from connectors.records import ExtractRequest, Finished, Pupil, Report
from tests.fixtures.oneroster.builder import Package, good_1_1, good_1_2
from tests.fixtures.oneroster.reading import REPORTS, TODAY, read, setup

REQUEST = ExtractRequest(reports=REPORTS, today=TODAY)

# ZIP files


@pytest.mark.parametrize(
    "name",
    ["../users.csv", "/etc/users.csv", "a/../../users.csv", "..\\users.csv", "C:\\users.csv", "C:/u.csv"],
)
def test_a_zip_with_a_path_that_leads_out_of_it_is_refused(name: str, tmp_path: Path) -> None:
    path = good_1_1().write_zip(tmp_path / "p.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(BadFile, match="leads out"):
        read(path)
    assert [p.name for p in tmp_path.iterdir()] == ["p.zip"]


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = good_1_1().write_zip(tmp_path / "p.zip")
    link = zipfile.ZipInfo("roles.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadFile, match="link"):
        read(path)


def test_a_zip_bomb_is_refused_by_its_declared_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_FILE", 50_000)
    found = good_1_1()
    found.raw["users"] = found.bytes_of("users") + b"," * 60_000
    with pytest.raises(TooLarge) as caught:
        read(found.write_zip(tmp_path / "p.zip"))
    assert caught.value.where == "users.csv"


def test_a_package_too_large_altogether_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_TOTAL", 1000)
    for path in (good_1_1().write(tmp_path / "f"), good_1_1().write_zip(tmp_path / "p.zip")):
        with pytest.raises(TooLarge, match="limit is 1,000"):
            read(path)


def test_a_zip_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MAX_ENTRIES", 5)
    with pytest.raises(TooLarge, match="holds 8 files"):
        read(good_1_1().write_zip(tmp_path / "p.zip"))


def test_a_damaged_or_half_written_zip_is_refused(tmp_path: Path) -> None:
    path = good_1_1().write_zip(tmp_path / "p.zip")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadFile, match="not a readable ZIP"):
        read(path)
    path.write_bytes(b"not a zip")
    with pytest.raises(BadFile, match="not a readable ZIP"):
        read(path)


def test_a_zip_whose_content_does_not_fit_its_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in good_1_1().files().items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(b"Priya", b"Priyo"))
    with pytest.raises(BadFile, match=r"users\.csv in the ZIP cannot be unpacked"):
        read(path)


def test_a_zip_with_one_folder_in_it_is_read_and_told(tmp_path: Path) -> None:
    found = read(good_1_1().write_zip(tmp_path / "p.zip", prefix="export/"))
    assert len(found.pupils) == 2
    assert ("export/", "file_name") in found.odd


def test_litter_that_some_systems_add_to_a_zip_is_passed_over(tmp_path: Path) -> None:
    path = good_1_1().write_zip(tmp_path / "p.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._users.csv", b"\0\0")
        archive.writestr("._users.csv", b"\0\0")
        archive.writestr("readme.txt", b"hello")
    found = read(path)
    assert found.odd == set() and len(found.pupils) == 2


def test_a_file_there_twice_in_two_spellings_is_refused(tmp_path: Path) -> None:
    path = good_1_1().write(tmp_path)
    (path / "USERS.CSV").write_bytes(b"x")
    with pytest.raises(BadFile, match="twice"):
        read(path)


# Folders


def test_Z20_a_file_that_changes_while_being_read_ends_the_reading_before_anything_counts(
    tmp_path: Path,
) -> None:
    path = good_1_1().write(tmp_path)
    items = OneRosterCsv(setup(path)).extract(REQUEST)
    seen = [next(items)]
    with (path / "orgs.csv").open("ab") as late:
        late.write(b"sch-9,,,Late School,school,,\r\n")
    with pytest.raises(BadFile, match=r"orgs\.csv changed while") as caught:
        seen += list(items)
    assert "finished writing" in caught.value.mend
    assert not [i for i in seen if isinstance(i, Finished)]


def test_Z20_a_file_that_appears_or_vanishes_meanwhile_ends_the_reading_too(tmp_path: Path) -> None:
    for number, change in enumerate(
        (lambda p: (p / "roles.csv").write_bytes(b""), lambda p: (p / "courses.csv").unlink())
    ):
        path = good_1_1().write(tmp_path / str(number))
        items = OneRosterCsv(setup(path)).extract(REQUEST)
        seen = [next(items)]
        change(path)
        with pytest.raises(BadFile, match="changed while"):
            seen += list(items)
        assert not [i for i in seen if isinstance(i, Finished)]


def test_a_file_of_the_same_size_and_another_time_has_changed(tmp_path: Path) -> None:
    path = good_1_1().write(tmp_path)
    items = OneRosterCsv(setup(path)).extract(REQUEST)
    next(items)
    os.utime(path / "users.csv", ns=(1, 1))
    with pytest.raises(BadFile, match=r"users\.csv changed while"):
        list(items)


def test_links_in_a_folder_are_refused_and_a_link_to_the_folder_is_followed(tmp_path: Path) -> None:
    path = good_1_1().write(tmp_path / "real")
    (tmp_path / "current").symlink_to(path)
    assert len(read(tmp_path / "current").pupils) == 2
    (tmp_path / "secret").write_text("sourcedId\n")
    (path / "demographics.csv").unlink()
    (path / "demographics.csv").symlink_to(tmp_path / "secret")
    with pytest.raises(BadFile, match="a link or a device"):
        read(path)


def test_a_pipe_or_a_device_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadFile, match="neither a folder nor a file"):
        read(tmp_path / "pipe")
    path = good_1_1().write(tmp_path / "p")
    os.mkfifo(path / "roles.csv")
    with pytest.raises(BadFile, match="a link or a device"):
        read(path)


def test_a_share_that_is_away_is_unreachable_and_not_empty(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="No such file"):
        read(tmp_path / "away")
    with pytest.raises(BadFile, match=r"no manifest\.csv"):
        read(tmp_path)


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    path = good_1_1().write(tmp_path)
    (path / "notes.txt").write_text("x")
    (path / "extra.csv").write_text("x")
    found = read(path)
    assert found.odd == {("extra.csv", "file_name")}


def test_nothing_is_written_beside_the_package(tmp_path: Path) -> None:
    path = good_1_2().write(tmp_path)
    before = sorted((p.name, p.read_bytes()) for p in path.iterdir())
    read(path)
    assert sorted((p.name, p.read_bytes()) for p in path.iterdir()) == before


# Delta packages


def delta(found: Package, *files: str) -> Package:
    """The package as a delta of those files, everything active."""
    for file in files:
        found.modes[file] = "delta"
        for row in found.rows[file]:
            row.update(status="active", dateLastModified="2026-01-09T07:31:12.000Z")
    return found


def test_a_delta_tells_changes_and_removals_and_takes_nobody_else_for_gone(tmp_path: Path) -> None:
    found = delta(good_1_1(), "users", "demographics", "classes", "enrollments")
    found.row("users", "stu-10483")["status"] = "tobedeleted"
    found.row("users", "tea-2")["status"] = "tobedeleted"
    found.row("users", "con-20815")["status"] = "inactive"
    found.row("classes", "cls-7712")["status"] = "tobedeleted"
    result = read(found.write(tmp_path))
    assert set(result.pupils) == {"stu-10482"}
    assert result.gone == {
        ("pupil", "stu-10483"), ("staff", "tea-2"), ("contact", "con-20815"), ("class", "cls-7712"),
    }  # fmt: skip
    assert all(f.delta and f.counted is None for f in result.finished.values())
    assert set(result.finished) == REPORTS
    assert result.pupils["stu-10482"].updated_at is not None
    assert result.rejected == []


def test_a_delta_may_name_people_who_are_not_in_it(tmp_path: Path) -> None:
    found = delta(good_1_1(), "users", "enrollments", "demographics")
    found.rows["users"] = [r for r in found.rows["users"] if r["sourcedId"] == "stu-10482"]
    result = read(found.write(tmp_path))
    assert result.rejected == []
    assert set(result.pupils) == {"stu-10482"}
    assert ("cls-7712", "stu-10483", "pupil") in result.members
    assert result.links == {("con-20815", "stu-10482")}
    assert ("demographics.csv:3:sourcedId", "birth_alone") in result.odd


def test_a_delta_without_a_birth_row_does_not_say_there_is_no_date_of_birth(tmp_path: Path) -> None:
    found = delta(good_1_1(), "users", "demographics")
    found.rows["demographics"] = found.rows["demographics"][1:]
    pupils = read(found.write(tmp_path)).pupils
    assert "date_of_birth" in pupils["stu-10482"].unknown
    assert "date_of_birth" not in pupils["stu-10483"].unknown


def test_a_delta_of_1_2_without_the_users_role_says_what_is_missing(tmp_path: Path) -> None:
    found = delta(good_1_2(), "users", "roles")
    found.rows["roles"] = [r for r in found.rows["roles"] if r["userSourcedId"] != "stu-10483"]
    result = read(found.write(tmp_path))
    assert ("users.csv:3:sourcedId", "missing_role", None) in result.faults
    assert "stu-10482" in result.pupils


def test_a_role_a_delta_takes_away_is_a_removal_only_of_that_role(tmp_path: Path) -> None:
    found = delta(good_1_2(), "users", "roles")
    found.row("roles", "rol-2")["status"] = "tobedeleted"  # a pupil's only role
    found.row("roles", "rol-4")["status"] = "tobedeleted"  # a teacher's as guardian
    found.rows["users"] = [r for r in found.rows["users"] if r["sourcedId"] != "stu-10483"]
    found.rows["enrollments"] = []
    found.rows["demographics"] = []
    result = read(found.write(tmp_path))
    assert result.gone == {("pupil", "stu-10483"), ("contact", "tea-1")}


def test_blank_status_or_time_in_a_delta_is_told_and_the_person_kept(tmp_path: Path) -> None:
    found = delta(good_1_1(), "users")
    found.row("users", "tea-2").update(status="", dateLastModified="yesterday")
    result = read(found.write(tmp_path))
    assert ("users.csv:5:status", "status_blank") in result.odd
    assert ("users.csv:5:dateLastModified", "bad_instant", "updated_at") in result.faults
    assert "tea-2" in result.staff


def test_Z20_where_the_manifest_does_not_say_bulk_or_delta_nobody_is_taken_for_gone(tmp_path: Path) -> None:
    for number, word in enumerate(["", "all", None]):
        found = good_1_1()
        found.manifest["file.users"] = word
        result = read(found.write(tmp_path / str(number)))
        assert result.finished[Report.STUDENTS].delta is True
        assert len(result.pupils) == 2
        assert "manifest_value" in {code for _, code in result.odd}


def test_a_delta_without_any_user_changes_nothing(tmp_path: Path) -> None:
    found = delta(good_1_1(), "users", "classes", "enrollments")
    for file in ("users", "demographics"):
        del found.rows[file]
    found.manifest["file.users"] = "absent"
    found.rows["enrollments"] = []
    result = read(found.write(tmp_path))
    assert not result.pupils and Report.STUDENTS not in result.finished
    assert result.finished[Report.GROUPS_CLASSES].delta is True


def test_an_empty_delta_is_no_empty_extract(tmp_path: Path) -> None:
    found = delta(good_1_1(), "users")
    for file in ("users", "demographics", "enrollments"):
        found.rows[file] = []
    result = read(found.write(tmp_path))
    assert result.finished[Report.STUDENTS].delta is True and not result.pupils


# Hostile content and any bytes


@pytest.mark.parametrize(
    "text", ["\x1b[31mred", "=HYPERLINK(1)", "a\u202eb", "[bold]x[/]", "'; DROP TABLE", "../x"]
)
def test_hostile_text_is_delivered_as_it_is_and_nothing_comes_of_it(text: str, tmp_path: Path) -> None:
    found = good_1_1()
    found.row("users", "stu-10482")["givenName"] = text
    found.row("orgs", "sch-4017")["name"] = text
    path = found.write(tmp_path)
    assert read(path).pupils["stu-10482"].given_name == text
    assert OneRosterCsv(setup(path)).access().state is AccessState.APPROVED


FILES = [
    "users",
    "roles",
    "demographics",
    "classes",
    "courses",
    "enrollments",
    "orgs",
    "academicSessions",
    "manifest",
]
LOOSE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@given(file=st.sampled_from(FILES), content=st.binary(max_size=400), keep_header=st.booleans())
@LOOSE
def test_any_bytes_in_any_file_end_in_a_connector_error_or_in_rejected_rows(
    file: str, content: bytes, keep_header: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = good_1_2()
    before = found.manifest_bytes() if file == "manifest" else found.bytes_of(file)
    found.raw[file] = (before.split(b"\r\n")[0] + b"\r\n" if keep_header else b"") + content
    path = found.write(tmp_path_factory.mktemp("fuzz"))
    try:
        read(path)
    except ConnectorError as problem:
        assert problem.message and problem.mend


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", "stu-10482", "sch-4017", "2014-02-29", "31/12/2013", "true", "{UPN:x}", "{:}",
                     "tobedeleted", "student", "teacher", "9999-12-31", "0001-01-01", "99", "-1", '"']),
)  # fmt: skip


@given(file=st.sampled_from(FILES[:-1]), data=st.data())
@LOOSE
def test_any_cells_in_any_row_end_in_a_connector_error_or_in_rejected_rows(
    file: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = good_1_2()
    row = data.draw(st.sampled_from(found.rows[file]))
    columns = st.sampled_from(found.header(file))
    row.update(data.draw(st.dictionaries(columns, CELL, max_size=6)))
    if data.draw(st.booleans()):
        found.modes[file] = "delta"
    path = found.write(tmp_path_factory.mktemp("fuzz"))
    try:
        result = read(path)
    except ConnectorError as problem:
        assert problem.message and problem.mend
        return
    for record in result.records:
        if isinstance(record, Pupil):
            assert record.given_name != "" and record.email != ""


@given(content=st.binary(max_size=300))
@LOOSE
def test_any_bytes_as_a_zip_are_refused_or_read(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("zip") / "p.zip"
    path.write_bytes(content)
    with pytest.raises(ConnectorError):
        read(path)


# Size

COUNT = """
import resource, sys
from connectors.oneroster_csv import OneRosterCsv
from connectors.records import Batch, Pupil
from tests.fixtures.oneroster.reading import REPORTS, TODAY, ExtractRequest, setup

start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
items = OneRosterCsv(setup(sys.argv[1])).extract(ExtractRequest(reports=REPORTS, today=TODAY))
people = sum(isinstance(r, Pupil) for i in items if isinstance(i, Batch) for r in i.records)
print(people, start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_sixty_thousand_users_are_streamed_in_bounded_memory(tmp_path: Path) -> None:
    """The package is 9 MB; what is held is ids, not people."""
    found = good_1_1()
    found.rows["users"] += [
        {
            "sourcedId": f"stu-{n}", "enabledUser": "TRUE", "orgSourcedIds": "sch-4017", "role": "student",
            "username": f"u{n}@larkmere.example", "givenName": f"Given{n}", "familyName": f"Family{n}",
            "email": f"u{n}@larkmere.example", "identifier": f"{n:06}", "grades": "07",
        }
        for n in range(100_000, 160_000)
    ]  # fmt: skip
    path = found.write(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    people, start, peak = map(int, done.stdout.split())
    assert people == 60_002
    assert peak - start < 60_000  # KB
