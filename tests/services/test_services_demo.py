"""What the demo estate tells a guide to type: asked of the simulator once, not for every screen of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from connectors.simulator.control import Control
from misconsole.services import demo


class Counting:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def typed(self, urn: str, route: str, *, folder: str) -> dict[str, Any]:
        self.asked.append((urn, route, folder))
        return {"settings": {"path": folder}, "secrets": {}}

    def advance(self, days: int) -> None: ...


@pytest.fixture
def estate(tmp_path: Path) -> demo.Estate:
    return demo.Estate(folder=tmp_path, control=cast(Control, Counting()))


def asked(estate: demo.Estate) -> int:
    return len(cast(Any, estate.control).asked)


def test_a_guide_and_its_fields_share_one_answer_and_the_files_are_written_once(estate: demo.Estate) -> None:
    first = estate.typed("990001", "csv")
    assert estate.typed("990001", "csv") is first and asked(estate) == 1
    estate.typed("990001", "sims-files")
    estate.typed("990002", "csv")
    assert asked(estate) == 3


def test_another_day_and_a_while_later_are_asked_anew(
    estate: demo.Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.typed("990001", "csv")
    estate.advance(1)
    estate.typed("990001", "csv")
    assert asked(estate) == 2
    monkeypatch.setattr(demo, "A_MOMENT", -1.0)
    estate.typed("990001", "csv")
    assert asked(estate) == 3
