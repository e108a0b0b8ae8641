"""A header's text → plain words and whom it is about. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ABBREVIATED = re.compile(r"\b(?:[A-Za-z]\.){2,}")  # D.O.B.
_OTHER = re.compile(r"[^a-z0-9]+")
_ABOUT = {
    "pupil": "pupil", "student": "pupil", "child": "pupil", "learner": "pupil", "pupils": "pupil",
    "students": "pupil", "childs": "pupil",
    "staff": "staff", "employee": "staff", "teacher": "staff", "employees": "staff",
    "contact": "contact", "parent": "contact", "guardian": "contact", "carer": "contact",
    "contacts": "contact", "mother": "contact", "father": "contact", "person": "person",
    "class": "class", "group": "class", "set": "class",
}  # fmt: skip

_SIDES = ("mother", "father")


@dataclass(frozen=True, slots=True)
class Header:
    """``words`` the reduced text, ``about`` "pupil", "staff", "contact", "class", "person" or "", ``rest``
    the words without that, ``slot`` the number of "Contact 2" or 0."""

    words: str
    about: str = ""
    rest: str = ""
    slot: int = 0


@lru_cache(maxsize=2048)
def read(label: str) -> Header:
    """``preferredFirstName`` → "preferred first name"; ``Contact 2 E-mail`` → about contact 2, "e mail"."""
    words = plain(label).split()
    about = next(
        (_ABOUT[w] for at, w in enumerate(words) if w in _ABOUT and words[at - 1 : at] != ["to"]), ""
    )
    slot = next((n for n, side in enumerate(_SIDES, 1) if side in words), 0)
    if about == "contact":
        slot = next((int(word) for word in words if word in "123456789"), slot)
    kept = [word for word in words if _ABOUT.get(word) != about and word not in ("s", "of")]
    if about == "contact" and slot:
        kept = [word for word in kept if word not in (str(slot), "priority")]
    return Header(" ".join(words), about, " ".join(kept if about else words), slot)


def plain(label: str) -> str:
    """Lower-case words: ``AdmNo.`` → "adm no", ``D.O.B.`` → "dob"."""
    text = _ABBREVIATED.sub(lambda m: m[0].replace(".", ""), label[:200])
    text = _CAMEL.sub(" ", text)
    words = _OTHER.sub(" ", text.casefold()).split()
    return " ".join(words)
