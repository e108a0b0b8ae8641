"""The same pushes through the adapters themselves, against a played Google domain and a Microsoft tenant."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.tables import Account, Alias, Target
from tests.push_bench import PushBench

CONNECTORS = str(Path(__file__).parents[1] / "connectors")


@pytest.fixture(params=["google", "graph"])
def cloud(request: pytest.FixtureRequest, b: PushBench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bench with a played directory behind it, and its stage."""
    monkeypatch.setattr(sys, "path", [CONNECTORS, *sys.path])
    stages = importlib.import_module("target_stages").stages()
    with stages[request.param]() as stage:
        b.e.change(Target, b.target, kind=request.param)
        monkeypatch.setattr(b.directory, "opened", lambda *_: stage.target())
        yield stage


def test_Q4_Y1_Y3_a_year_in_the_life_of_an_account(b: PushBench, cloud: Any) -> None:
    ann, bob = b.account("ann.lee", "Ann", "Lee"), b.account("bob.lee", "Bob", "Lee")
    assert b.pushed().changes["created"] == 2
    assert not b.plan().counts
    assert any(d.kind == "stranger" for d in b.plan().drift)

    b.e.change(Account, ann, username="ann.hale", username_key="ann.hale", email="ann.hale@larkmere.example",
               family_name="Hale", display_name="Ann Hale")  # fmt: skip
    b.e.put(Alias, account_id=ann, kind="email", value="ann.lee@larkmere.example")
    b.leave(bob)
    run = b.pushed()
    assert (run.changes["renamed"], run.changes["updated"], run.changes["suspended"]) == (1, 1, 1)
    assert not b.plan().counts
    with_target = cloud.target()
    try:
        entry = with_target.find(f"100001-{ann}")
        assert (entry.email, entry.display_name) == ("ann.hale@larkmere.example", "Ann Hale")
        assert "ann.lee@larkmere.example" in entry.aliases
        assert with_target.find(f"100001-{bob}").enabled is False
    finally:
        with_target.close()

    b.restore(bob)
    assert b.pushed().changes["resumed"] == 1
    assert b.passwords({bob: "Three-plain-words-7"}) == {bob: ""}
    assert not b.plan().counts


def test_an_answer_lost_on_the_way_doubles_nobody(b: PushBench, cloud: Any) -> None:
    for n in range(3):
        b.account(f"lost{n}", "Pia", f"Lee{n}")
    cloud.lose()
    b.push()
    b.pushed()
    assert not b.plan().counts
    assert b.plan().known == 3
