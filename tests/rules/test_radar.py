"""Leaving dates typed early, or too many at once, are seen while nothing has happened yet (Q1, X7)."""

from __future__ import annotations

from datetime import date

from misconsole.rules.limits import Limit
from misconsole.rules.radar import Leaver, Turn, look

SHAPE = {str(n): 60 for n in range(7, 14)}
LIMIT = Limit(count=100, share=0.1, floor=5)


def on(day: date, number: int, people: int = 1, role: str = "pupil") -> list[Leaver]:
    """``people`` of year ``number`` in 2025/26 who leave on that day."""
    return [Leaver(day, role, 2025 - number + 1)] * people


def turns(*leavers: list[Leaver]) -> tuple[Turn, ...]:
    return look(
        (one for some in leavers for one in some), country="england", shape=SHAPE, of=440, limit=LIMIT
    )


def test_year_11_with_a_leaving_date_in_may_is_early_and_would_hold_the_run() -> None:
    (turn,) = turns(on(date(2026, 5, 22), 11, 60))
    assert (turn.early, turn.held, turn.worth_a_look) == ({"Year 11": 60}, True, True)
    assert turn.sentence == (
        "60 people leave on 22 May 2026; earlier than their year group does: 60 of Year 11; "
        "the first run after it would be held by the limit."
    )


def test_year_11_on_the_school_leaving_date_is_as_it_should_be() -> None:
    (turn,) = turns(on(date(2026, 6, 26), 11, 60))
    assert (turn.seasonal, dict(turn.early), turn.held, turn.worth_a_look) == (60, {}, False, False)


def test_one_pupil_who_moves_away_is_nobodys_business() -> None:
    (turn,) = turns(on(date(2026, 2, 13), 9))
    assert not turn.worth_a_look
    assert turn.sentence == "1 person leaves on 13 February 2026."


def test_two_of_year_11_who_leave_in_march_are_no_mistake() -> None:
    (turn,) = turns(on(date(2026, 3, 6), 11, 2))
    assert not turn.worth_a_look


def test_a_class_of_year_8_by_mistake_is_told_though_no_limit_is_reached() -> None:
    (turn,) = turns(on(date(2026, 3, 27), 8, 28))
    assert (turn.held, turn.worth_a_look) == (False, True)
    assert "28 of them out of season" in turn.sentence


def test_days_come_in_order_each_with_its_own_people() -> None:
    found = turns(on(date(2026, 7, 24), 13, 3), on(date(2026, 2, 1), 9, 2), on(date(2026, 7, 24), 7, 1))
    assert [(turn.on, turn.people, turn.seasonal) for turn in found] == [
        (date(2026, 2, 1), 2, 0), (date(2026, 7, 24), 4, 3),
    ]  # fmt: skip


def test_staff_are_never_early() -> None:
    (turn,) = turns([Leaver(date(2026, 5, 31), "staff", None)] * 4)
    assert not turn.early
