"""The OneRoster package, read back by our own connector, which knows nothing of what wrote it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import rosters as r

from connectors.base import SchoolRef
from connectors.records import Report
from tests.fixtures.oneroster.builder import FILES_1_1, FILES_1_2, HEADERS
from tests.fixtures.oneroster.reading import Reading, read

REPORTS = frozenset({Report.STUDENTS, Report.STAFF, Report.GROUPS_CLASSES})
VERSIONS = pytest.mark.parametrize("version", ["1.1", "1.2"])


def back(
    tmp_path: Path, version: str, roster: r.Roster | None = None, *, grades: str = "nc", **options: str
) -> Reading:
    [(name, content)] = r.files(f"oneroster-{version}", roster, grades=grades, **options).items()
    (tmp_path / name).write_bytes(content)
    school = SchoolRef(urn=r.SCHOOL.urn, name=r.SCHOOL.name)
    return read(tmp_path / name, today=r.TODAY, school=school, grades=grades, reports=REPORTS)


@VERSIONS
def test_the_connector_reads_it_back_without_a_single_complaint(version: str, tmp_path: Path) -> None:
    found = back(tmp_path, version, births="yes")
    assert found.rejected == [] and found.odd == set()
    assert set(found.pupils) == {"S-100001-1", "S-100001-2"}
    assert set(found.staff) == {"T-100001-3", "T-100001-4"}
    assert all(each.delta is False for each in found.finished.values())
    zoe = found.pupils["S-100001-2"]
    assert (zoe.given_name, zoe.family_name, zoe.email) == ("Zoë", "O'Small", "p2@larkmere.example")
    assert (zoe.admission_number, zoe.upn, zoe.nc_year) == ("000002", "A823432100002", "07")
    assert (zoe.date_of_birth, zoe.registration_group) == (date(2015, 5, 17), "7H")
    assert found.staff["T-100001-3"].staff_code == "03"
    assert ("C-100001-1", "S-100001-1", "pupil") in found.members
    assert ("C-100001-1", "T-100001-3", "main teacher") in found.members
    assert found.classes["C-100001-1"].name == "7x/Ma2"


@VERSIONS
@pytest.mark.parametrize("grades", ["nc", "ceds"])
def test_year_groups_survive_in_both_kinds_of_words(version: str, grades: str, tmp_path: Path) -> None:
    found = back(tmp_path, version, grades=grades)
    years = {key: each.nc_year for key, each in found.pupils.items()}
    assert years["S-100001-1"] == "R" and int(years["S-100001-2"] or 0) == 7


@VERSIONS
def test_nobody_becomes_an_administrator_there(version: str, tmp_path: Path) -> None:
    found = back(tmp_path, version)
    assert found.staff["T-100001-3"].roles == ("teacher",)
    assert found.staff["T-100001-4"].roles == ("aide",)


@VERSIONS
def test_X2_dates_of_birth_are_there_only_if_asked_for(version: str, tmp_path: Path) -> None:
    found = back(tmp_path, version)
    assert all("date_of_birth" in each.unknown for each in found.pupils.values())


@VERSIONS
def test_headers_and_manifest_are_the_standards_own(version: str, tmp_path: Path) -> None:
    back(tmp_path, version)
    with zipfile.ZipFile(tmp_path / f"oneroster-{version}.zip") as archive:
        manifest = archive.read("manifest.csv").decode().split("\r\n")
        listed = [line.split(",") for line in manifest if line.startswith("file.")]
        assert [name for name, _ in listed] == [f"file.{n}" for n in (FILES_1_1, FILES_1_2)[version == "1.2"]]
        there = {name.removesuffix(".csv") for name in archive.namelist()} - {"manifest"}
        assert {name.removeprefix("file.") for name, mode in listed if mode == "bulk"} == there
        for name in there:
            known = HEADERS[f"users {version}" if name == "users" else name]
            lines = archive.read(f"{name}.csv").decode().split("\r\n")
            assert lines[0] == known
            assert lines[-1] == "" and all(line.split(",")[1:3] == ["", ""] for line in lines[1:-1])


@VERSIONS
def test_a_subject_with_a_comma_and_a_name_with_quotes_come_back(version: str, tmp_path: Path) -> None:
    group = replace(r.MATHS, subject="Art, Craft", name='7 "x", Ma')
    odd = replace(r.ZOE, given='Zo"ë, A')
    found = back(tmp_path, version, r.school(r.NIA, odd, r.PRIYA, classes=(group,)))
    assert found.rejected == []
    assert found.pupils["S-100001-2"].given_name == 'Zo"ë, A'
    assert found.classes["C-100001-1"].name == '7 "x", Ma'


def test_the_archive_says_nothing_of_when_it_was_made() -> None:
    [content] = r.files("oneroster-1.2").values()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
