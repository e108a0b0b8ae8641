"""Two people on one store: changes appear in place, who works where is shown, nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from data.tables import Presence, School
from misconsole.services import decide, live, queues
from misconsole.services.desk import Desk
from tests.screens.driving import Driver, Opened, tab


def bob(larkmere: Opened) -> Desk:
    return larkmere.estate.desk("bob")


def waiting(larkmere: Opened) -> list[int]:
    urn = next(s.urn for s in larkmere.estate.all(School) if s.id == larkmere.school)
    return [item.person.id for item in queues.unmatched(bob(larkmere), urn, "pupil")]


def urn_of(larkmere: Opened) -> str:
    return next(s.urn for s in larkmere.estate.all(School) if s.id == larkmere.school)


@pytest.fixture(autouse=True)
def more(larkmere: Opened) -> None:
    """Three more pupils wait."""
    for given in ("Ana", "Ben", "Cai"):
        larkmere.estate.person(larkmere.school, given, "Merrow")


async def look_round(driver: Driver) -> None:
    driver.app.screen.look_round()  # type: ignore[attr-defined]
    await driver.settle()


async def test_what_another_decides_appears_without_losing_cursor_marks_or_filter(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        grid = driver.app.screen.tab.grid  # type: ignore[attr-defined]
        await look_round(driver)
        await driver.press("down")
        stands, total = grid.cursor_row.person.id, grid.total
        await driver.press("space")
        marked = set(grid.marked)
        gone = next(i for i in waiting(larkmere) if i != stands and i not in marked)
        decide.exclude_person(bob(larkmere), urn_of(larkmere), gone, reason="Left before starting")
        await look_round(driver)
        await driver.until(lambda: grid.total == total - 1)
        assert grid.cursor_row.person.id in (stands, *waiting(larkmere))
        assert set(grid.marked) == marked
    assert marked <= set(waiting(larkmere))


async def test_a_row_taken_from_under_the_cursor_is_said_with_who_took_it(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        await look_round(driver)
        grid = driver.app.screen.tab.grid  # type: ignore[attr-defined]
        stands, total = grid.cursor_row.person.id, grid.total
        decide.exclude_person(bob(larkmere), urn_of(larkmere), stands, reason="Left before starting")
        await look_round(driver)
        await driver.until(lambda: grid.total == total - 1)
        await driver.until(lambda: "bob decided the row you stood on; you are on the next." in driver.text)


async def test_what_changes_between_the_first_reading_and_the_first_look_is_seen(larkmere: Opened) -> None:
    """What the list shows may be older than the first look at the school: that look must not hide it."""
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        grid = driver.app.screen.tab.grid  # type: ignore[attr-defined]
        driver.app.screen.version = None  # type: ignore[attr-defined]  # no look has been taken yet
        total = grid.total
        decide.exclude_person(
            bob(larkmere), urn_of(larkmere), waiting(larkmere)[0], reason="Left before starting"
        )
        await look_round(driver)
        await driver.until(lambda: grid.total == total - 1)


async def test_reading_again_stops_no_key_while_the_row_is_the_same(larkmere: Opened) -> None:
    """K6: a key counts at once unless what is under the cursor has changed."""
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        shown = driver.app.screen.tab  # type: ignore[attr-defined]
        stands, total, still = shown.grid.cursor_row.person.id, shown.grid.total, shown._still_since
        others = [i for i in waiting(larkmere) if i != stands]
        decide.exclude_person(bob(larkmere), urn_of(larkmere), others[-1], reason="Left before starting")
        await look_round(driver)
        await driver.until(lambda: shown.grid.total == total - 1)
        assert shown.grid.cursor_row.person.id == stands
        assert shown._still_since == still
        await driver.press("down")
        await driver.until(lambda: shown.grid.cursor_row.person.id != stands)
        assert shown._still_since > still


async def test_the_overview_is_read_again_when_somebody_decides(larkmere: Opened) -> None:
    async with larkmere.running(*tab("overview")) as driver:
        await look_round(driver)
        asked = driver.app.screen.tab.__dict__["_asked"]["overview"]  # type: ignore[attr-defined]
        decide.exclude_person(
            bob(larkmere), urn_of(larkmere), waiting(larkmere)[0], reason="Left before starting"
        )
        await look_round(driver)
        assert driver.app.screen.tab.__dict__["_asked"]["overview"] == asked + 1  # type: ignore[attr-defined]


async def test_a_second_console_of_one_and_the_same_person_is_called_so(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), size=(120, 40)) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        person = driver.app.screen.tab.grid.cursor_row.person.id  # type: ignore[attr-defined]
        for session in ("s1", "s2"):
            live.announce(
                larkmere.estate.desk("sam"), urn_of(larkmere), session=session, subject=f"person:{person}"
            )
        await look_round(driver)
        await driver.until(lambda: "with yourself" in driver.text)
        assert driver.text.count("You are on this one in another") == 1


async def test_nothing_is_read_again_while_nothing_changes(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        await look_round(driver)
        shown = driver.app.screen.tab  # type: ignore[attr-defined]
        asked = dict(shown.__dict__["_asked"])
        await look_round(driver)
        assert shown.__dict__["_asked"] == asked


async def test_who_else_is_at_a_school_and_on_a_case_is_told(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils"), size=(120, 40)) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        person = driver.app.screen.tab.grid.cursor_row.person.id  # type: ignore[attr-defined]
        live.announce(bob(larkmere), urn_of(larkmere), session="b", subject=f"person:{person}")
        await look_round(driver)
        await driver.until(lambda: "with bob" in driver.text)
        assert "bob is on this one, too" in driver.text
        await driver.press("down")
        await driver.until(lambda: "bob is on this one" not in driver.text)
        live.leave(bob(larkmere), session="b")
        await look_round(driver)
        await driver.until(lambda: "with bob" not in driver.text)


async def test_the_home_list_says_who_works_where(larkmere: Opened) -> None:
    live.announce(bob(larkmere), urn_of(larkmere), session="b", subject="overview")
    async with larkmere.running(size=(160, 40)) as driver:
        driver.app.screen.read()  # type: ignore[attr-defined]
        await driver.until(lambda: "bob" in driver.text)


async def test_this_console_says_where_it_is_and_leaves_no_trace_when_it_closes(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        await look_round(driver)
        (row,) = larkmere.estate.all(Presence)
        assert (row.actor, row.school_id) == ("sam", larkmere.school)
        assert row.subject.startswith("person:")
    assert larkmere.estate.all(Presence) == []


async def test_a_console_opened_read_only_announces_nothing(larkmere: Opened) -> None:
    @contextmanager
    def opener(_url: str) -> Iterator[Desk]:
        from dataclasses import replace

        yield replace(larkmere.estate.desk("sam"), read_only=True)

    async with larkmere.running(*tab("unmatched-pupils"), opener=opener, read_only=True) as driver:
        await look_round(driver)
        assert larkmere.estate.all(Presence) == []


async def test_two_decisions_on_one_person_the_second_is_told_who_was_first(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        person = driver.app.screen.tab.grid.cursor_row.person.id  # type: ignore[attr-defined]
        decide.exclude_person(bob(larkmere), urn_of(larkmere), person, reason="Left before starting")
        await driver.press("n")
        await driver.until(lambda: "bob" in driver.text)


@pytest.mark.parametrize(("seconds", "there"), [(30, True), (120, False)])
def test_a_console_that_fell_silent_is_forgotten(larkmere: Opened, seconds: int, there: bool) -> None:
    desk = bob(larkmere)
    live.announce(desk, urn_of(larkmere), session="b", subject="overview")
    larkmere.estate.now += timedelta(seconds=seconds)
    seen = live.glance(larkmere.estate.desk("sam"), urn_of(larkmere), session="s").others
    assert bool(seen) is there


async def test_a_change_seen_while_the_list_was_busy_is_taken_up_with_the_next_look(larkmere: Opened) -> None:
    async with larkmere.running(*tab("unmatched-pupils")) as driver:
        await driver.until(lambda: bool(driver.app.screen.tab.grid.total))  # type: ignore[attr-defined]
        await look_round(driver)
        shown = driver.app.screen.tab  # type: ignore[attr-defined]
        total = shown.grid.total
        gone = waiting(larkmere)[-1]
        decide.exclude_person(bob(larkmere), urn_of(larkmere), gone, reason="Left before starting")
        shown._rereading = True
        await look_round(driver)
        assert shown.grid.total == total
        shown._rereading = False
        await look_round(driver)
        await driver.until(lambda: shown.grid.total == total - 1)
