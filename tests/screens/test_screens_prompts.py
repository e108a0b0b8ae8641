"""Forms take what is typed or pasted without waiting, each text into the field it was meant for."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events

from screens.prompts import Asked, Form
from screens.widgets.field import Field
from tests.screens.driving import Driver, Opened

THREE = tuple(Asked(name=name, title=name.title(), required=False) for name in ("first", "second", "third"))


async def opened(driver: Driver) -> list[Any]:
    """A form of three fields on top, and where its answers go."""
    answers: list[Any] = []
    driver.app.push_screen(Form("Three things", THREE), answers.append)
    await driver.settle()
    return answers


def keys(text: str) -> list[events.Event]:
    names = {"\r": "enter", "\t": "tab", " ": "space"}
    return [events.Key(names.get(each, each), each if each.isprintable() else None) for each in text]


def at_once(driver: Driver, *waiting: events.Event) -> None:
    """As a terminal delivers them that hands over everything it has in one read."""
    for each in waiting:
        driver.app.post_message(each)


async def test_text_typed_right_behind_enter_goes_to_the_next_field(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        answers = await opened(driver)
        at_once(driver, *keys("ann\rbo lee\rcy\r"))
        await driver.until(lambda: bool(answers))
        assert answers == [{"first": "ann", "second": "bo lee", "third": "cy"}]


async def test_text_pasted_right_behind_enter_goes_to_the_next_field(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        answers = await opened(driver)
        paste, enter = events.Paste, events.Key
        at_once(
            driver,
            paste("ann"),
            enter("enter", "\r"),
            paste("bo"),
            *keys("b"),
            enter("enter", "\r"),
            paste("cy"),
        )
        await driver.settle()
        assert [each.value for each in driver.app.screen.query(Field)] == ["ann", "bob", "cy"]
        await driver.press("enter")
        assert answers == [{"first": "ann", "second": "bob", "third": "cy"}]


@pytest.mark.parametrize("text", ["ann\tbo\tcy"])
async def test_the_same_holds_behind_tab(larkmere: Opened, text: str) -> None:
    async with larkmere.running() as driver:
        await opened(driver)
        at_once(driver, *keys(text))
        await driver.settle()
        assert [each.value for each in driver.app.screen.query(Field)] == ["ann", "bo", "cy"]


async def test_what_comes_behind_a_refused_enter_stays_in_the_field_to_be_mended(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        answers: list[Any] = []
        asked = [Asked(name="day", title="Day", check=lambda text: "" if text == "12" else "type 12")]
        driver.app.push_screen(Form("One thing", asked), answers.append)
        await driver.settle()
        at_once(driver, *keys("1\r"))
        await driver.settle()
        assert "type 12" in driver.text and not answers
        at_once(driver, *keys("2\r"))
        await driver.until(lambda: bool(answers))
    assert answers == [{"day": "12"}]


async def test_ctrl_s_sends_from_any_field_with_what_was_typed_before_it(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        answers = await opened(driver)
        assert "Ctrl+S save" in driver.text
        at_once(driver, *keys("ann\rbo"), events.Key("ctrl+s", None))
        await driver.until(lambda: bool(answers))
    assert answers == [{"first": "ann", "second": "bo", "third": ""}]


async def test_ctrl_s_goes_to_the_first_field_that_is_wrong(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        answers: list[Any] = []
        asked = [Asked(name="one", title="One", required=False), Asked(name="two", title="Two")]
        driver.app.push_screen(Form("Two things", asked), answers.append)
        await driver.settle()
        await driver.press("ctrl+s")
        assert "Two: this is needed" in driver.text and not answers
        at_once(driver, *keys("x"))
        await driver.settle()
        await driver.press("ctrl+s")
    assert answers == [{"one": "", "two": "x"}]
