"""The days ahead that deserve a look, over a school that was really synced (Q1, X7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.records import Report
from data.store import Store
from misconsole.errors import Usage
from misconsole.services import radar, schools
from tests.fake_mis import Bench, FakeMis, pupil, staff


@pytest.fixture
def bench(store: Store, tmp_path: Path) -> Bench:
    born = {year: date(2025 - 5 - year, 3, 4) for year in range(7, 12)}
    people = [
        pupil(year * 100 + n, nc_year=str(year), date_of_birth=born[year].replace(month=1 + n % 8))
        for year in born
        for n in range(20)
    ]
    mis = FakeMis(records={Report.STUDENTS: people, Report.STAFF: [staff(n) for n in range(5)]})
    made = Bench(store, tmp_path, mis)
    made.now = datetime(2026, 3, 2, 6, tzinfo=UTC)
    return made


def leave(bench: Bench, year: str, day: date) -> None:
    rows = bench.mis.records[Report.STUDENTS]
    bench.mis.records[Report.STUDENTS] = [
        replace(p, leaving_date=day) if p.nc_year == year else p for p in rows
    ]
    assert bench.sync(full=True).state == "succeeded"


def test_a_year_group_whose_date_was_typed_early_is_told_before_the_day(bench: Bench) -> None:
    leave(bench, "11", date(2026, 5, 22))
    (day,) = radar.ahead(bench.desk, bench.urn)
    assert (day.on, day.people, day.early, day.held) == (date(2026, 5, 22), 20, {"Year 11": 20}, True)
    assert "earlier than their year group does: 20 of Year 11" in day.message
    assert radar.ahead(bench.desk, bench.urn, days=30) == ()


def test_the_right_date_is_nothing_to_look_at(bench: Bench) -> None:
    leave(bench, "11", date(2026, 6, 26))
    assert radar.ahead(bench.desk, bench.urn) == ()


def test_where_accounts_do_not_go_by_themselves_there_is_nothing_to_warn_of(bench: Bench) -> None:
    leave(bench, "11", date(2026, 5, 22))
    schools.set_options(bench.desk, bench.urn, {"mode": "link"})
    assert radar.ahead(bench.desk, bench.urn) == ()


def test_days_are_bounded(bench: Bench) -> None:
    with pytest.raises(Usage):
        radar.ahead(bench.desk, bench.urn, days=400)
