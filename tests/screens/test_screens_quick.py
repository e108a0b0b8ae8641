"""What is done to answer a key sooner changes nothing of what is shown."""

from __future__ import annotations

import ctypes
from itertools import pairwise, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from screens import memory, terminal
from screens.themes import CALM_DARK, CALM_LIGHT
from screens.widgets.bars import TitleBar
from screens.widgets.field import FilterField
from screens.widgets.panel import Panel
from screens.widgets.standing import _runs
from tests.screens.driving import Driver, Opened

PICTURE = st.lists(st.integers(0, 1), max_size=24)


def colour_of(driver: Driver, word: str) -> str:
    """Of the first segment on the screen that holds the word."""
    strips = driver.app.screen._compositor.render_strips()
    segment = next(each for strip in strips for each in strip if word in each.text)
    style = segment.style or Style()
    return style.color.name if style.color else ""


@given(before=PICTURE, after=PICTURE)
def test_only_the_lines_that_differ_are_painted_and_neighbours_together(
    before: list[int], after: list[int]
) -> None:
    runs = list(_runs(before, after))
    painted = [y for first, size in runs for y in range(first, first + size)]
    assert painted == [y for y, (b, a) in enumerate(zip_longest(before, after)) if b != a]
    assert all(first + size < following for (first, size), (following, _) in pairwise(runs))


async def test_words_take_the_colours_of_another_theme_at_once(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        assert driver.app.theme == "calm-dark"
        assert colour_of(driver, "misconsole") == CALM_DARK.primary
        assert colour_of(driver, "Status") == CALM_DARK.variables["text-muted"]
        driver.app.theme = "calm-light"
        await driver.settle()
        assert colour_of(driver, "misconsole") == CALM_LIGHT.primary
        assert colour_of(driver, "Status") == CALM_LIGHT.variables["text-muted"]
        assert driver.app.screen.query_one(TitleBar).line_styles["nothing we know"] == (
            driver.app.screen.query_one(TitleBar).rich_style
        )


async def test_a_letter_and_the_rows_it_leaves_are_shown_together(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        assert not driver.app.screen.query(FilterField)
        await driver.press("slash")
        field = driver.app.screen.query_one(FilterField)
        field.insert_text_at_cursor("zz")
        assert (driver.grid.shown_for, driver.grid.shown_count) == ("zz", 0)
        field.value = ""
        assert (driver.grid.shown_for, driver.grid.shown_count) == ("", 1)


async def test_letters_typed_behind_the_key_of_the_filter_are_no_keys(larkmere: Opened) -> None:
    """The field is made with the first key that asks for it; nothing typed meanwhile is lost or taken for a
    command."""
    async with larkmere.running() as driver:
        await driver.pilot.press("slash", *"larkq", "backspace")
        await driver.settle()
        assert driver.grid.shown_for == "lark"
        await driver.press("escape", "slash")
        assert (driver.grid.shown_for, driver.app.screen.query_one(Panel).has_class("-filtering")) == (
            "",
            True,
        )


async def test_a_filter_kept_by_the_list_is_in_the_field_when_it_opens(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        driver.grid.wanted = "lark"
        await driver.press("slash", "e", "backspace", "m")
        assert driver.app.screen.query_one(FilterField).value == "larkm"
        assert driver.grid.shown_for == "larkm"


def test_where_memory_cannot_be_given_back_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: object) -> None:
        raise OSError("no C library")

    memory.give_back()
    monkeypatch.setattr(ctypes, "CDLL", refuse)
    memory.give_back()


def test_a_slow_link_gets_few_frames_and_any_other_as_many_as_keys_need() -> None:
    for env, frames in (({"MISCONSOLE_SLOW": "1"}, "15"), ({}, "30"), ({"TEXTUAL_FPS": "60"}, "60")):
        settled = dict(env)
        terminal.settle(settled)
        assert settled["TEXTUAL_FPS"] == frames
