"""The columns of CSV files on screen: looked at, changed and accepted by keyboard alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from data.tables import Connection, MisMove
from misconsole.services import connect, moving
from screens.mapping import masked
from screens.showing import Showing
from tests import seed
from tests.screens.driving import Driver, Opened

PUPILS = (
    "Adno,Surname,Forename,Known As,DOB,Year,Reg,Shoe\n001,Hale,Nia,,01/09/2014,6,6H,red\n"
    "002,Lee,Zoë,Zo,02/10/2014,6,6H,blue\n"
)
STAFF = "Staff Code,Surname,Forename,Job Title,Email\nNHA,Hale,Nora,Headteacher,nora@ridgemoor.example\n"
COLUMNS = ["c", "enter"]  # from the home screen; the guide stands at its step


def opened(estate: seed.Estate, folder: Path) -> Opened:
    folder.mkdir(exist_ok=True)
    (folder / "pupils.csv").write_text(PUPILS, encoding="utf-8")
    (folder / "staff.csv").write_text(STAFF, encoding="utf-8")
    school = estate.school("990010", "Ridgemoor Academy")
    desk = estate.desk()
    connect.connect(desk, "990010", mis="cmis", route="csv", settings={"path": str(folder)})
    connect.tick_step(desk, "990010", "export")
    return Opened(estate, school)


@pytest.fixture
def ridgemoor(estate: seed.Estate, tmp_path: Path) -> Opened:
    return opened(estate, tmp_path / "export")


def kept(opened: Opened) -> dict[str, Any]:
    text = opened.estate.all(Connection)[0].settings.get("mapping", "")
    return dict(json.loads(text)["files"]) if text else {}


async def loaded(driver: Driver) -> None:
    await driver.until(lambda: bool(driver.grid.loaded and driver.grid.total))


async def go_to(driver: Driver, label: str) -> None:
    """To the row that begins so."""
    await driver.press("home")
    for _ in range(40):
        row = driver.grid.cursor_row
        name = (row.column.label if row.column else row.file.file) if hasattr(row, "file") else row.title
        if name == label:
            return
        await driver.press("down")
    raise AssertionError(driver.text)


async def test_B3_the_guide_leads_to_the_columns_and_accepting_them_leads_on(ridgemoor: Opened) -> None:
    async with ridgemoor.running(*COLUMNS) as driver:
        await loaded(driver)
        assert "pupils, one a row" in driver.text
        assert "Admission number" in driver.text
        assert "certain" in driver.text
        assert kept(ridgemoor) == {}
        await driver.press("a")
        await driver.until(lambda: "Accepted" in driver.text)
        assert kept(ridgemoor)["pupils.csv"]["columns"]["Adno"] == "admission_number"
        assert "accepted" in driver.text
        await driver.press("q")
        await driver.until(lambda: "Test the files" in driver.text)
        assert "Step 4" in driver.text


async def test_a_column_is_changed_from_a_pick_list_and_one_is_left_out(ridgemoor: Opened) -> None:
    async with ridgemoor.running(*COLUMNS) as driver:
        await loaded(driver)
        await go_to(driver, "Shoe")
        await driver.press("enter")
        await driver.until(lambda: "What is it?" in driver.text)
        assert "from Adno" in driver.text
        await go_to(driver, "House")
        await driver.press("enter")
        await driver.until(lambda: "Changed here" in driver.text)
        assert "yours" in driver.text
        await go_to(driver, "Known As")
        await driver.press("x")
        await driver.until(lambda: driver.grid.cursor_row.column.field == "-")
        assert kept(ridgemoor) == {}
        await driver.press("a")
        await driver.until(lambda: bool(kept(ridgemoor)))
        columns = kept(ridgemoor)["pupils.csv"]["columns"]
        assert (columns["Shoe"], columns["Known As"], columns["Year"]) == ("house", "-", "nc_year")


async def test_what_cannot_be_read_is_said_and_not_accepted(ridgemoor: Opened) -> None:
    async with ridgemoor.running(*COLUMNS) as driver:
        await loaded(driver)
        await go_to(driver, "Adno")
        await driver.press("x")
        await driver.until(lambda: driver.grid.cursor_row.column.field == "-")
        await driver.press("a")
        await driver.until(lambda: "who is who" in driver.text)
        assert kept(ridgemoor) == {}
        await driver.press("f5")
        await driver.until(lambda: "Read again" in driver.text)
        assert driver.grid.cursor_row.column.field == "admission_number"


async def test_a_file_can_be_left_out_or_said_to_hold_something_else(ridgemoor: Opened) -> None:
    async with ridgemoor.running(*COLUMNS) as driver:
        await loaded(driver)
        await go_to(driver, "staff.csv")
        await driver.press("e")
        await driver.until(lambda: "What does the file hold?" in driver.text)
        await go_to(driver, "not read")
        await driver.press("enter")
        await driver.until(lambda: driver.grid.cursor_row.file.kind == "-")
        await driver.press("a")
        await driver.until(lambda: bool(kept(ridgemoor)))
        assert kept(ridgemoor)["staff.csv"]["kind"] == "-"


async def test_leaving_without_accepting_keeps_nothing(ridgemoor: Opened) -> None:
    async with ridgemoor.running(*COLUMNS) as driver:
        await loaded(driver)
        await go_to(driver, "Shoe")
        await driver.press("e")
        await driver.until(lambda: "What is it?" in driver.text)
        await driver.press("q")
        await driver.until(lambda: "What the files hold" in driver.text)
        await driver.press("q")
        assert kept(ridgemoor) == {}


async def test_the_privacy_mask_covers_the_values(ridgemoor: Opened) -> None:
    async with ridgemoor.running(*COLUMNS, size=(120, 40)) as driver:
        await loaded(driver)
        await go_to(driver, "Email")
        assert "nora@ridgemoor.example" in driver.text
        assert "Hale" in driver.text
        await driver.press("f9")
        await driver.until(lambda: "nora@" not in driver.text)
        assert "Hale" not in driver.text
        assert "2014" not in driver.text
        assert "Surname" in driver.text


async def test_a_folder_that_is_away_is_told_with_what_mends_it(ridgemoor: Opened) -> None:
    for path in (Path(ridgemoor.estate.all(Connection)[0].settings["path"])).iterdir():
        path.unlink()
    async with ridgemoor.running("c", "enter") as driver:
        await driver.until(lambda: "no delimited file" in driver.text)
        assert "cannot be read" in driver.text


def test_a_masked_value_says_nothing() -> None:
    showing = Showing(now=lambda: datetime.now(UTC), masked=True)
    assert masked(showing, "01/09/2014") == "•••"
    assert masked(showing, "Hale, Nia") == "H••• N•••"
    assert masked(showing, "nia@x.example") == "•••@x.example"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["narrow", "wide"])
async def test_the_text_of_the_columns(ridgemoor: Opened, snapshot: Any, size: tuple[int, int]) -> None:
    async with ridgemoor.running(*COLUMNS, size=size) as driver:
        await loaded(driver)
        await go_to(driver, "DOB")
        await driver.settle()
        assert driver.text == snapshot


def test_the_picture_of_the_columns(tmp_path: Path, snap_compare: Any) -> None:
    with seed.estate(tmp_path) as e:
        app = opened(e, tmp_path / "export").console()

        async def drive(pilot: Pilot[Any]) -> None:
            driver = Driver(app, pilot)
            await driver.until(lambda: app.is_open and app.screen.query("Grid").first().loaded)  # type: ignore[attr-defined]
            await driver.press(*COLUMNS)
            await loaded(driver)
            await go_to(driver, "DOB")

        assert snap_compare(app, terminal_size=(80, 24), run_before=drive)


async def test_B14_a_move_to_csv_files_leads_to_its_columns(estate: seed.Estate, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "pupils.csv").write_text(PUPILS, encoding="utf-8")
    (folder / "staff.csv").write_text(STAFF, encoding="utf-8")
    school = estate.school("990010", "Ridgemoor Academy")
    estate.connection(school, "sims", "wonde")
    moving.prepare_move(estate.desk(), "990010", mis="cmis", route="csv", settings={"path": str(folder)})
    async with Opened(estate, school).running("enter", "c", "m") as driver:
        await driver.until(lambda: "From SIMS" in driver.text)
        await driver.press("k")
        await loaded(driver)
        assert "Change of MIS › Columns" in driver.text and "Admission number" in driver.text
        await driver.press("a")
        await driver.until(lambda: "Accepted" in driver.text)
        await driver.press("q")
        await driver.until(lambda: "Rehearse the move" in driver.text)
    [move] = estate.all(MisMove)
    assert "mapping" in move.settings and "mapping" not in estate.all(Connection)[0].settings
