"""Another mode for a school, and what a mode means on the tabs (L1-L8, B24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.records import Report
from data.tables import Account, Connection, Link, School
from misconsole.services import manual
from screens.reading import Reading
from tests import seed
from tests.fake_mis import Bench, pupil, staff
from tests.screens.driving import Driver, Opened, tab


@pytest.fixture
def synced(tmp_path: Path) -> Iterator[tuple[Bench, Opened]]:
    """A school of sixteen with accounts, one pupil more in the MIS than was read, a left one and a rename."""
    with seed.estate(tmp_path) as e:
        bench = Bench(e.store, tmp_path)
        bench.desk = replace(bench.desk, secrets=e.secrets)
        assert bench.sync().state == "succeeded"
        e.now = bench.now
        e.change(Connection, bench.one(Connection).id, mis="arbor", route="wonde")
        yield bench, Opened(e, bench.school_id)


def said(driver: Driver) -> str:
    return " ".join(driver.app.screen.query_one("#step", Reading).plain_text.split())


async def to_mode(driver: Driver) -> None:
    await driver.press("k")
    await driver.until(lambda: "› Create ✓ now" in driver.text)


async def test_L1_L2_L8_the_three_modes_are_told_apart_and_the_one_in_use_is_marked(
    synced: tuple[Bench, Opened],
) -> None:
    _, opened = synced
    async with opened.running("c") as driver:
        await to_mode(driver)
        assert "the mode of this school now" in said(driver)
        await driver.press("enter")
        assert "create mode already" in driver.text
        await driver.press("down")
        await driver.until(lambda: "With the next sync" in said(driver))
        assert "every link is confirmed by a person" in said(driver)
        await driver.press("down")
        await driver.until(lambda: "People are only looked up" in said(driver))


async def test_L5_L7_moving_to_link_mode_is_told_before_confirmed_with_another_key_and_taken_back(
    synced: tuple[Bench, Opened],
) -> None:
    bench, opened = synced
    async with opened.running("c") as driver:
        await to_mode(driver)
        await driver.press("down")
        await driver.until(lambda: "With the next sync" in said(driver))
        assert "First, last and display names always come from the MIS" in said(driver)
        assert "Removing the accounts of leavers is up to you" in said(driver)
        await driver.press("enter")
        assert "Change from create to link mode?" in driver.text
        await driver.press("a", "enter")
        assert bench.one(School).mode == "create"
        await driver.press("a", "y")
        await driver.until(lambda: "Changed from create mode to link mode" in driver.text)
        assert bench.one(School).mode == "link"
        assert "Link ✓ now" in driver.text
        await driver.press("z")
        await driver.until(lambda: "Taken back" in driver.text)
        assert bench.one(School).mode == "create"
        await driver.press("z")
        assert "not changed here" in driver.text


async def test_B24_L6_the_move_into_create_mode_shows_numbers_and_names_and_that_the_source_must_be_read(
    tmp_path: Path,
) -> None:
    with seed.estate(tmp_path) as e:
        bench = Bench(e.store, tmp_path, mode="link")
        e.now = bench.now
        opened = Opened(e, bench.school_id)
        assert bench.sync().changes["created"] == 0
        e.change(Connection, bench.one(Connection).id, mis="arbor", route="wonde")
        async with opened.running("c", "k") as driver:
            await driver.until(lambda: "› Link ✓ now" in driver.text)
            await driver.press("up")
            await driver.until(lambda: "With the next sync" in said(driver))
            assert "accounts created 16" in said(driver)
            assert "the MIS is the reliable source" in said(driver)
            assert "Amos Vickers (20avickers)" in said(driver)
            await driver.press("enter")
            assert "16 accounts are created" in driver.text
            await driver.press("y")
            await driver.until(lambda: "Changed from link mode to create mode" in driver.text)
        assert bench.sync().changes["created"] == 16


async def test_L6_a_mis_never_read_whole_is_no_reliable_source(tmp_path: Path) -> None:
    with seed.estate(tmp_path) as e:
        opened = Opened(e, e.school(mode="link"))
        e.connection(opened.school)
        async with opened.running("c", "k", "up") as driver:
            await driver.until(lambda: "never read whole" in said(driver))


async def test_L4_L2_on_every_tab_link_mode_says_what_is_otherwise_and_create_mode_takes_no_room(
    synced: tuple[Bench, Opened],
) -> None:
    bench, opened = synced
    async with opened.running("enter") as driver:
        assert "mode:" not in driver.text
    opened.estate.change(School, bench.school_id, mode="link")
    told = {
        "unmatched-pupils": "every suggestion waits for you; once linked, names come from the MIS.",
        "unallocated": "Link mode: nothing is taken away by itself; leavers' accounts are yours to remove.",
        "new-users": "Link mode: no account is made by itself; those made with n (New) are here.",
        "accounts": "Link mode: first, last and display names of linked ones come from the MIS.",
    }
    for name, words in told.items():
        async with opened.running(*tab(name), size=(120, 30)) as driver:
            await driver.until(lambda words=words: words in driver.text)  # type: ignore[misc]
    opened.estate.change(School, bench.school_id, mode="lookup")
    async with opened.running(*tab("unmatched-staff")) as driver:
        await driver.until(lambda: "Look up only: nobody waits, since no account is made." in driver.text)


async def test_L4_L5_in_link_mode_a_certain_pair_waits_too_and_the_new_name_is_told_before_the_link(
    synced: tuple[Bench, Opened],
) -> None:
    """K6, O11"""
    bench, opened = synced
    opened.estate.change(School, bench.school_id, mode="link")
    request = manual.Request(given="Zed", family="Quill", role="pupil", year_of_entry=2025,
                             date_of_birth=pupil(50).date_of_birth)  # fmt: skip
    manual.create(bench.desk, bench.urn, request)
    bench.mis.records[Report.STUDENTS].append(
        pupil(50, "Zed", "Quill", preferred_given_name="Zeddy")
        if "preferred_given_name" in pupil(50).__dataclass_fields__
        else pupil(50, "Zeddy", "Quill", legal_given_name="Zed", legal_family_name="Quill")
    )
    view = bench.sync()
    assert (view.changes["linked"], view.changes["created"]) == (0, 0)
    async with opened.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: "would be named" in driver.text)
        assert "1 would be named Zed Quill → Zeddy Quill" in driver.text
        await driver.press("1")
        await driver.until(lambda: "the display name changes" in driver.text)


async def test_L3_an_account_made_by_hand_is_there_in_both_modes(synced: tuple[Bench, Opened]) -> None:
    bench, opened = synced
    for mode, given in (("create", "Ada"), ("link", "Bea")):
        opened.estate.change(School, bench.school_id, mode=mode)
        request = manual.Request(given=given, family="Visitor", role="other", expected=True)
        manual.create(bench.desk, bench.urn, request, despite=True)
    assert {a.given_name for a in bench.rows(Account, role="other")} == {"Ada", "Bea"}
    async with opened.running(*tab("non-mis")) as driver:
        await driver.until(lambda: "Bea Visitor" in driver.text and "Ada Visitor" in driver.text)


async def test_the_mode_and_the_mis_are_reached_from_the_palette_too(synced: tuple[Bench, Opened]) -> None:
    _, opened = synced
    async with opened.running("ctrl+p") as driver:
        await driver.type("change mode")
        await driver.press("enter", "enter")
        await driver.until(lambda: "› Mode" in driver.text)
    async with opened.running("ctrl+p") as driver:
        await driver.type("change mis")
        await driver.press("enter")
        await driver.until(lambda: "Choose the MIS" in driver.text)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    ("place", "keys"), [("now", ()), ("link", ("down",)), ("question", ("down", "enter"))],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
async def test_the_text_of_the_change_of_mode(
    synced: tuple[Bench, Opened], snapshot: Any, place: str, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    _, opened = synced
    async with opened.running("c", size=size) as driver:
        await to_mode(driver)
        for key in keys:
            await driver.press(key)
            await driver.until(lambda: "Working out" not in driver.text)
        assert driver.text == snapshot


async def test_L8_why_offers_the_other_modes_of_a_school_that_only_looks_people_up(
    synced: tuple[Bench, Opened],
) -> None:
    bench, opened = synced
    bench.mis.records[Report.STUDENTS].append(pupil(60, "Winifred", "Quill"))
    bench.options(mode="lookup")
    bench.sync(full=True)
    async with opened.running("f2") as driver:
        await driver.type("Winifred Quill")
        await driver.press("enter")
        await driver.until(lambda: "2 Look at link mode" in driver.text)
        await driver.press("2")
        await driver.until(lambda: "With the next sync" in said(driver))
        assert "› Link" in driver.text
        await driver.press("enter", "y")
        await driver.until(lambda: "Changed from lookup mode to link mode" in driver.text)
        assert bench.one(School).mode == "link"
        await driver.press("q")
        await driver.until(lambda: "Create a new account" in driver.text)
        assert "Look at link mode" not in driver.text


async def test_K7_accounts_are_linked_on_the_two_unmatched_tabs(synced: tuple[Bench, Opened]) -> None:
    """K7, K6: the suggestions stand there, beside the person, and a digit links."""
    bench, opened = synced
    bench.options(mode="link")
    for report, one in (
        (Report.STUDENTS, pupil(60, "Winifred", "Quill")),
        (Report.STAFF, staff(60, "Una", "Rook")),
    ):
        role = "pupil" if report is Report.STUDENTS else "staff"
        bench.mis.records[report].append(one)
        request = manual.Request(
            given=one.given_name or "", family=one.family_name or "", role=role,
            date_of_birth=one.date_of_birth,
        )  # fmt: skip
        manual.create(bench.desk, bench.urn, request)
    bench.sync(full=True)
    made = {row.family_name: row.id for row in bench.rows(Account, origin="manual")}
    for which, family in (("unmatched-pupils", "Quill"), ("unmatched-staff", "Rook")):
        assert bench.rows(Link, account_id=made[family]) == []
        async with opened.running(*tab(which)) as driver:
            await driver.until(lambda name=family: name in driver.text)  # type: ignore[misc]
            await driver.press("1")
            await driver.until(lambda: "u takes it back" in driver.text)
        assert bench.one(Link, account_id=made[family], active=True).how == "decided"
