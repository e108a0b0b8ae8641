"""How the screens look: text of every state at two widths, one picture a screen.

Look at what changed before updating them: ``pytest tests/screens --snapshot-update``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests import seed
from tests.screens.driving import Driver, Opened, tab
from tests.screens.with_directory import with_directory

SIZES = {"narrow": (80, 24), "wide": (120, 40)}
PLACES: dict[str, list[str]] = {
    "schools": [],
    "overview": tab("overview"),
    "unmatched-staff": tab("unmatched-staff"),
    "unmatched-pupils": tab("unmatched-pupils"),
    "unallocated": [*tab("unallocated"), "v"],
    "exclusions": [*tab("exclusions"), "v"],
    "non-mis": [*tab("non-mis"), "v"],
    "accounts": tab("accounts"),
    "new-users": tab("new-users"),
    "history": tab("history"),
    "problems": [*tab("problems"), "v"],
    "run": ["v"],
    "connect": ["c"],
    "choose": ["c", "m"],
    "scope": ["c", "p", "enter"],
    "why": [*tab("unmatched-staff"), "w"],
    "find": ["f3", *"smi", "enter"],
    "help": ["question_mark"],
    "confirm": [*tab("non-mis"), "m"],
    "form": [*tab("unmatched-pupils"), "x"],
    "likely": [*tab("unmatched-pupils"), "b"],
    "marked": [*tab("non-mis"), "asterisk", "m"],
    "note": [*tab("unmatched-pupils"), "e", *"Rang", "enter", "enter"],
    "take-run-back": [*tab("history"), "z"],
    "masked": [*tab("unmatched-pupils"), "f9"],
    "plots": [*tab("overview"), "p"],
    "held": [*tab("unmatched-pupils"), "w", "i"],
    "due": [*tab("overview"), "ctrl+p", *"duefor", "enter"],
    "export": [*tab("overview"), "e"],
    "export-preview": [*tab("overview"), "e", "v"],
    "by-hand": [*tab("accounts"), "n"],
}


LIST = [*tab("overview"), "t"]
TARGETS: dict[str, list[str]] = {
    "targets": LIST,
    "target-new": [*LIST, "n"],
    "target-settings": [*LIST, "e"],
    "target-tested": [*LIST, "e", "t"],
    "target-log": [*LIST, "l"],
    "push": [*LIST, "enter"],
    "push-drift": [*LIST, "enter", "w", "w"],
    "push-adopt": [*LIST, "enter", "w", "w", "w", "m"],
    "push-confirm": [*LIST, "enter", "a"],
    "push-masked": [*LIST, "enter", "f9"],
}

LOOKS = 200


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", PLACES)
async def test_the_text_of_every_screen(larkmere: Opened, snapshot: Any, place: str, size: str) -> None:
    async with larkmere.running(*PLACES[place], size=SIZES[size]) as driver:
        await settled(driver)
        assert driver.text == snapshot


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", TARGETS)
async def test_the_text_of_every_screen_about_a_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: Any, place: str, size: str
) -> None:
    with seed.estate(tmp_path) as e:
        b, opened = with_directory(e, monkeypatch)
        b.push()
        b.account("n.new", "Nia", "New")
        b.leave(b.known_names()["p2"])
        async with opened.running(*TARGETS[place], size=SIZES[size]) as driver:
            await settled(driver)
            assert driver.text == snapshot


async def settled(driver: Driver) -> None:
    """Until two looks are the same: lists may still be on their way."""
    before = ""
    for _ in range(LOOKS):
        if before == driver.text and "Reading…" not in driver.text:
            return
        before = driver.text
        await driver.settle()
    raise AssertionError(f"never stands still:\n{before}")


@pytest.mark.parametrize(
    "place",
    [
        "unmatched-staff",
        "unmatched-pupils",
        "unallocated",
        "exclusions",
        "non-mis",
        "accounts",
        "new-users",
        "history",
        "problems",
    ],
)
async def test_every_empty_tab_says_why_it_is_empty(estate: seed.Estate, snapshot: Any, place: str) -> None:
    opened = Opened(estate, estate.school())
    async with opened.running(*tab(place)) as driver:
        await settled(driver)
        assert driver.text == snapshot


@pytest.mark.parametrize(
    "place",
    [
        "schools",
        "overview",
        "unmatched-pupils",
        "accounts",
        "run",
        "connect",
        "scope",
        "choose",
        "why",
        "find",
        "help",
        "confirm",
        "likely",
        "note",
        "export",
        "export-preview",
        "by-hand",
    ],
)
def test_the_picture_of_every_screen(tmp_path: Path, snap_compare: Any, place: str) -> None:
    with seed.estate(tmp_path) as e:
        opened = Opened(e, seed.larkmere(e))
        app = opened.console()

        async def drive(pilot: Pilot[Any]) -> None:
            driver = Driver(app, pilot)
            await driver.until(lambda: app.is_open and app.screen.query("Grid").first().loaded)
            await driver.press(*PLACES[place])
            await settled(driver)

        assert snap_compare(app, terminal_size=(80, 24), run_before=drive)
