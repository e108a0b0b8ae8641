"""What waits, in words: one of a thing is told in the singular, and a queue has one name everywhere."""

from __future__ import annotations

from misconsole.services.status import QUEUES
from misconsole.waiting_words import ALOUD, SHORT, waiting_words


def test_one_is_told_in_the_singular_and_thousands_have_their_comma() -> None:
    assert waiting_words({"unmatched_pupils": 1, "exclusions": 1, "non_mis": 1051, "new_users": 2}) == (
        "1 unmatched pupil", "1 exclusion", "1,051 non-MIS", "2 new users",
    )  # fmt: skip
    assert waiting_words({"unallocated": 1, "exclusions": 2, "problems": 9}, ALOUD) == (
        "1 unallocated account", "2 exclusions",
    )  # fmt: skip


def test_nothing_that_does_not_wait_is_told() -> None:
    assert waiting_words({"exclusions": 0}) == waiting_words({}) == ()


def test_every_queue_has_a_name() -> None:
    assert set(SHORT) == set(QUEUES)
