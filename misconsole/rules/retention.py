"""The clock of leavers: from which day it counts, when it is up, and what keeps somebody from being erased.

Nothing is erased by the clock itself: it only says who is due, and a person confirms (X2, X7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

PRESENT = "present"
ACCOUNT = "account"
EXCLUDED = "excluded"
KEPT = "kept"
HELD = "held"

WORDS = {
    PRESENT: ("is in the MIS now, so the next sync would bring everything back",
              "Have the school take the record away in the MIS, or decline the report; then erase here."),
    ACCOUNT: ("has an account in use",
              "Let the account go or remove it first; the next sync that misses them does that by itself."),
    EXCLUDED: ("is on the exclusion list, which protects somebody",
               "Lift the exclusion first, if it is no longer needed."),
    KEPT: ("has an account that somebody chose to keep although the person is gone",
           "Let the account go first, if it is no longer needed."),
    HELD: ("may be in the plan of a run that waits for approval", "Approve or reject that run first."),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one person or account. ``end`` leaving date, ``gone`` the day the MIS stopped
    sending them, ``taken`` the day the account was taken away; ``excluded`` by name or by person."""

    present: bool = False
    end: date | None = None
    gone: date | None = None
    taken: date | None = None
    active: bool = False
    kept: bool = False
    excluded: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """``left`` the day counted from and ``why`` in words; ``due`` the first day of erasing, None: never."""

    left: date | None
    why: str
    due: date | None


def clock(standing: Standing, *, days: int) -> Clock:
    """From the latest of the days that tell of leaving: a date typed early never shortens the time.

    ``days`` 0: nobody is due, ever.
    """
    known = {
        "left by the date in the MIS": standing.end,
        "no longer in the MIS": standing.gone,
        "account taken away": standing.taken,
    }
    told = [(day, why) for why, day in known.items() if day is not None]
    if not told:
        return Clock(left=None, why="the day of leaving is not known", due=None)
    left, why = max(told, key=lambda pair: pair[0])
    return Clock(left=left, why=why, due=left + timedelta(days=days) if days else None)


def in_the_way(standing: Standing) -> tuple[str, ...]:
    """Codes of ``WORDS``: whatever must be settled before erasing, the strongest first."""
    found = {
        PRESENT: standing.present, ACCOUNT: standing.active, KEPT: standing.kept,
        EXCLUDED: standing.excluded, HELD: standing.held,
    }  # fmt: skip
    return tuple(code for code, stands in found.items() if stands)


def is_due(standing: Standing, *, days: int, today: date) -> bool:
    due = clock(standing, days=days).due
    return due is not None and due <= today and not in_the_way(standing)
