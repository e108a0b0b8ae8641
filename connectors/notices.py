"""What several interfaces have to tell of a report besides its records, each in the same words."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from connectors.records import Notice


def duplicates(count: int, what: str, *, tell: str) -> Iterator[Notice]:
    """``tell`` names who should hear of it if it goes on."""
    if count:
        yield Notice(
            level="warning", code="duplicates",
            message=f"{count} {what} came more than once; each was kept once.",
            mend=f"Nothing needs doing unless it comes every time; then tell {tell}.",
        )  # fmt: skip


def not_started(days: Collection[date], what: str) -> Iterator[Notice]:
    """``days`` on which those who are left out will start (E8)."""
    if days:
        yield Notice(
            level="info", code="not_started",
            message=f"{len(days)} {what} are left out till they start; first on {min(days)}.",
            mend="Needed sooner: create the account by hand with the same details; it will match.",
        )  # fmt: skip


def long_gone(count: int, what: str, *, days: int) -> Iterator[Notice]:
    if count:
        yield Notice(
            level="info", code="long_gone",
            message=f"{count} {what} left over {days} days ago and are not read.",
        )  # fmt: skip


def no_priority(why: str, *, mend: str = "") -> Notice:
    """``why``: who tells none, as a sentence's beginning (H6)."""
    return Notice(
        level="info", code="no_priority", message=f"{why}; every contact counts as priority 1.", mend=mend
    )
