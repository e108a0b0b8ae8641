"""Two demo schools have a directory that is to be worked: who is there already waits to be adopted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from connectors.simulator.control import Control
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data.store import Store
from data.tables import Target, TargetAccount
from misconsole.secrets import Secrets
from misconsole.services import demo, pushes, targets
from misconsole.services.demo_targets import DEMO_TARGETS
from misconsole.services.desk import Desk
from tests.fake_mis import NOW

URNS = {"thornley-park": "990003", "penhallow": "990008"}


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store=store, secrets=Secrets.at(tmp_path), actor="tester", now=lambda: NOW, workdir=tmp_path)


def simulator() -> Simulator:
    return Simulator(build_world(today=date(2026, 9, 14), schools=list(URNS.values()), scale=0.05))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[demo.Estate]:
    with simulator() as served:
        yield demo.Estate(folder=tmp_path, control=Control(served.url, served.control_key))


@pytest.mark.parametrize("slug", DEMO_TARGETS)
def test_an_operator_can_test_rehearse_adopt_and_push(desk: Desk, place: demo.Estate, slug: str) -> None:
    demo.furnish(desk, place, all_connected=True)
    school = URNS[slug]
    [target] = targets.list_targets(desk, school)
    assert (target.kind, target.last_push, target.entries) == (DEMO_TARGETS[slug][0], None, 0)
    assert all(each.ok for each in targets.probe(desk, school, target.name))
    seen = pushes.rehearse(desk, school, target.name)
    assert len(seen.adoptable) > 5
    assert "stranger" in {drift.kind for drift in seen.drift}
    chosen = pushes.choose_adoptable(seen.adoptable, all_exact=True)
    assert pushes.adopt(desk, school, target.name, chosen=chosen, all_exact=True).state == "succeeded"
    assert pushes.push_now(desk, school, target.name).state in ("succeeded", "held")


def test_an_estate_kept_from_before_reaches_the_new_simulator_with_nothing_written(
    desk: Desk, place: demo.Estate, tmp_path: Path
) -> None:
    demo.furnish(desk, place, all_connected=True)
    school = URNS["thornley-park"]
    chosen = pushes.choose_adoptable(pushes.rehearse(desk, school, "google").adoptable, all_exact=True)
    pushes.adopt(desk, school, "google", chosen=chosen, all_exact=True)
    with simulator() as other:
        anew = demo.Estate(folder=tmp_path, control=Control(other.url, other.control_key))
        demo.furnish(desk, anew, all_connected=True)
        seen = pushes.rehearse(desk, school, "google")
        assert len(seen.adoptable) == len(chosen)
        assert seen.held is None
    with desk.store.read() as s:
        assert not s.exec(select(TargetAccount)).all()
        assert {row.pushed_at for row in s.exec(select(Target))} == {None}
