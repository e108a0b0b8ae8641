"""Finding the words that mean somebody: as one after the other would find them, whatever their number."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from data.private_words import Words

WORDS = st.text(alphabet="aAbß .'-İé(", min_size=1, max_size=6)


def plain(words: list[str]) -> re.Pattern[str]:
    """One word after the other, the longest first."""
    either = "|".join(map(re.escape, words)) or r"(?!)"
    return re.compile(rf"(?<![\w.])(?:{either})(?!\w|\.\w)", re.IGNORECASE)


@given(st.lists(WORDS, max_size=8), st.text(alphabet="aAbß .'-İé(", max_size=40))
def test_words_are_found_and_struck_as_one_after_the_other_would(words: list[str], text: str) -> None:
    found = Words(words)
    assert found.struck(text, by="#") == plain(found.words).sub("#", text)


def test_the_cost_of_a_letter_does_not_grow_with_the_words() -> None:
    """A whole school's names are looked for in a whole journal: they share the ways in, they are no list."""
    firsts = [f"{first}{n}" for first in ("Ann", "Bob", "Cat") for n in range(900)]
    names = [f"{first} {last}" for first in firsts for last in ("Lee", "Ng")]
    pattern = Words(names).pattern.pattern
    assert pattern.count("ann") == 1 and pattern.count("bob") == 1
    assert (
        Words(names).struck("ann12 ng and Bob7 Lee, not bobby lee") == "[erased] and [erased], not bobby lee"
    )


def test_names_that_grow_out_of_one_another_are_no_trouble() -> None:
    for most in (300, 3000):
        words = Words("a" * n for n in range(1, most))
        assert words.within("x " + "a" * (most - 1)) and not words.within("a" * most)
