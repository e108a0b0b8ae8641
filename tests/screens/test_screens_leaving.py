"""Who leaves soon, while it can still be looked into (Q1, X7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data.tables import CaseNote, School
from tests.screens.driving import Opened, tab


@pytest.fixture
def leaver(larkmere: Opened) -> int:
    """A pupil with an account who goes in nine days."""
    e = larkmere.estate
    e.run(larkmere.school, changed_anything=False)
    day = e.now.date() + timedelta(days=9)
    person, _ = e.linked(larkmere.school, "Owen", "Pryce", end_date=day, registration_group="6B")
    return person


@pytest.mark.parametrize("place", ["overview", "unallocated"])
async def test_Q1_one_key_shows_who_leaves_when_by_what_date_and_what_happens(
    larkmere: Opened, leaver: int, place: str
) -> None:
    async with larkmere.running(*tab(place), "o") as driver:
        await driver.until(lambda: "o.pryce" in driver.text)
        shown = " ".join(driver.text.split())
        assert "1 person leaves" in shown
        assert "in 9 days" in shown
        assert "Leaving date in" in shown
        assert "The first sync after that day takes the account away; Unallocated gives it back." in shown


async def test_L7_where_nothing_happens_by_itself_it_says_so(larkmere: Opened, leaver: int) -> None:
    larkmere.estate.change(School, larkmere.school, mode="link")
    async with larkmere.running(*tab("overview"), "o") as driver:
        await driver.until(lambda: "o.pryce" in driver.text)
        assert "removed by hand" in " ".join(driver.text.split())


async def test_a_note_says_who_looks_after_it_and_u_takes_it_back(larkmere: Opened, leaver: int) -> None:
    async with larkmere.running(*tab("overview"), "o") as driver:
        await driver.until(lambda: "o.pryce" in driver.text)
        await driver.press("e")
        await driver.type("Stays for the sixth form, says the office")
        await driver.press("enter")
        await driver.type("bob")
        await driver.press("enter")
        await driver.until(lambda: "bob has it in hand" in " ".join(driver.text.split()))
        [note] = larkmere.estate.all(CaseNote)
        assert (note.person_id, note.assigned_to) == (leaver, "bob")
        await driver.press("u")
        await driver.until(lambda: "Taken back" in driver.text)
    assert larkmere.estate.all(CaseNote) == []


async def test_o_looks_further_ahead_and_w_asks_why(larkmere: Opened) -> None:
    e = larkmere.estate
    e.linked(larkmere.school, "Owen", "Pryce", end_date=e.now.date() + timedelta(days=60))
    async with larkmere.running(*tab("overview"), "o") as driver:
        await driver.until(lambda: "within 28 days" in driver.text)
        await driver.press("o")
        await driver.until(lambda: "o.pryce" in driver.text)
        await driver.press("w")
        await driver.until(lambda: "Nothing is wrong" in driver.text)


async def test_the_mask_covers_leavers(larkmere: Opened, leaver: int) -> None:
    async with larkmere.running(*tab("overview"), "o") as driver:
        await driver.until(lambda: "o.pryce" in driver.text)
        await driver.press("f9")
        assert "ryce" not in driver.text


async def test_a_day_on_which_many_leave_is_pointed_out_beside_the_list(
    larkmere: Opened, leaver: int
) -> None:
    e = larkmere.estate
    day = e.now.date() + timedelta(days=12)
    names = ("Ada", "Bea", "Cai", "Dot", "Eve", "Fay", "Gus", "Hal", "Ida", "Jay", "Kit")
    for name in names:
        e.linked(larkmere.school, name, "Merrow", end_date=day)
    async with larkmere.running(*tab("overview"), "o") as driver:
        await driver.until(lambda: "a.merrow" in driver.text)
        shown = " ".join(driver.text.replace("│", " ").split())
        assert f"11 people leave on {day:%-d %B %Y}" in shown
        assert "11 of them out of season" in shown
