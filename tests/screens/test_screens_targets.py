"""The directories a school's accounts are written to, by keys alone (Y1, Y2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.tables import Account
from misconsole.services import pushes
from screens.reading import Reading
from screens.targets import calls
from tests import seed
from tests.push_bench import NAME, URN, PushBench
from tests.screens.driving import Driver, Opened
from tests.screens.with_directory import with_directory


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PushBench, Opened]]:
    with seed.estate(tmp_path) as e:
        b, console = with_directory(e, monkeypatch)
        # the push itself runs in this process, so that the directory in memory is the one it writes to
        monkeypatch.setattr(calls, "push", lambda desk, urn, name: pushes.push_now(desk, urn, name).id)
        yield b, console


def about(driver: Driver) -> str:
    return " ".join(driver.app.screen.query_one(Reading).plain_text.split())


async def to_push(driver: Driver) -> None:
    await driver.press("t")
    await driver.until(lambda: NAME in driver.text)
    await driver.press("enter")
    await driver.until(lambda: "4 to create" in driver.text)


def shown(driver: Driver) -> list[str]:
    return [row.what for row in driver.grid.items]


async def test_Y2_a_push_is_rehearsed_confirmed_with_another_key_and_watched(
    opened: tuple[PushBench, Opened],
) -> None:
    b, console = opened
    async with console.running("enter") as driver:
        await to_push(driver)
        assert shown(driver) == ["cannot", *["create"] * 4, "adopt?", "not ours"]
        assert "administrator" in about(driver) or "borne by boss" in about(driver)
        assert not b.directory.changes
        await driver.press("a")
        assert "Push to curriculum?" in driver.text
        await driver.press("a", "enter")
        assert not b.directory.changes
        await driver.press("a", "y")
        await driver.until(lambda: "4 created" in driver.text)
        assert len(b.directory.rows) == 7
        await driver.press("d")
        assert "push to a directory" in driver.text


async def test_what_was_there_before_is_adopted_by_a_persons_word(opened: tuple[PushBench, Opened]) -> None:
    b, console = opened
    async with console.running("enter") as driver:
        await to_push(driver)
        await driver.press("m")
        assert "nothing to adopt" in driver.text
        await driver.press("w", "w", "w")
        assert shown(driver) == ["adopt?"]
        assert "The address is the very same" in about(driver)
        await driver.press("m", "y")
        await driver.until(lambda: "ours now" in driver.text)
        assert b.directory.rows["s1"].anchor.startswith(f"{URN}-")
        await driver.press("w", "w", "w", "e")
        assert "No entry of the very same address" in driver.text


async def test_a_target_is_set_up_typed_line_by_line_and_tested(opened: tuple[PushBench, Opened]) -> None:
    b, console = opened
    async with console.running("enter") as driver:
        await driver.press("t")
        await driver.until(lambda: NAME in driver.text)
        await driver.press("n")
        await driver.until(lambda: "Set up a directory" in driver.text)
        await driver.type("memory")
        await driver.press("enter")
        await driver.type("second")
        await driver.press("enter")
        await driver.until(lambda: "second › Settings" in driver.text)
        await driver.press("enter")
        await driver.type("dc.larkmere.example")
        await driver.press("enter")
        await driver.until(lambda: "Kept." in driver.text)
        await driver.press("down", "enter")
        await driver.type("canary-secret")
        assert "canary" not in driver.text
        await driver.press("enter")
        await driver.until(lambda: "Kept." in driver.text and "typed" in driver.text)
        await driver.press("t")
        await driver.until(lambda: "The test passed" in driver.text)
        assert "canary" not in driver.text
    assert b.e.secrets.get("school-100001-target-2") == {"password": "canary-secret"}


async def test_a_wrong_option_is_refused_as_it_is_typed(opened: tuple[PushBench, Opened]) -> None:
    _, console = opened
    async with console.running("enter") as driver:
        await driver.press("t")
        await driver.until(lambda: NAME in driver.text)
        await driver.press("e")
        await driver.until(lambda: "Place pupil" in driver.text)
        await driver.press("/")
        await driver.type("place_pupil")
        await driver.press("enter", "enter")
        await driver.type("Pupils/{shoe_size}")
        assert "knows no {shoe_size}" in driver.text
        await driver.press("escape")


async def test_Y2_what_was_asked_of_the_directory_is_read_field_by_field(
    opened: tuple[PushBench, Opened],
) -> None:
    b, console = opened
    b.push()
    b.e.change(Account, b.known_names()["p1"], display_name="Pia Other")
    b.push()
    async with console.running("enter") as driver:
        await driver.press("t")
        await driver.until(lambda: NAME in driver.text)
        await driver.press("l")
        await driver.until(lambda: "5 changes" in driver.text)
        assert "display name: Pia Lee1 → Pia Other" in about(driver)
        await driver.press("f9")
        assert "Pia" not in driver.text


async def test_many_are_adopted_by_a_run_of_its_own_that_is_watched(
    opened: tuple[PushBench, Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    b, console = opened
    started: list[list[str]] = []

    def start(desk: Any, school: str, name: str, *, wish: dict[str, Any]) -> int:
        started.append([each["username"] for each in wish["adopt"]])
        return pushes.push_now(desk, school, name, wish=wish).id

    monkeypatch.setattr(calls, "A_FEW", 0)
    monkeypatch.setattr(pushes, "start", start)
    b.option(adopt="address")
    async with console.running("enter") as driver:
        await to_push(driver)
        await driver.press("e")
        assert "Adopt 1 entry?" in driver.text
        await driver.press("y")
        await driver.until(lambda: "1 adopted" in driver.text)
        assert started == [["a.lee"]]


async def test_a_held_push_is_approved_by_a_run_of_its_own_that_is_watched(
    opened: tuple[PushBench, Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take minutes: the screen goes on, and shows how far it is."""
    b, console = opened
    b.push()
    b.directory.rows = {key: row for key, row in b.directory.rows.items() if not row.anchor}
    held = b.push()
    assert held.state == "held"
    monkeypatch.setattr(
        pushes, "start", lambda desk, school, name, wish: pushes.push_now(desk, school, name, wish=wish).id
    )
    async with console.running("enter") as driver:
        await driver.press("t")
        await driver.until(lambda: NAME in driver.text)
        await driver.press("v")
        await driver.until(lambda: "would write" in driver.text)
        await driver.press("a")
        await driver.until(lambda: "4 to create" in driver.text)
        await driver.press("y")
        await driver.until(lambda: "4 created" in driver.text)
    assert len([row for row in b.directory.rows.values() if row.anchor]) == 4


async def test_pausing_and_removing_touch_nothing_there(opened: tuple[PushBench, Opened]) -> None:
    b, console = opened
    before = b.directory.state()
    async with console.running("enter") as driver:
        await driver.press("t")
        await driver.until(lambda: NAME in driver.text)
        await driver.press("p")
        await driver.until(lambda: "is paused" in driver.text)
        await driver.press("x", "y")
        await driver.until(lambda: "is forgotten" in driver.text)
        assert "No directory is set up here" in driver.text
    assert b.directory.state() == before and b.e.secrets.get("school-100001-target-1") == {}


async def test_the_mask_covers_names_and_usernames(opened: tuple[PushBench, Opened]) -> None:
    _, console = opened
    async with console.running("enter") as driver:
        await to_push(driver)
        await driver.press("f9")
        for word in ("Lee0", "Ann Lee", "a.lee", "old.printer"):
            assert word not in driver.text


async def test_a_directory_that_cannot_be_read_says_why(
    opened: tuple[PushBench, Opened], monkeypatch: Any
) -> None:
    b, console = opened
    b.directory.end_early = True
    async with console.running("enter") as driver:
        await driver.press("t")
        await driver.until(lambda: NAME in driver.text)
        await driver.press("enter")
        await driver.until(lambda: "The list broke off" in driver.text)
        await driver.press("a")
        assert not b.directory.changes
        b.directory.end_early = False
        await driver.press("r")
        await driver.until(lambda: "4 to create" in driver.text)


@pytest.mark.parametrize("grade", ["read-only"])
async def test_a_reader_may_look_at_targets_and_push_nothing(
    opened: tuple[PushBench, Opened], grade: str
) -> None:
    b, _ = opened
    from misconsole.services.permits import NotPermitted

    with pytest.raises(NotPermitted):
        pushes.queue(replace(b.desk, grade=grade), URN, NAME)
