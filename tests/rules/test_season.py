"""The school year: whom a season takes and brings, and which week of last year compares."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules import season, year
from misconsole.rules.limits import ROOF, Limit, Usual, unusual
from misconsole.rules.season import Season, hold_until, same_week_last_year, school_leaving_date

SECONDARY = {str(n): 180 for n in range(7, 14)}
PRIMARY = {"R": 30} | {str(n): 30 for n in range(1, 7)}
SCOTTISH = {f"S{n}": 150 for n in range(1, 7)}


def entry(number: int, academic: int) -> int:
    return academic - number + 1


@pytest.mark.parametrize(
    ("today", "number", "leaves"),
    [
        (date(2026, 6, 25), 11, ""),  # the day before the last Friday in June
        (date(2026, 6, 26), 11, "Year 11"),
        (date(2026, 7, 20), 13, "Year 13"),
        (date(2026, 7, 20), 12, ""),  # goes on to Year 13
        (date(2026, 7, 20), 9, ""),
        (date(2026, 2, 20), 13, ""),
        (date(2026, 9, 10), 13, "Year 13"),  # told by the year that is over, though the new one has begun
        (date(2026, 9, 10), 7, ""),
        (date(2026, 11, 10), 13, ""),
    ],
)
def test_an_english_secondary_school_loses_years_11_and_13_in_summer(
    today: date, number: int, leaves: str
) -> None:
    school = Season(today=today, shape=SECONDARY)
    assert school.leaves(entry(number, 2025)) == leaves


def moved_up_early(today: date, number: int) -> int | None:
    """The year of entry of a pupil whose MIS moves everybody up on 1 August; the year group as of 2025/26."""
    return year.year_of_entry(str(number + (today.month >= 8)), on=today)


@pytest.mark.parametrize(
    ("today", "out"),
    [(date(2026, 7, 31), 0), (date(2026, 8, 1), 1), (date(2026, 8, 31), 1), (date(2026, 9, 1), 0)],
)
def test_Z10_a_mis_that_moves_up_on_1_august_is_one_year_out_until_1_september_and_then_right_by_itself(
    today: date, out: int
) -> None:
    """In step nobody of Year 10 leaves. For that month they may, as Year 11: told in docs/decisions.md."""
    assert moved_up_early(today, 10) == entry(10, 2025) - out
    leaves = Season(today=today, shape=SECONDARY).leaves(moved_up_early(today, 10))
    assert leaves == ("Year 11" if out else "")
    assert Season(today=today, shape=SECONDARY).leaves(entry(10, 2025)) == ""
    assert Season(today=today, shape=PRIMARY).leaves(moved_up_early(today, 4)) == ""


def test_Z10_even_then_new_starters_get_their_own_year_and_no_more_than_the_roof_goes_unasked() -> None:
    august, begins = date(2026, 8, 10), date(2026, 9, 2)
    assert year.year_of_entry("7", on=august, starts=begins) == 2020
    school, everybody = 900, 900
    roof = int(ROOF["unallocate"] * school)
    assert unusual("unallocate", roof, school, Limit(count=100, share=0.1), Usual(explained=everybody))


def test_a_primary_school_loses_its_top_year_and_no_other() -> None:
    school = Season(today=date(2026, 8, 30), shape=PRIMARY)
    assert school.leaves(entry(6, 2025)) == "Year 6"
    assert [school.leaves(entry(n, 2025)) for n in range(6)] == [""] * 6
    assert school.leaves(None) == ""


def test_one_mistyped_year_13_makes_no_sixth_form() -> None:
    assert Season(today=date(2026, 7, 5), shape={**PRIMARY, "13": 1}).top == 6


def test_scottish_pupils_leave_from_the_end_of_may_and_at_christmas() -> None:
    leaver = entry(12, 2026)  # S5 in 2026/27
    for day, told in (
        (date(2026, 12, 21), "S5"), (date(2027, 2, 20), ""), (date(2027, 5, 30), ""),
        (date(2027, 5, 31), "S5"),
    ):  # fmt: skip
        assert Season(today=day, country="scotland", shape=SCOTTISH).leaves(leaver) == told


@pytest.mark.parametrize(
    ("summer", "country", "day"),
    [
        (2026, "england", date(2026, 6, 26)), (2027, "wales", date(2027, 6, 25)),
        (2028, "england", date(2028, 6, 30)), (2026, "northern-ireland", date(2026, 6, 30)),
        (2026, "scotland", date(2026, 5, 31)),
    ],
)  # fmt: skip
def test_school_leaving_dates_are_those_of_the_law(summer: int, country: str, day: date) -> None:
    assert school_leaving_date(summer, country) == day


@pytest.mark.parametrize(
    ("today", "group", "joins"),
    [
        (date(2026, 9, 3), "7", "Year 7"), (date(2026, 6, 20), "12", "Year 12"), (date(2026, 9, 3), "9", ""),
        (date(2026, 2, 3), "7", ""), (date(2026, 1, 8), "N2", "reception and nursery"),
        (date(2026, 4, 20), "N2", "reception and nursery"), (date(2026, 4, 20), "7", ""),
        (date(2026, 9, 3), None, ""),
    ],
)  # fmt: skip
def test_new_pupils_are_expected_where_their_year_group_begins(
    today: date, group: str | None, joins: str
) -> None:
    assert Season(today=today, shape=SECONDARY).joins(group) == joins


def test_leavers_are_held_from_may_to_the_day_named_and_then_let_go() -> None:
    assert hold_until("off", today=date(2026, 7, 1)) is None
    assert hold_until("31 August", today=date(2026, 4, 30)) is None
    until = hold_until("31 August", today=date(2026, 7, 1))
    assert until == date(2026, 8, 31)
    for today, kept in ((date(2026, 7, 20), True), (date(2026, 8, 31), True), (date(2026, 9, 1), False)):
        school = Season(today=today, shape=SECONDARY, hold=until)
        assert school.keeps(entry(13, 2025)) is kept
        assert school.keeps(entry(11, 2025)) is kept
        assert not school.keeps(entry(9, 2025))
        assert not school.keeps(None)


@pytest.mark.parametrize("text", ["31 June", "August", "1 May", "31 December", "soon", "31 08"])
def test_a_hold_that_is_no_day_of_a_summer_is_refused_with_what_would_do(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        season.check_hold(text)


DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


@given(DAYS)
def test_the_week_that_compares_is_a_monday_about_a_year_ago(today: date) -> None:
    monday = same_week_last_year(today)
    assert monday.weekday() == 0
    assert 300 <= (today - monday).days <= 420


@given(st.integers(2001, 2090), st.integers(-20, 20))
def test_weeks_near_easter_compare_with_weeks_as_far_from_easter(summer: int, away: int) -> None:
    monday = same_week_last_year(easter(summer) + timedelta(days=away))
    assert 0 <= (easter(summer - 1) + timedelta(days=away) - monday).days <= 6


@given(DAYS, st.integers(1, 14), st.sampled_from(["england", "wales", "scotland", "northern-ireland"]))
def test_nobody_leaves_with_a_year_group_in_the_middle_of_a_term(
    day: date, number: int, country: str
) -> None:
    quiet = day.replace(month=3, day=1) if day.month != 11 else day.replace(day=15)
    academic = year.academic_year(quiet, country=country)
    shape = SCOTTISH if country == "scotland" else SECONDARY
    assert Season(today=quiet, country=country, shape=shape).leaves(entry(number, academic)) == ""


class TestUnusual:
    limit = Limit(count=100, share=0.1)

    def test_what_the_season_explains_does_not_count(self) -> None:
        assert unusual("unallocate", 180, 1200, self.limit, Usual())
        assert not unusual("unallocate", 180, 1200, self.limit, Usual(explained=180))

    def test_the_rest_counts_in_full(self) -> None:
        assert unusual("unallocate", 280, 1200, self.limit, Usual(explained=180))
        assert not unusual("unallocate", 279, 1200, self.limit, Usual(explained=180))

    def test_last_years_week_widens_a_limit_to_twice_itself_at_most(self) -> None:
        assert not unusual("unallocate", 199, 5000, self.limit, Usual(last_year=5000))
        assert unusual("unallocate", 200, 5000, self.limit, Usual(last_year=5000))

    def test_what_last_year_brought_is_not_counted_beside_what_the_season_explains(self) -> None:
        assert unusual("unallocate", 280, 5000, self.limit, Usual(explained=180, last_year=180))

    def test_no_season_explains_the_greater_part_of_a_school(self) -> None:
        many = int(ROOF["unallocate"] * 1000)
        assert unusual("unallocate", many, 1000, self.limit, Usual(explained=many))

    @given(st.integers(0, 900), st.integers(0, 900), st.integers(0, 900))
    def test_a_season_never_holds_what_would_have_passed_without_one(self, n: int, e: int, y: int) -> None:
        if unusual("create", n, 1000, self.limit, Usual(explained=e, last_year=y)):
            assert unusual("create", n, 1000, self.limit, Usual())
