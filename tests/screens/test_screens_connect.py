"""Connect: the whole guide by keyboard alone, against a simulated MIS over loopback HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from connectors.simulator.control import Control
from connectors.simulator.face import Typed
from connectors.simulator.server import Simulator
from connectors.simulator.world import build_world
from data import tables
from misconsole.services.views import SettingView
from screens import glyphs
from screens.connect.fields import complaint
from screens.connect.link import qr_lines
from tests import seed
from tests.screens.driving import Opened


class Demo:
    """A demo estate of one simulator, as the console sees it."""

    def __init__(self, simulator: Simulator) -> None:
        self.control = Control(simulator.url, simulator.control_key)

    def typed(self, urn: str, route: str) -> Typed:
        return Typed(**self.control.typed(urn, route))

    def __getattr__(self, name: str) -> object:
        return getattr(self.control, name)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(today=date(2026, 9, 14), scale=0.3)) as running:
        yield running


@pytest.fixture
def school(estate: seed.Estate, simulator: Simulator) -> Opened:
    """The first simulated school, added and not connected."""
    first = simulator.world.schools[0]
    return Opened(estate, estate.school(first.urn, first.name, la_code=first.la_code,
                                        establishment_number=first.establishment_number))  # fmt: skip


def test_what_is_typed_is_checked_as_it_is_typed() -> None:
    url = SettingView(name="url", title="Address", secret=False, required=True, value="", present=False,
                      pattern=r"https://\w+\.isams\.cloud", hint="https://<school>.isams.cloud")  # fmt: skip
    assert complaint(url, "https://x.example") == "https://<school>.isams.cloud"
    assert complaint(url, "https://abbey.isams.cloud") == ""
    assert complaint(url, "") == ""
    assert complaint(url, "", whole=True) == "this is needed"


def test_the_qr_code_has_the_right_way_round_on_dark_and_on_light_and_in_ascii() -> None:
    dark = qr_lines("https://school.wonde.example/", dark=True, ascii_only=False)
    light = qr_lines("https://school.wonde.example/", dark=False, ascii_only=False)
    assert dark[0].strip("█") == ""
    assert light[0].strip() == ""
    assert {len(row) for row in dark} == {len(dark[0])}
    plain = qr_lines("https://school.wonde.example/", dark=True, ascii_only=True)
    assert set("".join(plain)) == {"#", " "}


async def test_the_mis_is_chosen_first_with_a_filter_and_one_not_listed_has_a_way_out(school: Opened) -> None:
    """A8, A9, E12"""
    async with school.running("c") as driver:
        await driver.until(lambda: "MISs" in driver.text)
        await driver.press("m")
        assert re.search(r"@|support|contact|ask", driver.text, re.IGNORECASE)
        await driver.press("slash", *"pupil asset", "enter")
        assert driver.grid.shown_count == 1
        assert "Juniper" in driver.text


async def test_a_school_is_connected_approved_tested_and_its_reports_accepted_by_keyboard_alone(
    school: Opened, simulator: Simulator
) -> None:
    """B1, B3, B6, C1, C3, D11"""
    demo = Demo(simulator)
    try:
        async with school.running("c", demo=demo) as driver:
            await driver.until(lambda: "MISs" in driver.text)
            await driver.press("slash", *"arbor", "enter", "enter")
            await driver.until(lambda: "Step 1" in driver.text)
            await driver.press("enter")  # registered
            await driver.until(lambda: "Step 2" in driver.text)
            await driver.press("enter", "enter")  # to the field, which holds the demo token
            await driver.until(lambda: "Step 3" in driver.text)
            await driver.press("enter")  # ask for access
            await driver.until(lambda: "Access is pending" in driver.text)
            demo.approve(driver.app.frame.urn)  # type: ignore[operator]
            driver.app.frame._poll()
            await driver.until(lambda: "Access is approved" in driver.text)
            await driver.press("t")
            await driver.until(lambda: "Both tests passed." in driver.text)
            assert "✓ connectivity works" in driver.text
            assert "✓ data works" in driver.text
            await driver.press("p")
            await driver.until(lambda: "What may flow" in driver.text and driver.grid.loaded)
            await driver.press("a")
            assert "✓ accepted" in driver.text
            await driver.press("enter")
            assert "mandatory" in driver.text
            await driver.press("q")
            await driver.settle()
            assert "✓ 6 Accept reports" in driver.text
    finally:
        demo.control.close() if hasattr(demo.control, "close") else None
    (row,) = school.estate.all(tables.Connection)
    assert (row.mis, row.route, row.access) == ("arbor", "wonde", "approved")
    assert simulator.token not in str(row.settings)
    assert [r.report for r in school.estate.all(tables.ReportScope) if r.accepted] == ["staff"]


async def test_the_guide_is_resumed_where_it_was_left(larkmere: Opened) -> None:
    async with larkmere.running("c") as driver:
        await driver.until(lambda: "Step 2" in driver.text)
        assert "✓ 1 Register" in driver.text
        await driver.press("down", "down", "down", "q", "c")
        await driver.until(lambda: "Step 2" in driver.text)


async def test_a_secret_is_never_on_the_screen_and_kept_apart_from_the_store(larkmere: Opened) -> None:
    async with larkmere.running("c", "enter") as driver:
        await driver.type("canary-token-123")
        assert "canary" not in driver.text
        await driver.press("enter")
        await driver.until(lambda: "Saved" in driver.text)
        assert "canary" not in driver.text
    assert b"canary" not in larkmere.estate.store.path.read_bytes()  # type: ignore[union-attr]
    held = larkmere.estate.all(tables.Connection)[0].secret_ref
    assert larkmere.estate.secrets.get(held) == {"token": "canary-token-123"}


async def test_a_link_is_sent_to_the_clipboard_and_shown_as_a_qr_code(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with larkmere.running("c", "down", "down") as driver:
        sent: list[str] = []
        monkeypatch.setattr(driver.app, "copy_to_clipboard", sent.append)
        await driver.press("y")
        await driver.until(lambda: bool(sent))
        await driver.settle()
        assert "sent to your terminal's clipboard" in driver.text
        assert sent[0] in driver.text
        assert "█" in driver.text
        assert not glyphs.ascii_only()


async def test_X2_declining_says_what_goes_at_once_and_a_mandatory_field_cannot_be_declined(
    larkmere: Opened,
) -> None:
    """C6, C8, X2: what was kept is removed with the answer, so it is said before."""
    async with larkmere.running("c", "p") as driver:
        await driver.press("enter", "down")
        assert "• mandatory" in driver.text
        await driver.press("x")
        assert "mandatory" in driver.text.splitlines()[-2]
        await driver.press("up", "x")
        assert "Decline Staff (Current)?" in driver.text
        assert "the rest goes at once" in " ".join(driver.text.split())
        await driver.press("escape")
        assert "✓ accepted" in driver.text.splitlines()[3]
        await driver.press("x", "y")
        assert "what was kept is gone" in " ".join(driver.text.split())
        assert "→ available" in driver.text.splitlines()[3]
    assert not next(r for r in larkmere.estate.all(tables.ReportScope) if r.report == "staff").accepted


async def test_a_school_nobody_was_read_from_changes_its_mis_after_a_question(
    estate: seed.Estate,
) -> None:
    """B14: with nobody to find again there is no move, just another guide."""
    school = estate.school()
    estate.connection(school)
    async with Opened(estate, school).running("c", "m") as driver:
        await driver.until(lambda: "MISs" in driver.text)
        await driver.press("slash", *"bromcom", "enter", "enter")
        await driver.until(lambda: "Change to Bromcom?" in driver.text)
        await driver.press("enter")
        assert [c.mis for c in estate.all(tables.Connection) if c.active] == ["arbor"]
        await driver.press("m", "slash", *"bromcom", "enter", "enter", "y")
        await driver.settle()
        assert [c.mis for c in estate.all(tables.Connection) if c.active] == ["bromcom"]


async def test_o_opens_the_settings_that_rarely_change_and_saves_them(larkmere: Opened) -> None:
    async with larkmere.running("c") as driver:
        await driver.until(lambda: "Step 2" in driver.text)
        assert len(driver.app.screen.query("#fields Field")) == 1
        await driver.press("o")
        assert len(driver.app.screen.query("#fields Field")) > 4
        field = next(f for f in driver.app.screen.query("#fields Field") if f.name == "school_id")
        field.focus()
        await driver.type("A1930499544")
        fields = list(driver.app.screen.query("#fields Field"))
        fields[0].value = "token-1"
        fields[-1].focus()
        await driver.press("enter")
        await driver.until(lambda: "Saved" in driver.text)
    assert larkmere.estate.all(tables.Connection)[0].settings["school_id"] == "A1930499544"
