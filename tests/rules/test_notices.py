"""Somebody is told once for each turn: red, held, all right again; and never anybody's name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.notices import AGAIN, Before, Notice, due, given_up, turn

AT = datetime(2026, 11, 22, 6, tzinfo=UTC)


def line(lamp: str, word: str, run: int = 7) -> dict[str, Any]:
    return {
        "urn": "100001", "name": "Larkmere School", "lamp": lamp, "lamp_word": word, "last_run": run,
        "last_checked": AT, "waiting": {"unmatched_staff": 1, "problems": 1},
    }  # fmt: skip


RED, HELD, OK = line("problem", "failed"), line("attention", "held"), line("ok", "ok")


def after(notice: Notice | None, before: Before, run: int = 7) -> Before:
    return before if notice is None else Before(kind=notice.kind, run=run, times=before.times + 1)


def test_what_turns_red_is_told_with_where_to_look() -> None:
    found = turn(RED, Before())
    assert found is not None
    assert (found.kind, found.title) == ("problem", "Larkmere School: needs help")
    assert found.text == (
        "Larkmere School (100001): failed. Last checked 22 November 2026 06:00 UTC. "
        "What happened: misconsole run show 7"
    )


def test_red_that_stays_red_is_told_once_though_another_run_failed() -> None:
    assert turn(line("problem", "failed", 8), Before(kind="problem", run=7, times=1)) is None


def test_another_held_run_is_told_again_and_the_same_one_is_not() -> None:
    before = Before(kind="held", run=7, times=1)
    assert turn(HELD, before) is None
    again = turn(line("attention", "held", 8), before)
    assert again is not None and again.kind == "held"


def test_green_again_is_told_after_red_or_held_and_never_by_itself() -> None:
    assert turn(OK, Before()) is None
    assert turn(OK, Before(kind="recovered", times=2)) is None
    for kind in ("problem", "held"):
        found = turn(OK, Before(kind=kind, run=7, times=1))
        assert found is not None and found.kind == "recovered"
        assert "2 things wait in its queues" in found.text


def test_a_school_being_synced_is_not_judged_yet() -> None:
    assert turn(line("working", "syncing"), Before(kind="problem", run=7, times=1)) is None


@given(
    st.lists(st.sampled_from([RED, HELD, OK, line("working", "syncing"), line("unknown", "never synced")]))
)
def test_no_turn_is_told_twice_in_a_row_and_no_key_is_used_twice(states: list[dict[str, Any]]) -> None:
    before, keys, kinds = Before(), set(), []
    for state in states:
        found = turn(state, before)
        before = after(found, before)
        if found is not None:
            assert found.key not in keys
            keys.add(found.key)
            kinds.append(found.kind)
    assert all(a != b for a, b in pairwise(kinds))


def test_two_lookers_write_the_same_key_for_the_same_turn() -> None:
    one, other = turn(RED, Before(times=3)), turn(dict(RED), Before(times=3))
    assert one is not None and one == other


def test_what_is_not_taken_is_tried_ever_more_rarely_and_given_up_after_a_day() -> None:
    assert due(AT, 0, AT)
    assert not due(AT, 1, AT)
    assert due(AT, 1, AT + timedelta(minutes=1))
    assert list(AGAIN) == sorted(AGAIN)
    assert not due(AT, len(AGAIN), AT + timedelta(days=9))
    assert given_up(len(AGAIN)) and not given_up(len(AGAIN) - 1)
