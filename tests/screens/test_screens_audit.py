"""The audit trail on screen, a reader's console, and what a console remembers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.widgets import Input

from data.tables import Decision
from misconsole import own_settings
from misconsole.grades import Account, standing
from misconsole.services import decide
from screens.audit import narrowing, screen
from tests.screens.driving import Driver, Opened

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


def long_ago(larkmere: Opened, count: int) -> None:
    """Decisions of years before, which a list of the newest does not reach."""
    bob = replace(larkmere.estate.desk("bob"), now=lambda: datetime(2024, 3, 4, 9, tzinfo=UTC))
    for n in range(count):
        decide.exclude_name(bob, URN, given=f"Old{n}", family="Roe", reason="gone")


def listed(driver: Driver) -> list[str]:
    return [driver.grid.row(key).summary for key in driver.grid.shown_keys()]


async def narrow(driver: Driver, **typed: str) -> None:
    await driver.press("f")
    await driver.until(lambda: "Which decisions" in driver.text)
    for name, text in typed.items():
        field = driver.app.screen.query_one(f"#ask-{name}", Input)
        field.value = text
    await driver.press("ctrl+s")


async def test_the_trail_is_narrowed_over_all_of_it_by_kind_days_and_person(
    larkmere: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest fill the list; what is asked for is sought in the store."""
    long_ago(larkmere, 3)
    decided(larkmere)
    monkeypatch.setattr(screen, "NEWEST", 2)
    async with larkmere.running(size=(120, 40)) as driver:
        driver.app.do_audit()
        await driver.until(lambda: "the newest of 5 decisions" in driver.text)
        assert not any("Old" in each for each in listed(driver))
        await narrow(driver, who="bob", days="to 31/12/2024")
        await driver.until(lambda: "by bob, up to 31 Dec 2024" in driver.text)
        assert len(listed(driver)) == 2 and all("Old" in each for each in listed(driver))
        assert "the newest of 3 decisions" in driver.text
        await driver.press("e", "ctrl+u", *str(tmp_path / "t.csv"), "enter")
        await driver.until(lambda: (tmp_path / "t.csv").exists())
        await narrow(driver, days="2025-01-01 to")
        await driver.until(lambda: "from 1 Jan 2025" in driver.text)
        assert "No decision of the whole trail is so." in driver.text
        await driver.press("a")
        await driver.until(lambda: any("Dee" in each for each in listed(driver)))
    assert (tmp_path / "t.csv").read_text().count("Old") == 3


async def test_a_kind_nobody_decided_is_told_as_it_is_typed(larkmere: Opened) -> None:
    decided(larkmere)
    async with larkmere.running(size=(80, 24)) as driver:
        driver.app.do_audit()
        await driver.until(lambda: "ann" in driver.text)
        await narrow(driver, kind="nonsense")
        assert "nothing of that kind was decided; there are exclude" in " ".join(driver.text.split())
        driver.app.screen.query_one("#ask-kind", Input).value = "EXCLUDE-NAME"
        await driver.press("ctrl+s")
        await driver.until(lambda: len(listed(driver)) == 2)


async def test_the_trail_is_narrowed_by_the_evidence_of_a_link(larkmere: Opened) -> None:
    decided(larkmere)
    seen = {"evidence": {"band": "likely", "fields": [
        {"field": "surname", "agreement": "same", "person": "Poe", "account": "Poe"}]}}  # fmt: skip
    row = larkmere.estate.all(Decision)[0]
    larkmere.estate.change(Decision, row.id, detail={**row.detail, **seen})
    async with larkmere.running(size=(120, 40)) as driver:
        driver.app.do_audit()
        await driver.until(lambda: len(listed(driver)) == 2)
        await narrow(driver, evidence="likely surname")
        await driver.until(lambda: len(listed(driver)) == 1)
        assert "On what evidence" in driver.text and "surname: same" in driver.text
        await driver.press("f9")
        await driver.until(lambda: "likely surname" not in driver.text)


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


def test_days_are_typed_as_one_as_two_or_with_an_open_end() -> None:
    form = narrowing.form({}, kinds=["link"], actors=["ann"])
    check = next(each.check for each in form.asked if each.name == "days")
    assert [
        check(text) for text in ("", "1/9/2026", "2026-09-01 to", "to 3/9/2026", "1/9/2026 to 3/9/2026")
    ] == ["" for _ in range(5)]
    assert "write the day" in check("yesterday") and "after" in check("3/9/2026 to 1/9/2026")
    one = narrowing.wanted("", {"days": "1/9/2026"}, limit=1)
    assert one.since is not None and one.until is not None
    assert timedelta(hours=23) <= one.until - one.since <= timedelta(hours=25)
