"""All that is held on a person, and leavers due for erasure: by keys, masked, and erased once confirmed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from data.tables import Erasure, Person
from tests.screens.driving import Opened, tab

SIZES = ((80, 24), (120, 40))
DUE = ["ctrl+p", *"due for er", "enter"]


@pytest.fixture
def leaver(larkmere: Opened) -> int:
    e = larkmere.estate
    run = e.run(larkmere.school, finished_at=e.now - timedelta(days=400))
    e.run(larkmere.school, changed_anything=False)
    return e.person(larkmere.school, "Olivia", "Leaver", present=False, gate="absent", gone_run=run)


@pytest.mark.parametrize("size", SIZES)
async def test_X1_i_on_why_shows_everything_held_with_its_source(
    larkmere: Opened, size: tuple[int, int]
) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), "w", "i", size=size) as driver:
        await driver.until(lambda: "The record of the MIS" in driver.text)
        assert "Zoë Smith-Jones" in driver.text
        assert "given name" in driver.text and "report students" in " ".join(driver.text.split())
        assert all(len(line) <= size[0] for line in driver.text.splitlines())
        await driver.press("end")
        assert "Suggestions" in driver.text


async def test_the_mask_covers_every_value_that_is_held(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), "w", "i", "f9", size=(120, 40)) as driver:
        await driver.until(lambda: "The record of the MIS" in driver.text)
        shown = driver.app.screen.query_one("Reading").plain_text  # type: ignore[attr-defined]
        for word in ("Zoë", "Smith", "A823432100001", "2015-05-17", "z.smithjones"):
            assert word not in shown and word not in driver.text
        assert "•••" in shown


async def test_a_writes_the_answer_to_a_new_folder(larkmere: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "answer"
    async with larkmere.running(*tab("unmatched-pupils"), "w", "i") as driver:
        await driver.until(lambda: "The record of the MIS" in driver.text)
        await driver.press("a")
        await driver.type(str(folder))
        await driver.press("enter")
        await driver.until(lambda: "Read it before" in " ".join(driver.text.split()))
    assert (folder / "about-you.html").exists()


async def test_who_is_in_the_mis_is_not_erased_and_the_reason_is_said(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), "w", "i") as driver:
        await driver.until(lambda: "The record of the MIS" in driver.text)
        await driver.press("x")
        assert "Erase Zoë Smith-Jones?" in driver.text
        await driver.press("y")
        await driver.until(lambda: "is in the MIS now" in " ".join(driver.text.split()))
    assert larkmere.estate.all(Erasure) == []


@pytest.mark.parametrize("size", SIZES)
async def test_X7_leavers_who_are_due_go_when_their_number_is_confirmed(
    larkmere: Opened, leaver: int, size: tuple[int, int]
) -> None:
    async with larkmere.running("down", *tab("overview")[1:], *DUE, size=size) as driver:
        await driver.until(lambda: "Olivia Leaver" in driver.text)
        await driver.press("x")
        assert "Erase 1 leaver?" in driver.text
        await driver.press("y")
        await driver.until(lambda: larkmere.estate.all(Erasure) != [])
        await driver.until(lambda: "Olivia Leaver" not in driver.text)
        (row,) = larkmere.estate.all(Erasure)
        assert f"Erased 1 leaver; quote {row.reference}" in driver.text
    assert larkmere.estate.all(Person, id=leaver) == []


async def test_X7_the_list_says_the_clock_of_the_one_under_the_cursor_and_is_masked(
    larkmere: Opened, leaver: int
) -> None:
    async with larkmere.running(*tab("overview"), *DUE, size=(120, 40)) as driver:
        await driver.until(lambda: "Olivia Leaver" in driver.text)
        shown = " ".join(driver.text.split())
        assert "365 days" in shown and "no longer in the MIS" in shown and "now" in shown
        await driver.press("f9")
        assert "Olivia" not in driver.text and "Leaver " not in driver.text
        await driver.press("enter")
        await driver.until(lambda: "The record of the MIS" in driver.text)
        assert "Olivia" not in driver.text


async def test_X7_the_overview_says_how_many_are_due(larkmere: Opened, leaver: int) -> None:
    async with larkmere.running(*tab("overview"), size=(120, 40)) as driver:
        await driver.until(lambda: "1 leaver is due for erasure" in " ".join(driver.text.split()))
