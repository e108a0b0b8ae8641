"""Reports and fields on screen: states by sign and word, the head's word, and what withdrawing removes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from data import tables
from misconsole.services import catalogue, reports
from screens import glyphs
from screens.connect.scope import FIELD_STATES, REPORT_STATES
from tests.screens.driving import Driver, Opened

HEAD = "Ms Fairweather"


def test_C3_C4_no_two_states_share_a_sign_and_all_are_told_in_words() -> None:
    for states in (REPORT_STATES, FIELD_STATES):
        signs = [sign for sign, _colour in states.values()]
        assert len(set(signs)) == len(signs) == 3
        assert all(word.strip() for word in states)


async def opened(driver: Driver) -> None:
    await driver.press("p")
    await driver.until(lambda: "What may flow" in driver.text and driver.grid.loaded)


async def test_C5_C6_C7_C8_C14_a_report_opens_like_a_folder_with_its_fields_in_three_states(
    larkmere: Opened,
) -> None:
    async with larkmere.running("c") as driver:
        await opened(driver)
        await driver.press("enter")
        assert f"{glyphs.DOT} mandatory" in driver.text
        assert f"{glyphs.OK} uploaded" in driver.text
        for _ in range(40):
            if "not uploaded" in driver.text:
                break
            await driver.press("down")
        assert f"{glyphs.UNKNOWN} not uploaded" in driver.text
        assert "on request" in driver.text


async def test_C11_on_screen_the_heads_name_is_asked_for_and_kept(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = catalogue.choose_route
    monkeypatch.setattr(
        catalogue, "choose_route", lambda *words: replace(choose(*words), accept_by="headteacher")
    )
    scopes = {(r.report, r.accepted) for r in larkmere.estate.all(tables.ReportScope)}
    async with larkmere.running("c") as driver:
        await opened(driver)
        verdict = "x" if driver.grid.cursor_row.report.state == "accepted" else "a"
        await driver.press(verdict)
        await driver.until(lambda: "who decides?" in driver.text)
        await driver.press("enter")  # nobody named
        assert "this is needed" in driver.text
        await driver.press("escape")
        await driver.settle()
        assert {(r.report, r.accepted) for r in larkmere.estate.all(tables.ReportScope)} == scopes
        await driver.press(verdict)
        await driver.until(lambda: "who decides?" in driver.text)
        await driver.type(HEAD)
        await driver.press("enter")
        await driver.until(lambda: "from the next sync on" in driver.text)
    decision = larkmere.estate.all(tables.Decision)[-1]
    assert decision.detail["decided_by"] == HEAD
    assert {(r.report, r.accepted) for r in larkmere.estate.all(tables.ReportScope)} != scopes


async def test_what_declining_attendance_removes_is_said_before(
    larkmere: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate = larkmere.estate
    urn = "100001"
    [first, *_] = estate.all(tables.Person, role="pupil")
    with estate.store.write() as s:
        s.add(tables.ReportScope(school_id=first.school_id, report="attendance", accepted=True))
        for session in ("AM", "PM"):
            mark = {"person_id": first.id, "day": date(2026, 9, 7), "session": session, "code": "/"}
            s.add(tables.AttendanceMark(school_id=first.school_id, **mark))
    seen = reports.reports
    monkeypatch.setattr(
        reports, "reports",
        lambda *words: tuple(
            replace(each, state="accepted") if each.report == "attendance" else each for each in seen(*words)
        ),
    )  # fmt: skip
    async with larkmere.running("c") as driver:
        await opened(driver)
        await driver.press("end")
        assert driver.grid.cursor_row.report.report == "attendance"
        await driver.press("x")
        await driver.until(lambda: "2 attendance marks kept here are removed" in driver.text)
        await driver.press("enter")
        assert len(estate.all(tables.AttendanceMark)) == 2
        await driver.press("x")
        await driver.until(lambda: "2 attendance marks kept here are removed" in driver.text)
        await driver.press("y")
        await driver.until(lambda: "from the next sync on" in driver.text)
    assert estate.all(tables.AttendanceMark) == []
    assert {r.report: r.removes for r in seen(estate.desk(), urn)}["attendance"] == 0
