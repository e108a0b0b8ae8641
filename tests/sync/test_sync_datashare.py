"""From the guide to accounts: the Integris school of the estate by its Datashare file set."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from connectors.simulator.world import World, build_world
from connectors.simulator.writers.datashare import write_rows
from data.store import Store
from data.tables import Account, Contact, ContactLink, Person
from misconsole.secrets import Secrets
from misconsole.services import connect, queues, reports, runs, schools
from misconsole.services.desk import Desk

DAY = date(2026, 9, 14)
SLUG = "holmwick"


@pytest.fixture(scope="module", name="world")
def _world() -> World:
    return build_world(today=DAY, schools=[SLUG])


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


@pytest.fixture
def desk(store: Store, clean_environment: Path, files: Path) -> Desk:
    """The school connected, before anything came."""
    folder = clean_environment / "config"
    made = Desk(
        store=store, secrets=Secrets.at(folder), actor="tester", workdir=folder,
        now=lambda: datetime(DAY.year, DAY.month, DAY.day, 6, tzinfo=UTC),
    )  # fmt: skip
    schools.add_school(made, name="Holmwick", urn="990005", settings={"slug": SLUG})
    connect.connect(made, SLUG, mis="integris", route="datashare", settings={"path": str(files)})
    return made


def granted(desk: Desk, world: World, files: Path) -> Desk:
    write_rows(world, world.school(SLUG), files)
    connect.check_access(desk, SLUG)
    for report in ("staff", "students", "groups-classes", "contacts"):
        reports.accept(desk, SLUG, report)
    return desk


def change(path: Path, source_id: str, column: str, value: str) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if next(iter(row.values())) == source_id:
            row[column] = value
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_B9_the_operator_says_that_access_was_granted_and_tests(
    desk: Desk, world: World, files: Path
) -> None:
    before = connect.connection(desk, SLUG)
    assert before is not None
    assert before.access == "not asked"
    assert not [probe for probe in connect.probe(desk, SLUG) if probe.name == "data" and probe.ok]
    granted(desk, world, files)
    assert all(probe.ok for probe in connect.probe(desk, SLUG))
    after = connect.connection(desk, SLUG)
    assert after is not None
    assert after.access == "approved"
    test = next(step for step in after.steps if step.id == "test")
    assert (test.title, test.state) == ("I have granted access: test now", "done")


def test_F8_G1_Z13_people_joint_contacts_and_problems_come_and_stay(
    desk: Desk, world: World, files: Path
) -> None:
    first = runs.run_now(granted(desk, world, files), SLUG)
    assert first.state == "succeeded"
    assert first.changes["created"] > 150
    with desk.store.read() as s:
        contacts = {row.source_id: row.id for row in s.exec(select(Contact))}
        priorities = {link.priority for link in s.exec(select(ContactLink))}
    assert any(source_id.endswith("#2") for source_id in contacts)
    assert priorities == {1}  # H6
    again = runs.run_now(desk, SLUG, full=True)
    assert again.changes["created"] == 0
    with desk.store.read() as s:
        assert {row.source_id: row.id for row in s.exec(select(Contact))} == contacts


def test_F9_a_title_that_is_blanked_takes_nobodys_account_away(desk: Desk, world: World, files: Path) -> None:
    runs.run_now(granted(desk, world, files), SLUG)
    with desk.store.read() as s:
        teacher = s.exec(select(Person).where(col(Person.role) == "staff")).first()
        assert teacher is not None
        source_id = teacher.source_id
    change(files / "teachers.csv", source_id, "title", "")
    view = runs.run_now(desk, SLUG, full=True)
    assert view.state == "succeeded"
    told = [
        each for each in queues.problems(desk, SLUG) if each.code == "missing_title" and each.role == "staff"
    ]
    assert any("title, forename and surname" in each.message for each in told)
    with desk.store.read() as s:
        still = s.exec(select(Person).where(col(Person.source_id) == source_id, col(Person.role) == "staff"))
        assert still.one().present
        assert {account.state for account in s.exec(select(Account))} == {"active"}


def test_G3_a_new_surname_on_the_same_id_is_a_change_and_no_new_person(
    desk: Desk, world: World, files: Path
) -> None:
    runs.run_now(granted(desk, world, files), SLUG)
    with desk.store.read() as s:
        before = len(s.exec(select(Person)).all())
        pupil = s.exec(select(Person).where(col(Person.role) == "pupil", col(Person.gate) == "")).first()
        assert pupil is not None
        number, source_id = pupil.id, pupil.source_id
    change(files / "students.csv", source_id, "surname", "Quillfeather")
    view = runs.run_now(desk, SLUG, full=True)
    assert (view.changes["created"], view.changes["updated"]) == (0, 1)
    with desk.store.read() as s:
        assert len(s.exec(select(Person)).all()) == before
        row = s.get(Person, number)
        assert row is not None
        assert row.family_name == "Quillfeather"
