"""One setting of a school: its type, bounds, default and one line of documentation.

A setting reads its own value from text (``--set name=value``, a cell on a screen) and checks the same
value when it comes back from the store, so that there is one set of bounds.  Wrong values raise
``Usage`` naming the setting, what was given and what would do; nothing is guessed or clipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from misconsole.errors import Usage

YES = frozenset({"yes", "true", "on", "1", "y"})
NO = frozenset({"no", "false", "off", "0", "n"})

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """``kind``: flag, number, limit (a number or none), percent, choice, words, pairs, format or text.

    ``low``/``high`` bound numbers and percentages, ends included; ``choices`` bound choice and words.
    ``check`` is a further test of a text value, raising ValueError with a sentence; ``takes`` says in words
    what a text may be.
    """

    name: str
    kind: str
    default: Any
    doc: str
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    check: Callable[[str], object] | None = None
    takes: str = ""

    @property
    def bounds(self) -> str:
        """The values that do, in words."""
        if self.kind == "flag":
            return "yes or no"
        if self.kind in ("number", "percent"):
            return f"{self.low} to {self.high}{' %' if self.kind == 'percent' else ''}"
        if self.kind in ("limit", "share"):
            return f"{self.low} to {self.high}{' %' if self.kind == 'share' else ''}, or none"
        if self.kind == "choice":
            return ", ".join(self.choices)
        if self.kind == "words":
            return f"any of {', '.join(self.choices)}, with commas between, or none"
        if self.kind == "pairs":
            return "word=value pairs with commas between, or none"
        if self.kind == "text":
            return self.takes
        return "a username format, such as first_initial.last_name"

    def read(self, value: object) -> Any:
        """The value in its own type, from text or from what JSON kept of it."""
        try:
            return _READERS[self.kind](self, value)
        except ValueError as wrong:
            because = str(wrong) or f"“{str(value)[:60]}” is not a value of {self.name}."
            raise Usage(because, mend=f"{self.name} takes {self.bounds}.", code="bad_setting") from None

    def show(self, value: Any) -> str:
        """The text that ``read`` turns into the same value."""
        if value is None or value == ():
            return "none"
        if self.kind == "flag":
            return "yes" if value else "no"
        if self.kind == "words":
            return ",".join(value)
        if self.kind == "pairs":
            return ",".join(f"{word}={to}" for word, to in value)
        return str(value)


def _flag(_: Setting, value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in YES | NO:
        return word in YES
    raise ValueError


def _number(setting: Setting, value: object) -> int:
    if isinstance(value, bool):
        raise ValueError
    text = str(value).strip().removesuffix("%").strip()
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        raise ValueError
    number = int(text)
    if not setting.low <= number <= setting.high:
        raise ValueError(f"{setting.name} cannot be {number}.")
    return number


def _limit(setting: Setting, value: object) -> int | None:
    if value is None or str(value).strip().casefold() in ("none", ""):
        return None
    return _number(setting, value)


def _choice(setting: Setting, value: object) -> str:
    word = str(value).strip().casefold()
    if word not in setting.choices:
        raise ValueError
    return word


def _words(setting: Setting, value: object) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise ValueError
    words = {str(word).strip().casefold() for word in given} - {"", "none"}
    if strange := sorted(words - set(setting.choices)):
        raise ValueError(f"{setting.name} knows no “{strange[0][:60]}”.")
    return tuple(word for word in setting.choices if word in words)


def _pairs(setting: Setting, value: object) -> Pairs:
    pairs = tuple(_pair(each) for each in _listed(value))
    if len({word.casefold() for word, _ in pairs}) < len(pairs):
        raise ValueError(f"{setting.name} names a word twice.")
    for _, to in pairs:
        if setting.check is not None:
            setting.check(to)
    return pairs


def _listed(value: object) -> list[object]:
    if isinstance(value, str):
        text = "" if value.strip().casefold() == "none" else value
        return [part.split("=") for part in text.split(",") if part.strip()]
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list | tuple):
        return list(value)
    raise ValueError


def _pair(value: object) -> tuple[str, str]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError
    word, to = (str(side).strip() for side in value)
    if not word or not to or set(word + to) & {",", "="}:
        raise ValueError
    return word, to


def _format(setting: Setting, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    if setting.check is not None:
        setting.check(value)
    return value.strip()


_READERS: dict[str, Callable[[Setting, object], Any]] = {
    "flag": _flag, "number": _number, "percent": _number, "limit": _limit, "share": _limit,
    "choice": _choice, "words": _words, "pairs": _pairs, "format": _format,
    "text": _format,
}  # fmt: skip
