"""History as pictures: one key from home and from a school, drawn once, legible on a small terminal."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from screens.plots.drawing import Drawing
from tests.screens.driving import Driver, Opened, tab


@pytest.fixture
def history(larkmere: Opened) -> Opened:
    """Twelve nights of runs, one of them failed."""
    e = larkmere.estate
    for nights in range(12, 0, -1):
        began = e.now - timedelta(days=nights)
        e.run(
            larkmere.school, "failed" if nights == 5 else "succeeded", started_at=began,
            finished_at=began + timedelta(seconds=40 + nights),
            changes={"created": nights, "linked": 2 * nights, "unallocated": nights % 3},
            reports={"students": {"kept": 100}}, waiting={"unmatched_pupils": nights},
        )  # fmt: skip
    return larkmere


async def drawn(driver: Driver, words: str) -> str:
    await driver.until(lambda: words in " ".join(driver.text.split()))
    return driver.text


@pytest.mark.parametrize("keys", [["p"], [*tab("overview"), "p"]])
async def test_one_key_draws_the_runs_of_the_estate_or_of_a_school(history: Opened, keys: list[str]) -> None:
    async with history.running(*keys) as driver:
        text = await drawn(driver, "13 runs; 1 failed")
        assert "█" in text and "failed" in text
        assert "Longer" in text


async def test_every_figure_is_reached_by_keys_and_says_itself_in_a_sentence(history: Opened) -> None:
    told = ("13 runs", "accounts were created", "% of people have", "wait", "decision")
    async with history.running(*tab("overview"), "p") as driver:
        for words in told:
            await drawn(driver, words)
            await driver.press("right_square_bracket")
        await drawn(driver, told[0])
        await driver.press("left_square_bracket")
        await drawn(driver, told[-1])


async def test_it_is_drawn_once_and_not_again_until_it_changes(history: Opened) -> None:
    async with history.running(*tab("overview"), "p") as driver:
        await drawn(driver, "13 runs")
        widget = driver.app.screen.query_one(Drawing)
        first = widget.render()
        assert widget.render() is first
        await driver.press("o")
        await drawn(driver, "52 weeks")
        assert widget.render() is not first


async def test_a_school_without_history_says_so_instead_of_an_empty_picture(larkmere: Opened) -> None:
    async with larkmere.running(
        *tab("overview"), "p", "right_square_bracket", "right_square_bracket"
    ) as driver:
        await drawn(driver, "There is nothing to draw yet.")


async def test_the_figures_behind_it_are_saved_as_csv(
    history: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with history.running(*tab("overview"), "p") as driver:
        await drawn(driver, "13 runs")
        await driver.press("e")
        await driver.press("enter")
        await drawn(driver, "Written to")
    (path,) = tmp_path.glob("*-runs-*.csv")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0][1:] == ["succeeded", "failed"]
    assert len(rows) == 15
