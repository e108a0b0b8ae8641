"""New users and their hand-out by keys: who, as what, where; confirmed by the number; no password drawn."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.tables import Account, Handout, Target
from misconsole.services import handout_looks, schools
from screens.handout import calls
from tests import seed
from tests.screens.driving import Driver, Opened, tab

HERE = tab("new-users")


@pytest.fixture
def opened(estate: seed.Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Four who wait, of two groups and staff; one of them starts in January."""
    school = estate.school()
    for given, family, role, more in (
        ("Zoë", "Smith", "pupil", {"year_group": "2", "registration_group": "2K"}),
        ("Ali", "Khan", "pupil", {"year_group": "4", "registration_group": "4B"}),
        ("Bea", "North", "pupil",
         {"year_group": "4", "registration_group": "4B", "start_date": date(2027, 1, 4)}),
        ("Tom", "Baker", "staff", {}),
    ):  # fmt: skip
        person = estate.person(school, given, family, role, **more)
        name = f"{given[0]}.{family}".lower()
        estate.link(person, estate.account(school, name, given, family, role, origin="created"))
    folder = tmp_path / "Documents"
    folder.mkdir()
    monkeypatch.setattr(handout_looks, "documents", lambda: folder)
    return Opened(estate, school)


def written(tmp_path: Path, name: str) -> list[dict[str, str]]:
    with (tmp_path / "Documents" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class TestTheAct:
    async def test_P1_P3_h_shows_what_happens_and_the_number_typed_does_it(
        self, opened: Opened, tmp_path: Path
    ) -> None:
        async with opened.running(*HERE, "h") as driver:
            text = driver.text
            assert "all who wait: 4 new users" in text and "2K 1, 4B 2, Staff 1" in text
            assert "1 of them has not started yet" in text
            assert "such as Sample222" in text and "handout-larkmere-school-2026-09-14.pdf" in flat(text)
            await driver.press("f", "h")
            assert "Type 4 to hand out" in driver.text and "cannot be taken back" in driver.text
            await driver.press("5", "enter")
            assert "type 4" in driver.text and not opened.estate.all(Handout)
            await driver.press("backspace", "4", "enter")
            await driver.until(lambda: "4 passwords set and written" in driver.text)
            assert "delete it" in flat(driver.text)
            rows = written(tmp_path, "handout-larkmere-school-2026-09-14.csv")
            assert {row["username"] for row in rows} == {"z.smith", "a.khan", "b.north", "t.baker"}
            drawn = driver.text
            await driver.press("q")
            await driver.until(lambda: "No new account waits" in driver.text)
            for row in rows:
                assert row["password"] not in drawn + driver.text

    async def test_nothing_typed_is_nothing_done(self, opened: Opened) -> None:
        async with opened.running(*HERE, "h", "h", "escape") as driver:
            assert "Nothing was changed" in driver.text
        assert not opened.estate.all(Handout)

    async def test_a_registration_group_and_a_file_for_each_are_keys(
        self, opened: Opened, tmp_path: Path
    ) -> None:
        async with opened.running(*HERE, "h", "g", "g") as driver:
            assert "4B: 2 new users" in driver.text
            await driver.press("s")
            assert "a file for each registration group" in flat(driver.text)
            await driver.press("h", "2", "enter")
            await driver.until(lambda: "2 passwords set and written" in driver.text)
        folder = tmp_path / "Documents" / "handout-larkmere-school-2026-09-14"
        assert [each.name for each in folder.iterdir()] == ["4b.pdf"]

    async def test_marked_ones_alone_and_a_path_that_is_typed(self, opened: Opened, tmp_path: Path) -> None:
        async with opened.running(*HERE, "space", "space", "h", "f", "p") as driver:
            for _ in range(200):
                await driver.pilot.press("backspace")
            await driver.type(str(tmp_path / "mine.csv"))
            await driver.press("enter", "h", "2", "enter")
            await driver.until(lambda: "2 passwords set and written" in driver.text)
        assert len((tmp_path / "mine.csv").read_text("utf-8-sig").splitlines()) == 3
        assert [row.count for row in opened.estate.all(Handout)] == [2]

    async def test_a_file_that_is_there_is_told_and_nobody_is_handed_out(
        self, opened: Opened, tmp_path: Path
    ) -> None:
        (tmp_path / "there.pdf").write_text("mine")
        async with opened.running(*HERE, "h", "p", "ctrl+u") as driver:
            await driver.type(str(tmp_path / "there.pdf"))
            assert "is there already" in flat(driver.text)
            await driver.press("enter")
            assert "Where to write it" in driver.text, "it is not taken"
            await driver.press("backspace", "enter", "h")
            (tmp_path / "there.pd").write_text("mine")
            await driver.press("4", "enter")
            await driver.until(lambda: "is there already" in flat(driver.text))
        assert (tmp_path / "there.pd").read_text() == "mine" and not opened.estate.all(Handout)

    async def test_a_lost_slip_is_a_new_password_and_the_log_says_so(
        self, opened: Opened, tmp_path: Path
    ) -> None:
        async with opened.running(*HERE, "h", "f", "h", "4", "enter") as driver:
            await driver.until(lambda: "4 passwords set and written" in driver.text)
            await driver.press("a")
            await driver.type("a.khan")
            await driver.press("enter")
            for _ in range(200):
                await driver.pilot.press("backspace")
            await driver.type(str(tmp_path / "again.csv"))
            await driver.press("enter")
            await driver.until(lambda: "1 password set and written" in driver.text)
            await driver.press("q", "l")
            await driver.until(lambda: "2 hand-outs" in driver.text)
            assert "the first was lost" in driver.text and "again.csv" in driver.text
        [old] = [row for row in written(tmp_path, "handout-larkmere-school-2026-09-14.csv")
                 if row["username"] == "a.khan"]  # fmt: skip
        assert old["password"] not in (tmp_path / "again.csv").read_text()

    async def test_directories_that_will_be_told_are_named_before(self, opened: Opened) -> None:
        opened.estate.put(Target, school_id=opened.school, name="curriculum", kind="ldap")
        async with opened.running(*HERE, "h") as driver:
            assert "set at once in curriculum" in driver.text
            await driver.press("h")
            assert "Set at once in curriculum" in driver.text


class TestTheTab:
    async def test_P6_r_renames_before_the_hand_out(self, opened: Opened) -> None:
        async with opened.running(*HERE, "r") as driver:
            for _ in range(20):
                await driver.pilot.press("backspace")
            await driver.type("ali.khan")
            await driver.press("enter")
            await driver.until(lambda: "ali.khan" in driver.text)
        assert opened.estate.all(Account, username="ali.khan")

    async def test_P7_the_tab_and_the_home_screen_count_who_waits(self, opened: Opened) -> None:
        async with opened.running(size=(200, 40)) as driver:
            head, row = driver.text.splitlines()[2:4]
            assert row[head.index("New") :].split()[0] == "4"
            await driver.press(*HERE)
            assert "New users 4" in driver.text.splitlines()[1] + driver.text.splitlines()[2]

    async def test_P8_f_says_that_somebody_needs_no_slip_and_u_takes_it_back(self, opened: Opened) -> None:
        async with opened.running(*HERE, "f", "y") as driver:
            await driver.until(lambda: "3 new accounts" in driver.text)
            await driver.press("u")
            await driver.until(lambda: "4 new accounts" in driver.text)

    async def test_P8_a_school_of_forgotten_passwords_says_how_its_people_get_in(
        self, opened: Opened
    ) -> None:
        schools.set_options(
            opened.estate.desk(),
            "100001",
            {"first_password": "forgotten", "sign_in_at": "go.larkmere.example"},
        )
        async with opened.running(*HERE) as driver:
            assert "get in by Forgot password" in driver.text and "go.larkmere.example" in driver.text

    async def test_P9_who_starts_later_shows_the_day_and_is_found_by_it(self, opened: Opened) -> None:
        async with opened.running(*HERE, size=(120, 40)) as driver:
            assert "4 January 2027" in driver.text or "4 Jan 2027" in driver.text
            await driver.press("slash")
            await driver.type("2027-01")
            await driver.press("enter")
            await driver.until(lambda: "b.north" in driver.text and "a.khan" not in driver.text)

    async def test_a_reader_is_refused_with_the_reason(self, opened: Opened) -> None:
        async with opened.running(*HERE, "h", read_only=True) as driver:
            assert "read-only" in driver.text.lower() and "Hand out?" not in driver.text

    async def test_masked_nobody_is_named(self, opened: Opened) -> None:
        async with opened.running(*HERE, "h", "f", "h", "4", "enter") as driver:
            await driver.until(lambda: "4 passwords set and written" in driver.text)
            await driver.press("f9", "q", "l")
            await driver.until(lambda: "1 hand-out" in driver.text)
            assert "khan" not in driver.text.lower() and "smith" not in driver.text.lower()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
@pytest.mark.parametrize("place", ["tab", "hand out", "confirm", "done", "log"])
async def test_the_pictures(
    opened: Opened, snapshot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str,
    size: tuple[int, int],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(handout_looks, "documents", lambda: Path("Documents"))
    real = calls.hand_out
    monkeypatch.setattr(calls, "hand_out", lambda *a: replace(real(*a), file=f"/home/sam/{Path(a[3]).name}"))
    keys = {"tab": [], "hand out": ["h"], "confirm": ["h", "h"], "done": ["h", "h", "4", "enter"],
            "log": ["h", "h", "4", "enter"]}  # fmt: skip
    async with opened.running(*HERE, *keys[place], size=size) as driver:
        if place in ("done", "log"):
            await driver.until(lambda: "set and written" in driver.text)
        if place == "log":
            await driver.press("q", "l")
            await driver.until(lambda: "1 hand-out" in driver.text)
        await settled(driver)
        assert driver.text == snapshot


async def settled(driver: Driver) -> None:
    before = ""
    while before != driver.text or "Reading…" in driver.text:
        before = driver.text
        await driver.settle()


def flat(text: str) -> str:
    """The text without its line ends, so that what is wrapped is found."""
    return "".join(part.strip() for part in text.splitlines()) + " ".join(text.split())


class TestThePlace:
    async def test_a_folder_that_is_not_there_is_told_while_it_is_typed(
        self, opened: Opened, tmp_path: Path
    ) -> None:
        async with opened.running(*HERE, "h", "p", "ctrl+u") as driver:
            await driver.type(str(tmp_path / "none" / "x.pdf"))
            assert "There is no folder" in flat(driver.text)
            await driver.press("enter")
            assert "Where to write it" in driver.text, "it is not taken"
            await driver.press("ctrl+u")
            await driver.type(str(tmp_path / "x.pdf"))
            assert "There is no folder" not in flat(driver.text)
            await driver.press("enter", "h", "4", "enter")
            await driver.until(lambda: "4 passwords set and written" in driver.text)
        assert (tmp_path / "x.pdf").is_file()

    async def test_a_lost_slip_right_after_the_act_gets_a_file_of_its_own(
        self, opened: Opened, tmp_path: Path
    ) -> None:
        async with opened.running(*HERE, "h", "f", "h", "4", "enter") as driver:
            await driver.until(lambda: "4 passwords set and written" in driver.text)
            await driver.press("a")
            await driver.type("z.smith")
            await driver.press("enter", "enter")
            await driver.until(lambda: "1 password set and written" in driver.text)
        assert len(written(tmp_path, "handout-larkmere-school-2026-09-14-2.csv")) == 1
