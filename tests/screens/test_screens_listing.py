"""A list with details beside it tells of the row under the cursor and of no other."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import screens
from screens.listing import Listing
from screens.reading import Reading
from screens.widgets.columns import Column
from screens.widgets.grid import Grid
from screens.widgets.lines import Line, line
from screens.widgets.panel import Panel
from tests.screens.driving import Driver, Opened


@dataclass(frozen=True)
class Pupil:
    id: int
    name: str
    said: int = 80  # lines of details, more than fit


PUPILS = [Pupil(1, "Ada Brook"), Pupil(2, "Ben Carr")]


class Pupils(Listing[Pupil]):
    noun = ("pupil", "pupils")
    heading = "Here"

    def __init__(self, school: str) -> None:
        super().__init__()
        self.school = school
        self.told: list[Pupil | None] = []
        self.grid = Grid(
            [Column(name="name", title="Name", width=20, cell=lambda each: self.showing.name(each.name))],
            key=lambda each: each.id,
            search=lambda each: each.name,
            empty=lambda: [line("Nobody.")],
        )

    def details(self, row: Pupil, width: int) -> list[Line]:
        return [line(f"{self.showing.name(row.name)}, line {n} of {width}") for n in range(row.said)]

    def moved(self) -> None:
        self.told.append(self.grid.cursor_row)


async def opened(driver: Driver, rows: list[Pupil]) -> Pupils:
    screen = Pupils("100001")
    await driver.app.push_screen(screen)
    screen.grid.show(rows)
    await driver.settle()
    return screen


async def test_the_details_are_of_the_row_under_the_cursor(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        screen = await opened(driver, PUPILS)
        assert screen.urn == "100001"
        assert "Here  2 pupils" in driver.text
        assert "Ada Brook, line 0" in driver.text
        await driver.press("down")
        assert "Ben Carr, line 0" in driver.text
        assert "Ada Brook, line" not in driver.text
        assert screen.told[-1] == PUPILS[1]


async def test_an_empty_list_says_nothing_beside_it(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        screen = await opened(driver, PUPILS)
        screen.grid.show([])
        await driver.settle()
        assert "Nobody." in driver.text
        assert screen.query_one(Reading).plain_text == ""
        assert screen.told[-1] is None


async def test_another_row_begins_at_the_top_and_the_same_row_read_again_keeps_its_place(
    larkmere: Opened,
) -> None:
    async with larkmere.running() as driver:
        screen = await opened(driver, PUPILS)
        reading = screen.query_one(Reading)
        reading.scroll_to(y=30, animate=False)
        await driver.settle()
        screen.grid.show(list(PUPILS))
        await driver.settle()
        assert reading.scroll_offset.y == 30
        await driver.press("down")
        assert reading.scroll_offset.y == 0


async def test_the_mask_covers_the_list_and_what_stands_beside_it(larkmere: Opened) -> None:
    async with larkmere.running() as driver:
        await opened(driver, PUPILS)
        await driver.press("f9")
        assert "Ada" not in driver.text
        assert driver.text.count("A••• B•••") > 2


async def test_where_it_is_wide_the_details_stand_on_the_right(larkmere: Opened) -> None:
    async with larkmere.running(size=(120, 40)) as driver:
        screen = await opened(driver, PUPILS)
        panel, reading = screen.query_one(Panel).region, screen.query_one(Reading).region
        assert panel.right <= reading.x
        assert panel.y == reading.y


def test_no_listing_hears_of_a_move_twice() -> None:
    """A handler in a subclass is called besides that of its base; ``moved`` is called once."""
    for each in walk_packages(screens.__path__, "screens."):
        import_module(each.name)
    made = _below(Listing)
    assert len(made) > 9
    assert [each.__name__ for each in made if "on_grid_moved" in vars(each)] == []


def _below(base: type[Any]) -> list[type[Any]]:
    return [each for child in base.__subclasses__() for each in (child, *_below(child))]
