"""Broken packages: every defect met in public ones (oneroster.md §7), with file, line and column.

The broken twin of the good package must bring everything the good one brings, but for what is broken.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from connectors.errors import BadFile, TooLarge
from connectors.records import ClassKind, Report
from tests.fixtures.oneroster.builder import Package, good_1_1, good_1_2
from tests.fixtures.oneroster.reading import Reading, read


def people(found: Reading) -> tuple[set[str], set[str], set[str]]:
    return set(found.pupils), set(found.staff), set(found.contacts)


def broken_twin() -> Package:
    """The 1.2 package with every defect of the page's list in it at once."""
    package = good_1_2()
    package.columns["users", "dateLastModified"] = "dataLastModified"
    package.columns["users", "preferredGivenName"] = "prefferedGivenName"
    package.row("users", "tea-1")["enabledUser"] = "TRUE"
    package.row("users", "tea-2")["enabledUser"] = "FALSE"
    package.row("demographics", "stu-10482")["birthDate"] = "5/03/2014"
    package.row("demographics", "stu-10483")["birthDate"] = "20/11/2013"
    package.row("classes", "cls-7712")["classType"] = "Scheduled"
    package.manifest["file.courses"] = ""
    package.manifest["source.systemName"] = "absent"
    package.no_newline = {"users", "enrollments"}
    package.bom = {"users"}
    package.add("enrollments", sourcedId="enr-90", classSourcedId="cls-none", schoolSourcedId="sch-4017",
                userSourcedId="stu-10482", role="student")  # fmt: skip
    package.add("enrollments", sourcedId="enr-91", classSourcedId="cls-7712", schoolSourcedId="sch-4017",
                userSourcedId="stu-none", role="student")  # fmt: skip
    package.row("users", "stu-10483")["agentSourcedIds"] = "con-none"
    package.add("users", sourcedId="stu-left", status="inactive", enabledUser="true", username="left",
                givenName="Lena", familyName="Left")  # fmt: skip
    package.raw["userProfiles"] = b"id,user,something\r\n1,stu-10482,x\r\n"
    package.names["userProfiles"] = "userprofiles.csv"
    package.extra["users"] = ["metadata.house", "ext_lunch"]
    return package


def test_the_broken_twin_brings_everything_its_good_twin_brings(tmp_path: Path) -> None:
    good, broken = read(good_1_2().write(tmp_path / "g")), read(broken_twin().write(tmp_path / "b"))
    assert people(broken) == people(good)
    assert broken.members == good.members
    assert broken.links == good.links
    assert broken.pupils["stu-10482"].given_name == "Nia"
    assert broken.pupils["stu-10482"].date_of_birth == date(2014, 3, 5)
    assert broken.pupils["stu-10483"].date_of_birth == date(2013, 11, 20)
    assert broken.classes["cls-7712"].kind is ClassKind.TEACHING
    assert set(broken.finished) == set(good.finished)


def test_every_defect_of_the_broken_twin_is_told_with_file_row_and_column(tmp_path: Path) -> None:
    package = broken_twin()
    found = read(package.write(tmp_path))
    manifest_line = 2 + list(_properties(package)).index("file.courses")
    system_line = 2 + list(_properties(package)).index("source.systemName")
    assert found.odd == {
        ("users.csv:1:dataLastModified", "column_misspelt"),
        ("users.csv:1:prefferedGivenName", "column_misspelt"),
        ("users.csv:1", "byte_order_mark"),
        (f"users.csv:{package.line('users', 'tea-1')}:enabledUser", "boolean_case"),
        (f"demographics.csv:{package.line('demographics', 'stu-10482')}:birthDate", "date_order"),
        (f"classes.csv:{package.line('classes', 'cls-7712')}:classType", "class_type_case"),
        (f"users.csv:{package.line('users', 'stu-left')}:status", "status_inactive"),
        (f"users.csv:{package.line('users', 'stu-left')}", "no_newline"),
        (f"enrollments.csv:{package.line('enrollments', 'enr-91')}", "no_newline"),
        (f"manifest.csv:{manifest_line}:file.courses", "manifest_value"),
        (f"manifest.csv:{system_line}:source.systemName", "system_name"),
        ("userprofiles.csv", "file_name"),
        ("userprofiles.csv:1:id", "columns_foreign"),
    }
    assert found.faults == {
        (
            f"enrollments.csv:{package.line('enrollments', 'enr-90')}:classSourcedId",
            "unknown_reference",
            None,
        ),
        (f"enrollments.csv:{package.line('enrollments', 'enr-91')}:userSourcedId", "unknown_reference", None),
        (f"users.csv:{package.line('users', 'stu-10483')}:agentSourcedIds", "unknown_reference", "pupil_id"),
    }
    twice = [n.message for n in found.notices if n.code in ("boolean_case", "date_order")]
    assert all(message.endswith("And one more row.") for message in twice)


def _properties(package: Package) -> list[str]:
    return [line.split(",")[0] for line in package.manifest_bytes().decode().split("\r\n")[1:]]


Spoil = Callable[[Package], object]


def put(file: str, row: str, **change: str) -> Spoil:
    return lambda package: package.row(file, row).update(change)


@pytest.mark.parametrize(
    ("spoil", "column", "code"),
    [
        (put("users", "stu-10483", sourcedId=""), "sourcedId", "missing_source_id"),
        (put("users", "stu-10483", sourcedId="a b"), "sourcedId", "bad_source_id"),
        (put("users", "stu-10483", sourcedId="x" * 256), "sourcedId", "bad_source_id"),
        (put("users", "stu-10483", sourcedId="{é}"), "sourcedId", "bad_source_id"),
        (put("users", "stu-10483", sourcedId="stu-10482"), "sourcedId", "duplicate_source_id"),
        (put("users", "stu-10483", role=""), "role", "missing_value"),
        (put("users", "stu-10483", role="wizard"), "role", "unknown_role"),
        (put("users", "stu-10483", orgSourcedIds=""), "orgSourcedIds", "missing_value"),
        (put("users", "stu-10483", orgSourcedIds="no"), "orgSourcedIds", "unknown_reference"),
    ],
)  # fmt: skip
def test_a_user_of_1_1_who_cannot_be_used_is_told_and_the_others_arrive(
    spoil: Spoil, column: str, code: str, tmp_path: Path
) -> None:
    package = good_1_1()
    line = package.line("users", "stu-10483")
    for file in ("demographics", "enrollments"):
        own = "sourcedId" if file == "demographics" else "userSourcedId"
        package.rows[file] = [r for r in package.rows[file] if r[own] != "stu-10483"]
    package.row("users", "con-20815")["agentSourcedIds"] = "stu-10482"
    spoil(package)
    found = read(package.write(tmp_path))
    assert found.faults == {(f"users.csv:{line}:{column}", code, None)}
    assert people(found) == ({"stu-10482"}, {"tea-1", "tea-2"}, {"con-20815"})


@pytest.mark.parametrize(
    ("file", "row", "change", "column", "code", "field"),
    [
        ("users", "stu-10482", {"givenName": ""}, "givenName", "missing_value", "given_name"),
        ("users", "stu-10482", {"familyName": ""}, "familyName", "missing_value", "family_name"),
        ("users", "stu-10482", {"userIds": "UPN:D823401725011"}, "userIds", "bad_user_ids", "upn"),
        ("users", "stu-10482", {"grades": "07,08"}, "grades", "several_grades", "nc_year"),
        ("users", "stu-10482", {"middleName": "x" * 1001}, "middleName", "too_long", "middle_names"),
        ("demographics", "stu-10482", {"birthDate": "2014-02-30"}, "birthDate", "bad_date", "date_of_birth"),
        ("demographics", "stu-10482", {"birthDate": "March 2014"}, "birthDate", "bad_date", "date_of_birth"),
        ("demographics", "stu-10482", {"birthDate": "05/03/14"}, "birthDate", "bad_date", "date_of_birth"),
        ("demographics", "stu-10482", {"birthDate": "2114-03-05"}, "birthDate", "bad_date", "date_of_birth"),
        ("demographics", "stu-10482", {"birthDate": "1814-03-05"}, "birthDate", "bad_date", "date_of_birth"),
        ("demographics", "stu-10482", {"birthDate": "03/25/2014"}, "birthDate", "bad_date", "date_of_birth"),
        ("demographics", "tea-1", {"sourcedId": "no"}, "sourcedId", "unknown_reference", "date_of_birth"),
        ("classes", "cls-7712", {"courseSourcedId": "no"}, "courseSourcedId", "unknown_reference",
         "subject_id"),
        ("classes", "cls-7712", {"courseSourcedId": ""}, "courseSourcedId", "missing_value", "subject_id"),
        ("classes", "cls-7712", {"title": ""}, "title", "missing_value", "name"),
        ("classes", "cls-7712", {"classType": ""}, "classType", "missing_value", "kind"),
        ("courses", "crs-reg", {"title": ""}, "title", "missing_value", "name"),
        ("enrollments", "enr-1", {"beginDate": "soon"}, "beginDate", "bad_date", "beginDate"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_left_out_and_its_row_kept(
    file: str, row: str, change: dict[str, str], column: str, code: str, field: str, tmp_path: Path
) -> None:
    package = good_1_1()
    line = package.line(file, row)
    package.row(file, row).update(change)
    found = read(package.write(tmp_path))
    assert found.faults == {(f"{file}.csv:{line}:{column}", code, field)}
    assert people(found) == ({"stu-10482", "stu-10483"}, {"tea-1", "tea-2"}, {"con-20815"})
    assert set(found.classes) == {"cls-7712", "cls-7H"} and len(found.members) == 8
    assert all(r.mend and r.message for r in found.rejected)


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"userSourcedId": ""}, "userSourcedId", "missing_value"),
        ({"userSourcedId": "no"}, "userSourcedId", "unknown_reference"),
        ({"classSourcedId": ""}, "classSourcedId", "missing_value"),
        ({"role": ""}, "role", "missing_value"),
        ({"role": "guardian"}, "role", "unknown_role"),
        ({"role": "teacher"}, "role", "wrong_role"),
        ({"sourcedId": ""}, "sourcedId", "missing_source_id"),
    ],
)  # fmt: skip
def test_an_enrolment_that_cannot_be_used_is_left_out_alone(
    change: dict[str, str], column: str, code: str, tmp_path: Path
) -> None:
    package = good_1_1()
    line = package.line("enrollments", "enr-1")
    package.row("enrollments", "enr-1").update(change)
    found = read(package.write(tmp_path))
    assert found.faults == {(f"enrollments.csv:{line}:{column}", code, None)}
    assert len(found.members) == 7 and len(found.pupils) == 2


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"schoolSourcedId": ""}, "schoolSourcedId", "missing_value"),
        ({"schoolSourcedId": "no"}, "schoolSourcedId", "unknown_reference"),
    ],
)  # fmt: skip
def test_a_class_of_no_known_school_is_left_out_with_its_enrolments_told_once(
    change: dict[str, str], column: str, code: str, tmp_path: Path
) -> None:
    package = good_1_1()
    package.row("classes", "cls-7712").update(change)
    found = read(package.write(tmp_path))
    assert found.faults == {(f"classes.csv:2:{column}", code, None)}
    assert set(found.classes) == {"cls-7H"} and len(found.members) == 4


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"userSourcedId": ""}, "userSourcedId", "missing_value"),
        ({"userSourcedId": "no"}, "userSourcedId", "unknown_reference"),
        ({"role": ""}, "role", "missing_value"),
        ({"orgSourcedId": ""}, "orgSourcedId", "missing_value"),
        ({"orgSourcedId": "no"}, "orgSourcedId", "unknown_reference"),
    ],
)  # fmt: skip
def test_a_role_that_cannot_be_used_is_told_and_no_other_person_suffers(
    change: dict[str, str], column: str, code: str, tmp_path: Path
) -> None:
    package = good_1_2()
    line = package.line("roles", "rol-4")  # a teacher's second role, as a guardian
    package.row("roles", "rol-4").update(change)
    found = read(package.write(tmp_path))
    assert found.faults == {(f"roles.csv:{line}:{column}", code, None)}
    assert people(found) == ({"stu-10482", "stu-10483"}, {"tea-1", "tea-2"}, {"con-20815"})


def test_a_user_without_any_role_is_told_and_not_lost_in_silence(tmp_path: Path) -> None:
    package = good_1_2()
    package.rows["roles"] = [r for r in package.rows["roles"] if r["userSourcedId"] != "tea-2"]
    package.rows["enrollments"] = [r for r in package.rows["enrollments"] if r["userSourcedId"] != "tea-2"]
    found = read(package.write(tmp_path))
    assert found.faults == {(f"users.csv:{package.line('users', 'tea-2')}:sourcedId", "missing_role", None)}
    assert (found.rejected[0].source_id, found.rejected[0].name) == ("tea-2", "Sam Bell")
    assert set(found.staff) == {"tea-1"}


@pytest.mark.parametrize(
    ("spoil", "odd"),
    [
        (put("users", "tea-1", username=""), ("users.csv:4:username", "missing_value")),
        (put("users", "tea-1", enabledUser=""), ("users.csv:4:enabledUser", "missing_value")),
        (put("users", "tea-1", enabledUser="x"), ("users.csv:4:enabledUser", "missing_value")),
        (put("users", "tea-1", enabledUser="1"), ("users.csv:4:enabledUser", "boolean_case")),
        (put("users", "tea-1", status="active"), ("users.csv:4:status", "status_filled")),
        (put("users", "tea-1", status="here"), ("users.csv:4:status", "status_unknown")),
        (put("orgs", "mat-1", name=""), ("orgs.csv:2:name", "missing_value")),
        (put("classes", "cls-7H", termSourcedIds="no"), ("classes.csv:3:termSourcedIds", "term")),
        (put("classes", "cls-7H", termSourcedIds=""), ("classes.csv:3:termSourcedIds", "term")),
        (put("demographics", "tea-1", birthDate="1980-01-31T00:00:00Z"),
         ("demographics.csv:4:birthDate", "date_time")),
        (put("enrollments", "enr-3", primary="TRUE"),
         ("enrollments.csv:4:primary", "boolean_case")),
        (lambda p: p.columns.update({("users", "givenName"): "givenname"}),
         ("users.csv:1:givenname", "column_misspelt")),
        (lambda p: p.columns.update({("users", "phone"): "fax"}), ("users.csv:1:fax", "column_unknown")),
        (lambda p: p.names.update(users="Users.CSV"), ("Users.CSV", "file_name")),
        (lambda p: p.manifest.update({"oneroster.version": "1.2"}),
         ("manifest.csv:oneroster.version", "version")),
        (lambda p: p.manifest.update({"oneroster.version": ""}),
         ("manifest.csv:oneroster.version", "version")),
        (lambda p: p.manifest.update({"file.users": "Bulk"}),
         ("manifest.csv:16:file.users", "manifest_value")),
        (lambda p: p.manifest.update({"file.courses": "absent"}),
         ("manifest.csv:8:file.courses", "file_not_declared")),
    ],
)  # fmt: skip
def test_what_is_understood_all_the_same_is_told_and_nobody_is_lost(
    spoil: Spoil, odd: tuple[str, str], tmp_path: Path
) -> None:
    package = good_1_1()
    spoil(package)
    found = read(package.write(tmp_path))
    assert odd in found.odd
    assert people(found) == ({"stu-10482", "stu-10483"}, {"tea-1", "tea-2"}, {"con-20815"})
    assert len(found.members) == 8


def test_extra_columns_of_the_standard_kinds_are_nothing_to_tell(tmp_path: Path) -> None:
    package = good_1_1()
    package.extra["users"] = ["metadata.house", "ext_lunch"]
    assert read(package.write(tmp_path)).odd == set()


def test_a_date_that_may_be_either_is_not_guessed_where_others_are_month_first(tmp_path: Path) -> None:
    """03/04/2014 beside 11/20/2013: nobody can say whether it is March or April."""
    package = good_1_1()
    package.row("demographics", "stu-10482")["birthDate"] = "03/04/2014"
    package.row("demographics", "stu-10483")["birthDate"] = "11/20/2013"
    found = read(package.write(tmp_path))
    assert found.faults == {
        ("demographics.csv:2:birthDate", "bad_date", "date_of_birth"),
        ("demographics.csv:3:birthDate", "bad_date", "date_of_birth"),
    }
    assert [p.date_of_birth for p in found.pupils.values()] == [None, None]
    assert found.staff["tea-1"].date_of_birth == date(1980, 1, 31)


@pytest.mark.parametrize("status", ["tobedeleted", "inactive"])
def test_a_row_marked_for_removal_in_a_bulk_file_is_left_out_and_told(status: str, tmp_path: Path) -> None:
    package = good_1_1()
    package.row("users", "stu-10483")["status"] = status
    found = read(package.write(tmp_path))
    assert set(found.pupils) == {"stu-10482"}
    assert found.gone == set()  # a bulk file tells who is gone by leaving them out
    assert any(where == "users.csv:3:status" for where, _ in found.odd)
    assert found.rejected == []


def test_a_row_with_too_few_columns_is_left_out_alone(tmp_path: Path) -> None:
    package = good_1_1()
    lines = package.bytes_of("users").split(b"\r\n")
    lines[2] = b"stu-10483,,,true"
    package.raw["users"] = b"\r\n".join(lines)
    found = read(package.write(tmp_path), reports=frozenset({Report.STUDENTS, Report.STAFF}))
    assert found.faults >= {("users.csv:3", "column_count", None)}
    assert found.rejected[0].source_id == "stu-10483"
    assert people(found)[:2] == ({"stu-10482"}, {"tea-1", "tea-2"})


def test_rows_with_commas_to_spare_and_blank_rows_do_no_harm(tmp_path: Path) -> None:
    package = good_1_1()
    lines = package.bytes_of("users").split(b"\r\n")
    lines[2] += b",,,"
    lines.insert(3, b",,")
    lines.insert(3, b"")
    package.raw["users"] = b"\r\n".join(lines)
    found = read(package.write(tmp_path))
    assert found.rejected == [] and ("users.csv:3", "trailing_commas") in found.odd
    assert len(found.pupils) == 2 and len(found.staff) == 2


# Files that cannot be used at all


def _swap(file: str, old: bytes, new: bytes) -> Spoil:
    def spoil(package: Package) -> None:
        before = package.bytes_of(file)
        assert old in before
        package.raw[file] = before.replace(old, new, 1)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (_swap("users", "Zoë".encode(), "Zoë".encode("cp1252")), "users.csv:3:givenName"),
        (_swap("users", "Zoë".encode(), b"Z\0"), "users.csv:3"),
        (_swap("users", b",Priya,", b',"Priya"x,'), "users.csv:4"),
        (_swap("users", b",Priya,", b',"Priya,'), "users.csv:4"),
        (_swap("users", b",givenName,", b",name,"), "users.csv:1:givenName"),
        (_swap("users", b",sms,phone,", b",sms,sms,"), "users.csv:1:sms"),
        (_swap("roles", b",userSourcedId,", b",person,"), "roles.csv:1:userSourcedId"),
        (lambda p: p.raw.update(users=p.bytes_of("users").decode().encode("utf-16")), "users.csv:1"),
        (lambda p: p.raw.update(users=b""), "users.csv:1"),
        (lambda p: p.raw.update(users=p.bytes_of("users")[:-40]), "users.csv:6"),
        (lambda p: p.raw.update(users=p.bytes_of("users").replace(b"\r\n", b"\r")), "users.csv:1"),
        (lambda p: p.raw.update(users=p.bytes_of("users") + b"x" * 200_000), "users.csv:7"),
        (lambda p: p.rows.pop("roles"), "roles.csv"),
        (lambda p: (p.manifest.update({"file.roles": "bulk"}), p.rows.pop("roles")),
         "manifest.csv:20:file.roles"),
        (lambda p: p.rows.pop("users"), "users.csv"),
        (lambda p: p.manifest.update({"oneroster.version": "2.0"}), "manifest.csv:3:value"),
        (lambda p: p.raw.update(manifest=b""), "manifest.csv:1"),
        (lambda p: p.raw.update(manifest=b"a,b\n"), "manifest.csv:1:propertyName"),
        (lambda p: p.raw.update(manifest=b"propertyName,value\nfile.users,bulk\nfile.users,delta\n"),
         "manifest.csv:3:value"),
        (lambda p: p.raw.update(manifest=b"propertyName,value\nfile.users,\xff\n"), "manifest.csv:2"),
        (lambda p: p.names.update(manifest="manifest.txt"), "manifest.csv"),
    ],
)  # fmt: skip
def test_Z20_a_file_that_cannot_be_used_ends_the_reading_and_says_where(
    spoil: Spoil, where: str, tmp_path: Path
) -> None:
    package = good_1_2()
    spoil(package)
    with pytest.raises(BadFile) as caught:
        read(package.write(tmp_path))
    assert caught.value.where == where
    assert caught.value.mend


def test_a_line_without_end_is_too_large_before_it_fills_the_memory(tmp_path: Path) -> None:
    package = good_1_1()
    package.raw["users"] = package.bytes_of("users") + b"x" * (2 << 20)
    with pytest.raises(TooLarge) as caught:
        read(package.write(tmp_path))
    assert caught.value.where == "users.csv:7"
