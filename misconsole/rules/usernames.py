"""Usernames: built from a format, cut to 20 characters, made unique by a number (M1-M15, Z1-Z8).

A username is  PREFIX + elements joined by the separator + SUFFIX + sequence number,  all lower case.

Decisions
  * Only name parts are stripped to letters; years, separators, affixes and the number are kept (Z2).
  * Affixes are never cut (Z3), nor are the year and the separators: the last name element of the format
    gives way first, down to one letter, then the one before it; an initial stays (M10).
  * The number stands at the very end and the rest is cut to 20 − digits: 19, 18, 17 (M9, Z1).
  * A missing name is left out with its separator; where only an initial would remain the whole of the
    other name is used ("Pelé" → ``pele``; Z6).  Nothing left at all → ``user`` (Z5).  Both, an unknown year
    of entry and a name in another script are flagged for a person to look at: ``Base.review``.
  * The caller says what is taken, in the collision domain it chose, names of former users included (Z8).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from itertools import count

from misconsole.rules.names import is_latin, letters

MAX_LENGTH = 20
MAX_PREFIX = 5
MAX_SUFFIX = 10
NAMES = ("first_initial", "first_name", "last_name")
YEARS = ("yoe4", "yoe2")
ELEMENTS = NAMES + YEARS
SEPARATORS = ("", ".", "-")
FALLBACK = "user"

NO_LETTERS = "The name has no letters to make a username of; type a better one."
ONE_NAME = "Only one name is known; check the username made of it."
OTHER_SCRIPT = "The name was transliterated from another script; check the spelling."
NO_YEAR = "The year of entry is not known, so the username lacks it."


class FormatError(ValueError):
    """A username format breaks a limit; the text names the element and the limit."""


@dataclass(frozen=True, slots=True)
class Format:
    """How usernames of one role are made (M1-M4). Raises ``FormatError`` when a limit is broken.

    Written as text  ``[PREFIX:]ELEMENT[SEP ELEMENT...][:SUFFIX]``  where SEP is the same ``.`` or ``-``
    throughout, or ``+`` for no separator:  ``first_initial.last_name``,  ``yoe2+first_initial+last_name``,
    ``lm:first_name.last_name`` (prefix),  ``:first_name.last_name:-stu`` (suffix only).
    """

    elements: tuple[str, ...]
    separator: str = ""
    prefix: str = ""
    suffix: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "elements", tuple(self.elements))
        object.__setattr__(self, "prefix", self.prefix.lower())
        object.__setattr__(self, "suffix", self.suffix.lower())
        _check_elements(self.elements)
        if self.separator not in SEPARATORS:
            raise FormatError(f"The separator “{self.separator}” is not one of none, “.” or “-”.")
        if len(self.elements) == 1:
            object.__setattr__(self, "separator", "")
        _check_affix("prefix", self.prefix, MAX_PREFIX)
        _check_affix("suffix", self.suffix, MAX_SUFFIX)
        self._check_room()

    def _check_room(self) -> None:
        room = MAX_LENGTH - len(self.prefix) - len(self.suffix)
        need = sum({"yoe4": 4, "yoe2": 2}.get(e, 1) for e in self.elements)
        need += len(self.separator) * (len(self.elements) - 1)
        if need > room:
            raise FormatError(
                f"Prefix and suffix leave {room} of {MAX_LENGTH} characters, "
                f"but the elements {' and '.join(self.elements)} need at least {need}."
            )

    @classmethod
    def parse(cls, text: str) -> Format:
        """A format from its text (grammar above); spaces around it do not matter."""
        parts = text.strip().lower().split(":")
        if len(parts) > 3:
            raise FormatError(f"“{text}” has more than two colons: write PREFIX:ELEMENTS:SUFFIX.")
        prefix, body, suffix = {1: ("", *parts, ""), 2: (*parts, ""), 3: tuple(parts)}[len(parts)]
        pieces = re.split(r"([.+-])", body)
        separators = set(pieces[1::2])
        if len(separators) > 1:
            raise FormatError(f"“{body}” mixes separators; one is used between all elements.")
        separator = next(iter(separators), "+")
        return cls(tuple(p.strip() for p in pieces[::2]), separator.replace("+", ""), prefix, suffix)

    def __str__(self) -> str:
        body = (self.separator or "+").join(self.elements)
        if self.suffix:
            return f"{self.prefix}:{body}:{self.suffix}"
        return f"{self.prefix}:{body}" if self.prefix else body

    @property
    def needs_year(self) -> bool:
        return any(e in YEARS for e in self.elements)

    def for_role(self, role: str) -> Format:
        """Itself, if that role may use it: only pupils have a year of entry (M1, M2)."""
        year = next((e for e in self.elements if e in YEARS), None)
        if year and role != "pupil":
            raise FormatError(f"{year} is for pupils; a {role} format takes {', '.join(NAMES)}.")
        return self


def _check_elements(elements: tuple[str, ...]) -> None:
    for element in elements:
        if element not in ELEMENTS:
            raise FormatError(f"“{element}” is not an element; there are {', '.join(ELEMENTS)}.")
    if len(set(elements)) < len(elements):
        raise FormatError("An element is named twice.")
    if {"yoe4", "yoe2"} <= set(elements):
        raise FormatError("The year of entry is named twice: yoe4 and yoe2.")
    if not {"first_name", "last_name"} & set(elements):
        raise FormatError(
            "A format needs first_name or last_name; initials and years are shared by too many."
        )


def _check_affix(which: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise FormatError(f"The {which} “{text}” has {len(text)} characters; the limit is {limit}.")
    if text and not re.fullmatch(r"[a-z0-9.-]+", text, re.ASCII):
        raise FormatError(f"The {which} “{text}” may hold letters a to z, digits, “.” and “-” only.")
    outer = text[:1] if which == "prefix" else text[-1:]
    if ".." in text or (text and not outer.isalnum()):
        end = "begin" if which == "prefix" else "end"
        raise FormatError(f"The {which} “{text}” must {end} with a letter or digit and have no “..” in it.")


DEFAULT_FORMATS = {
    "pupil": Format(("yoe2", "first_initial", "last_name")),
    "staff": Format(("first_initial", "last_name"), "."),
}


@dataclass(frozen=True, slots=True)
class Base:
    """A username before uniqueness. ``text`` is already cut to 20; ``review`` is "" or why to look at it.

    ``parts`` are the elements as (text, may be cut); ``unique`` cuts them further for its number.
    """

    text: str
    review: str = ""
    parts: tuple[tuple[str, bool], ...] = ()


def base(format: Format, *, given: str | None, family: str | None, year_of_entry: int | None = None) -> Base:  # noqa: A002
    """The username of these names, before it is made unique.

    >>> base(Format.parse("first_initial.last_name"), given="Lawrence", family="Llewelyn-Bowen").text
    'l.llewelynbowen'
    """
    first, last = letters(given), letters(family)
    parts = _parts(format, first, last, year_of_entry)
    text = _fit(format, parts, MAX_LENGTH)
    return Base(text, _review(format, (given, family), (first, last), year_of_entry), parts)


def _parts(format: Format, first: str, last: str, year: int | None) -> tuple[tuple[str, bool], ...]:  # noqa: A002
    year4 = str(year) if year is not None and 1000 <= year <= 9999 else ""
    texts = {
        "first_initial": first[:1], "first_name": first, "last_name": last, "yoe4": year4, "yoe2": year4[2:],
    }  # fmt: skip
    whole = [e for e in format.elements if e in ("first_name", "last_name") and texts[e]]
    if not whole:  # a mononym, or nothing at all: the one name stands where the first name element was
        at = next(e for e in format.elements if e in NAMES)
        texts |= dict.fromkeys(NAMES, "") | {at: first or last or FALLBACK}
        whole = [at]
    return tuple((texts[e], e in whole) for e in format.elements if texts[e])


def _review(
    format: Format,  # noqa: A002
    names: tuple[str | None, str | None],
    stripped: tuple[str, str],
    year: int | None,
) -> str:
    if not any(stripped):
        return NO_LETTERS
    wanted = (any(e.startswith("first") for e in format.elements), "last_name" in format.elements)
    if any(want and not name for want, name in zip(wanted, stripped, strict=True)):
        return ONE_NAME
    if not all(map(is_latin, names)):
        return OTHER_SCRIPT
    return NO_YEAR if format.needs_year and (year is None or not 1000 <= year <= 9999) else ""


def _fit(format: Format, parts: tuple[tuple[str, bool], ...], length: int) -> str:  # noqa: A002
    """Prefix, parts and suffix in at most ``length`` characters; name parts give way, the last one first."""
    room = max(0, length - len(format.prefix) - len(format.suffix))
    texts = [text for text, _ in parts]
    over = sum(map(len, texts)) + len(format.separator) * (len(texts) - 1) - room
    for at in reversed(range(len(parts))):
        if over > 0 and parts[at][1]:
            cut = min(over, len(texts[at]) - 1)
            texts[at] = texts[at][: len(texts[at]) - cut]
            over -= cut
    body = format.separator.join(texts) if over <= 0 else "".join(texts)[:room]
    return f"{format.prefix}{body}{format.suffix}"


class Taken:
    """Names in use or reserved, whatever their case; ``unique`` may be given one (M6, Z8)."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {name.casefold() for name in names}

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.casefold() in self._names

    def __len__(self) -> int:
        return len(self._names)

    def add(self, name: str) -> None:
        self._names.add(name.casefold())


def unique(base: Base, format: Format, taken: Container[str]) -> str:  # noqa: A002
    """The first free name: the base itself, then with 1, 2, ... 10, ... 100 (M6, M9, Z1).

    ``taken`` must answer for lower-case names: a ``Taken``, or a container of lower-case names.
    The same ``taken`` always gives the same name.  Raises ``FormatError`` when the affixes leave
    no room for another number.
    """
    if base.text not in taken:
        return base.text
    most = MAX_LENGTH - len(format.prefix) - len(format.suffix)
    for sequence in count(1):
        digits = str(sequence)
        if len(digits) > most:
            break
        name = _fit(format, base.parts, MAX_LENGTH - len(digits)) + digits
        if name not in taken:
            return name
    raise FormatError(f"Every name like “{base.text}” is taken; use a shorter prefix or suffix.")


def cut(base: Base, format: Format) -> bool:  # noqa: A002
    """Whether a part of the name had to give way to fit into 20 characters (M8, M10)."""
    return base.text != _fit(format, base.parts, 10_000)


def sequence(name: str, base: Base, format: Format) -> int | None:  # noqa: A002
    """Which holder of ``base`` has ``name``: 0 the bare one, 1, 2, ... the numbered; None: not of this base.

    >>> form = Format.parse("first_initial.last_name")
    >>> sequence("h.potter12", base(form, given="Harry", family="Potter"), form)
    12
    """
    if name == base.text:
        return 0
    digits = 1
    while digits < len(name) and name[-digits] in "0123456789":
        tail = name[-digits:]
        if tail[0] != "0" and _fit(format, base.parts, MAX_LENGTH - digits) + tail == name:
            return int(tail)
        digits += 1
    return None


def email(username: str, domain: str) -> str:
    """The e-mail address: the username before the full domain (M11)."""
    return f"{username}@{domain.strip().lstrip('@').lower()}"


def sign_in(username: str, scope: str) -> str:
    """What is typed to sign in: the school's short scope, not the domain (M13); bare without a scope."""
    return f"{username}@{scope.strip().lstrip('@').lower()}" if scope.strip() else username
