"""The title line: the way to a screen is shortened before the screen's name or what holds is cut off."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from misconsole.text import cells
from screens.widgets.bars import TitleBar, crumbs_within
from tests.screens.driving import Opened

WAY = ["Schools", "Thornley Park Primary School", "Targets", "google", "Settings"]


def test_the_beginning_goes_first_then_the_tail_of_the_longest_name() -> None:
    assert crumbs_within(WAY, 80) == "Schools › Thornley Park Primary School › Targets › google › Settings"
    assert crumbs_within(WAY, 62) == "… › Thornley Park Primary School › Targets › google › Settings"
    assert crumbs_within(WAY, 56) == "… › Thornley Park Primary… › Targets › google › Settings"
    assert crumbs_within(WAY, 30) == "… › google › Settings"
    assert crumbs_within(WAY, 6) == "Setti…"
    assert crumbs_within(["Find"], 30) == "Find"
    assert crumbs_within([], 30) == ""


@given(st.lists(st.text(max_size=40), max_size=6), st.integers(1, 90))
def test_it_fits_whatever_the_way_is_called(place: list[str], room: int) -> None:
    assert cells(crumbs_within(place, room)) <= room


async def test_under_the_mask_a_long_way_still_says_that_names_are_hidden(larkmere: Opened) -> None:
    async with larkmere.running("enter", "f9") as driver:
        bar = driver.app.screen.query_one(TitleBar)
        bar._place = lambda: WAY
        bar.update_title()
        await driver.settle()
        top = driver.text.splitlines()[0]
        assert top.rstrip().endswith("masked") and "Settings" in top
