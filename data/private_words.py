"""The words that mean somebody in a text: found as whole words, and struck out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any


class Words:
    """Finds and strikes out the words that mean somebody, whole words only, whatever their case."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted({each for each in words if each.strip()}, key=lambda w: (-len(w), w))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        try:
            return _whole(either(self.words))
        except RecursionError:  # thousands of words that grow out of one another; nobody's names do
            return _whole("|".join(map(re.escape, self.words)))

    def within(self, value: Any) -> bool:
        if isinstance(value, str):
            return bool(self.pattern.search(value))
        if isinstance(value, dict):
            return any(self.within(each) for pair in value.items() for each in pair)
        return isinstance(value, (list, tuple)) and any(map(self.within, value))

    def struck(self, value: Any, *, by: str = "[erased]") -> Any:
        """The same value with every such word replaced."""
        if isinstance(value, str):
            return self.pattern.sub(lambda _: by, value)
        if isinstance(value, dict):
            return {self.struck(k, by=by): self.struck(v, by=by) for k, v in value.items()}
        return [self.struck(each, by=by) for each in value] if isinstance(value, (list, tuple)) else value


def _whole(either: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{either or '(?!)'})(?!\w|\.\w)", re.IGNORECASE)


def either(words: Iterable[str]) -> str:
    """Any of the words, the longest first, their common beginnings told once.

    A journal of a hundred thousand rows is searched for thousands of words while nobody else can write:
    one word after the other at every letter would take hours.
    """
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for char in word:
            small = char.lower()
            node = node.setdefault(small if len(small) == 1 else char, {})
        node[_END] = {}
    return _branches(root)


_END = ""


def _branches(node: dict[str, Any]) -> str:
    parts = []
    for char, below in node.items():
        if char == _END:
            continue
        chain = char
        while len(below) == 1 and _END not in below:
            [(char, below)] = below.items()
            chain += char
        parts.append(re.escape(chain) + _branches(below))
    if not parts:
        return ""
    either = f"(?:{'|'.join(parts)})" if len(parts) > 1 or _END in node else parts[0]
    return f"{either}?" if _END in node else either
