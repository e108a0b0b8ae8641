"""How Bromcom writes things: text padded with blanks, class names with their year, names with their title."""

from __future__ import annotations

import re
from datetime import date

from connectors.values import Faults, Row, text

NO_TUTOR_GROUP = "notutorgrp"
_YEARLY = re.compile(r"(.*\S)\s*\((\d\d)/(\d\d)\)")
_TITLE = (
    "mr mrs ms miss mx dr doctor prof professor rev reverend revd fr father sir dame lady lord sr sister "
    "imam rabbi captain capt major col cllr"
)
TITLES = frozenset(_TITLE.split())
AND = frozenset({"and", "&", "+"})
_BEFORE = "van von der den de del della di da das do dos du la le el al bin ibn binti bint abu st ter ten"
PARTICLES = frozenset(_BEFORE.split())


def plain(row: Row, key: str, faults: Faults, name: str) -> str | None:
    """Text without the blanks it was padded with."""
    found = text(row, key, faults, name)
    return (found.strip(" ") or None) if found is not None else None


def plain_id(row: Row, key: str) -> str | None:
    """An id that links to something: a number or text; None where there is none."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def yes(value: object) -> bool:
    """A flag as a word, a digit or a boolean; anything but a yes is a no."""
    return value is True or (
        isinstance(value, str | int) and str(value).strip().lower() in ("yes", "true", "1")
    )


def school_year(today: date) -> tuple[int, int]:
    """The academic year as class names write it: 15 January 2026 is in (25, 26)."""
    start = today.year if today.month >= 9 else today.year - 1
    return start % 100, (start + 1) % 100


def class_name(name: str) -> tuple[str, tuple[int, int] | None]:
    """A class's name and the academic year behind it, as in ``7x/En1 (25/26)``."""
    found = _YEARLY.fullmatch(name.strip(" "))
    if found is None:
        return name.strip(" "), None
    return found[1], (int(found[2]), int(found[3]))


def parted(name: str, *, family: str | None = None) -> tuple[str | None, str | None, str | None]:
    """Title, forename and surname out of one text; every word of it is in one of them.

    ``family`` is the pupil's surname: where the name ends with it, that is the surname.  Otherwise it is the
    last word, with "van der" and the like before it.  What names two people is handed over as one, since only
    the rules may split a person in two (Z13): the second's title and name stay behind the first's surname.
    """
    words = name.split()
    at = _titles(words)
    title, rest = " ".join(words[:at]) or None, words[at:]
    if not rest:
        return None, None, title
    second = next((n for n, word in enumerate(rest) if word.lower() in AND), None)
    if second is not None and second + 1 < len(rest) and _is_title(rest[second + 1]):
        start = max(second - 1, 0)
    else:
        start = _surname(rest, family)
    return title, " ".join(rest[:start]) or None, " ".join(rest[start:])


def _titles(words: list[str]) -> int:
    """How many words at the front are the title, joint ones ("Mr and Mrs") whole."""
    at = 0
    while at < len(words) and _is_title(words[at]):
        at += 1
        if at + 1 < len(words) and words[at].lower() in AND and _is_title(words[at + 1]):
            at += 1
    return at


def _is_title(word: str) -> bool:
    parts = word.lower().rstrip(".").split("/")
    return all(part in TITLES for part in parts)


def _surname(words: list[str], family: str | None) -> int:
    known = (family or "").lower().split()
    if known and len(known) < len(words) and [w.lower() for w in words[-len(known) :]] == known:
        return len(words) - len(known)
    first = next((n for n, word in enumerate(words[1:-1], 1) if word.lower() in PARTICLES), None)
    return first if first is not None else len(words) - 1
