"""The demo estate's own packages sync without a single complaint, and bring whom the estate holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.records import Report
from connectors.simulator.oneroster_files import write_oneroster
from connectors.simulator.world import World, build_world
from tests.fixtures.oneroster.reading import read

DAY = date(2026, 1, 12)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(today=DAY, scale=0.25)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
def test_every_demo_school_arrives_without_a_rejected_row(
    world: World, version: str, zipped: bool, tmp_path: Path
) -> None:
    for school in world.schools:
        path = write_oneroster(world, school.urn, tmp_path / school.slug, version=version, zipped=zipped)
        found = read(path, today=DAY)
        roll = world.roll(school.urn)
        assert found.rejected == [], school.name
        assert found.odd == set(), school.name
        assert len(found.pupils) == len(roll.of_status("current"))
        assert len(found.staff) == sum(row.current for row in roll.staff.values())
        assert {f.delta for f in found.finished.values()} == {False}
        assert found.finished[Report.STUDENTS].counted == len(found.pupils)
        ids = set(found.pupils) | set(found.staff)
        assert {person for _, person, _ in found.members} <= ids
        assert {pupil for _, pupil in found.links} <= set(found.pupils)


def test_dates_of_birth_upns_and_year_groups_survive_the_journey(world: World, tmp_path: Path) -> None:
    school = world.schools[0]
    found = read(write_oneroster(world, school.urn, tmp_path), today=DAY)
    for row in world.roll(school.urn).of_status("current"):
        pupil = found.pupils[f"stu-{row.serial}"]
        assert (pupil.date_of_birth, pupil.upn) == (row.born, row.upn)
        assert pupil.admission_number == row.admission_number
