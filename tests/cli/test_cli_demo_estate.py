"""The demo estate without a screen: every school succeeds, by nine interfaces or more, with its own gaps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session, select

from connectors import catalogue, registry
from connectors.records import Report
from data.store import Store
from data.tables import Connection, Identifier, Membership, Person, School

OURS = {
    "nc_year": "year_label",
    "roles": "job_title",
    "admission_date": "start_date",
    "leaving_date": "end_date",
}
ROLES = {"staff": Report.STAFF, "pupil": Report.STUDENTS}


@pytest.fixture(scope="module")
def headless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Session]]:
    folder = tmp_path_factory.mktemp("demo") / "estate"
    done = subprocess.run(
        [sys.executable, "-m", "misconsole", "demo", "--headless", "--json", "--at", str(folder)],
        capture_output=True, env=os.environ | {"HOME": str(folder.parent)}, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    store = Store.open(f"sqlite:///{folder / 'misconsole.sqlite3'}")
    try:
        with store.read() as session:
            yield json.loads(done.stdout), session
    finally:
        store.close()


def told(session: Session, school: int, role: str, field: str) -> int:
    """How many people of the role hold the field."""
    name = OURS.get(field, field)
    people = session.exec(select(Person).where(Person.school_id == school, Person.role == role)).all()
    if hasattr(Person, name):
        return sum(getattr(person, name) not in (None, "") for person in people)
    kinds = session.exec(
        select(Identifier.person_id).where(Identifier.school_id == school, Identifier.kind == field)
    ).all()
    return len({person.id for person in people} & set(kinds))


def test_every_school_succeeds_by_at_least_nine_interfaces(headless: tuple[dict[str, Any], Session]) -> None:
    document, session = headless
    assert {school["state"] for school in document["schools"]} == {"succeeded"}
    assert document["succeeded"] == document["of"] == 15
    routes = set(session.exec(select(Connection.route)).all())
    assert len(routes) >= 9, routes


def test_E12_nothing_comes_that_the_row_of_the_mis_says_does_not(
    headless: tuple[dict[str, Any], Session],
) -> None:
    """And what its people lack altogether is either such a gap, or not declared, or nobody has it."""
    _, session = headless
    seen = 0
    for school, connection in session.exec(
        select(School, Connection).where(Connection.school_id == School.id)
    ):
        row = catalogue.entry(connection.mis).route(connection.route)
        assert row is not None and school.id is not None
        for role, report in ROLES.items():
            offered = {field.name for field in registry.declaration(connection.route).offer(report).fields}
            for limit in row.limits:
                of, _, name = limit.rpartition(".")
                name_is_ours = hasattr(Person, OURS.get(name, name)) or name in (
                    "upn",
                    "uln",
                    "mis_id",
                    "upi",
                )
                if name_is_ours and of in ("", report.value):
                    assert told(session, school.id, role, name) == 0, (school.name, role, limit)
                    seen += 1
            for name in ("given_name", "family_name", "year_label" if role == "pupil" else "family_name"):
                assert told(session, school.id, role, name), (school.name, role, name)
            assert "given_name" in offered
    assert seen > 20


def test_E5_E6_no_staff_in_a_class_where_the_row_says_none(headless: tuple[dict[str, Any], Session]) -> None:
    _, session = headless
    checked = []
    for school, connection in session.exec(
        select(School, Connection).where(Connection.school_id == School.id)
    ):
        row = catalogue.entry(connection.mis).route(connection.route)
        if row is not None and "class_staff" in row.limits:
            members = session.exec(
                select(Membership).where(Membership.school_id == school.id, Membership.container == "class")
            ).all()
            assert all(member.part == "pupil" for member in members), school.name
            checked.append(school.name)
    assert checked
