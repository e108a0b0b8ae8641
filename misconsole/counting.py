"""A number and what it counts: one place, so that nothing says "1 accounts".  Standard library only."""

from __future__ import annotations


def counted(number: int, thing: str, things: str = "") -> str:
    """ "1 pupil", "1,204 pupils"; with a verb in both where one follows ("1 entry was", "2 entries were")."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
