"""The figures behind the plots say what happened, no more."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from misconsole import drawing
from misconsole.rules import figures
from misconsole.rules.figures import Figure

MONDAY = date(2026, 11, 16)
AT = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


def test_runs_are_told_by_day_with_the_longest_and_what_went_wrong() -> None:
    found = figures.durations(
        [
            (AT, 12.0, "succeeded"),
            (AT + timedelta(hours=3), 30.0, "failed"),
            (AT + timedelta(days=2), 9.0, "held"),
        ]
    )
    assert (len(found.x), found.x[0], found.x[-3:]) == (14, "06 Nov", ("17 Nov", "18 Nov", "19 Nov"))
    assert {s.name: s.values[-3:] for s in found.series} == {
        "succeeded": (12.0, 0.0, 0.0), "held": (0.0, 0.0, 9.0), "failed": (30.0, 0.0, 0.0),
    }  # fmt: skip
    assert figures.durations([]).empty
    assert found.told == "3 runs; 1 held, 1 failed."


def test_weeks_without_a_run_stand_there_with_nothing() -> None:
    weeks = {MONDAY: {"create": 4, "unallocate": 1, "update": 9}, MONDAY - timedelta(weeks=2): {"create": 2}}
    found = figures.churn(weeks, first=MONDAY - timedelta(weeks=2), last=MONDAY)
    assert found.series[0].values == (2.0, 0.0, 4.0)
    assert found.told == (
        "In 3 weeks 6 accounts were created, 0 people linked, 9 accounts updated and 1 taken away."
    )


def test_matching_of_an_estate_carries_each_school_on_until_its_next_run() -> None:
    found = figures.matched(
        [
            (1, AT, 50, 100),
            (2, AT, 0, 100),
            (1, AT + timedelta(days=1), 0, 100),
            (2, AT + timedelta(days=1), None, None),
        ]
    )
    assert found.series[0].values == (75.0, 100.0)
    assert found.told == "100.0 % of people have their account now."
    assert figures.matched([]).told == "No run has told yet."


def test_who_waits_is_told_by_how_long() -> None:
    now = AT
    days = (0, 3, 20, 89, 90)
    found = figures.ages([*(now - timedelta(days=n) for n in days), None], now=now)
    assert found.series[0].values == (1.0, 1.0, 1.0, 1.0, 2.0)
    assert "6 people wait for a match; 2 of them longer" in found.told
    assert figures.ages([], now=now).empty


def test_decisions_a_minute_leave_pauses_out() -> None:
    made = [(AT + timedelta(seconds=30 * n), "anna") for n in range(11)]
    made += [(AT + timedelta(hours=2), "anna"), (AT + timedelta(hours=2, seconds=30), "anna")]
    found = figures.decisions(made)
    assert found.series[0].values[-1] == 2.0
    assert found.told == "13 decisions on 1 day."


def test_two_people_at_once_do_not_look_like_one_twice_as_quick() -> None:
    made = sorted(
        (AT + timedelta(seconds=30 * n + k), who) for n in range(5) for k, who in ((0, "a"), (7, "b"))
    )
    assert figures.decisions(made).series[0].values[-1] == 2.0


def test_one_decision_alone_is_no_rate() -> None:
    assert figures.decisions([(AT, "anna")]).series[0].values[-1] is None


FIGURES = st.sampled_from([
    figures.churn(
        {MONDAY: {"create": 40, "link": 2, "unallocate": 7}}, first=MONDAY - timedelta(weeks=155), last=MONDAY
    ),
    figures.durations([(AT, 12.0, "succeeded"), (AT, 1.0, "held"), (AT, 1.0, "failed")]),
    figures.matched([(1, AT, 50, 100), (1, AT + timedelta(days=1), 0, 100)]),
    figures.ages([AT], now=AT),
    figures.decisions([(AT, "a")]),
])  # fmt: skip


@given(FIGURES, st.integers(30, 160), st.integers(8, 40), st.booleans())
def test_a_picture_fits_its_place_at_any_size(found: Figure, width: int, height: int, plain: bool) -> None:
    lines = drawing.text(found, width=width, height=height, plain=plain).splitlines()
    assert len(lines) <= height + 1
    assert all(len(line.rstrip()) <= width for line in lines)
    if plain:
        assert all(line.isascii() for line in lines)


@pytest.mark.parametrize("plain", [True, False])
def test_series_differ_by_sign_and_not_by_colour_alone(plain: bool) -> None:
    found = figures.churn({MONDAY: {"create": 9, "link": 8, "unallocate": 7}}, first=MONDAY, last=MONDAY)
    drawn = drawing.text(found, width=78, height=18, plain=plain)
    for sign in (drawing.PLAIN_SIGNS if plain else drawing.SIGNS)[:2]:
        assert sign in drawn


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, [0]), (1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (2.6, [0, 1, 2]), (7, [0, 2, 4, 6]),
        (45, [0, 10, 20, 30, 40]), (8069, [0, 2000, 4000, 6000, 8000]),
    ],
)  # fmt: skip
def test_the_scale_has_round_numbers(highest: float, ticks: list[float]) -> None:
    assert drawing.steps(highest) == pytest.approx(ticks)


def test_rows_for_a_spreadsheet_hold_every_figure() -> None:
    found = figures.churn({MONDAY: {"create": 9}}, first=MONDAY, last=MONDAY)
    assert found.rows() == [("Changes, by week", "create", "link", "unallocate"), ("16 Nov", 9.0, 0.0, 0.0)]
