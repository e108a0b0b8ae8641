"""Does a username happen to spell something unkind?  Asks; never refuses and never renames by itself.

A person's own name is never the question: Dickson, Cockburn and Scunthorpe are names.  What is asked about
is what the format made of it: an initial run into a surname (S. Hitchen), a name cut short, affixes, and
initials, because mail systems show them in a circle beside the name.  The words are in
``tables/unsuitable.txt``, our own short list of British playground and worse.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from misconsole.rules.names import fold, letters

FILE = Path(__file__).with_name("tables") / "unsuitable.txt"
LONG = 4  # letters; shorter words hide in too many names


def question(username: str, *, given: str | None, family: str | None) -> str:
    """What to ask about this username of this person, "" when nothing stands out."""
    return _spelt(username, letters(given), letters(family)) or _initials(given, family)


def wording(text: str, *, given: str | None, family: str | None) -> str:
    """The same of any wording somebody is shown by; initials are left alone."""
    return _spelt(text, letters(given), letters(family))


def _spelt(username: str, first: str, last: str) -> str:
    text = letters(username)
    shorter, longer = _words()
    if text in shorter and text not in (first, last):
        return f"It reads “{text}”; look whether it can stay."
    for word in longer:
        at = text.find(word)
        if at < 0:
            continue
        own = word in first or word in last
        at_the_cut = text.endswith(word) and not (first.endswith(word) or last.endswith(word))
        if not own or (at_the_cut and at + len(word) == len(text)):
            return f"It reads “{word}”; look whether it can stay."
    return ""


def _initials(given: str | None, family: str | None) -> str:
    words = [*fold(given).split(), *fold(family).split()]
    both = "".join(word[0] for word in words)
    outer = words[0][0] + words[-1][0] if words else ""
    shorter, longer = _words()
    found = next((text for text in (both, outer) if text in shorter or text in longer), "")
    return f"The initials spell “{found}”; look whether it can stay." if found else ""


@cache
def _words() -> tuple[frozenset[str], tuple[str, ...]]:
    """(words looked for as a whole, words looked for anywhere)."""
    lines = FILE.read_text(encoding="utf-8").split("\n")
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return frozenset(w for w in words if len(w) < LONG), tuple(w for w in words if len(w) >= LONG)
