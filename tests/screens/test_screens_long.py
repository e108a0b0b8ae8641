"""A list longer than what is held of it: nobody must notice, or be put on another record by it."""

from __future__ import annotations

from typing import Any

import pytest

from data import bulk
from data.tables import Account
from screens.widgets import stored
from tests.screens.driving import Driver, Opened, tab

MANY = 600


@pytest.fixture
def crowded(larkmere: Opened) -> Opened:
    """Six hundred accounts more, the last one called Zebedee."""
    with larkmere.estate.store.write() as s:
        bulk.insert(s, Account, [_account(larkmere.school, n) for n in range(MANY)])
    return larkmere


def _account(school: int, n: int) -> dict[str, Any]:
    given = "Zebedee" if n == MANY - 1 else f"Given{n % 7}"
    return {
        "school_id": school, "domain_key": "larkmere", "username": f"x{n:04}", "username_key": f"x{n:04}",
        "display_name": f"{given} Family{n}", "role": "pupil", "state": "active", "origin": "imported",
        "year_of_entry": 2019 + n % 7,
    }  # fmt: skip


def held(driver: Driver) -> int:
    return len(driver.grid.items)


async def test_only_the_rows_around_the_view_are_held_however_far_one_goes(
    crowded: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "KEPT", 250)
    async with crowded.running(*tab("accounts")) as driver:
        assert f"{MANY + 8} accounts" in driver.text
        assert held(driver) < 250
        await driver.press("end")
        assert "Zebedee" in driver.text
        assert driver.grid.cursor_row.username == "z.smithjones"
        await driver.press("home", "pagedown", "pagedown")
        assert driver.grid.cursor_row is not None
        assert "g.okafor" not in driver.text
        assert held(driver) <= 250 + 200


async def test_a_filter_counts_both_and_clearing_it_leaves_the_cursor_on_its_record(crowded: Opened) -> None:
    async with crowded.running(*tab("accounts")) as driver:
        await driver.press("slash")
        await driver.type("zebedee")
        assert f"1 of {MANY + 8} accounts match “zebedee”" in (await driver.press("enter")).text
        assert driver.grid.cursor_row.username == f"x{MANY - 1:04}"
        await driver.press("escape")
        assert f"{MANY + 8} accounts" in driver.text
        assert driver.grid.cursor_row.username == f"x{MANY - 1:04}"


async def test_sorting_keeps_the_cursor_on_its_record_and_shows_the_rows_there(crowded: Opened) -> None:
    async with crowded.running(*tab("accounts")) as driver:
        await driver.press("end", "up")
        key = driver.grid.cursor_key
        driver.grid.sort_by("entry", descending=True)
        await driver.settle()
        assert driver.grid.cursor_key == key
        assert driver.grid.cursor_row.username in driver.text
        assert "by entry, falling" in driver.text


async def test_a_marked_row_out_of_view_is_still_the_one_that_a_key_is_about(
    crowded: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "KEPT", 250)
    async with crowded.running(*tab("accounts")) as driver:
        await driver.press("space", "end", "pageup", "pageup", "home", "end")
        assert len(driver.grid.marked) == 1
        await driver.press("f5", "r")
        assert "Rename g.okafor" in driver.text


async def test_a_mark_survives_reading_again_and_one_of_a_row_that_went_does_not(crowded: Opened) -> None:
    async with crowded.running(*tab("accounts")) as driver:
        await driver.press("space", "space")
        first, second = sorted(driver.grid.marked)
        crowded.estate.change(Account, int(first), state="removed")
        await driver.press("f5")
        assert driver.grid.marked == {second}
        assert f"{MANY + 7} accounts" in driver.text


async def test_the_mask_covers_rows_that_are_read_later(crowded: Opened) -> None:
    async with crowded.running(*tab("accounts")) as driver:
        await driver.press("f9", "end")
        assert "Zebedee" not in driver.text
        assert "Z•••" in driver.text
