"""Settling the short list of a change of MIS: the log of decisions, replayed (B14)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from misconsole.rules.settling import NEW, NOT_SAME, SAME, Verdict, complaint, pairs, stand, still, told_apart

A, B = ("pupil", "A"), ("pupil", "B")
CASES = {A: (1, 2), B: (2,)}

verdicts = st.lists(
    st.builds(
        Verdict, st.sampled_from([A, B, ("pupil", "gone")]), st.sampled_from([SAME, NOT_SAME, NEW]),
        st.integers(0, 3),
    ),
    max_size=8,
)  # fmt: skip


def test_a_case_is_open_until_somebody_is_named_or_nobody_is_left() -> None:
    assert stand(CASES, [])[A].word(CASES[A]) == "open"
    assert stand(CASES, [Verdict(A, NOT_SAME, 1)])[A].word(CASES[A]) == "open"
    assert stand(CASES, [Verdict(A, NOT_SAME, 1), Verdict(A, NOT_SAME, 2)])[A].word(CASES[A]) == "new"
    assert stand(CASES, [Verdict(A, NEW)])[A].word(CASES[A]) == "new"
    assert stand(CASES, [Verdict(A, SAME, 2)])[A].word(CASES[A]) == "same"


def test_a_later_decision_replaces_an_earlier_one() -> None:
    log = [Verdict(A, NEW), Verdict(A, SAME, 1)]
    assert pairs(CASES, log) == {A: 1}
    assert told_apart(CASES, log) == {A: frozenset({2})}
    assert pairs(CASES, [*log, Verdict(A, NOT_SAME, 1)]) == {}


def test_nobody_we_know_is_two_people_of_the_new_mis() -> None:
    log = [Verdict(A, SAME, 2)]
    assert "already" in complaint(CASES, log, Verdict(B, SAME, 2))
    assert complaint(CASES, [], Verdict(B, SAME, 2)) == ""
    assert "no pair" in complaint(CASES, [], Verdict(B, SAME, 1))
    assert "not on the short list" in complaint(CASES, [], Verdict(("pupil", "X"), NEW))


@given(verdicts)
def test_what_is_left_of_any_log_never_doubles_anybody(log: list[Verdict]) -> None:
    kept = still(CASES, log)
    found = pairs(CASES, kept)
    assert len(set(found.values())) == len(found)
    assert still(CASES, kept) == kept
    for key, refused in told_apart(CASES, kept).items():
        assert found.get(key) not in refused
