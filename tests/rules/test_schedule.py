"""When a school is due: properties over more than a year, clock changes, holidays, quiet hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from misconsole.rules import schedule as rules
from misconsole.rules import schedule_text as typed
from misconsole.rules import schedule_turns as turns
from misconsole.rules.schedule import Schedule, next_slot, slots

LONDON = ZoneInfo("Europe/London")
FRIDAY = datetime(2026, 10, 23, 12, tzinfo=UTC)  # before the clocks go back on Sunday, 25 October


def of(text: str, **more: object) -> Schedule:
    return replace(Schedule(urn="100001", rules=typed.rules(text)), **more)  # type: ignore[arg-type]


def wall(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%a %H:%M}"


times = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
days = st.sampled_from(["daily", "weekdays", "mon,wed", "sun", "sat,sun"])
urns = st.integers(100000, 199999).map(str)


@st.composite
def windows(draw: st.DrawFn) -> str:
    start, long = draw(st.integers(0, 1439)), draw(st.integers(30, 600))
    return f"{draw(days)} {typed.clock(start)}-{typed.clock(start + long)}"


@settings(max_examples=25, deadline=None)
@given(text=st.one_of(windows(), st.builds("{} {}".format, days, times)), urn=urns)
def test_every_scheduled_day_has_exactly_one_slot_for_400_days_and_both_clock_changes(text, urn):
    schedule = of(text, urn=urn)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = list(slots(schedule, start, until=start + timedelta(days=400)))
    (rule,) = schedule.rules
    assert all(a.due_at < b.due_at for a, b in pairwise(found))
    first, last = found[0].day, found[-1].day
    wanted = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert [slot.day for slot in found] == [day for day in wanted if day.weekday() in rule.days]
    assert len(wanted) > 380


@settings(max_examples=40, deadline=None)
@given(text=windows(), urn=urns, begin=st.integers(0, 380))
def test_T2_a_slot_lies_in_its_window_with_time_left_before_it_is_late(text, urn, begin):
    schedule = of(text, urn=urn)
    slot = next_slot(schedule, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=begin))
    assert slot is not None
    assert slot.late_at - slot.due_at >= timedelta(minutes=15)
    assert rules.inside(schedule, slot.due_at) or slot.due_at.astimezone(LONDON).date() == date(2026, 3, 29)
    assert rules.last_slot(schedule, slot.due_at) == slot
    before = rules.last_slot(schedule, slot.due_at - timedelta(seconds=1))
    assert before is None or before < slot


@settings(max_examples=60, deadline=None)
@given(
    text=st.one_of(windows(), st.builds("{} {}".format, days, times)), urn=urns,
    planned=st.integers(0, 400 * 1440), off=st.integers(-40 * 1440, 40 * 1440),
)  # fmt: skip
def test_a_slot_planned_by_a_clock_that_only_goes_on_never_strays_and_one_planned_ahead_does(
    text: str, urn: str, planned: int, off: int
) -> None:
    """``off`` minutes after the slot was planned the clock says now; before it: the clock was put back."""
    schedule = of(text, urn=urn)
    then = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=planned)
    now = then + timedelta(minutes=off)
    slot, due = next_slot(schedule, then), next_slot(schedule, now)
    assert slot is not None and due is not None
    found = turns.strayed(schedule, now, due_at=slot.due_at, served=None)
    assert found == (off < 0 and due.due_at < slot.due_at)
    assert not turns.strayed(schedule, now, due_at=due.due_at, served=None)


def test_a_slot_served_by_a_clock_a_little_fast_is_not_run_twice() -> None:
    schedule = of("daily 20:00")
    slot = next_slot(schedule, FRIDAY)
    assert slot is not None
    now, after = slot.due_at - timedelta(minutes=5), next_slot(schedule, slot.due_at)
    assert after is not None
    assert turns.strayed(schedule, now, due_at=after.due_at, served=None)
    assert not turns.strayed(schedule, now, due_at=after.due_at, served=slot.due_at)


class TestClockChanges:
    def test_a_slot_in_the_missing_hour_of_march_runs_once_right_after(self):
        found = list(
            slots(
                of("daily 01:30"),
                datetime(2026, 3, 28, 12, tzinfo=UTC),
                until=datetime(2026, 3, 30, 12, tzinfo=UTC),
            )
        )
        assert [f"{slot.due_at.astimezone(LONDON):%d %H}" for slot in found] == ["29 02", "30 01"]

    def test_a_slot_in_the_doubled_hour_of_october_runs_once(self):
        found = list(slots(of("daily 01:30"), FRIDAY, until=datetime(2026, 10, 26, 12, tzinfo=UTC)))
        assert [slot.day.day for slot in found] == [24, 25, 26]
        assert [(slot.due_at.astimezone(LONDON).fold) for slot in found] == [0, 0, 0]

    def test_a_wall_clock_time_stays_one_through_both(self):
        for start in (datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)):
            found = slots(of("daily 19:00"), start, until=start + timedelta(days=5))
            assert len({f"{slot.due_at.astimezone(LONDON):%H:%M:%S}" for slot in found}) == 1

    def test_a_slot_that_march_puts_into_quiet_hours_waits_for_their_end(self):
        schedule = of("daily 01:00", quiet=typed.quiet("02:00-03:00"))
        (slot,) = slots(
            schedule, datetime(2026, 3, 29, 0, tzinfo=UTC), until=datetime(2026, 3, 29, 12, tzinfo=UTC)
        )
        assert wall(slot.due_at) == "Sun 03:00"


class TestDays:
    def test_T10_weekday_evenings_leave_the_weekend_out(self):
        found = slots(of("weekdays 23:00-06:00"), FRIDAY, until=FRIDAY + timedelta(days=4))
        assert [f"{slot.day:%a}" for slot in found] == ["Fri", "Mon"]

    def test_a_window_over_midnight_belongs_to_the_day_it_opened(self):
        schedule = of("fri 23:00-06:00")
        opened = {
            f"{slot.due_at.astimezone(LONDON):%a}"
            for urn in range(40)
            for slot in [next_slot(replace(schedule, urn=str(urn)), FRIDAY)]
            if slot
        }
        assert opened == {"Fri", "Sat"}

    def test_school_days_leave_out_weekends_and_bank_holidays_of_the_country(self):
        def august(country: str) -> list[int]:
            schedule = of("daily 19:00", term_days_only=True, country=country)
            start = datetime(2026, 8, 1, tzinfo=UTC)
            return [slot.day.day for slot in slots(schedule, start, until=start + timedelta(days=31))]

        assert 31 not in august("england") and 3 in august("england")
        assert 31 in august("scotland") and 3 not in august("scotland")
        assert 1 not in august("wales")  # a Saturday

    def test_terms_bound_the_days_and_the_last_term_ends_the_schedule(self):
        schedule = of(
            "daily 19:00",
            term_days_only=True,
            terms=typed.terms("2026-10-19..2026-10-23, 2026-11-02..2026-11-03"),
        )
        assert [slot.day.isoformat() for slot in slots(schedule, FRIDAY)] == [
            "2026-10-23",
            "2026-11-02",
            "2026-11-03",
        ]
        assert next_slot(schedule, datetime(2026, 11, 4, tzinfo=UTC)) is None

    def test_nothing_is_due_where_the_schedule_is_off(self):
        assert next_slot(of("off"), FRIDAY) is None


class TestQuietHours:
    @settings(max_examples=60, deadline=None)
    @given(urn=urns, quiet=st.sampled_from(["20:00-21:00", "18:00-19:30", "19:30-23:00", "19:00-21:59"]))
    def test_T13_no_run_begins_in_them_or_just_before(self, urn, quiet):
        schedule = of("daily 19:00-22:00", urn=urn, quiet=typed.quiet(quiet))
        slot = next_slot(schedule, FRIDAY)
        if quiet == "19:30-23:00":  # from a quarter past
            assert slot and wall(slot.due_at)[4:] < "19:15"
        elif slot is not None:
            assert not rules.in_quiet(schedule, slot.due_at)
            assert not rules.in_quiet(schedule, slot.due_at + timedelta(minutes=14))

    def test_T13_a_window_that_is_quiet_altogether_has_no_slot_and_says_so(self):
        schedule = of("daily 19:00-22:00", quiet=typed.quiet("18:00-23:00"))
        assert next_slot(schedule, FRIDAY) is None
        assert "quiet" in rules.told(schedule)

    def test_their_end_is_known_also_over_midnight(self):
        schedule = of("daily 12:00", quiet=typed.quiet("23:00-01:00"))
        late = datetime(2026, 1, 10, 23, 30, tzinfo=UTC)
        assert rules.quiet_until(schedule, late) == datetime(2026, 1, 11, 1, tzinfo=UTC)
        assert rules.quiet_until(schedule, late + timedelta(hours=2)) is None


def test_three_thousand_schools_do_not_begin_at_once():
    """T5: within the window, spread evenly, each at its own second, the same every night."""
    begins = [
        rules.opens(of("daily 19:00-22:00", urn=str(100000 + n)), typed.rule("daily 19:00-22:00"))
        for n in range(3000)
    ]
    minutes = [second // 60 for second in begins if second is not None]
    assert min(minutes) >= 19 * 60 and max(minutes) < 20 * 60 + 30
    assert max(minutes.count(minute) for minute in set(minutes)) < 65  # 33 on average
    assert begins[7] == rules.opens(of("daily 19:00-22:00", urn="100007"), typed.rule("daily 19:00-22:00"))


def test_a_second_missed_slot_is_late_the_next_scheduled_day():
    schedule = of("weekdays 19:00-22:00")
    friday = datetime(2026, 10, 23, 21, tzinfo=UTC)
    assert rules.second_late(schedule, friday) == datetime(2026, 10, 26, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (typed.check, "sometimes", "not days and a time"),
        (typed.check, "daily 25:00", "not a time"),
        (typed.check, "funday 19:00", "not a day"),
        (typed.check, "daily 19:00-19:00", "same time"),
        (typed.check, "; ".join(["daily 01:00"] * 13), "More than 12"),
        (typed.quiet, "01:00", "from and to"),
        (typed.terms, "2026-09-02", "not a term"),
        (typed.terms, "2026-09-02..2026-08-01", "ends before"),
        (typed.terms, "2026-09-01..2026-10-01, 2026-10-01..2026-11-01", "overlap"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_named(read, text, said):
    with pytest.raises(ValueError, match=said):
        read(text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    for read in (typed.check, typed.quiet, typed.terms):
        try:
            read(text)
        except ValueError as wrong:
            assert str(wrong)
