"""The Integris school of the estate, read from its file set as its office has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.base import AccessState, SchoolRef, Setup
from connectors.catalogue import entries
from connectors.datashare import Datashare
from connectors.errors import BadFile, ConnectorError
from connectors.records import (
    Batch,
    ClassKind,
    Contact,
    ContactLink,
    ExtractRequest,
    Finished,
    Group,
    GroupKind,
    Membership,
    Part,
    Pupil,
    Report,
    SchoolClass,
    Staff,
)
from connectors.simulator.faults import Fault
from connectors.simulator.people import Roll
from connectors.simulator.schools import ESTATE
from connectors.simulator.world import World, build_world
from connectors.simulator.writers.datashare import GROUP_TYPES, WRITER, write_json, write_rows

TODAY = date(2026, 1, 15)
SLUG = "holmwick"
WRITE = pytest.mark.parametrize("write", [write_rows, write_json])
Write = Callable[..., Path]


@pytest.fixture(scope="module", name="world")
def _world() -> World:
    return build_world(today=TODAY)


def connector(world: World, path: Path) -> Datashare:
    school = world.school(SLUG)
    return Datashare(Setup(school=SchoolRef(urn=school.urn, name=school.name), settings={"path": str(path)}))


def read(world: World, path: Path) -> list[Any]:
    one = connector(world, path)
    assert one.access().state is AccessState.APPROVED
    assert [probe.ok for probe in one.probe()] == [True, True]
    return list(one.extract(ExtractRequest(reports=frozenset(Report), today=TODAY)))


def records(items: list[Any], kind: type) -> list[Any]:
    return [r for item in items if isinstance(item, Batch) for r in item.records if isinstance(r, kind)]


def test_every_school_with_this_route_is_read_here() -> None:
    routes = {entry.id for entry in entries() if entry.route("datashare")}
    assert [school.slug for school in ESTATE if school.mis in routes] == [SLUG]


@WRITE
def test_G1_every_pupil_comes_with_the_listed_fields(world: World, write: Write, tmp_path: Path) -> None:
    school, roll = world.school(SLUG), world.roll(SLUG)
    found = {p.source_id: p for p in records(read(world, write(world, school, tmp_path)), Pupil)}
    held = [row for row in roll.of_status("current") if row.registration]
    assert len(held) > 100
    assert found.keys() == {row.mis_id for row in held}
    for row in held:
        pupil = found[row.mis_id]
        assert (pupil.given_name, pupil.family_name, pupil.date_of_birth) == (
            row.forename, row.surname, row.born,
        )  # fmt: skip
        assert pupil.registration_group == roll.groups[row.registration or ""].name
        assert pupil.nc_year
        filled = {f.name for f in fields(pupil) if getattr(pupil, f.name) is not None}
        assert filled <= {"source_id", "given_name", "family_name", "date_of_birth", "nc_year",
                          "registration_group", "status", "unknown"}  # fmt: skip
        assert "upn" in pupil.unknown


@WRITE
def test_F8_F9_F11_teachers_with_a_class_and_all_their_names_come(
    world: World, write: Write, tmp_path: Path
) -> None:
    school, roll = world.school(SLUG), world.roll(SLUG)
    items = read(world, write(world, school, tmp_path))
    found = {s.source_id: s for s in records(items, Staff)}
    teaching = {one for row in sets(roll) for one in row.staff}
    held = [row for row in roll.staff.values() if row.current and row.id in teaching]
    named = [row for row in held if row.title and row.forename and row.surname]
    assert found.keys() == {row.mis_id for row in named}
    left_out = {
        r.source_id for i in items if isinstance(i, Batch) for r in i.rejected if r.report is Report.STAFF
    }
    assert left_out == {row.mis_id for row in held} - found.keys() != set()
    assert {s.email for s in found.values()} == {row.email for row in named}
    assert all(s.title and s.given_name and s.family_name for s in found.values())


def sets(roll: Roll) -> list[Any]:
    shelves = (*roll.classes.values(), *roll.groups.values())
    return [row for row in shelves if row.kind in ("REGISTRATION", "CLASS", "COURSE") and row.staff]


@WRITE
def test_H9_E11_contacts_come_with_their_pupils_and_without_order(
    world: World, write: Write, tmp_path: Path
) -> None:
    school, roll = world.school(SLUG), world.roll(SLUG)
    items = read(world, write(world, school, tmp_path))
    links = records(items, ContactLink)
    expected = {
        (roll.contacts[tie.contact].mis_id, pupil.mis_id): (tie.relationship, tie.responsible)
        for pupil in roll.of_status("current") if pupil.registration
        for tie in roll.ties.get(pupil.id, ())
    }  # fmt: skip
    told = {
        (link.contact_id, link.pupil_id): (link.relationship, link.parental_responsibility) for link in links
    }
    assert told == expected
    assert {link.priority for link in links} == {None}
    contacts = {c.source_id: c for c in records(items, Contact)}
    joint = [
        row for row in roll.contacts.values() if row.title and (" and " in row.title or "&" in row.title)
    ]
    assert joint
    assert all(contacts[row.mis_id].title == row.title for row in joint if row.mis_id in contacts)


@WRITE
def test_I5_to_I11_classes_and_groups_have_the_kinds_and_people_they_have(
    world: World, write: Write, tmp_path: Path
) -> None:
    school, roll = world.school(SLUG), world.roll(SLUG)
    items = read(world, write(world, school, tmp_path))
    classes = {c.source_id: c for c in records(items, SchoolClass)}
    members = records(items, Membership)
    for row in sets(roll):
        letter = {"REGISTRATION": "R", "CLASS": "T", "COURSE": "M"}[row.kind]
        found = classes[f"{letter}{row.mis_id}"]
        here = [m for m in members if m.container == "class" and m.container_id == found.source_id]
        pupils = {roll.pupils[one].mis_id for one in row.pupils}
        assert {m.person_id for m in here if m.person_role == "pupil"} == pupils
        staff = [(m.person_id, m.part) for m in here if m.person_role == "staff"]
        ids = [roll.staff[one].mis_id for one in row.staff]
        parts = [Part.MAIN, Part.SUPERVISOR] if letter == "R" else [Part.TEACHER] * len(ids)
        assert staff == list(zip(ids, parts, strict=False))
    assert {c.kind for c in classes.values()} == {ClassKind.REGISTRATION, ClassKind.CUSTOM}
    assert any(m.part is Part.SUPERVISOR for m in members)
    groups = records(items, Group)
    assert len(groups) == sum(row.kind in GROUP_TYPES for row in roll.groups.values())
    assert {g.kind for g in groups} == {GroupKind.HOUSE, GroupKind.YEAR, GroupKind.STUDENT}
    assert all(m.person_role == "pupil" for m in members if m.container == "group")


@WRITE
def test_Z20_a_set_cut_short_or_empty_is_refused(world: World, write: Write, tmp_path: Path) -> None:
    school = world.school(SLUG)
    for kind in ("truncated", "empty"):
        path = write(world, school, tmp_path, (Fault(None, kind),))
        items: list[Any] = []
        with pytest.raises(ConnectorError) as caught:
            items.extend(connector(world, path).extract(ExtractRequest(reports=frozenset(Report))))
        assert kind == "empty" or isinstance(caught.value, BadFile)
        assert not [item for item in items if isinstance(item, Finished)]


def test_the_next_day_is_read_as_it_is_then(tmp_path: Path) -> None:
    """Nothing is kept by the connector: joiners come, leavers are gone, ids stay (G3)."""
    world = build_world(today=TODAY, schools=[SLUG])
    school = world.school(SLUG)
    path = Path(WRITER.write(world, school, tmp_path, ()).settings["path"])
    before = {p.source_id for p in records(read(world, path), Pupil)}
    world.advance(30)
    WRITER.write(world, school, tmp_path, ())
    after = {p.source_id for p in records(read(world, path), Pupil)}
    assert after == {row.mis_id for row in world.roll(SLUG).of_status("current") if row.registration}
    assert len(before & after) > 0.9 * len(before)
