"""Surnames without the small words that one system keeps and another drops or glues on.

De Souza, D'Souza and DeSouza; van der Berg and Berg; Al-Hassan, El Hassan and Alhassan; bin Yusuf; O'Brien,
O Brien and Ó Briain's Brien; MacDonald, Mc Donald and McDonald; ap Rhys; St John and Saint John.  The *core*
is for comparison only: two surnames of one core agree "but for a particle", which is worth less than
agreement outright.
"""

from __future__ import annotations

from functools import lru_cache

from misconsole.rules.names import APOSTROPHES, bare

_WORDS = (
    "de da do dos das di del della du des den der la le van von vander ten ter te",  # Romance, Dutch, German
    "al el ul ur abu bin bint ibn ben umm binti",  # Arabic, Malay
    "o ni ui nic mac mc ap ab ferch verch fitz y e",  # Irish, Scottish, Welsh; Spanish, Portuguese
)
PARTICLES = frozenset(word for words in _WORDS for word in words.split())
_GLUED = ("al", "el", "de", "da", "di", "du")


@lru_cache(maxsize=65536)
def core(name: str | None) -> str:
    """The surname without its particles, run together; all of it where nothing else remains."""
    text = _apart(name or "")
    words = bare(text).split()
    kept = [word for word in words if word not in PARTICLES] or words
    return _scottish("".join(_saint(word) for word in kept))


def _apart(name: str) -> str:
    """O'Brien, D'Souza and M'Bala with the letter before the apostrophe as a word of its own."""
    if len(name) > 2 and name[1] in APOSTROPHES and name[0] in "OoDdMmLl":
        return name[2:] if name[0] not in "Mm" else "Mc" + name[2:]
    return name


def _saint(word: str) -> str:
    return "st" if word == "saint" else word


def _scottish(name: str) -> str:
    """Mac and Mc are one, in front of a name of some length: Mackie and Mace keep theirs."""
    for start in ("mac", "mc"):
        if name.startswith(start) and len(name) - len(start) >= 4:
            return name[len(start) :]
    return name


def glued(one: str, other: str) -> bool:
    """Whether the longer core is the shorter with an article run into it: Alhassan and Hassan."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and len(long) - len(short) == 2 and long[:2] in _GLUED and long.endswith(short)
