"""A school connected by a code out of a browser: the guide, what is kept where, a sync with the tokens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from connectors.records import Report
from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_world
from data.tables import Connection, Person
from misconsole.services import access, connect, reports, runs
from misconsole.services.views import ConnectionView
from tests import seed

TODAY = date(2026, 9, 14)
INTERNAL = {"access_token", "access_until", "refresh_token", "state"}


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(today=TODAY, schools=["saltmere"], scale=0.3)


@pytest.fixture
def simulator(world: World) -> Iterator[Simulator]:
    with Simulator(world) as running:
        yield running


@pytest.fixture
def urn(e: seed.Estate, world: World, simulator: Simulator) -> str:
    """Saltmere with client id and secret typed, and nothing else."""
    school = world.schools[0]
    e.school(school.urn, school.name)
    typed = simulator.faces["scholarpack"].typed(school)
    connect.connect(
        e.desk(), school.urn, mis="ScholarPack", route="scholarpack", settings=typed.settings,
        secrets={"client_secret": typed.secrets["client_secret"]},
    )  # fmt: skip
    return school.urn


def states(view: ConnectionView) -> dict[str, str]:
    return {step.id: step.state for step in view.steps}


def links(view: ConnectionView) -> dict[str, str]:
    return {step.id: step.link for step in view.steps if step.link}


def opened(link: str) -> str:
    """What the browser's address line shows in the end."""
    asked = {**dict(parse_qsl(urlsplit(link).query)), "school": "saltmere", "decision": "confirm"}
    with httpx.Client(trust_env=False) as browser:
        return str(browser.get(link, params=asked).headers["location"])


def authorised(e: seed.Estate, urn: str) -> ConnectionView:
    for report in (Report.STAFF, Report.STUDENTS):
        reports.accept(e.desk(), urn, report)
    link = links(connect.request_access(e.desk(), urn))["consent"]
    connect.set_settings(e.desk(), urn, secrets={"code": opened(link)})
    return connect.check_access(e.desk(), urn)


def kept(e: seed.Estate) -> dict[str, str]:
    [row] = e.all(Connection)
    return e.secrets.get(row.secret_ref)


def test_B5_B6_the_guide_from_the_first_step_to_a_tested_connection(e: seed.Estate, urn: str) -> None:
    view = connect.request_access(e.desk(), urn)
    assert (states(view)["reports"], view.access, links(view)) == ("now", "not asked", {})
    reports.accept(e.desk(), urn, Report.STUDENTS)

    view = connect.request_access(e.desk(), urn)
    assert (view.access, states(view)["link"], states(view)["consent"]) == ("pending", "done", "now")
    link = links(view)["consent"]
    assert links(view) == {"consent": link, "confirm": link}
    assert "student%3Aread" in link
    assert "staff" not in link
    assert links(connect.check_access(e.desk(), urn))["consent"] == link  # resumed later

    view = connect.set_settings(e.desk(), urn, secrets={"code": opened(link)})
    assert (states(view)["consent"], states(view)["confirm"]) == ("done", "now")
    view = connect.check_access(e.desk(), urn)
    assert (view.access, states(view)["confirm"], states(view)["test"]) == ("approved", "done", "now")
    assert states(view)["consent"] == "done"
    assert [probe.ok for probe in connect.probe(e.desk(), urn)] == [True, True]


def test_a_code_that_was_refused_opens_its_step_again(e: seed.Estate, urn: str) -> None:
    reports.accept(e.desk(), urn, Report.STUDENTS)
    connect.request_access(e.desk(), urn)
    connect.set_settings(e.desk(), urn, secrets={"code": "code-of-yesterday"})
    view = connect.check_access(e.desk(), urn)
    assert (view.access, states(view)["consent"]) == ("refused", "now")
    assert "too old" in view.message


def test_tokens_are_kept_with_the_secrets_and_nowhere_else(
    e: seed.Estate, urn: str, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    view = authorised(e, urn)
    assert view.access == "approved"
    held = kept(e)
    assert held.keys() == {"client_secret", "access_token", "access_until", "refresh_token"}
    secrets = [held["client_secret"], held["access_token"], held["refresh_token"]]
    told = repr(view) + caplog.text
    stored = b"".join(path.read_bytes() for path in _store_files(e))
    for secret in secrets:
        assert secret not in told
        assert secret.encode() not in stored


def _store_files(e: seed.Estate) -> list[Path]:
    path = e.store.path
    assert path is not None
    return sorted(path.parent.glob(path.name + "*"))


def test_a_sync_keeps_the_refresh_token_that_rotated(e: seed.Estate, urn: str, simulator: Simulator) -> None:
    authorised(e, urn)
    before = kept(e)
    face: Any = simulator.faces["scholarpack"]
    face.grants.expire(urn)
    view = runs.run_now(e.desk(), urn)
    assert view.state == "succeeded", view.error
    assert [person for person in e.all(Person) if person.present]
    after = kept(e)
    assert after["refresh_token"] != before["refresh_token"]
    assert after["client_secret"] == before["client_secret"]
    assert runs.run_now(e.desk(), urn).state == "succeeded"


def test_nothing_is_kept_for_a_connection_that_was_ended_meanwhile(e: seed.Estate, urn: str) -> None:
    authorised(e, urn)
    _, setup = access.setup_for(e.desk(), urn, lambda: False)
    [row] = e.all(Connection)
    connect.disconnect(e.desk(), urn)
    assert setup.keep is not None
    assert setup.keep({"refresh_token": "late"}) == {}
    assert e.secrets.get(row.secret_ref) == {}


def test_C8_C14_a_connector_is_told_what_the_school_lets_through(e: seed.Estate, urn: str) -> None:
    reports.accept(e.desk(), urn, Report.STAFF)
    reports.decline_field(e.desk(), urn, Report.STAFF, "roles")
    reports.accept_field(e.desk(), urn, Report.STAFF, "email")
    _, setup = access.setup_for(e.desk(), urn, lambda: False)
    assert setup.consent is not None
    assert setup.consent.reports == {Report.STAFF}
    declined = setup.consent.declined[Report.STAFF]
    assert {"roles", "photo_id", "photo_hash", "phone"} <= declined
    assert "email" not in declined


def test_no_view_names_what_is_kept_beside_the_settings(e: seed.Estate, urn: str) -> None:
    view = authorised(e, urn)
    assert not INTERNAL & {setting.name for setting in view.settings}
    [code] = [setting for setting in view.settings if setting.once]
    assert (code.name, code.present, code.value) == ("code", False, "")
