"""Initial passwords: plain words that the age group can read, from a proper random source (P3).

A policy says how many words and digits, such as ``words=2 digits=2``; what it makes looks like
``lamp-river42``.  Words stand apart by hyphens, digits are 2 to 9 (0, 1, O and l look alike), and the first
letter is a capital only where the directory's rule of three kinds of character asks for one.  Every draw is
uniform, so the bits a policy states are the bits it has.  Nothing here keeps a password: ``Password`` does
not even show itself.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from misconsole.rules import year
from misconsole.rules.names import fold

FILE = Path(__file__).with_name("tables") / "words.txt"
DIGITS = "23456789"
SHORTEST, LONGEST = 8, 40  # characters: what directories want, what anybody can type
OWN = 3  # letters from which a part of the person's own name must not stand in the password
KINDS = ("infants", "juniors", "seniors", "staff")
DEFAULTS = {
    "infants": "words=1 digits=3",
    "juniors": "words=2 digits=2",
    "seniors": "words=3",
    "staff": "words=4",
}
_BOUNDS = {"words": (1, 6), "digits": (0, 8), "least": (SHORTEST, 30), "classes": (1, 3)}
_TRIES = 1000

#: A number from 0 up to and without the one given, each as likely; ``secrets.SystemRandom().randrange``.
Below = Callable[[int], int]


class Password:
    """A secret on its way to a file or a directory; neither printed, logged nor told by an error."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "<password>"

    def __reduce__(self) -> tuple[type, tuple[str]]:
        raise TypeError("A password is not stored.")


class Passwords(dict[int, str]):
    """Passwords by account, as a directory takes them; says only how many it holds."""

    def __repr__(self) -> str:
        return f"<{len(self)} passwords>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """``least``: the shortest password in characters; ``classes``: how many kinds of small letter, capital,
    digit and hyphen it must hold."""

    words: int
    digits: int = 0
    least: int = SHORTEST
    classes: int = 3

    def __str__(self) -> str:
        said = [f"words={self.words}"]
        said += [f"digits={self.digits}"] if self.digits else []
        said += [f"least={self.least}"] if self.least != SHORTEST else []
        said += [f"classes={self.classes}"] if self.classes != _BOUNDS["classes"][1] else []
        return " ".join(said)

    @property
    def joined(self) -> int:
        """Characters that are not of words."""
        return self.words - 1 + self.digits

    @property
    def fewest_letters(self) -> int:
        """Words at least this long, so that any of them together are long enough."""
        return max(3, math.ceil((self.least - self.joined) / self.words))

    @property
    def capital(self) -> bool:
        """Whether the first letter has to be one for the kinds of character asked for."""
        return 1 + (self.words > 1) + (self.digits > 0) < self.classes

    @property
    def shortest(self) -> int:
        return self.words * self.fewest_letters + self.joined

    @property
    def bits(self) -> float:
        """How hard it is to guess for somebody who knows the policy."""
        return self.words * math.log2(len(pool(self.fewest_letters))) + self.digits * math.log2(len(DIGITS))

    @property
    def told(self) -> str:
        """What it makes, in words."""
        parts = [f"{self.words} word{'s' if self.words > 1 else ''}"]
        parts += [f"{self.digits} digit{'s' if self.digits > 1 else ''}"] if self.digits else []
        return f"{' and '.join(parts)}, {self.shortest} characters or more, {self.bits:.0f} bits"


def parse(text: str) -> Policy:
    """The policy written as ``words=2 digits=2``. ValueError with a sentence for what will not do."""
    found: dict[str, int] = {}
    for part in text.split():
        name, equals, value = part.partition("=")
        if name not in _BOUNDS or not equals or not re.fullmatch(r"[0-9]{1,2}", value):
            raise ValueError(f"“{part[:30]}” is not part of a password policy, such as words=2 digits=2.")
        low, high = _BOUNDS[name]
        if name in found or not low <= int(value) <= high:
            raise ValueError(f"{name} is given once, from {low} to {high}.")
        found[name] = int(value)
    if "words" not in found:
        raise ValueError("A password policy says how many words, such as words=2 digits=2.")
    policy = Policy(**found)
    _check(policy)
    return policy


def _check(policy: Policy) -> None:
    if 2 + (policy.words > 1) + (policy.digits > 0) < policy.classes:
        raise ValueError(
            f"“{policy}” has too few kinds of character for a directory; add a digit or a word, or classes=2."
        )
    if not pool(policy.fewest_letters):
        raise ValueError(
            f"“{policy}” cannot reach {policy.least} characters with words of up to "
            f"{max(map(len, words()))} letters; add a word or digits."
        )


@cache
def words() -> tuple[str, ...]:
    """Every word there is."""
    lines = FILE.read_text(encoding="utf-8").split("\n")
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def pool(fewest: int) -> tuple[str, ...]:
    """The words of at least so many letters."""
    return tuple(word for word in words() if len(word) >= fewest)


def kind_of(role: str, year_group: str | None, *, country: str = "england") -> str:
    """Whose policy: infants up to Year 2, juniors to Year 6, seniors, or staff and everybody else.

    A pupil of no known year gets what is harder to guess.
    """
    if role != "pupil":
        return "staff"
    place = year.number(year_group, country=country)
    if place is None or place > 6:
        return "seniors"
    return "infants" if place <= 2 else "juniors"


def make(
    policy: Policy, below: Below, *, own: Iterable[str] = (), taken: Collection[str] = frozenset()
) -> Password:
    """A password with none of the person's ``own`` words (names, username, school) in it, not in ``taken``.

    ``below`` is asked once a word and once a digit; again only where the result would not do.
    """
    avoid, chosen = _parts(own), pool(policy.fewest_letters)
    for _ in range(_TRIES):
        text = "-".join(_word(chosen, below, avoid) for _ in range(policy.words))
        text += "".join(DIGITS[below(len(DIGITS))] for _ in range(policy.digits))
        if policy.capital:
            text = text[0].upper() + text[1:]
        if text not in taken:
            return Password(text)
    raise ValueError(f"“{policy}” has too few passwords for so many people; add a word or a digit.")


def _word(chosen: tuple[str, ...], below: Below, avoid: frozenset[str]) -> str:
    """Drawn again where it shares letters with a name: each of the others stays as likely as any."""
    for _ in range(_TRIES):
        word = chosen[below(len(chosen))]
        if not any(part in word or word in part for part in avoid):
            return word
    raise ValueError("Every word is part of a name of theirs.")


def _parts(own: Iterable[str]) -> frozenset[str]:
    """Runs of letters of names, in the plain letters that passwords are made of."""
    found = {part for text in own for part in re.findall(r"[a-z]+", fold(text))}
    return frozenset(part for part in found if len(part) >= OWN)


def example(policy: Policy) -> str:
    """How one looks: always the same, of a word nobody draws, so that it is nobody's password."""
    text = "-".join(["sample"] * policy.words) + "2" * policy.digits
    return (text[0].upper() if policy.capital else text[0]) + text[1:]
