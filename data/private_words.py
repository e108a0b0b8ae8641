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
        either = "|".join(map(re.escape, self.words)) or r"(?!)"
        return re.compile(rf"(?<![\w.])(?:{either})(?!\w|\.\w)", re.IGNORECASE)

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
