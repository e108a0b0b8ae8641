"""Sync: the screen only watches; what it shows is what the run wrote to the store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data import tables
from misconsole.services import runs
from misconsole.services.views import Affected
from tests.screens.driving import Opened

STAGES = ("authorise", "extract", "filter", "match", "plan", "limits", "apply")


def under_way(o: Opened) -> int:
    """A run in the middle of its extract, with a process that lives (this one)."""
    import os

    from misconsole.sync import lease

    e = o.estate
    run = e.run(o.school, "running", finished_at=None, heartbeat_at=e.now, pid=os.getpid())
    with e.store.write() as s:
        until = e.now + timedelta(minutes=5)
        s.add(tables.Lease(school_id=o.school, run_id=run, holder=lease.holder(), acquired_at=e.now,
                           expires_at=until))  # fmt: skip
    for n, name in enumerate(STAGES):
        state = "ok" if n == 0 else "working" if n == 1 else "waiting"
        e.put(tables.RunStage, run_id=run, ordinal=n, name=name, state=state)
    started = e.now - timedelta(seconds=10)
    e.put(tables.RunProgress, run_id=run, report="students", done=400, total=1000, started_at=started,
          updated_at=e.now)  # fmt: skip
    e.put(
        tables.RunMessage,
        run_id=run,
        at=e.now,
        level="warning",
        code="slow",
        message="The MIS is slow today.",
    )
    return run


async def test_stages_progress_and_messages_are_shown_with_sign_and_word(larkmere: Opened) -> None:
    """U1, U3, T16"""
    under_way(larkmere)
    async with larkmere.running("v") as driver:
        text = driver.text
        assert "✓ authorise" in text
        assert "◐ extract" in text
        assert "· apply" in text
        assert "400 of 1,000" in text
        assert "▲ The MIS is slow today." in text


async def test_progress_is_followed_and_the_end_summed_up(larkmere: Opened) -> None:
    """V3"""
    e = larkmere.estate
    run = under_way(larkmere)
    async with larkmere.running("v") as driver:
        e.change(tables.Run, run, state="succeeded", finished_at=e.now, changes={"created": 12, "linked": 3},
                 reports={"students": {"extracted": 90, "kept": 88, "dropped": 2}})  # fmt: skip
        await driver.until(lambda: "The run has ended." in driver.text)
        assert "12 accounts created, 3 people linked" in driver.text
        assert "students 90 (2 left out)" in driver.text


async def test_leaving_does_not_stop_the_run_and_coming_back_shows_it(larkmere: Opened) -> None:
    run = under_way(larkmere)
    async with larkmere.running("v", "q") as driver:
        assert "syncing" in driver.text
        await driver.press("v")
        assert f"Run {run}" in driver.text
    assert larkmere.estate.row(tables.Run, run).state == "running"
    assert not larkmere.estate.row(tables.Run, run).cancel_requested


async def test_c_cancels_after_another_key_confirms(larkmere: Opened) -> None:
    run = under_way(larkmere)
    async with larkmere.running("v", "c", "c", "enter") as driver:
        assert not larkmere.estate.row(tables.Run, run).cancel_requested
        await driver.press("c", "y")
        assert larkmere.estate.row(tables.Run, run).cancel_requested


async def test_a_run_that_has_ended_cannot_be_cancelled_and_says_so(larkmere: Opened) -> None:
    async with larkmere.running("v", "c") as driver:
        assert "The run has ended." in driver.text


@pytest.fixture
def held(larkmere: Opened, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A held run; approving and rejecting are noted, the sync tests prove what they do."""
    e = larkmere.estate
    e.now += timedelta(minutes=1)
    why = {"code": "limit", "message": "42 accounts would be taken away; the limit is 20.",
           "mend": "Look at who, then approve or reject."}  # fmt: skip
    run = e.run(larkmere.school, "held", held=why)
    noted: list[Any] = [run]
    lost = tuple(
        Affected(
            change="unallocate", name=f"Liam North {n}", role="pupil", username=f"l.north{n}", detail="absent"
        )
        for n in range(42)
    )
    monkeypatch.setattr(runs, "affected", lambda desk, run_id: lost)

    def settle(verdict: str) -> Any:
        def settled(desk: Any, run_id: int) -> Any:
            noted.append((verdict, run_id))
            e.change(tables.Run, run_id, resolution=f"{verdict}d" if verdict == "approve" else "rejected")
            return runs.get(desk, run_id)

        return settled

    monkeypatch.setattr(runs, "approve", settle("approve"))
    monkeypatch.setattr(runs, "reject", settle("reject"))
    return noted


async def test_a_held_run_says_why_and_who_and_nothing_was_written(larkmere: Opened, held: list[Any]) -> None:
    async with larkmere.running("v") as driver:
        assert "▲ 42 accounts would be taken away" in driver.text
        assert "Nothing was written." in driver.text
        await driver.press("v")
        assert "42 changes" in driver.text
        assert "l.north0" in driver.text
        await driver.press("v")
        assert "42 changes" not in driver.text


@pytest.mark.parametrize(("key", "verdict"), [("a", "approve"), ("r", "reject")])
async def test_approving_names_how_many_and_a_sample_and_wants_another_key(
    larkmere: Opened, held: list[Any], key: str, verdict: str
) -> None:
    async with larkmere.running("v", key) as driver:
        assert "42 to unallocate" in driver.text
        assert "Liam North 4" in driver.text
        assert "and 37 others" in driver.text
        await driver.press(key, "enter")
        assert len(held) == 1
        await driver.press(key, "y")
        assert held[1:] == [(verdict, held[0])]


@pytest.mark.parametrize(
    ("resolution", "told"),
    [("expired", "It has expired; nothing of it was applied."), ("rejected", "It was rejected since;")],
)
async def test_a_held_run_that_is_over_asks_nobody_for_anything(
    larkmere: Opened, held: list[Any], resolution: str, told: str
) -> None:
    """Its plan is gone with it: nothing is left to look at, to approve or to reject."""
    larkmere.estate.change(tables.Run, held[0], resolution=resolution, changes={"unallocated": 42})
    async with larkmere.running("v") as driver:
        assert told in driver.text
        assert "42 accounts would be taken away" in driver.text
        assert "approve or reject" not in driver.text
        assert "would change" in driver.text and "changed       42" not in driver.text
        for key in ("v", "a", "r"):
            await driver.press(key)
            assert told in " ".join(driver.text.splitlines()[-4:])
        assert "Reading" not in driver.text


async def test_a_failed_run_says_what_happened_and_that_nothing_was_changed(larkmere: Opened) -> None:
    e = larkmere.estate
    e.now += timedelta(minutes=1)
    e.run(
        larkmere.school, "failed", error={"message": "The MIS did not answer.", "mend": "Check the network."}
    )
    async with larkmere.running("v") as driver:
        for words in (
            "✗ failed",
            "The MIS did not answer.",
            "Check the network.",
            "Nothing was changed by this run.",
        ):
            assert words in driver.text
