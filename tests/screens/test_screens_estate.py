"""The home screen with 3,000 schools, every plot over a year of runs: text at two widths, and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests import seed
from tests.bench import three_thousand
from tests.screens.driving import Driver, Opened
from tests.screens.test_screens_pictures import SIZES, settled

PLOTS = ("runs", "changes", "match", "waiting", "decisions")
SCHOOLS = 3000


def _store(folder: Path, **how: int) -> Path:
    with seed.estate(folder) as e:
        three_thousand.build(e.url, now=e.now, **how)
    return folder


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _store(tmp_path_factory.mktemp("many"), schools=SCHOOLS, people=12, nights=1)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _store(tmp_path_factory.mktemp("year"), schools=9, people=60, nights=364)


def keys_to(plot: str) -> list[str]:
    """From home to a plot of the estate, over 52 weeks."""
    return ["p", "o", *("right_square_bracket" for _ in range(PLOTS.index(plot)))]


@pytest.mark.parametrize("size", SIZES)
async def test_home_with_three_thousand_schools(many: Path, snapshot: Any, size: str) -> None:
    with seed.estate(many) as e:
        async with Opened(e, 1).running(size=SIZES[size]) as driver:
            await settled(driver)
            assert f"{SCHOOLS:,} schools" in driver.text
            assert driver.text == snapshot


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("plot", PLOTS)
async def test_a_plot_over_a_year(year: Path, snapshot: Any, plot: str, size: str) -> None:
    with seed.estate(year) as e:
        async with Opened(e, 1).running(*keys_to(plot), size=SIZES[size]) as driver:
            await settled(driver)
            assert "52 weeks" in driver.text
            assert driver.text == snapshot


@pytest.mark.parametrize("place", ["home", *PLOTS])
def test_the_picture_of_an_estate(many: Path, year: Path, snap_compare: Any, place: str) -> None:
    with seed.estate(many if place == "home" else year) as e:
        app = Opened(e, 1).console()

        async def drive(pilot: Pilot[Any]) -> None:
            driver = Driver(app, pilot)
            await driver.until(lambda: app.is_open and app.screen.query("Grid").first().loaded)
            await driver.press(*(keys_to(place) if place in PLOTS else ()))
            await settled(driver)

        assert snap_compare(app, terminal_size=(80, 24), run_before=drive)


async def test_home_of_many_is_not_read_again_while_nobody_writes(many: Path) -> None:
    with seed.estate(many) as e:
        async with Opened(e, 1).running() as driver:
            await driver.settle()
            screen: Any = driver.app.screen
            await driver.until(lambda: screen._last is not None and not screen.asking("rows"))
            for _ in range(3):  # opening the store touches its files once more
                screen.read()
                await driver.settle()
            last = screen._last
            screen.read()
            await driver.settle()
            assert screen._last is last
            e.change(type(e.row(three_thousand.tables.School, 1)), 1, name="Aardvark Academy")

            def read_again() -> bool:
                """A list this long is not read at every asking; the next one comes in its time."""
                screen.read()
                return "Aardvark Academy" in driver.text

            await driver.until(read_again)
            await driver.press("f5")
            assert screen._last is not last
