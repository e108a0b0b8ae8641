"""Many usernames at once, and how they are made, by keys (M1-M5, M13, M14, F14, O3, O7, O8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from connectors.records import Report
from data.tables import Account, Decision, School
from screens.reading import Reading
from tests import seed
from tests.fake_mis import Bench
from tests.screens.driving import Driver, Opened, tab

FORMAT = [*"first_initial.last_name", "enter"]


def renamed_school(e: seed.Estate) -> Opened:
    """Names that collide, are cut, spell something, and plain ones; of all kinds."""
    opened = Opened(e, e.school(scope="larkmere"))
    for number, (given, family) in enumerate(
        [("Harry", "Potter"), ("Hugo", "Potter"), ("Laurence", "Llewelyn-Bowen Cholmondeley"),
         ("Sam", "Hitchen"), ("Zoë", "O’Neil"), ("Priya", "Anand")]
    ):  # fmt: skip
        _, account = e.linked(opened.school, given, family, username=f"old{number}", year_of_entry=2020)
        e.change(Account, account, year_of_entry=2020)
    e.linked(opened.school, "Grace", "Okafor", "staff", username="old6", teaching=True)
    e.linked(opened.school, "Wren", "Vale", "staff", username="old7", teaching=False)
    e.account(opened.school, "h.potter", "Hal", "Potter", state="removed")
    e.account(opened.school, "gov1", "Mary", "Quill", "other")
    return opened


@pytest.fixture
def opened(estate: seed.Estate) -> Opened:
    return renamed_school(estate)


def about(driver: Driver) -> str:
    return " ".join(driver.app.screen.query_one(Reading).plain_text.split())


def line_of(driver: Driver, name: str) -> str:
    return next((each for each in driver.text.splitlines() if name in each), "")


async def rehearse(driver: Driver, *form: str) -> None:
    await driver.press("b")
    await driver.until(lambda: "change" in driver.text)
    if form:
        await driver.press("f", *form)
        await driver.until(lambda: "Rehearsed with" in driver.text)


def usernames(opened: Opened) -> set[str]:
    return {each.username for each in opened.estate.all(Account)}


async def test_O8_the_rehearsal_shows_every_line_the_urgent_first_and_writes_nothing(opened: Opened) -> None:
    """M6 M8 O4 O5"""
    before = usernames(opened)
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        lines = [each for each in driver.text.splitlines() if "old" in each or "gov1" in each]
        assert "h.potter1" in lines[0] and "collision" in lines[0]
        assert "h.potter2" in lines[1]
        assert "s.hitchen" in lines[2] and "look at it" in lines[2]
        assert "l.llewelynbowencholm" in lines[3] and "cut" in lines[3]
        assert "h.potter is or was somebody else's" in about(driver)
        assert "old0@larkmere.example" in about(driver)
    assert usernames(opened) == before and opened.estate.all(Decision) == []


async def test_O8_it_is_applied_after_a_question_with_another_key_and_undone_as_one(opened: Opened) -> None:
    before = usernames(opened)
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        await driver.press("u")
        assert "Nothing was applied here" in driver.text
        await driver.press("a")
        assert "Rename 9 accounts?" in driver.text and "2 with a number" in driver.text
        await driver.press("a", "enter")
        assert usernames(opened) == before
        await driver.press("a", "y")
        await driver.until(lambda: "Renamed 9 accounts at once" in driver.text)
        assert {"h.potter1", "z.oneil", "w.vale", "m.quill"} <= usernames(opened)
        await driver.press("u")
        await driver.until(lambda: "Taken back" in driver.text)
        assert usernames(opened) == before


async def test_O3_a_line_is_typed_in_place_checked_as_it_is_typed_and_left_out_again(opened: Opened) -> None:
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        await driver.press("e", *["backspace"] * 9, *"OLD3")
        assert "is or was somebody else's" in driver.text
        await driver.press(*["backspace"] * 4, *"harry!")
        assert "may not stand in a username" in driver.text
        await driver.press("backspace", "enter")
        await driver.until(lambda: "harry" in line_of(driver, "Harry Potter"))
        assert "typed" in line_of(driver, "Harry Potter")
        await driver.press("home", "space", "space", "x")
        await driver.until(lambda: "2 lines left out" in driver.text)
        await driver.press("a")
        assert "Rename 7 accounts?" in driver.text


async def test_marks_the_filter_and_the_role_choose_whom(opened: Opened) -> None:
    async with opened.running(*tab("accounts"), "slash", *"potter", "enter") as driver:
        await rehearse(driver, *FORMAT)
        assert "2 lines" in driver.text
        await driver.press("q", "escape", "home", "space", "space", "space", "b")
        await driver.until(lambda: "3 lines" in driver.text)
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        for words, count in (
            ("pupils", "6 lines"), ("teaching staff", "1 line"), ("non-teaching staff", "1 line"),
            ("others", "1 line"), ("everybody", "9 lines"),
        ):  # fmt: skip
            await driver.press("r")
            await driver.until(lambda w=words: f"Now: {w}." in driver.text)  # type: ignore[misc]
            assert count in driver.text


async def test_a_csv_is_written_edited_outside_and_read_for_its_usernames_alone(
    opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / "r.csv"
    clear = ["ctrl+u"]
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        await driver.press("w", *clear)
        await driver.type(str(path))
        await driver.press("enter")
        await driver.until(path.exists)
        text = path.read_text(encoding="utf-8").replace("p.anand,", "priya,").replace("Priya", "Nobody")
        path.write_text(text + "999,pupil,x,y,z,\r\n", encoding="utf-8")
        await driver.press("c", *clear)
        await driver.type(str(path))
        await driver.press("enter")
        await driver.until(lambda: "1 row was left out" in driver.text)
        assert "priya" in line_of(driver, "Priya Anand")


async def test_when_somebody_took_a_name_meanwhile_nothing_is_renamed_and_it_is_rehearsed_anew(
    opened: Opened,
) -> None:
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        opened.estate.account(opened.school, "p.anand", "Pia", "Anand")
        await driver.press("a", "y")
        await driver.until(lambda: "cannot be given out" in driver.text)
        await driver.until(lambda: "p.anand1" in driver.text)
    assert "old0" in usernames(opened)


async def test_O7_a_changed_surname_is_proposed_kept_or_applied_never_by_itself(tmp_path: Path) -> None:
    with seed.estate(tmp_path) as e:
        bench = Bench(e.store, tmp_path)
        assert bench.sync().state == "succeeded"
        for source, family in (("P3", "Okonjo"), ("P5", "Nwosu")):
            bench.change(Report.STUDENTS, source, family_name=family)
        bench.sync()
        e.now = bench.now
        async with Opened(e, bench.school_id).running("enter") as driver:
            await driver.until(lambda: "r 2 renames are proposed" in driver.text)
            assert "n 16 new users to be handed out" in driver.text
            await driver.press("n")
            await driver.until(lambda: "Lowri Kilburn" in driver.text)
            await driver.press(*["left_square_bracket"] * 7, "r")
            await driver.until(lambda: "2 change" in driver.text)
        async with Opened(e, bench.school_id).running(*tab("accounts"), "p") as driver:
            await driver.until(lambda: "2 change" in driver.text)
            assert "The family name changed from" in about(driver)
            await driver.press("k")
            await driver.until(lambda: "1 changes" in driver.text)
            await driver.press("u")
            await driver.until(lambda: "2 change" in driver.text)
            await driver.press("a", "y")
            await driver.until(lambda: "No rename is proposed" in driver.text)
        assert any("okonjo" in each.username for each in e.all(Account))


async def test_the_mask_covers_names_usernames_and_addresses(opened: Opened) -> None:
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        await driver.press("f9")
        for word in ("Potter", "potter", "Hitchen", "old0"):
            assert word not in driver.text, driver.text


async def test_the_text_of_a_rehearsal_with_collisions(opened: Opened, snapshot: Any) -> None:
    async with opened.running(*tab("accounts")) as driver:
        await rehearse(driver, *FORMAT)
        assert driver.text == snapshot


@pytest.fixture
def pictured(tmp_path: Path) -> Iterator[Opened]:
    with seed.estate(tmp_path) as e:
        yield renamed_school(e)


def picture(opened: Opened, snap_compare: Any, *keys: str, until: str) -> None:
    app = opened.console()

    async def drive(pilot: Pilot[Any]) -> None:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.is_open and app.screen.query("Grid").first().loaded)  # type: ignore[attr-defined]
        await driver.press(*tab("accounts"), *keys)
        await driver.until(lambda: until in driver.text)

    assert snap_compare(app, terminal_size=(80, 24), run_before=drive)


def test_the_picture_of_a_rehearsal_with_collisions(pictured: Opened, snap_compare: Any) -> None:
    picture(pictured, snap_compare, "b", "f", *FORMAT, until="collision")


def test_the_picture_of_the_formats(pictured: Opened, snap_compare: Any) -> None:
    picture(pictured, snap_compare, "m", until="Laurence")


# Formats


def examples(driver: Driver) -> str:
    return " ".join(driver.app.screen.query_one("#examples", Reading).plain_text.split())


async def to_formats(driver: Driver) -> None:
    await driver.press("m")
    await driver.until(lambda: "the longest name" in examples(driver))


async def test_M1_M3_a_format_is_built_by_keys_and_shown_on_the_schools_own_people(opened: Opened) -> None:
    """M6 M8 M12 Z4: the longest name, accents, an apostrophe, two who come to the same"""
    async with opened.running(*tab("accounts"), size=(100, 40)) as driver:
        await to_formats(driver)
        assert "20llewelynbowencholm" not in examples(driver)
        assert "20hpotter" in examples(driver) and "comes to the same" in examples(driver)
        await driver.press("5", "s")  # without the year, a full stop between
        await driver.until(lambda: "l.llewelynbowencholm" in examples(driver))
        assert "cut to 20 characters" in examples(driver)
        assert "z.oneil" in examples(driver) and "an apostrophe" in examples(driver)
        assert "h.potter1" in examples(driver)
        assert "Of 6 people 1 get a number" in examples(driver)
        await driver.press("s")
        await driver.until(lambda: "z-oneil" in examples(driver))


async def test_M13_sign_in_scope_and_e_mail_domain_are_shown_apart(opened: Opened) -> None:
    """M11"""
    async with opened.running(*tab("accounts"), size=(120, 40)) as driver:
        await to_formats(driver)
        assert (
            "signs in 20lllewelynbowenchol@larkmere, e-mail 20lllewelynbowenchol@larkmere.example"
            in examples(driver)
        )
        assert "Signing in ends in @larkmere, addresses end in @larkmere.example" in examples(driver)


async def test_M4_prefix_and_suffix_are_checked_as_they_are_typed(opened: Opened) -> None:
    """M5"""
    async with opened.running(*tab("accounts"), size=(100, 40)) as driver:
        await to_formats(driver)
        await driver.press("p", *"lark")
        await driver.until(lambda: "lark20hpotter" in examples(driver))
        await driver.press(*"mere")
        await driver.until(lambda: "the limit is 5" in examples(driver))
        await driver.press("enter", "a")
        assert "the limit is 5" in driver.text
        assert opened.estate.row(School, opened.school).options == {}
        await driver.press("p", *["backspace"] * 4, "escape", "x", *"-stu", "enter")
        await driver.until(lambda: "lark20hpotter-stu" in examples(driver))
        await driver.press("a")
        await driver.until(lambda: "Saved for new users" in driver.text)
    options = opened.estate.row(School, opened.school).options
    assert options == {"pupil_username": "lark:yoe2+first_initial+last_name:-stu"}
    assert "old0" in usernames(opened)  # M14


async def test_M2_F14_staff_have_no_year_and_the_two_kinds_part_when_one_is_changed(opened: Opened) -> None:
    async with opened.running(*tab("accounts"), size=(100, 40)) as driver:
        await to_formats(driver)
        await driver.press("down")
        await driver.until(lambda: "g.okafor" in examples(driver))
        assert "year of entry" not in driver.text
        await driver.press("4")
        assert "Only pupils have a year of entry" in driver.text
        await driver.press("=")
        assert "can follow the format of teaching staff" in driver.text
        await driver.press("down")
        await driver.until(lambda: "w.vale" in examples(driver))
        assert driver.text.count("as teaching staff") == 2
        await driver.press("1", "2", "a")  # last name, first name
        await driver.until(lambda: "Saved for new users" in driver.text)
        await driver.until(lambda: "vale.wren" in examples(driver))
        options = opened.estate.row(School, opened.school).options
        assert options == {"non_teaching_username": "last_name.first_name"}
        await driver.press("=", "a")
        await driver.until(lambda: driver.text.count("as teaching staff") == 2)
        await driver.until(lambda: opened.estate.row(School, opened.school).options == {})


async def test_a_format_without_a_name_says_so_and_is_not_saved(opened: Opened) -> None:
    async with opened.running(*tab("accounts"), size=(100, 40)) as driver:
        await to_formats(driver)
        await driver.press("a")
        assert "Nothing was changed here" in driver.text
        await driver.press("3")
        await driver.until(lambda: "needs first_name or last_name" in examples(driver))
        await driver.press("a")
        assert opened.estate.row(School, opened.school).options == {}
        await driver.press("f5")
        await driver.until(lambda: "20hpotter" in examples(driver))


async def test_M14_saved_formats_lead_to_the_rehearsal(opened: Opened) -> None:
    async with opened.running(*tab("accounts"), size=(100, 40)) as driver:
        await to_formats(driver)
        await driver.press("s", "b")
        assert "Save first" in driver.text
        await driver.press("a")
        await driver.until(lambda: "Saved for new users" in driver.text)
        await driver.press("b")
        await driver.until(lambda: "20.p.anand" in driver.text)
