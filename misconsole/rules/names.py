"""Names as they are compared, and as they become usernames: two different foldings.

``fold`` is for comparison: it keeps the words of a name apart, so that "Smith-Jones" and "Smith Jones"
are equal and "Smithjones" is not.  ``letters`` is for usernames: it keeps a to z and nothing else
(M7, Z2).  Both transliterate (Zoë → zoe, Łukasz → lukasz; Z4) and both drop emoji and symbols before
transliterating, because a transliteration spells those out (🙂 would become "slightly smiling face").
Neither ever raises: names are foreign text of any length and any alphabet.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

APOSTROPHES = frozenset("'’‘‛ʼʹʻʽ′´`＇")
TITLES = {
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lady", "lord",
    "rev", "revd", "reverend", "fr", "sr", "canon", "capt",
}  # fmt: skip
SUFFIXES = {"jr", "snr", "jnr", "esq", "obe", "mbe", "cbe", "phd"}


def fold(text: str | None) -> str:
    """One spelling for comparison: lower-case ASCII words with one space between; "" for None.

    Apostrophes of every kind vanish (O’Brien = O'Brien = Obrien); other punctuation parts words.
    """
    return "" if not text else _fold(text)


@lru_cache(maxsize=65536)
def _fold(text: str) -> str:
    if text.isascii():
        kept = "".join(c if c.isalnum() else "" if c in APOSTROPHES else " " for c in text.lower())
    else:
        plain = anyascii("".join(map(_comparable, unicodedata.normalize("NFKC", text).casefold())))
        kept = "".join(c if c.isalnum() else "" if c in APOSTROPHES else " " for c in plain.lower())
    return " ".join(kept.split())


def _comparable(char: str) -> str:
    if char in APOSTROPHES:
        return ""
    category = unicodedata.category(char)
    if category[0] in "LMN":
        return char
    return "" if category == "Cf" else " "  # zero-width and bidi controls join, the rest parts words


def letters(text: str | None) -> str:
    """The letters a to z of a name part, transliterated, lower-case, nothing else (M7, Z2, Z4, Z7)."""
    if not text:
        return ""
    if not text.isascii():
        kept = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] in "LM")
        text = anyascii("".join(kept))
    return "".join(c for c in text.lower() if "a" <= c <= "z")


def is_latin(text: str | None) -> bool:
    """Whether every letter belongs to the Latin script; others are transliterated by rule of thumb (Z5)."""
    if not text or text.isascii():
        return True
    plain = unicodedata.normalize("NFKC", text)
    return all(
        unicodedata.name(c, "").startswith(("LATIN", "MODIFIER", "FEMININE", "MASCULINE"))
        for c in plain
        if unicodedata.category(c)[0] == "L"
    )


def bare(text: str | None) -> str:
    """``fold`` without titles in front and honours or generations behind: "Dr A. Patel MBE" → "a patel".

    A name that is nothing but such words is left whole: somebody is called Sir or Lord.
    """
    words = fold(text).split()
    start, end = 0, len(words)
    while start < end and words[start] in TITLES:
        start += 1
    while end > start and words[end - 1] in SUFFIXES:
        end -= 1
    return " ".join(words[start:end] or words)


@dataclass(frozen=True, slots=True)
class NameViews:
    """One name part seen in the ways two systems spell it differently.

    ``full``    the words, one space between ("smith jones")
    ``joined``  the words run together ("smithjones"), equal for Smith-Jones, Smith Jones and SmithJones
    ``first``   the first word, one half of a double barrel or the first of several given names
    ``last``    the last word, the other half
    ``words``   all of them, sorted, for names written in another order
    """

    full: str
    joined: str
    first: str
    last: str
    words: tuple[str, ...]

    @property
    def spellings(self) -> frozenset[str]:
        """Every distinct view as text, empty ones left out."""
        return frozenset(v for v in (self.full, self.joined, self.first, self.last) if v)


@lru_cache(maxsize=65536)
def views(text: str | None) -> NameViews:
    """The views of one name part (given or family); every one is "" for a missing name."""
    full = bare(text)
    words = full.split()
    ends = (words[0], words[-1]) if words else ("", "")
    return NameViews(full, full.replace(" ", ""), *ends, tuple(sorted(words)))


def pairs(
    given: str | None, family: str | None, legal_given: str | None = None, legal_family: str | None = None
) -> tuple[tuple[str, str], ...]:
    """The distinct (given, family) pairs a person may be known by, preferred ones first (K13, O1).

    All four combinations of preferred and legal; each half folded; pairs of nothing left out.
    """
    firsts = [bare(name) for name in (given, legal_given) if name]
    lasts = [bare(name) for name in (family, legal_family) if name]
    both = ((first, last) for last in lasts or [""] for first in firsts or [""])
    return tuple(dict.fromkeys(pair for pair in both if any(pair)))
