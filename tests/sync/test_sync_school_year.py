"""The limits' table of cases: what happened, on which day, and what a run makes of it (Z20, product.md 6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from connectors.records import PupilStatus, Report
from data import week_figures
from data.store import Store
from data.tables import Account, WeekFigure
from misconsole.rules.season import same_week_last_year
from misconsole.services.views import RunView
from tests.fake_mis import Bench, FakeMis, pupil, staff

EACH = 40  # pupils a year group
YEARS = range(7, 14)
FEBRUARY, JUNE, JULY, SEPTEMBER = date(2026, 2, 12), date(2026, 6, 15), date(2026, 7, 20), date(2026, 9, 8)
What = Callable[[Bench], None]


def in_year(number: int, year: int, **more: object) -> object:
    born = date(2025 - 5 - year, 1 + number % 8, 1 + number % 28)
    values = {"nc_year": str(year), "date_of_birth": born, "admission_date": date(2019, 9, 2), **more}
    return pupil(number, **values)


def secondary() -> FakeMis:
    people = [in_year(y * 100 + n, y) for y in YEARS for n in range(EACH)]
    return FakeMis(records={Report.STUDENTS: people, Report.STAFF: [staff(n) for n in range(20)]})


def primary() -> FakeMis:
    people = [in_year(y * 100 + n, y) for y in range(1, 7) for n in range(EACH)]
    return FakeMis(records={Report.STUDENTS: people, Report.STAFF: [staff(n) for n in range(15)]})


def infants() -> FakeMis:
    people = [in_year(y * 100 + n, y) for y in (1, 2, 3) for n in range(EACH)]
    return FakeMis(records={Report.STUDENTS: people, Report.STAFF: [staff(n) for n in range(10)]})


def on(bench: Bench, day: date) -> Bench:
    bench.now = datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC)
    return bench


def opened(store: Store, folder: Path, mis: FakeMis, first: date = date(2026, 1, 20)) -> Bench:
    bench = on(Bench(store, folder, mis), first)
    bench.options(full_every_days="0")
    assert bench.sync().state == "succeeded"  # the first sync is a case of its own: it may create everybody
    return bench


def keep(bench: Bench, which: Callable[[int, int], bool]) -> None:
    """Keep pupils by (their index within the year, their year); the MIS says nothing of the others."""
    rows = bench.mis.records[Report.STUDENTS]
    bench.mis.records[Report.STUDENTS] = [p for i, p in enumerate(rows) if which(i % EACH, int(p.nc_year))]


def year_13_goes(bench: Bench) -> None:
    keep(bench, lambda _, year: year != 13)


def year_9_goes(bench: Bench) -> None:
    keep(bench, lambda _, year: year != 9)


def a_quarter_goes(bench: Bench) -> None:
    keep(bench, lambda index, _: index % 4 != 0)


def half_goes(bench: Bench) -> None:
    keep(bench, lambda index, _: index % 2 != 0)


def everybody_goes(bench: Bench) -> None:
    bench.mis.records = {Report.STUDENTS: [], Report.STAFF: []}


def everybody_twice(bench: Bench) -> None:
    rows = bench.mis.records[Report.STUDENTS]
    again = [
        replace(p, source_id=f"X{p.source_id}", mis_id=f"X{p.mis_id}", admission_number=f"9{i:05}")
        for i, p in enumerate(rows)
    ]
    bench.mis.records[Report.STUDENTS] = [*rows, *again]


def other_ids(bench: Bench) -> None:
    rows = bench.mis.records[Report.STUDENTS]
    bench.mis.records[Report.STUDENTS] = [replace(p, source_id=f"N-{p.source_id}", mis_id=None) for p in rows]


def september(bench: Bench) -> None:
    """Year 13 is gone, everybody moved up, and a new Year 7 of other names came."""
    rows = [p for p in bench.mis.records[Report.STUDENTS] if p.nc_year != "13"]
    up = [replace(p, nc_year=str(int(p.nc_year) + 1)) for p in rows]
    born = {n: date(2015, 1 + n % 8, 1 + n % 28) for n in range(EACH)}
    new = [in_year(1400 + n, 7, date_of_birth=born[n], admission_date=date(2026, 9, 2)) for n in range(EACH)]
    bench.mis.records[Report.STUDENTS] = [*up, *new]


CASES: list[tuple[str, date, What, str, str, int]] = [
    # what, on which day, by what, state, held by, accounts taken away
    ("Year 13 in July", JULY, year_13_goes, "succeeded", "", EACH),
    ("Year 13 in February", FEBRUARY, year_13_goes, "held", "limit_unallocate", 0),
    ("Year 9 in July", JULY, year_9_goes, "held", "limit_unallocate", 0),
    ("a quarter of every year in July", JULY, a_quarter_goes, "held", "limit_unallocate", 0),
    ("half an extract in July", JULY, half_goes, "succeeded", "", 0),
    ("half an extract in February", FEBRUARY, half_goes, "succeeded", "", 0),
    ("an empty extract", JULY, everybody_goes, "failed", "", 0),
    ("September: leavers, moves and an intake at once", SEPTEMBER, september, "succeeded", "", EACH),
    ("everybody twice while an intake is typed in", JUNE, everybody_twice, "held", "limit_create", 0),
    ("everybody under other ids", FEBRUARY, other_ids, "held", "limit_link", 0),
]


@pytest.mark.parametrize(
    ("what", "day", "happens", "state", "code", "taken"), CASES, ids=[c[0] for c in CASES]
)
def test_Z20_what_happened_on_that_day_ends_as_the_table_says(
    store: Store, tmp_path: Path, what: str, day: date, happens: What, state: str, code: str, taken: int
) -> None:
    bench = opened(store, tmp_path, secondary())
    happens(on(bench, day))
    view = bench.sync(full=True)
    assert verdict(view) == (state, code), view.error
    assert len(bench.rows(Account, state="unallocated")) == taken
    told = [m.message for m in view.messages if m.code == "season"]
    assert told == (SAID if what in EXPLAINED else [])


SAID = ["Usual at this time of the year: take 40 accounts away: 40 of Year 13."]
EXPLAINED = ("Year 13 in July", "September: leavers, moves and an intake at once")


def verdict(view: RunView) -> tuple[str, str]:
    return view.state, str((view.held or {}).get("code", ""))


@pytest.mark.parametrize(("day", "state"), [(SEPTEMBER, "succeeded"), (FEBRUARY, "held")])
def test_a_third_of_an_infant_school_may_begin_in_september_and_not_in_february(
    store: Store, tmp_path: Path, day: date, state: str
) -> None:
    bench = opened(store, tmp_path, infants())
    new = [in_year(800 + n, 0, nc_year="R", admission_date=day) for n in range(2 * EACH - 20)]
    here = bench.mis.records[Report.STUDENTS]
    up = [replace(p, nc_year=str(int(p.nc_year) + 1)) for p in here] if day == SEPTEMBER else here
    bench.mis.records[Report.STUDENTS] = [*up, *new]
    on(bench, day)
    assert bench.sync(full=True).state == state


def test_what_last_years_same_week_brought_widens_the_limit_and_only_so_far(
    store: Store, tmp_path: Path
) -> None:
    bench = opened(store, tmp_path, secondary())
    year_9_goes(on(bench, FEBRUARY))
    assert bench.sync(full=True).state == "held"
    week = same_week_last_year(FEBRUARY)
    with store.write() as s:
        s.add(WeekFigure(school_id=bench.school_id, week=week, kind="unallocate", count=45))
    with store.read() as s:
        assert week_figures.changes(s, bench.school_id, week) == {"unallocate": 45}
    assert bench.sync(full=True).changes["unallocated"] == EACH


def test_figures_of_a_week_count_its_applied_runs_once_and_no_others(store: Store, tmp_path: Path) -> None:
    bench = opened(store, tmp_path, secondary())
    bench.sync(full=True, dry_run=True)
    with store.read() as s:
        here = week_figures.changes(s, bench.school_id, date(2026, 1, 19))
        next_week = week_figures.changes(s, bench.school_id, date(2026, 1, 26))
    assert here == {"create": 300, "update": 0, "link": 0, "unallocate": 0}
    assert next_week == {}


class TestHold:
    def test_leavers_of_the_summer_keep_their_accounts_until_the_day_and_lose_them_then(
        self, store: Store, tmp_path: Path
    ) -> None:
        bench = opened(store, tmp_path, secondary())
        bench.options(leavers_hold="31 August")
        keep(on(bench, JULY), lambda _, year: year not in (11, 13))
        view = bench.sync(full=True)
        assert view.changes["unallocated"] == 0
        assert "80 accounts of leavers are kept until 31 August." in [m.message for m in view.messages]
        on(bench, date(2026, 9, 2))
        assert bench.sync(full=True).changes["unallocated"] == 2 * EACH

    def test_nobody_else_is_kept_by_it(self, store: Store, tmp_path: Path) -> None:
        bench = opened(store, tmp_path, secondary())
        bench.options(leavers_hold="31 August")
        keep(on(bench, JULY), lambda index, year: (year, index) != (9, 0))
        assert bench.sync(full=True).changes["unallocated"] == 1

    def test_a_run_of_changes_after_the_day_takes_up_those_that_were_held(
        self, store: Store, tmp_path: Path
    ) -> None:
        bench = opened(store, tmp_path, secondary())
        bench.options(leavers_hold="28 August")
        on(bench, date(2026, 8, 27))
        gone = in_year(1300, 13, status=PupilStatus.LEAVER, leaving_date=date(2026, 8, 20))
        rows = bench.mis.records[Report.STUDENTS]
        bench.mis.records[Report.STUDENTS] = [gone if p.source_id == "P1300" else p for p in rows]
        assert bench.sync(full=True).changes["unallocated"] == 0
        bench.mis.delta = {Report.STUDENTS: [], Report.STAFF: []}
        on(bench, date(2026, 8, 29))
        assert bench.sync().changes["unallocated"] == 1


def test_the_year_below_the_one_that_left_is_no_top_year_of_its_own(store: Store, tmp_path: Path) -> None:
    """Once Year 6 is gone, an extract of August without Year 5 is a bad one, not a second leaving year."""
    bench = opened(store, tmp_path, primary())
    keep(on(bench, JULY), lambda _, year: year != 6)
    assert verdict(bench.sync(full=True)) == ("succeeded", "")
    keep(on(bench, date(2026, 8, 12)), lambda _, year: year < 5)
    assert verdict(bench.sync(full=True)) == ("held", "limit_unallocate")
    assert len(bench.rows(Account, state="unallocated")) == EACH
