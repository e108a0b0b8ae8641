"""The audit trail on screen, a reader's console, and what a console remembers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data.tables import Decision
from misconsole import own_settings
from misconsole.grades import Account, standing
from misconsole.services import decide
from tests.screens.driving import Opened

URN = "100001"


def decided(larkmere: Opened) -> None:
    desk = replace(larkmere.estate.desk("ann"), origin="console", place="desk-4, from 192.0.2.7")
    for name in ("Dee", "Eve"):
        decide.exclude_name(desk, URN, given=name, family="Poe", reason="not here")


async def test_the_trail_is_listed_verified_and_written_out(larkmere: Opened, tmp_path: Path) -> None:
    decided(larkmere)
    async with larkmere.running(size=(120, 40)) as driver:
        driver.app.do_audit()
        await driver.until(lambda: "from 192.0.2.7" in driver.text)
        assert "not here" in driver.text
        await driver.press("v")
        await driver.until(lambda: "The trail is whole" in driver.text)
        await driver.press("e")
        await driver.press("ctrl+u", *str(tmp_path / "t.csv"), "enter")
        await driver.until(lambda: (tmp_path / "t.csv").exists())
    assert (tmp_path / "t.csv").stat().st_mode & 0o777 == 0o600
    assert "desk-4, from 192.0.2.7" in (tmp_path / "t.csv").read_text()


async def test_a_tampered_trail_is_told_on_screen(larkmere: Opened) -> None:
    decided(larkmere)
    newest = larkmere.estate.all(Decision)[-1]
    larkmere.estate.change(Decision, newest.id, summary="x")
    async with larkmere.running() as driver:
        driver.app.do_audit()
        await driver.until(lambda: "ann" in driver.text)
        await driver.press("v")
        await driver.until(lambda: "is not what was sealed" in driver.text)


async def test_a_reader_sees_their_role_and_why_a_key_is_grey(larkmere: Opened) -> None:
    """B2: nothing is started by somebody who may only look."""
    from collections.abc import Iterator
    from contextlib import contextmanager

    from misconsole.services.desk import Desk

    held = standing(Account(name="rob"), {"read-only": ["user:rob"], "operator": ["user:olu"]})

    @contextmanager
    def opener(_url: str) -> Iterator[Desk]:
        yield replace(larkmere.estate.desk("rob"), grade=held.main, standing=held)

    async with larkmere.running(size=(120, 30), opener=opener) as driver:
        assert "reader" in driver.text.splitlines()[0]
        await driver.press("s")
        await driver.until(lambda: "who may not start or stop a sync" in driver.text)
        assert "olu" in driver.text


async def test_the_last_school_tab_order_and_mask_come_back(larkmere: Opened) -> None:
    async with larkmere.running("enter") as driver:
        await driver.until(lambda: type(driver.app.screen).__name__ == "Workspace")
        driver.app.screen.open("history")  # type: ignore[attr-defined]
        await driver.press("f9")
        await driver.app.action_quit()
    async with larkmere.running() as driver:
        assert driver.app.showing.masked
        await driver.press("enter")
        await driver.until(lambda: getattr(driver.app.screen, "opened", "") == "history")


def test_what_is_remembered_is_private_and_a_damaged_file_is_told_once(
    larkmere: Opened, tmp_path: Path
) -> None:
    env = {"MISCONSOLE_STATE": str(tmp_path / "state")}
    own = own_settings.load(env)
    own.school = URN
    assert own.keep(now=lambda: 0.0)
    assert own.path.stat().st_mode & 0o777 == 0o600
    own.tab = "history"
    assert not own.keep(now=lambda: 1.0)
    assert own.keep(now=lambda: 6.0)
    assert own_settings.load(env).last == (URN, "history")
    own.path.write_text("{")
    damaged = own_settings.load(env)
    assert (damaged.school, damaged.trouble) == ("", own_settings.DAMAGED)
    assert damaged.keep()
    assert own_settings.load(env).trouble == ""


def test_words_of_a_filter_that_may_be_a_name_are_not_kept() -> None:
    assert own_settings.kept_filter("failed", all_of_it=False) == "failed"
    assert own_settings.kept_filter("Ann Lee", all_of_it=False) == ""
    assert own_settings.kept_filter("staff lee", all_of_it=False) == ""
    assert own_settings.kept_filter("Ann Lee", all_of_it=True) == "Ann Lee"
