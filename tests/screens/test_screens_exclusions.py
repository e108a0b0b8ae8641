"""Excluding a name or a pattern: whom it covers is seen while typing, a clash is asked about (R, Z25)."""

from __future__ import annotations

from datetime import timedelta

from data.tables import Account, Decision, Exclusion
from tests.screens.driving import Driver, Opened, tab


async def typed(driver: Driver, *texts: str) -> None:
    for text in texts:
        await driver.type(text)
        await driver.press("enter")


def newest(o: Opened) -> Exclusion:
    found: list[Exclusion] = o.estate.all(Exclusion)
    return found[-1]


async def test_R1_a_pattern_shows_whom_it_would_keep_out_while_it_is_typed(larkmere: Opened) -> None:
    async with larkmere.running(*tab("exclusions"), "a") as driver:
        await typed(driver, "Zo*")
        await driver.type("Smith*")
        await driver.until(lambda: "1 person who waits: Zoë Smith-Jones" in driver.text)
        await driver.press("enter", "enter")
        await typed(driver, "Trial", "")
        await driver.until(lambda: "Excluded the name" in driver.text)
    made = newest(larkmere)
    assert (made.given_name, made.family_name, made.reason, made.author) == ("Zo*", "Smith*", "Trial", "sam")
    assert made.review_on is not None


async def test_R1_one_part_of_a_pattern_may_stay_empty(larkmere: Opened) -> None:
    async with larkmere.running(*tab("exclusions"), "a") as driver:
        await driver.press("enter")
        assert "Given name: this is needed" in driver.text
        await typed(driver, "Zoë*")
        await driver.until(lambda: "1 person who waits" in driver.text)
        await driver.press("enter", "enter")
        await typed(driver, "Trial", "")
        await driver.until(lambda: "Excluded the name" in driver.text)
    assert (newest(larkmere).given_name, newest(larkmere).family_name) == ("Zoë*", "*")


async def test_R1_what_is_wrong_is_said_while_it_is_typed_and_nothing_is_saved(larkmere: Opened) -> None:
    before = len(larkmere.estate.all(Exclusion))
    async with larkmere.running(*tab("exclusions"), "a") as driver:
        await typed(driver, "Z*")
        await driver.type("S*")
        await driver.until(lambda: "would cover nearly everybody" in driver.text)
        await driver.press("enter")
        assert "would cover nearly everybody" in driver.text
        assert driver.app.focused is not None
        assert driver.app.focused.id == "ask-family"
        await driver.press("escape")
    assert len(larkmere.estate.all(Exclusion)) == before


async def test_R1_a_review_day_gone_by_is_refused_at_once(larkmere: Opened) -> None:
    async with larkmere.running(*tab("exclusions"), "a") as driver:
        await typed(driver, "Zoë", "Smith-Jones", "pupil", "Trial")
        await driver.type("1/9/2020")
        assert "that day is not in the future" in driver.text
        await driver.press("enter")
        assert "that day is not in the future" in driver.text
    assert larkmere.estate.all(Decision) == []


async def test_Z25_a_live_account_is_announced_then_asked_about_and_never_touched_by_itself(
    larkmere: Opened,
) -> None:
    def anand() -> Account:
        found: list[Account] = larkmere.estate.all(Account, username="p.anand")
        return found[0]

    async with larkmere.running(*tab("exclusions"), "a") as driver:
        await typed(driver, "Priya")
        await driver.type("Anand")
        await driver.until(lambda: "1 live account, untouched until you decide: p.anand" in driver.text)
        await driver.press("enter", "enter")
        await typed(driver, "Court order", "")
        await driver.until(lambda: "A live account has this name: p.anand" in " ".join(driver.text.split()))
        assert driver.grid.cursor_key == newest(larkmere).id
        assert anand().state == "active"
        await driver.press("t", "y")
        await driver.until(lambda: "Unallocated p.anand" in driver.text)
        assert anand().state == "unallocated"
        await driver.press("u")
        await driver.until(lambda: "Taken back" in driver.text)
        assert anand().state == "active"
        await driver.press("k")
        await driver.until(lambda: "Kept p.anand" in driver.text)
    assert anand().state == "active"


async def test_R2_r_renews_what_is_due_for_another_year(larkmere: Opened) -> None:
    yesterday = larkmere.estate.now.date() - timedelta(days=1)
    [mine] = larkmere.estate.all(Exclusion)
    larkmere.estate.change(Exclusion, mine.id, given_name="Nobody", family_name="Here", review_on=yesterday)
    async with larkmere.running(*tab("exclusions")) as driver:
        await driver.until(lambda: "review due" in driver.text)
        await driver.press("r")
        await driver.until(lambda: "in force" in driver.text)
        renewed = newest(larkmere).review_on
        assert renewed is not None
        assert renewed > larkmere.estate.now.date() + timedelta(days=300)
        await driver.press("u")
        await driver.until(lambda: "review due" in driver.text)


async def test_F9_hides_whom_a_name_covers(larkmere: Opened) -> None:
    async with larkmere.running(*tab("exclusions"), "f9", "a") as driver:
        await typed(driver, "Zoë*")
        await driver.until(lambda: "1 person who waits" in driver.text)
        assert "Smith" not in driver.text


async def test_the_form_fits_a_small_terminal_with_all_it_says(larkmere: Opened) -> None:
    async with larkmere.running(*tab("exclusions"), "a") as driver:
        await typed(driver, "Priya")
        await driver.type("Anand")
        await driver.until(lambda: "1 live account" in driver.text)
        assert "Exclude a name" in driver.text
        assert "Ctrl+S exclude" in driver.text
