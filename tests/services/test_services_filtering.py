"""A filter that remembers what it found last finds what one that remembers nothing would."""

from __future__ import annotations

from array import array
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.long_lists import END
from misconsole.services import filtering, long_lists
from misconsole.services.long_lists import LongList

LINES = st.lists(st.text("ab1 é", max_size=8), max_size=30)
FILTERS = st.lists(st.text("ab1 é", max_size=4), min_size=1, max_size=14)


def listed(lines: list[str], bucket: int) -> LongList[Any]:
    """A list whose texts are read already, the buckets last first, as a store may give them."""
    ids = array("q", range(100, 100 + len(lines)))
    found: LongList[Any] = LongList(
        None,  # type: ignore[arg-type]
        SimpleNamespace(sorts={}),  # type: ignore[arg-type]
        (),
        None,  # type: ignore[arg-type]
        ids,
    )
    starts = range(0, len(lines), bucket)
    parts = [(array("l", range(s, min(s + bucket, len(lines)))), lines[s : s + bucket]) for s in starts]
    found._texts = [(places, END.join(part)) for places, part in reversed(parts)]
    return found


@given(lines=LINES, filters=FILTERS, bucket=st.integers(1, 12), few=st.integers(0, 12))
def test_whatever_was_asked_before_a_filter_finds_the_rows_that_hold_every_word_in_their_order(
    lines: list[str], filters: list[str], bucket: int, few: int
) -> None:
    rows = listed(lines, bucket)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filtering, "FEW", few)
        for wanted in filters:
            words = wanted.casefold().split()
            told = [place for place, line in enumerate(lines) if all(word in line for word in words)]
            assert list(rows.order(wanted=wanted)) == told
            assert list(rows.order(wanted=wanted, descending=True)) == told[::-1]


def test_a_letter_more_is_looked_for_in_what_the_filter_left_and_one_less_not_at_all() -> None:
    rows = listed(["ann bell", "bo abel", "cy dunn"], 2)
    looked: list[tuple[str, ...]] = []

    def look(texts: Any, words: tuple[str, ...], rows: int) -> filtering.Found:
        looked.append(words)
        return filtering.look(texts, words, rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_lists, "look", look)
        found = [list(rows.order(wanted=words)) for words in ("b", "be", "be a", "be", "b", "d", "be bo")]
    assert found == [[0, 1], [0, 1], [0, 1], [0, 1], [0, 1], [2], [1]]
    assert looked == [("b",), ("d",)]


def test_only_the_last_filters_are_remembered() -> None:
    rows = listed(["abcdefghijkl"], 1)
    for letter in "abcdefghijkl":
        rows.order(wanted=letter)
    assert list(rows._found) == [(letter,) for letter in "abcdefghijkl"[-long_lists.KEPT :]]


@given(ids=st.lists(st.integers(1, 400), unique=True), far=st.booleans(), asked=st.integers(-5, 4_000_000))
def test_the_place_of_an_id_is_known_whether_ids_lie_close_together_or_not(
    ids: list[int], far: bool, asked: int
) -> None:
    known = array("q", (key * 9_999 if far else key for key in ids))
    place_of = long_lists._places_of(known)
    assert [place_of(key) for key in known] == list(range(len(known)))
    assert place_of(asked) == (known.index(asked) if asked in known else -1)
