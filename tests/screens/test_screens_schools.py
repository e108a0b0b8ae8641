"""Home: the list is there before the store is open, and every command of it does what it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data import tables
from misconsole.services.status import school_rows
from tests import seed
from tests.screens.driving import Opened


async def test_the_home_list_shows_lamp_mis_when_and_what_waits(larkmere: Opened) -> None:
    """U1, U5, V2"""
    async with larkmere.running() as driver:
        row = driver.text.splitlines()[3]
        assert "▲ waiting" in row
        assert "Larkmere School" in row
        assert "Arbor" in row
        assert "12:00" in row
        assert row.endswith("8")


async def test_U6_each_of_several_schools_has_its_own_last_run(larkmere: Opened) -> None:
    """U6, V2: when each was last checked and last changed, in one list and one document."""
    e = larkmere.estate
    other = e.school("100002", "Oakhanger Academy")
    e.put(tables.Connection, school_id=other, mis="arbor", route="wonde", access="approved")
    ran = e.now - timedelta(days=3)
    e.run(other, started_at=ran, finished_at=ran, full=True, changed_anything=True)
    rows = {row.name: row for row in school_rows(e.url, now=e.now)}
    assert rows["Oakhanger Academy"].last_checked == rows["Oakhanger Academy"].last_changed == ran
    assert rows["Larkmere School"].last_checked != ran
    async with larkmere.running(size=(140, 30)) as driver:
        lines = {
            row.name: next(x for x in driver.text.splitlines() if row.name in x) for row in rows.values()
        }
        assert "Fri 12:00" in lines["Oakhanger Academy"]
        assert "Fri 12:00" not in lines["Larkmere School"]


async def test_a_wide_window_has_the_route_and_each_queue(larkmere: Opened) -> None:
    async with larkmere.running(size=(140, 30)) as driver:
        header = driver.text.splitlines()[2]
        for title in ("Route", "Changed", "Staff", "Pupils", "Unalloc", "Non-MIS"):
            assert title in header


async def test_the_list_is_read_before_the_store_is_open(larkmere: Opened) -> None:
    """The home list must not wait for sqlmodel (bars: first frame)."""
    import threading
    from contextlib import contextmanager

    may_open = threading.Event()

    @contextmanager
    def slow(_url: str):  # type: ignore[no-untyped-def]
        may_open.wait(10)
        yield larkmere.estate.desk("sam")

    app = larkmere.console(opener=slow)
    async with app.run_test(size=(80, 24)) as pilot:
        from tests.screens.driving import Driver, screen_text

        for _ in range(200):
            await pilot.pause(0.01)
            if "Larkmere School" in screen_text(app):
                break
        assert "Larkmere School" in screen_text(app)
        assert not app.is_open
        await pilot.press("s")
        await pilot.pause()
        assert "The store is still being opened" in screen_text(app)
        await pilot.press("enter")  # not lost: the school opens as soon as the store does
        await pilot.pause()
        assert "Opening Larkmere School" in screen_text(app)
        may_open.set()
        driver = Driver(app, pilot)
        await driver.until(lambda: "Schools › Larkmere School" in driver.text)


async def test_an_empty_store_says_what_to_press(estate: seed.Estate) -> None:
    async with Opened(estate, 0).running() as driver:
        assert "There is no school here yet." in driver.text
        assert "a adds one" in driver.text


async def test_a_adds_a_school_and_a_urn_with_signs_is_refused_as_it_is_typed(estate: seed.Estate) -> None:
    async with Opened(estate, 0).running("a") as driver:
        await driver.type("Oakhanger Academy")
        await driver.press("enter")
        await driver.type("1/2")
        assert "URN: letters and digits only" in driver.text
        await driver.press("backspace", "backspace")
        await driver.type("00077")
        await driver.press("enter", "enter")
        assert "Oakhanger Academy was added" in driver.text
    assert [(s.name, s.urn) for s in estate.all(tables.School)] == [("Oakhanger Academy", "100077")]


async def test_a_slash_filters_as_you_type_and_enter_opens(larkmere: Opened) -> None:
    larkmere.estate.school("100002", "Oakhanger Academy")
    async with larkmere.running("slash", "o", "a", "k") as driver:
        assert driver.grid.shown_count == 1
        await driver.press("enter", "enter")
        assert "Schools › Oakhanger Academy" in driver.text


async def test_syncing_is_greyed_with_its_reason_when_the_school_is_not_connected(
    estate: seed.Estate,
) -> None:
    """T15: explained, not hidden."""
    estate.school("100002", "Oakhanger Academy")
    async with Opened(estate, 0).running("s") as driver:
        assert "is not connected to a MIS; c connects it" in driver.text
        assert " s Sync" in driver.text


@pytest.mark.parametrize(("key", "dry"), [("s", False), ("d", True)])
async def test_s_starts_a_run_and_d_rehearses(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch, key: str, dry: bool
) -> None:
    """The run is a process of its own; here only its start is watched."""
    from misconsole.services import runs

    started: list[tuple[str, bool]] = []

    def start(desk: object, school: str, *, dry_run: bool = False, full: bool = False) -> int:
        started.append((school, dry_run))
        return larkmere.estate.run(larkmere.school, "running", dry_run=dry_run, finished_at=None)

    monkeypatch.setattr(runs, "start", start)
    async with larkmere.running(key) as driver:
        assert started == [("100001", dry)]
        assert ("Rehearsal (dry run)" if dry else "Sync 2") in driver.text


async def test_v_shows_the_last_run_and_q_comes_back(larkmere: Opened) -> None:
    async with larkmere.running("v") as driver:
        assert "Sync 1" in driver.text
        assert "✓ succeeded" in driver.text
        await driver.press("q")
        assert "1 school" in driver.text
        await driver.press("q")
        assert "Ctrl+Q closes the console" in driver.text


async def test_the_cursor_stays_on_the_school_when_its_lamp_changes(larkmere: Opened) -> None:
    e = larkmere.estate
    e.school("100002", "Abbey School")
    async with larkmere.running("down") as driver:
        assert driver.grid.cursor_key == "100001"
        e.run(larkmere.school, "failed", error={"message": "x"}, started_at=e.now + timedelta(minutes=1))
        await driver.press("f5")
        assert driver.grid.cursor_key == "100001"
        assert "✗ failed" in driver.text


async def test_read_only_refuses_everything_that_writes(larkmere: Opened) -> None:
    async with larkmere.running("s", read_only=True) as driver:
        assert "opened read-only" in driver.text
        await driver.press("a")
        assert "Add a school" not in driver.text
        assert "read-only" in driver.text.splitlines()[0]


async def test_opening_with_a_school_goes_straight_to_its_workspace(larkmere: Opened) -> None:
    app = larkmere.console(school="100001")
    async with app.run_test(size=(80, 24)) as pilot:
        from tests.screens.driving import Driver

        driver = Driver(app, pilot)
        await driver.until(lambda: "What to do next" in driver.text)
        assert "Larkmere School" in driver.text
