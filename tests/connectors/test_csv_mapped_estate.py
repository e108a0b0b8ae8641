"""Every MIS of the estate, each in its own words, read right by the guess alone: nobody corrects anything."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.base import AccessState, SchoolRef, Setup
from connectors.catalogue import entries
from connectors.csv_mapped import CsvMapped
from connectors.csv_mapped.fields import FIELDS
from connectors.csv_mapped.opening import look
from connectors.delimited.source import Source
from connectors.errors import BadFile, ConnectorError, ShortExtract
from connectors.records import (
    Batch,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Membership,
    Pupil,
    Report,
    Staff,
)
from connectors.simulator.csv_dialects import dialect, estate
from connectors.simulator.faults import Fault
from connectors.simulator.people import PersonRow, Roll
from connectors.simulator.schools import ESTATE, DemoSchool
from connectors.simulator.world import World, build_world
from connectors.simulator.writers.csv import WRITER, write_csv

TODAY = date(2026, 1, 15)
SCHOOLS = [pytest.param(school.slug, id=school.mis) for school in ESTATE]


@pytest.fixture(scope="module", name="world")
def _world() -> World:
    return build_world(today=TODAY, scale=0.25)


def read(world: World, school: DemoSchool, folder: Path) -> list[Any]:
    typed = WRITER.write(world, school, folder, ())
    setup = Setup(school=SchoolRef(urn=school.urn, name=school.name), settings=typed.settings)
    connector = CsvMapped(setup)
    assert connector.access().state is AccessState.APPROVED
    assert [probe.ok for probe in connector.probe()] == [True, True]
    return list(connector.extract(ExtractRequest(reports=frozenset(Report), today=TODAY)))


def records(items: list[Any], kind: type) -> list[Any]:
    return [r for item in items if isinstance(item, Batch) for r in item.records if isinstance(r, kind)]


def written(school: DemoSchool, text: str | None) -> str:
    """What a name is in an export whose encoding may lack some of its letters."""
    coding = dialect(school.mis).encoding
    return (text or "").encode(coding, "replace").decode(coding).strip()


def held(school: DemoSchool, kind: str) -> set[str]:
    """What that MIS's own list has in it, by the simulator's short names."""
    return {
        name
        for file in dialect(school.mis).files.values() if file.list in (kind, "people")
        for _, name in file.columns
    }  # fmt: skip


def as_written(school: DemoSchool, row: PersonRow, kind: str) -> tuple[str, str]:
    given, family = row.forename, row.surname
    if not given and "legal_forename" in held(school, kind):
        given = row.legal_forename
    return written(school, given), written(school, family)


def as_read(record: Any) -> tuple[str, str]:
    return record.given_name or "", record.family_name or ""


def test_A10_every_mis_of_the_estate_writes_in_words_of_its_own() -> None:
    assert set(estate()) == {school.mis for school in ESTATE} == {e.id for e in entries()} - {"other"}
    headers = [
        file.columns for each in estate().values() for file in each.files.values() if file.list == "pupils"
    ]
    assert len({tuple(caption for caption, _ in columns) for columns in headers}) == len(headers)
    assert {each.encoding for each in estate().values()} >= {"utf-8", "utf-8-sig", "utf-16", "cp1252"}
    assert {each.delimiter for each in estate().values()} >= {",", ";", "\t", "|"}


@pytest.mark.parametrize("slug", SCHOOLS)
def test_A10_the_guess_needs_no_correction(world: World, slug: str, tmp_path: Path) -> None:
    """Every pupil and every member of staff the office has, with the values its list holds."""
    school = world.school(slug)
    roll: Roll = world.roll(slug)
    items = read(world, school, tmp_path)
    pupils = {record.source_id: record for record in records(items, Pupil)}
    current = roll.of_status("current")
    assert len(pupils) == len(current)
    for row in current:
        by_id = {"mis_id", "mis_id_kind"} & held(school, "pupils")
        number = row.mis_id if by_id else row.admission_number
        record = pupils.get(number or "") or pupils[f"S{number}"]
        group = roll.groups.get(row.registration or "")
        assert as_read(record) == as_written(school, row, "pupils")
        assert record.date_of_birth == row.born
        assert record.registration_group == (written(school, group.name) if group else None)
        assert record.nc_year
        if "upn" in held(school, "pupils"):
            assert record.upn == row.upn
        if "admitted" in held(school, "pupils"):
            assert record.admission_date == row.admitted
    staff = records(items, Staff)
    employed = [row for row in roll.staff.values() if row.current]
    assert sorted(map(as_read, staff)) == sorted(as_written(school, row, "staff") for row in employed)
    if "code" in held(school, "staff"):
        assert sorted(filter(None, (r.staff_code for r in staff))) == sorted(
            row.staff_code for row in employed if row.staff_code
        )
    finished = {item.report for item in items if isinstance(item, Finished)}
    assert finished >= {Report.STUDENTS, Report.STAFF, Report.GROUPS_CLASSES}


@pytest.mark.parametrize("slug", SCHOOLS)
def test_H9_contacts_are_with_their_pupils_where_the_list_has_them(
    world: World, slug: str, tmp_path: Path
) -> None:
    school, roll = world.school(slug), world.roll(slug)
    listed = [file for file in dialect(school.mis).files.values() if file.list == "contacts"]
    items = read(world, school, tmp_path)
    links = records(items, ContactLink)
    if not listed:
        slots = any(caption.startswith(("Contact 1", "Mother")) for f in dialect(school.mis).files.values()
                    for caption, _ in f.columns)  # fmt: skip
        assert bool(links) is slots
        return
    names = {record.source_id: written(school, record.family_name) for record in records(items, Contact)}
    ties = [(p, tie) for p in roll.of_status("current") for tie in roll.ties.get(p.id, ())]
    assert sorted(names[link.contact_id] for link in links) == sorted(
        written(school, roll.contacts[tie.contact].surname) for _, tie in ties
    )
    assert sorted(link.priority or 0 for link in links) == sorted(tie.priority or 0 for _, tie in ties)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_I5_classes_have_their_pupils_where_the_list_has_them(
    world: World, slug: str, tmp_path: Path
) -> None:
    school, roll = world.school(slug), world.roll(slug)
    members = {
        m.person_id for m in records(read(world, school, tmp_path), Membership) if m.person_role == "pupil"
    }
    assert len(members) == sum(1 for row in roll.of_status("current") if row.registration)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_no_two_columns_are_one_field_and_every_column_says_why(
    world: World, slug: str, tmp_path: Path
) -> None:
    with closing(Source(write_csv(world, world.school(slug), tmp_path))) as source:
        for found, _ in look(source):
            fields = [column.field for column in found.columns if column.field != "-"]
            assert len(fields) == len(set(fields))
            assert set(fields) <= set(FIELDS[found.kind])
            assert all(column.reason and column.confidence for column in found.columns)
            assert found.confidence in ("certain", "likely")


@pytest.mark.parametrize("slug", SCHOOLS)
def test_Z20_files_cut_short_are_refused(world: World, slug: str, tmp_path: Path) -> None:
    """Where the cut falls between two cells, or between two rows of a list that says its count."""
    school = world.school(slug)
    typed = WRITER.write(world, school, tmp_path, ())
    write_csv(world, school, tmp_path, (Fault(None, "truncated"),))
    connector = CsvMapped(Setup(school=SchoolRef(urn=school.urn, name=school.name), settings=typed.settings))
    items: list[Any] = []
    with pytest.raises(ConnectorError) as caught:
        items.extend(connector.extract(ExtractRequest(reports=frozenset(Report), today=TODAY)))
    assert isinstance(caught.value, BadFile | ShortExtract)
    assert not [item for item in items if isinstance(item, Finished)]
