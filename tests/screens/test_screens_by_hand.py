"""An account by hand and a display name of one's own, by keys alone (J8, K1, S4, O9)."""

from __future__ import annotations

from datetime import date

from data.tables import Account, Review
from tests.screens.driving import Driver, Opened, tab


async def fill(driver: Driver, **texts: str) -> None:
    """Type into the fields named, in order, Enter through the rest and send."""
    for name in ("given", "family", "called", "who", "born", "starts", "entry", "expected", "reason", "until",
                 "username"):  # fmt: skip
        assert driver.app.focused is not None and driver.app.focused.id == f"ask-{name}", name
        if text := texts.get(name):
            await driver.type(text)
        if name != "username":
            await driver.press("enter")


def by_hand(o: Opened) -> list[Account]:
    return list(o.estate.all(Account, origin="manual"))


async def test_J8_a_new_teacher_is_entered_ahead_of_the_mis_and_taken_back(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "n") as driver:
        await fill(driver, given="Una", family="Rook", who="t", born="1988-04-09", starts="4/1/2027")
        await driver.until(lambda: "u.rook@larkmere.example" in driver.text)
        assert "links them by" in driver.text
        await driver.press("enter")
        await driver.until(lambda: "Created u.rook" in driver.text)
        [made] = by_hand(larkmere)
        assert (made.username, made.role, made.date_of_birth) == ("u.rook", "staff", date(1988, 4, 9))
        await driver.until(lambda: "awaited" in driver.text)
        await driver.press("u")
        await driver.until(lambda: "Taken back" in driver.text)
    assert by_hand(larkmere) == []


async def test_S4_a_governor_needs_a_reason_and_is_kept_by_it(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "n") as driver:
        for text in ("Edda", "Vale", "", "other", "", "", "", ""):
            await driver.type(text)
            await driver.press("enter")
        await driver.until(lambda: "e.vale" in driver.text)
        await driver.press("enter")
        assert "Reason: say why" in driver.text
        assert driver.app.focused is not None and driver.app.focused.id == "ask-reason"
        await driver.type("Governor")
        await driver.press("enter", "enter", "enter")
        await driver.until(lambda: "Created e.vale" in driver.text)
    [made] = by_hand(larkmere)
    assert [r.reason for r in larkmere.estate.all(Review, account_id=made.id)] == ["Governor"]


async def test_K1_who_is_similar_stands_there_while_typing_and_is_asked_about(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "n") as driver:
        await fill(driver, given="Tom", family="Baker", who="teaching")
        await driver.until(lambda: "similar: " in driver.text and "t.baker is Thomas Baker's" in driver.text)
        await driver.press("enter")
        await driver.until(lambda: "Somebody similar is there already" in driver.text)
        await driver.press("escape")
        assert by_hand(larkmere) == []
        await driver.press("n")
        await fill(driver, given="Tom", family="Baker", who="teaching")
        await driver.press("enter")
        await driver.until(lambda: "Somebody similar is there already" in driver.text)
        await driver.press("y")
        await driver.until(lambda: "Created t.baker2" in driver.text)


async def test_a_username_that_is_taken_is_said_while_it_is_typed(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "n") as driver:
        await fill(driver, given="Una", family="Rook", who="p", username="governor1")
        await driver.until(lambda: "governor1 is taken" in driver.text)
        await driver.press("enter")
        assert driver.app.focused is not None and driver.app.focused.id == "ask-username"
    assert by_hand(larkmere) == []


async def test_F9_masks_who_is_similar(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts"), "f9", "n") as driver:
        await fill(driver, given="Tom", family="Baker", who="teaching")
        assert "Baker" in driver.text  # what was typed stays
        await driver.until(lambda: "similar: " in driver.text)
        assert "Thomas" not in driver.text and "t.baker" not in driver.text


async def test_O9_a_member_of_staff_is_shown_as_they_choose(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts")) as driver:
        await driver.press("slash")
        await driver.type("okafor")
        await driver.press("enter", "d")
        assert "The MIS calls them Grace Okafor" in driver.text
        await driver.type("=1")
        assert "no display name" in driver.text
        await driver.press("backspace", "backspace")
        await driver.type("Dr Okafor")
        await driver.press("enter")
        await driver.until(lambda: "is shown as Dr Okafor" in driver.text)
        await driver.press("v")
        await driver.until(lambda: "by their own choice" in driver.text)
        await driver.press("u")
        await driver.until(lambda: "Taken back" in driver.text)
    [account] = larkmere.estate.all(Account, username="g.okafor")
    assert account.own_display_name is None


async def test_O9_a_pupil_is_not(larkmere: Opened) -> None:
    async with larkmere.running(*tab("accounts")) as driver:
        await driver.press("slash")
        await driver.type("anand")
        await driver.press("enter", "d")
        assert "Pupils have the name that the MIS has." in driver.text
