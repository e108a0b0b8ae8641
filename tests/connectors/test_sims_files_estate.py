"""Every school of the estate with SIMS, by the files its task would leave: the same people as its roll."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.base import AccessState, SchoolRef, Setup
from connectors.catalogue import entries
from connectors.errors import ConnectorError
from connectors.records import (
    Batch,
    ClassKind,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Group,
    Mark,
    Membership,
    Notice,
    Pupil,
    Report,
    SchoolClass,
    Staff,
)
from connectors.sims_files import SimsFiles
from connectors.simulator.control import Control
from connectors.simulator.faults import Fault
from connectors.simulator.people import Roll
from connectors.simulator.schools import ESTATE, DemoSchool
from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_world
from connectors.simulator.writers.sims_files import WRITER, external_id

TODAY = date(2026, 1, 15)
MIS = {entry.id for entry in entries() if entry.route("sims-files")}
SCHOOLS = [pytest.param(school.slug, id=school.mis) for school in ESTATE if school.mis in MIS]
_NOT_XML = str.maketrans("", "", "\x1b\x07")


@pytest.fixture(scope="module", name="world")
def _world() -> World:
    return build_world(today=TODAY, scale=0.25)


def connector(school: DemoSchool, settings: dict[str, str]) -> SimsFiles:
    return SimsFiles(Setup(school=SchoolRef(urn=school.urn, name=school.name), settings=settings))


def read(world: World, school: DemoSchool, folder: Path) -> list[Any]:
    typed = WRITER.write(world, school, folder, ())
    found = connector(school, dict(typed.settings))
    assert found.access().state is AccessState.APPROVED
    assert [probe.ok for probe in found.probe()] == [True, True]
    return list(found.extract(ExtractRequest(reports=frozenset(Report), today=TODAY)))


def records(items: list[Any], kind: type, report: Report | None = None) -> list[Any]:
    return [
        r for item in items if isinstance(item, Batch) and report in (None, item.report)
        for r in item.records if isinstance(r, kind)
    ]  # fmt: skip


def as_written(school: DemoSchool, text: str | None) -> str | None:
    """XML has no control characters, so a report has none either."""
    return text.translate(_NOT_XML) if text and school.mis == "sims" else text


def test_A7_both_kinds_of_sims_are_in_the_estate() -> None:
    assert {"sims", "sims-connected"} == MIS == {each.id for each in SCHOOLS}


@pytest.mark.parametrize("slug", SCHOOLS)
def test_G_every_pupil_and_member_of_staff_is_read_field_by_field(
    world: World, slug: str, tmp_path: Path
) -> None:
    school, roll = world.school(slug), world.roll(slug)
    items = read(world, school, tmp_path)
    for report, status in ((Report.STUDENTS, "current"), (Report.STUDENTS_FUTURE, "pre")):
        pupils = {record.source_id: record for record in records(items, Pupil, report)}
        rows = roll.of_status(status)
        assert pupils.keys() == {external_id(row.id) for row in rows}
        for row in rows:
            one, form = pupils[external_id(row.id)], roll.groups.get(row.registration or "")
            given = row.forename or row.legal_forename
            assert one.given_name == as_written(school, given)
            assert one.family_name == as_written(school, row.surname or row.legal_surname)
            assert (one.date_of_birth, one.upn, one.former_upn) == (row.born, row.upn, row.former_upn)
            assert (one.admission_number, one.uln) == (row.admission_number, row.uln)
            assert (one.nc_year, one.mis_id) == (row.year_text, row.mis_id)
            assert (one.admission_date, one.leaving_date) == (row.admitted, row.leaving)
            assert one.registration_group == (form.name if form else None)
    future = {row.id for row in roll.staff.values() if row.start and row.start > TODAY}
    for report in (Report.STAFF, Report.STAFF_FUTURE):
        staff = {record.source_id: record for record in records(items, Staff, report)}
        adults = [
            r for r in roll.staff.values() if r.current and (r.id in future) is (report != Report.STAFF)
        ]
        assert staff.keys() == {external_id(row.id) for row in adults}
        for adult in adults:
            grown = staff[external_id(adult.id)]
            assert (grown.given_name, grown.family_name) == (adult.forename, adult.surname)
            assert (grown.staff_code, grown.roles) == (
                adult.staff_code, tuple(dict.fromkeys(adult.roles)),
            )  # fmt: skip
            assert (grown.teaching, grown.start_date) == (adult.teaching, adult.start)
            assert grown.reports_to == (external_id(adult.manager) if adult.manager else None)
    assert {item.report for item in items if isinstance(item, Finished)} == set(Report)


@pytest.mark.parametrize("slug", SCHOOLS)
def test_H9_I5_contacts_classes_groups_and_marks_are_those_of_the_roll(
    world: World, slug: str, tmp_path: Path
) -> None:
    school = world.school(slug)
    roll: Roll = world.roll(slug)
    items = read(world, school, tmp_path)
    ties = {
        (external_id(tie.contact), external_id(pupil.id)): tie
        for pupil in roll.of_status("current") for tie in roll.ties.get(pupil.id, ())
    }  # fmt: skip
    links = {(link.contact_id, link.pupil_id): link for link in records(items, ContactLink)}
    assert links.keys() == ties.keys()
    assert all(links[key].priority == tie.priority for key, tie in ties.items())
    assert {c.source_id for c in records(items, Contact)} == {key[0] for key in ties}
    sets = {external_id(row.id): row for row in (*roll.classes.values(), *roll.groups.values())}
    named = {record.source_id: record for record in records(items, SchoolClass) + records(items, Group)}
    assert named.keys() == {key for key, row in sets.items() if row.pupils or row.staff}
    assert all(named[key].name == sets[key].name for key in named)
    registration = {r.source_id for r in records(items, SchoolClass) if r.kind is ClassKind.REGISTRATION}
    assert registration == {key for key, row in sets.items() if row.kind == "REGISTRATION"}
    members = {(m.container_id, m.person_id) for m in records(items, Membership)}
    assert members == {
        (key, external_id(who)) for key, row in sets.items() for who in (*row.pupils, *row.staff)
        if (roll.staff[who].current if who in roll.staff else roll.pupils[who].status != "leaver")
    }  # fmt: skip
    assert len(records(items, Mark)) == 2 * len(roll.of_status("current"))


@pytest.mark.parametrize("slug", SCHOOLS)
def test_whole_rows_that_occur_twice_are_one_person_and_no_conflict(
    world: World, slug: str, tmp_path: Path
) -> None:
    items = read(world, world.school(slug), tmp_path)
    assert not [n for n in items if isinstance(n, Notice)
                and n.code in ("conflicting_values", "cut_values", "report_missing")]  # fmt: skip


@pytest.mark.parametrize("slug", SCHOOLS)
def test_Z20_files_cut_short_finish_nothing(world: World, slug: str, tmp_path: Path) -> None:
    school = world.school(slug)
    typed = WRITER.write(world, school, tmp_path, (Fault(None, "truncated"),))
    items: list[Any] = []
    with pytest.raises(ConnectorError):
        items.extend(
            connector(school, dict(typed.settings)).extract(
                ExtractRequest(reports=frozenset(Report), today=TODAY)
            )
        )
    assert not [item for item in items if isinstance(item, Finished)]


@pytest.mark.parametrize("slug", SCHOOLS)
def test_Z20_files_that_are_empty_finish_nothing(world: World, slug: str, tmp_path: Path) -> None:
    school = world.school(slug)
    typed = WRITER.write(world, school, tmp_path, (Fault(None, "empty"),))
    with pytest.raises(ConnectorError, match="Nobody can be read"):
        list(connector(school, dict(typed.settings)).extract(ExtractRequest(reports=frozenset(Report))))


def test_the_demo_writes_the_files_of_the_day_again(tmp_path: Path) -> None:
    """What the scheduled task does at night, the demo does when a day passes."""
    world = build_world(today=TODAY, scale=0.1, schools=["larkmere"])
    with Simulator(world) as simulator:
        control = Control(simulator.url, simulator.control_key)
        typed = control.typed("990001", "sims-files", folder=str(tmp_path / "drop"))
        before = {path.name: path.read_bytes() for path in (tmp_path / "drop").iterdir()}
        control.advance(40)
        after = {path.name: path.read_bytes() for path in (tmp_path / "drop").iterdir()}
        assert before.keys() == after.keys() and before["students.xml"] != after["students.xml"]
        found = connector(world.school("larkmere"), dict(typed["settings"]))
        items = list(found.extract(ExtractRequest(reports=frozenset({Report.STUDENTS}), today=TODAY)))
        assert len(records(items, Pupil)) == len(world.roll("larkmere").of_status("current"))
