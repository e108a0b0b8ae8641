"""A change of MIS on screen: rehearsed, settled, switched and taken back by keyboard alone (B14-B18)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Access, AccessState
from connectors.errors import NotAuthorised
from connectors.records import Report
from data.tables import Account, Connection, Link, MisMove, Person
from misconsole.services import move_prepare
from screens.widgets.lines import Lines
from tests import seed
from tests.fake_mis import Bench, FakeMis
from tests.screens.driving import Driver, Opened


@dataclass
class Moving:
    """A synced school on SIMS, and the MIS it moves to: everybody renumbered, one spelt otherwise."""

    bench: Bench
    other: FakeMis
    opened: Opened

    def active(self) -> str:
        return str(self.bench.one(Connection, active=True).mis)


@pytest.fixture
def moving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    with seed.estate(tmp_path) as e:
        bench = Bench(e.store, tmp_path)
        bench.desk = replace(bench.desk, secrets=e.secrets)
        assert bench.sync().state == "succeeded"
        e.now = bench.now
        e.change(Connection, bench.one(Connection).id, mis="sims", route="wonde")
        other = renumbered(bench)
        monkeypatch.setattr(move_prepare, "opener", lambda *_: other.open)
        monkeypatch.setattr("misconsole.services.moving.opener", lambda *_: other.open)
        yield Moving(bench, other, Opened(e, bench.school_id))


def renumbered(bench: Bench) -> FakeMis:
    """Pupils have the number of the next one; P5 has another surname, P0 is missing."""
    pupils = bench.mis.records[Report.STUDENTS]
    ids = [p.source_id for p in pupils]
    fresh = [replace(p, source_id=ids[(n + 1) % len(ids)], mis_id=f"X{n}", admission_number=None)
             for n, p in enumerate(pupils)]  # fmt: skip
    fresh[5] = replace(fresh[5], family_name="Entwhistl")
    fresh[6] = replace(fresh[6], family_name="Fotheringham")
    staff = [replace(t, source_id=f"{900 + n}", mis_id=f"Y{n}", staff_code=None)
             for n, t in enumerate(bench.mis.records[Report.STAFF])]  # fmt: skip
    return FakeMis(records={Report.STUDENTS: fresh[1:], Report.STAFF: staff})


CHOOSE = ("c", "m", "slash", *"arbor", "enter", "enter")


async def started(driver: Driver) -> None:
    """Through choice and token to the rehearsal."""
    await driver.until(lambda: "From SIMS to Arbor" in driver.text)
    await driver.press("enter")  # registered
    await driver.until(lambda: "Type the Wonde token" in driver.text)
    await driver.press("enter")
    await driver.type("t0ken")
    await driver.press("enter")
    await driver.until(lambda: "ask for access" in driver.text.lower() and "Saved" in driver.text)


async def rehearsed(driver: Driver) -> None:
    await started(driver)
    await driver.press("enter")  # ask
    await driver.until(lambda: "Access to Arbor is approved" in driver.text)
    await driver.press("d")
    await driver.until(lambda: "found again." in driver.text)


def said(driver: Driver) -> str:
    """The open step as one line."""
    return " ".join(driver.app.screen.query_one("#step-text", Lines).plain_text.split())


def line_with(driver: Driver, words: str) -> str:
    return next((each for each in driver.text.splitlines() if words in each), "")


async def test_B14_a_move_is_chosen_rehearsed_settled_switched_and_taken_back_by_keyboard(
    moving: Moving,
) -> None:
    """B14, B17, B18: nothing changes before the switch, which another key confirms."""
    async with moving.opened.running(*CHOOSE) as driver:
        await rehearsed(driver)
        assert line_with(driver, "people we know").endswith("16")
        assert line_with(driver, "by name and date of").split()[-1] == "13"
        assert line_with(driver, "to settle").endswith("2")
        assert line_with(driver, "accounts lost").endswith("0")
        assert line_with(driver, "accounts doubled").endswith("0")
        assert moving.active() == "sims"
        await driver.press("f")
        assert "Not in the new MIS" in driver.text
        await driver.press("q", "l")
        assert "2 to settle" in driver.text
        await driver.press("1", "n")
        assert "All settled" in driver.text
        await driver.press("u")
        assert "1 to settle" in driver.text
        await driver.press("n", "q")
        await driver.until(lambda: line_with(driver, "to settle").endswith("0"))
        await driver.press("a")
        assert "Switch from SIMS to Arbor?" in driver.text
        await driver.press("a", "enter")  # neither the key that opened it nor Enter confirms
        assert moving.active() == "sims"
        await driver.press("a", "y")
        await driver.until(lambda: "Arbor is in use now" in driver.text)
        assert moving.active() == "arbor"
        assert "uninstall its agent" in said(driver)
        assert "never reviewed" in said(driver)
        assert len(moving.bench.rows(Link, active=True)) == 14
        await driver.press("z")
        await driver.until(lambda: "Taken back" in driver.text)
        assert moving.active() == "sims"
        assert len(moving.bench.rows(Link, active=True)) == 16
    assert {a.state for a in moving.bench.rows(Account)} == {"active"}


async def test_B18_after_the_switch_one_key_goes_to_the_review_of_accounts(moving: Moving) -> None:
    async with moving.opened.running(*CHOOSE) as driver:
        await rehearsed(driver)
        await driver.press("r")
        assert "not in use yet" in driver.text
        await driver.press("a", "y")
        await driver.until(lambda: "Arbor is in use now" in driver.text)
        await driver.press("r")
        await driver.until(lambda: "without a MIS person" in driver.text)


async def test_B14_a_move_is_left_and_resumed_with_what_was_settled(moving: Moving) -> None:
    async with moving.opened.running(*CHOOSE) as driver:
        await rehearsed(driver)
        await driver.press("l", "1", "q", "q")
        await driver.until(lambda: "Connect to SIMS" in driver.text)
    async with moving.opened.running("c") as driver:
        await driver.until(lambda: "A change of MIS to Arbor is prepared" in driver.text)
        await driver.press("m")
        await driver.until(lambda: "From SIMS to Arbor" in driver.text)
        await driver.press("up", "up", "down")
        await driver.until(lambda: line_with(driver, "settled by you").endswith("1"))
    assert moving.active() == "sims"


async def test_B14_giving_up_leaves_the_old_connection_as_it_was(moving: Moving) -> None:
    before = moving.bench.one(Connection).model_dump()
    async with moving.opened.running(*CHOOSE) as driver:
        await rehearsed(driver)
        ref = moving.bench.one(MisMove).secret_ref
        await driver.press("x", "x", "enter")
        assert moving.bench.one(MisMove).state == "prepared"
        await driver.press("x", "y")
        await driver.until(lambda: "was given up" in driver.text)
    assert moving.bench.one(MisMove).state == "abandoned"
    assert moving.bench.desk.secrets.get(ref) == {}
    assert moving.bench.one(Connection).model_dump() == before
    assert moving.bench.sync(full=True).changes["unchanged"] == 16


async def test_a_refused_token_is_told_with_what_mends_it_and_can_be_typed_again(moving: Moving) -> None:
    async with moving.opened.running(*CHOOSE) as driver:
        await started(driver)
        moving.other.access = Access(state=AccessState.APPROVED)
        moving.other.fails = {Report.STAFF: NotAuthorised("The token is refused.", mend="Type it again.")}
        await driver.press("enter")
        await driver.until(lambda: "approved" in driver.text)
        await driver.press("d")
        await driver.until(lambda: "The token is refused." in driver.text)
        assert "Type it again." in driver.text
        await driver.press("a")
        assert "Rehearse first" in driver.text
        moving.other.fails = {}
        await driver.press("d")
        await driver.until(lambda: "found again." in driver.text)


async def test_a_greyed_key_of_the_move_says_what_comes_first(moving: Moving) -> None:
    async with moving.opened.running(*CHOOSE) as driver:
        await driver.until(lambda: "From SIMS to Arbor" in driver.text)
        greyed = {
            "d": "comes first", "l": "Rehearse first", "s": "not in use yet", "c": "No rehearsal",
            "v": "Nothing was rehearsed", "z": "not in use yet",
        }  # fmt: skip
        for key, words in greyed.items():
            await driver.press(key)
            assert words in driver.text, key


async def test_what_was_rehearsed_is_stale_once_somebody_decides(moving: Moving) -> None:
    from misconsole.services import decide

    async with moving.opened.running(*CHOOSE) as driver:
        await rehearsed(driver)
        person = moving.bench.rows(Person)[1]
        decide.exclude_person(moving.bench.desk, moving.bench.urn, person.id, reason="Court order")
        await driver.press("a", "y")
        await driver.until(lambda: "changed since the rehearsal" in driver.text)
        assert moving.active() == "sims"
        await driver.press("d")
        await driver.until(lambda: "found again." in driver.text)


async def test_names_on_the_short_list_are_masked_like_everywhere(moving: Moving) -> None:
    async with moving.opened.running(*CHOOSE) as driver:
        await rehearsed(driver)
        await driver.press("l")
        assert "Entwhistl" in driver.text
        await driver.press("f9")
        assert "Entwhistl" not in driver.text
        assert "Freya" not in driver.text


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["narrow", "wide"])
@pytest.mark.parametrize(
    ("place", "keys"),
    [("rehearsed", ()), ("short-list", ("l",)), ("lost", ("f",)), ("question", ("a",)), ("done", ("a", "y"))],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_the_text_of_every_step_of_a_move(
    moving: Moving, snapshot: Any, place: str, keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    async with moving.opened.running(*CHOOSE, size=size) as driver:
        await rehearsed(driver)
        await driver.press(*keys)
        await settled(driver, lambda: place != "done" or "in use now" in driver.text)
        assert driver.text == snapshot


async def test_the_text_of_the_first_step_of_a_move(moving: Moving, snapshot: Any) -> None:
    """B16: what the catalogue says of a change to Juniper stands in the first step."""
    async with moving.opened.running("c", "m", "slash", *"juniper", "enter", "enter") as driver:
        await driver.until(lambda: "From SIMS to Juniper" in driver.text)
        assert driver.text == snapshot


async def settled(driver: Driver, true: Callable[[], bool]) -> None:
    await driver.until(true)
    before = ""
    while before != driver.text:
        before = driver.text
        await driver.settle()
