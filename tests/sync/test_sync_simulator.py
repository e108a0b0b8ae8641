"""The run over real loopback HTTP: the simulated Wonde estate, its faults, and detached processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data.store import Store
from data.tables import Account, Person
from misconsole.secrets import Secrets
from misconsole.services import connect, reports, runs, schools
from misconsole.services.desk import Desk
from misconsole.sync import lease, process

DAY = date(2026, 9, 14)
SLUG = "saltmere"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(today=DAY, schools=[SLUG])) as serving:
        yield serving


@pytest.fixture
def control(simulator: Simulator) -> Iterator[Control]:
    control = Control(simulator.url, simulator.control_key)
    control.approve()
    yield control
    control.clear_faults()


@pytest.fixture
def desk(store: Store, clean_environment: Path, control: Control, simulator: Simulator) -> Desk:
    """A desk with the simulated school connected and approved."""
    folder = clean_environment / "config"
    made = Desk(
        store=store, secrets=Secrets.at(folder), actor="tester", workdir=folder,
        now=lambda: datetime(DAY.year, DAY.month, DAY.day, 6, tzinfo=UTC),
    )  # fmt: skip
    (school,) = control.schools()
    schools.add_school(made, name=str(school["name"]), urn=str(school["urn"]), settings={"slug": "salt"})
    connect.connect(
        made, "salt", mis=str(school["mis"]), route="wonde", settings={"url": simulator.wonde_url},
        secrets={"token": simulator.token},
    )  # fmt: skip
    connect.request_access(made, "salt")
    control.approve()
    connect.check_access(made, "salt")
    for report in ("staff", "students", "groups-classes"):
        reports.accept(made, "salt", report)
    return made


def people(desk: Desk) -> int:
    from sqlalchemy import func, select

    with desk.store.read() as s:
        return int(s.execute(select(func.count()).select_from(Person).where(Person.present)).scalar_one())


def taken_away(desk: Desk) -> int:
    from sqlalchemy import func, select

    asked = select(func.count()).select_from(Account).where(Account.state != "active")
    with desk.store.read() as s:
        return int(s.execute(asked).scalar_one())


def test_a_school_syncs_over_http_and_the_same_again_changes_nothing(desk: Desk) -> None:
    first = runs.run_now(desk, "salt")
    assert first.state == "succeeded", first.error
    assert people(desk) > 90
    again = runs.run_now(desk, "salt", full=True)
    assert {key: n for key, n in again.changes.items() if n} == {"unchanged": people(desk)}
    changes_only = runs.run_now(desk, "salt")
    assert {key: n for key, n in changes_only.changes.items() if n} == {"unchanged": people(desk)}


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("empty", {}),
    ("half", {}),
    ("truncated", {"resource": "students"}),
    ("hang_up", {"resource": "employees"}),
    ("wrong_type", {"how": "html"}),
    ("wrong_type", {"how": "rows", "resource": "students"}),
    ("redirect", {}),
    ("expired_token", {"after": 2}),
    ("totals_disagree", {}),
    ("status", {"code": 403, "resource": "students"}),
]


@pytest.mark.parametrize(("kind", "how"), FAULTS)
def test_Z20_no_misbehaving_mis_takes_an_account_away(
    desk: Desk, control: Control, kind: str, how: dict[str, Any]
) -> None:
    assert runs.run_now(desk, "salt").state == "succeeded"
    before = people(desk)
    control.fault(None, kind, **how)
    view = runs.run_now(desk, "salt", full=True)
    assert people(desk) == before
    assert taken_away(desk) == 0
    if view.state == "failed":
        assert view.error is not None
        assert view.error["message"]
        assert view.error["mend"]
        assert view.error["code"] != "unexpected"


class TestDetached:
    def finished(self, run_id: int, desk: Desk) -> Any:
        for child in lease._children:
            child.wait(timeout=60)
        return runs.get(desk, run_id)

    def test_a_run_in_its_own_process_ends_without_anybody_waiting_for_it(self, desk: Desk) -> None:
        run_id = runs.start(desk, "salt")
        view = self.finished(run_id, desk)
        assert view.state == "succeeded", view.error
        assert view.changes["added"] == people(desk)
        assert view.origin == "command"

    def test_it_is_deaf_to_a_hang_up_and_stops_cleanly_when_told_to(
        self, desk: Desk, control: Control
    ) -> None:
        control.fault(None, "slow", seconds=0.5)
        run_id = runs.start(desk, "salt")
        child = lease._children[-1]
        while runs.get(desk, run_id).state == "queued":
            assert child.poll() is None
        assert os.getsid(child.pid) == child.pid
        os.kill(child.pid, signal.SIGHUP)
        os.kill(child.pid, signal.SIGTERM)
        view = self.finished(run_id, desk)
        assert view.state == "cancelled"
        assert child.returncode == 1
        assert people(desk) == 0

    def test_a_process_that_is_killed_is_told_as_failed_at_once(self, desk: Desk, control: Control) -> None:
        control.fault(None, "slow", seconds=0.5)
        run_id = runs.start(desk, "salt")
        child = lease._children[-1]
        while runs.get(desk, run_id).state == "queued":
            assert child.poll() is None
        child.kill()
        child.wait()
        assert runs.get(desk, run_id).state == "failed"
        control.clear_faults()
        assert runs.run_now(desk, "salt").state == "succeeded"

    def test_a_process_that_cannot_be_started_leaves_the_reason(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(process.sys, "executable", "/nowhere/python")
        view = runs.get(desk, runs.start(desk, "salt"))
        assert view.error is not None
        assert view.error["code"] == "not_started"
        assert "No such file" in view.error["message"]


def test_nothing_secret_stands_in_the_command_line_of_a_run() -> None:
    words, extra = process.command("postgresql+psycopg://desk:s3cret@db.example/misconsole", 7)
    assert "s3cret" not in " ".join(words)
    assert extra == {"MISCONSOLE_STORE": "postgresql+psycopg://desk:s3cret@db.example/misconsole"}
    words, extra = process.command("sqlite:////srv/store.sqlite3", 7)
    assert words[-4:] == ["--run", "7", "--store", "sqlite:////srv/store.sqlite3"]
    assert extra == {}
