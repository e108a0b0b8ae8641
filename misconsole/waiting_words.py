"""What waits in the queues, in words: on the screen, in a terminal and read aloud.  Standard library only.

One place, so that a queue has one name and one thing in it is never told in the plural ("1 exclusions").
"""

from __future__ import annotations

from collections.abc import Mapping

from misconsole.counting import counted

SHORT = {
    "unmatched_staff": ("unmatched staff", "unmatched staff"),
    "unmatched_pupils": ("unmatched pupil", "unmatched pupils"),
    "unallocated": ("unallocated", "unallocated"),
    "exclusions": ("exclusion", "exclusions"),
    "non_mis": ("non-MIS", "non-MIS"),
    "new_users": ("new user", "new users"),
    "problems": ("problem", "problems"),
}
ALOUD = {key: SHORT[key] for key in ("unmatched_staff", "unmatched_pupils")} | {
    "unallocated": ("unallocated account", "unallocated accounts"),
    "exclusions": SHORT["exclusions"],
    "non_mis": ("non-MIS account", "non-MIS accounts"),
}


def waiting_words(
    waiting: Mapping[str, int], words: Mapping[str, tuple[str, str]] = SHORT
) -> tuple[str, ...]:
    """ "1 exclusion", "1,051 non-MIS": the queues in which something waits, in the order of ``words``."""
    return tuple(counted(waiting[key], one, many) for key, (one, many) in words.items() if waiting.get(key))
