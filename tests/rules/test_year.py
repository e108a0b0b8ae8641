"""Year groups and the year of entry: N1-N9, Z9, Z10."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.year import (
    academic_year,
    age_on_31_august,
    expected,
    label,
    number,
    parse,
    read,
    year_of_entry,
)

SEPTEMBER_2017 = date(2017, 9, 20)


@pytest.mark.parametrize(
    "text",
    ["Year 7", "Yr 7", "Y7", "y7", "07", "7", " 7 ", "Yr. 7", "Year  7", "YEAR 7", "NC Year 7", "NCY7", "7.0",
     "Curriculum Year  7", "Year group 7", "Year: 7", "Year_7", "Year Seven", "７"],
)  # fmt: skip
def test_Z10_year_7_is_read_however_the_mis_writes_it(text: str) -> None:
    assert parse(text) == "7"


@pytest.mark.parametrize(
    ("text", "code"),
    [("R", "R"), ("Reception", "R"), ("FS2", "R"), ("F2", "R"), ("YR", "R"), ("Year R", "R"), ("0", "R"),
     ("Foundation Stage 2", "R"), ("N1", "N1"), ("N2", "N2"), ("n2", "N2"), ("Nursery", "N2"), ("FS1", "N2"),
     ("Nursery 1", "N1"), ("-1", "N2"), ("E1", "E1"), ("1", "1"), ("13", "13"), ("14", "14"),
     ("Lower Sixth", "12"), ("U6", "13")],
)  # fmt: skip
def test_Z10_reception_nursery_and_sixth_form_are_read(text: str, code: str) -> None:
    assert parse(text, country="england") == parse(text, country="wales") == code


@pytest.mark.parametrize(
    ("text", "why"),
    [("3/4", "mixed-year"), ("Y3/Y4", "mixed-year"), ("Year 3 & 4", "mixed-year"), ("R/1", "mixed-year"),
     ("Reception and Year 1", "mixed-year"), ("Year 1-2", "mixed-year"), ("M", "mixed-year"),
     ("Mixed", "mixed-year"), ("X", "does not follow"), ("KS1", "key stage"), ("Key Stage 2", "key stage"),
     ("P3", "Scottish"), ("15", "not a year group"), ("99", "not a year group"), ("7B", "not a year group"),
     ("Year", "not a year group"), ("٧", "not a year group"), ("", "no year group"),
     ("   ", "no year group")],
)  # fmt: skip
def test_Z10_what_names_no_one_year_gives_none_and_says_why(text: str, why: str) -> None:
    found = read(text)
    assert found.code is None
    assert why in found.reason


def test_a_missing_year_group_gives_none_and_says_why() -> None:
    assert read(None).code is None
    assert "no year group" in read(None).reason


@pytest.mark.parametrize(
    ("text", "code"),
    [("P1", "P1"), ("P7", "P7"), ("p 3", "P3"), ("Primary 5", "P5"), ("S1", "S1"), ("S6", "S6"),
     ("S06", "S6"), ("Secondary 2", "S2"), ("N1", "N1"), ("N2", "N2"), ("Nursery", "N2")],
)  # fmt: skip
def test_Z10_scottish_stages_are_read_in_scotland(text: str, code: str) -> None:
    assert parse(text, country="scotland") == code


@pytest.mark.parametrize("text", ["P8", "S7", "P0", "Year 7", "7", "R"])
def test_Z10_scotland_has_no_other_stages(text: str) -> None:
    assert read(text, country="scotland").code is None
    assert read(text, country="scotland").reason


def test_Z10_northern_irish_primary_years_are_years_one_to_seven() -> None:
    assert parse("P1", country="northern-ireland") == "1"
    assert parse("P7", country="northern-ireland") == "7"
    assert parse("Year 14", country="northern-ireland") == "14"


def test_labels_are_the_fields_own_words() -> None:
    assert [label(c) for c in ("7", "R", "N2", "E1")] == ["Year 7", "Reception", "Nursery 2", "Early years 1"]
    assert [label(c, "scotland") for c in ("P3", "S6", "N2")] == ["P3", "S6", "Nursery 2"]
    assert label(None) == "" and label("P3") == "" and label("R", "scotland") == ""


def test_N1_the_year_of_entry_of_year_1_is_this_academic_year() -> None:
    assert year_of_entry("1", on=SEPTEMBER_2017) == 2017
    assert year_of_entry("P1", on=SEPTEMBER_2017, country="scotland") == 2017


def test_N3_year_2_in_september_2017_entered_in_2016() -> None:
    assert year_of_entry("2", on=SEPTEMBER_2017) == 2016


def test_N4_reception_in_september_2017_enters_in_2018() -> None:
    assert year_of_entry("R", on=SEPTEMBER_2017) == 2018


def test_N2_N5_a_year_3_pupil_who_joined_reception_in_2014_shows_2015() -> None:
    assert year_of_entry("3", on=SEPTEMBER_2017, starts=date(2014, 9, 3)) == 2015


def test_N6_repeating_or_skipping_a_year_moves_the_year_of_entry_to_the_cohorts() -> None:
    assert year_of_entry("7", on=SEPTEMBER_2017) == 2011
    assert year_of_entry("8", on=SEPTEMBER_2017) == 2010


@pytest.mark.parametrize(
    ("code", "entered"),
    [("E1", 2022), ("E2", 2021), ("N1", 2020), ("N2", 2019), ("R", 2018), ("1", 2017), ("13", 2005),
     ("14", 2004)],
)  # fmt: skip
def test_N8_Z10_nursery_is_negative_reception_zero_and_ages_outside_years_1_to_13_count_on(
    code: str, entered: int
) -> None:
    assert year_of_entry(code, on=SEPTEMBER_2017) == entered


def test_N8_S1_follows_P7_and_N2_comes_before_P1_in_scotland() -> None:
    on = date(2025, 10, 1)
    entered = [year_of_entry(c, on=on, country="scotland") for c in ("N2", "P1", "P7", "S1", "S6")]
    assert entered == [2026, 2025, 2019, 2018, 2013]


def test_N8_Z10_the_year_flips_on_1_september_and_on_1_august_in_scotland() -> None:
    assert academic_year(date(2025, 8, 31)) == 2024
    assert academic_year(date(2025, 9, 1)) == 2025
    assert academic_year(date(2025, 7, 31), country="scotland") == 2024
    assert academic_year(date(2025, 8, 1), country="scotland") == 2025
    assert academic_year(date(2025, 8, 31), country="northern-ireland") == 2024


def test_Z10_a_july_run_and_a_september_run_agree_once_the_pupil_has_moved_up() -> None:
    assert year_of_entry("6", on=date(2025, 7, 10)) == year_of_entry("7", on=date(2025, 9, 10)) == 2019


def test_Z9_a_pre_admission_pupil_for_next_september_gets_next_years_year_of_entry() -> None:
    """The known defect gives this year's: 2018 instead of 2019."""
    in_june = year_of_entry("7", on=date(2025, 6, 20), starts=date(2025, 9, 3))
    in_september = year_of_entry("7", on=date(2025, 9, 20), starts=date(2025, 9, 3))
    assert in_june == in_september == 2019
    assert year_of_entry("7", on=date(2025, 6, 20)) == 2018


def test_Z9_a_start_in_the_last_days_of_august_belongs_to_the_coming_year() -> None:
    for on in (date(2025, 6, 20), date(2025, 8, 28), date(2025, 9, 2)):
        assert year_of_entry("7", on=on, starts=date(2025, 8, 27)) == 2019


def test_Z9_an_in_year_joiner_keeps_the_year_of_the_cohort() -> None:
    assert year_of_entry("7", on=date(2026, 1, 5), starts=date(2026, 2, 23)) == 2019


def test_Z9_a_future_s1_pupil_in_scotland() -> None:
    entered = year_of_entry("S1", on=date(2025, 6, 20), starts=date(2025, 8, 18), country="scotland")
    assert entered == 2018


def test_a_year_group_of_another_country_has_no_year_of_entry() -> None:
    assert year_of_entry("P3", on=SEPTEMBER_2017) is None
    assert year_of_entry("7", on=SEPTEMBER_2017, country="scotland") is None
    assert year_of_entry(None, on=SEPTEMBER_2017) is None


def test_the_age_on_31_august_suggests_a_year_group_in_england_and_wales_only() -> None:
    assert age_on_31_august(date(2014, 8, 31), academic=2025) == 11
    assert expected(date(2014, 8, 31), on=date(2025, 9, 1)) == "7"
    assert expected(date(2014, 9, 1), on=date(2025, 9, 1)) == "6"
    assert expected(date(2021, 3, 1), on=date(2025, 9, 1)) == "R"
    assert expected(date(1980, 1, 1), on=date(2025, 9, 1)) is None
    assert expected(date(2014, 8, 31), on=date(2025, 9, 1), country="scotland") is None


CODES = ["E1", "E2", "N1", "N2", "R", *map(str, range(1, 15))]


@given(st.sampled_from(CODES[:-1]), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_moving_up_with_ones_cohort_never_changes_the_year_of_entry(code: str, on: date) -> None:
    following = CODES[CODES.index(code) + 1]
    later = on.replace(year=on.year + 1, day=min(on.day, 28))
    same_day = on.replace(day=min(on.day, 28))
    assert year_of_entry(code, on=same_day) == year_of_entry(following, on=later)


@given(st.text(max_size=40), st.sampled_from(["england", "wales", "northern-ireland", "scotland"]))
def test_any_text_gives_a_known_code_or_a_reason(text: str, country: str) -> None:
    found = read(text, country=country)
    assert (found.code is None) == bool(found.reason)
    if found.code is not None:
        assert number(found.code, country=country) is not None
        assert parse(found.code, country=country) == found.code
        assert label(found.code, country)
