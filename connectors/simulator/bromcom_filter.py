"""The conditions a Bromcom filter may hold, as far as anybody has been seen to write them: comparisons of a
field with a text or a number, ``isnull(field,'')=''``, joined by and/or, in brackets.

Names of fields are not case-sensitive; dates compare as the text of their first ten characters.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

_WORDS = re.compile(
    r"\s*(?:(<=|>=|<>|[<>=(),])|'((?:[^']|'')*)'|(\d+)|([A-Za-z_]\w*))"
)  # sign, text, number, name
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le,
    ">=": operator.ge,
}  # fmt: skip
Value = tuple[str, Any]


class BadCondition(Exception):
    """The condition cannot be read."""


def matches(condition: str, row: Mapping[str, Any]) -> bool:
    """Whether the row meets the condition.  Raises BadCondition."""
    reader = _Reader(_words(condition), {key.lower(): value for key, value in row.items()})
    found = reader.either()
    if reader.words:
        raise BadCondition(condition)
    return found


def _words(condition: str) -> list[Value]:
    found: list[Value] = []
    at = 0
    while condition[at:].strip():
        word = _WORDS.match(condition, at)
        if word is None:
            raise BadCondition(condition)
        at = word.end()
        sign, text, number, name = word.groups()
        if sign:
            found.append(("sign", sign))
        elif text is not None:
            found.append(("value", text.replace("''", "'")))
        else:
            found.append(("value", number) if number else ("name", name.lower()))
    return found


class _Reader:
    def __init__(self, words: list[Value], row: Mapping[str, Any]) -> None:
        self.words, self.row = words, row

    def _take(self, *wanted: Value) -> Value:
        if not self.words or (wanted and self.words[0] not in wanted):
            raise BadCondition(self.words)
        return self.words.pop(0)

    def _next(self, word: Value) -> bool:
        if self.words and self.words[0] == word:
            self.words.pop(0)
            return True
        return False

    def either(self) -> bool:
        found = self.both()
        while self._next(("name", "or")):
            found = self.both() or found
        return found

    def both(self) -> bool:
        found = self.one()
        while self._next(("name", "and")):
            found = self.one() and found
        return found

    def one(self) -> bool:
        if self._next(("sign", "(")):
            found = self.either()
            self._take(("sign", ")"))
            return found
        left = self._value()
        sign = _SIGNS.get(str(self._take()[1]))
        right = self._value()
        if sign is None:
            raise BadCondition(self.words)
        return left is not None and right is not None and sign(left[:10], right[:10])

    def _value(self) -> str | None:
        """Null meets no comparison, as in SQL."""
        kind, told = self._take()
        if kind == "sign":
            raise BadCondition(told)
        if (kind, told) == ("name", "isnull"):
            self._take(("sign", "("))
            found = self._value()
            self._take(("sign", ","))
            otherwise = self._value()
            self._take(("sign", ")"))
            return otherwise if found is None else found
        value = self.row.get(told) if kind == "name" else told
        return None if value is None else str(value)
