"""Which rows of a long list hold the words of a filter: looked for in long strings, then in what is left.

Exact: what is found in the rows that a shorter filter left is what is found in all of them, because a row
that holds a longer word holds every part of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from data.long_lists import END

Places = Sequence[int]  # indexes into the ids of a list
Texts = tuple[Places, str]  # places, and a line for each of them
Line = tuple[int, str]
FEW = 10_000  # lines; with their text about two megabytes


@dataclass(frozen=True, slots=True)
class Found:
    """``places`` in the natural order; ``lines`` with their text, where there are few."""

    words: tuple[str, ...]
    places: Places
    lines: tuple[Line, ...] | None

    def covers(self, words: tuple[str, ...]) -> bool:
        """Every row that holds ``words`` is among these, and their text is at hand."""
        return self.lines is not None and all(any(mine in word for word in words) for mine in self.words)

    def narrowed(self, words: tuple[str, ...]) -> Found:
        held = tuple(line for line in self.lines or () if all(word in line[1] for word in words))
        return Found(words, array("l", (place for place, _ in held)), held)


def look(texts: Sequence[Texts], words: tuple[str, ...], rows: int) -> Found:
    """In the text of all ``rows``."""
    first, rest = words[0], words[1:]
    lines: list[Line] | None = []
    places: list[int] = []
    for part, text in texts:
        if not all(word in text for word in words):
            continue
        each = zip(part, text.split(END), strict=True)
        if rest:
            each = ((p, t) for p, t in each if all(word in t for word in rest))  # type: ignore[assignment]
        if lines is None:  # the text of so many is not kept
            places += [p for p, t in each if first in t]
            continue
        lines += [(p, t) for p, t in each if first in t]
        if len(lines) > FEW:
            places, lines = [p for p, _ in lines], None
    if lines is None:
        return Found(words, range(rows) if len(places) == rows else array("l", sorted(places)), None)
    lines.sort()
    return Found(words, array("l", (p for p, _ in lines)), tuple(lines))
