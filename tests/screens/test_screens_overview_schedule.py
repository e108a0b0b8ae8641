"""Overview: when the next sync is due, what the last one read, and why a slot was left out (U6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from data.tables import Run, Slot
from screens.workspace.overview import Overview
from tests.screens.driving import Opened


async def test_U6_the_overview_names_what_was_read_last_and_when_the_next_sync_is_due(
    larkmere: Opened,
) -> None:
    estate = larkmere.estate
    source = {
        "title": "SIMS report files", "records": {"staff": 84}, "delta": False,
        "files": [
            {"name": "staff.xml", "modified": estate.now.isoformat(), "bytes": 12_345, "sha256": ""}
        ],
    }  # fmt: skip
    with estate.store.write() as s:
        s.add(Run(school_id=larkmere.school, state="succeeded", finished_at=estate.now, source=source))
        s.merge(
            Slot(
                school_id=larkmere.school, due_at=estate.now + timedelta(hours=9),
                late_at=estate.now + timedelta(hours=12), note="The slot of Sunday 19:43 was missed.",
            )
        )  # fmt: skip
    async with larkmere.running("enter") as driver:
        await driver.until(lambda: "staff.xml" in driver.text)
        assert "SIMS report files" in driver.text and "(12 kB)" in driver.text
        assert "next" in driver.text
        assert "was missed" in driver.text


async def test_no_number_of_the_overview_is_cut_off_at_eighty_columns(larkmere: Opened) -> None:
    people = {"staff": 128, "pupils": 1263, "eligible": 1380, "linked": 1317}
    async with larkmere.running("enter") as driver:
        overview = driver.app.screen.query_one(Overview)
        await driver.until(lambda: overview.view is not None)
        overview.view = replace(overview.view, people=people)
        overview.repaint()
        await driver.settle()
        assert "1,317 have one" in driver.text
        overview.view = replace(overview.view, people={name: n * 100_000 for name, n in people.items()})
        overview.repaint()
        await driver.settle()
        assert "131,700,000 have one" in " ".join(driver.text.split())
