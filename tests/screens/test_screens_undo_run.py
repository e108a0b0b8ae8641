"""History: a whole run taken back after a look at what comes back, what cannot, and what is in the way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from data.store import Store
from data.tables import Account, Link, Run
from misconsole.secrets import Secrets
from tests import seed
from tests.fake_mis import Bench
from tests.screens.driving import Opened, tab


@pytest.fixture
def synced(store: Store, tmp_path: Path) -> Opened:
    """A school after its first sync, which made every account."""
    bench = Bench(store, tmp_path)
    assert bench.sync().state == "succeeded"
    estate = seed.Estate(store, Secrets.at(tmp_path / "console"), tmp_path)
    estate.now = bench.desk.now()
    return Opened(estate, 1)


async def test_z_on_a_run_shows_what_comes_back_and_another_key_takes_it_back(synced: Opened) -> None:
    e = synced.estate
    async with synced.running(*tab("history"), "z") as driver:
        for words in (
            "Take the whole of run 1 back?",
            "16 accounts made by the run are taken away again",
            "What does not come back:",
            "The next sync reads everything anew",
        ):
            assert words in driver.text
        await driver.press("z", "enter")
        assert len(e.all(Account)) == 16
        await driver.press("z", "y")
        assert e.all(Account) == []
        assert not [x for x in e.all(Link) if x.active]
        assert [r.kind for r in e.all(Run)] == ["sync", "undo"]
        assert "Run 1 is taken back, by run 2" in driver.text
        await driver.press("end", "z")
        assert "This run was taken back already." in driver.text


async def test_z_names_the_decision_that_is_in_the_way_and_changes_nothing(synced: Opened) -> None:
    from misconsole.services import decide

    e = synced.estate
    first = e.all(Account)[0]
    e.now += timedelta(minutes=1)
    decide.rename(e.desk("bob"), "100001", first.id, "somebody.else")
    async with synced.running(*tab("history"), "end", "z") as driver:
        assert "Run 1 cannot be taken back yet" in driver.text
        assert "somebody.else" in driver.text
        assert "bob" in driver.text
        await driver.press("y", "enter")
        assert [r.kind for r in e.all(Run)] == ["sync"]
        await driver.press("home", "z", "y", "end", "z")
        assert "Take the whole of run 1 back?" in driver.text


async def test_z_on_a_run_that_changed_nothing_says_so(larkmere: Opened) -> None:
    e = larkmere.estate
    failed = e.run(larkmere.school, "failed", error={"message": "No answer.", "mend": ""})
    empty = e.run(larkmere.school, "succeeded")
    async with larkmere.running(*tab("history")) as driver:
        driver.grid.stand_on(("run", failed))
        await driver.press("z")
        assert "This run is failed; it changed nothing that could be taken back." in driver.text
        driver.grid.stand_on(("run", empty))
        await driver.press("z")
        assert f"Run {empty} changed nothing; there is nothing to undo." in driver.text
