"""Exports on screen: chosen, previewed, held where many would go, written to a folder typed (Y1, H7, V5)."""

from __future__ import annotations

from pathlib import Path

from data.tables import Account, Contact, ContactLink, Decision, Person
from misconsole.services import exporting
from tests.screens.driving import Driver, Opened


def at(driver: Driver, name: str) -> bool:
    return driver.grid.cursor_row is not None and driver.grid.cursor_row.id == name


async def choose(driver: Driver, name: str) -> None:
    await driver.until(lambda: driver.grid.loaded)
    for _ in range(20):
        if at(driver, name):
            return
        await driver.press("down")
    raise AssertionError(name)


async def write_to(driver: Driver, folder: Path) -> None:
    await driver.press("ctrl+u")
    await driver.type(str(folder))
    await driver.press("enter")


async def test_Y1_a_format_is_chosen_previewed_and_written(larkmere: Opened, tmp_path: Path) -> None:
    async with larkmere.running("enter", "e") as driver:
        await choose(driver, "ad")
        assert "proxy" not in driver.text and "passwords" in driver.text
        await driver.press("r")
        assert "whom       pupils" in driver.text
        await driver.press("v")
        await driver.until(lambda: "Never exported before" in driver.text)
        assert "p.anand" in driver.text and "g.okafor" not in driver.text
        await driver.press("w")
        assert "only you can read" in driver.text
        await write_to(driver, tmp_path / "out")
        await driver.until(lambda: "Written to" in driver.text)
        [done] = larkmere.estate.all(Decision, kind="export")
        assert done.detail["digest"] in driver.text
        assert done.detail["roles"] == ["pupil"]
    assert "p.anand" in (tmp_path / "out" / "ad-users.csv").read_text(encoding="utf-8-sig")


async def test_options_are_checked_as_they_are_typed(larkmere: Opened) -> None:
    async with larkmere.running("enter", "e") as driver:
        await choose(driver, "sds")
        await driver.press("n")
        assert "takes whoever is missing for gone" in driver.text
        await driver.press("o", "ctrl+u")
        await driver.type("maths")
        assert "grades: grades is “maths”" in driver.text
        await driver.press("ctrl+u")
        await driver.type("nc")
        await driver.press("enter", "enter")
        await driver.until(lambda: "grades nc" in driver.text)


async def test_a_hold_is_told_beforehand_and_accepted_by_a_key_of_its_own(
    larkmere: Opened, tmp_path: Path
) -> None:
    e, folder = larkmere.estate, tmp_path / "out"
    for n in range(12):
        e.linked(larkmere.school, f"Given{chr(97 + n)}", f"Surname{chr(97 + n)}", username=f"many{n}")
    exporting.export(e.desk(), "100001", exporting.Wish(format="sds"), folder)
    for n in range(10):
        [one] = e.all(Account, username=f"many{n}")
        e.change(Account, one.id, state="removed")
    async with larkmere.running("enter", "e") as driver:
        await choose(driver, "sds")
        await driver.press("v")
        await driver.until(lambda: "would be missing in users.csv" in driver.text)
        assert "removed" in driver.text and "--accept" not in driver.text
        await driver.press("w")
        assert "gone: many0" in driver.text
        await driver.press("escape")
        assert len(e.all(Decision, kind="export")) == 1
        await driver.press("w", "y", "enter")
        await driver.until(lambda: "Written to" in driver.text)
        assert str(folder) in "".join(driver.text.split())  # it may be wrapped
    assert len(e.all(Decision, kind="export")) == 2


async def test_a_folder_that_is_not_ours_is_refused_and_can_be_typed_again(
    larkmere: Opened, tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "letter.txt").write_text("mine")
    async with larkmere.running("enter", "e") as driver:
        await choose(driver, "accounts")
        await driver.press("v")
        await driver.until(lambda: "Never exported" in driver.text)
        await driver.press("w")
        await write_to(driver, tmp_path / "theirs")
        await driver.until(lambda: "holds other files" in " ".join(driver.text.split()))
        await driver.press("w")
        assert "theirs" in driver.text
        await write_to(driver, tmp_path / "ours")
        await driver.until(lambda: "Written to" in driver.text)
    assert [p.name for p in (tmp_path / "theirs").iterdir()] == ["letter.txt"]


async def test_C1_contacts_need_their_report_and_the_reason_is_said(larkmere: Opened) -> None:
    async with larkmere.running("enter", "e") as driver:
        await choose(driver, "contacts")
        await driver.press("v")
        await driver.until(lambda: "has not accepted the report Contacts" in driver.text)
        assert at(driver, "contacts")


async def test_V5_contacts_are_previewed_and_exported(larkmere: Opened, tmp_path: Path) -> None:
    """H7: the third kind of people, beside pupils and staff, with whose parent each is."""
    e = larkmere.estate
    e.accept(larkmere.school, "contacts")
    [pupil] = e.all(Person, family_name="Anand")
    contact = e.put(Contact, school_id=larkmere.school, source_id="C1", title="Ms", given_name="Asha",
                    family_name="Anand", email="asha@example.example")  # fmt: skip
    e.put(ContactLink, school_id=larkmere.school, contact_id=contact, person_id=pupil.id,
          relationship="Mother", parental_responsibility=True)  # fmt: skip
    async with larkmere.running("enter", "e") as driver:
        await choose(driver, "contacts")
        await driver.press("v")
        await driver.until(lambda: "contacts.csv" in driver.text and "1 row: 1 new" in driver.text)
        await driver.press("f9")
        assert "Asha" not in driver.text
        await driver.press("w")
        await write_to(driver, tmp_path / "out")
        await driver.until(lambda: "Written to" in driver.text)
    assert "Asha" in (tmp_path / "out" / "contacts.csv").read_text(encoding="utf-8-sig")


async def test_why_somebody_is_left_out_stands_there_whole_for_the_row_under_the_cursor(
    larkmere: Opened,
) -> None:
    larkmere.estate.account(larkmere.school, "library", role="other", display_name="library")
    async with larkmere.running("enter", "e") as driver:
        await choose(driver, "google")
        await driver.press("v")
        await driver.until(lambda: driver.grid.loaded and "google-users.csv" in driver.text)
        await driver.press("G")
        assert "library: Google wants a first and a last name. Fill it in" in " ".join(driver.text.split())
