"""A username format while it is being built, right or not yet, and what it makes of a school's own people.

A draft may break every rule on the way to a format that breaks none; ``problem`` says what is missing.
Examples are the people with whom a format goes wrong: the longest name, accents, an apostrophe, a single
name, two who come to the same (M6, M7, M8, Z4-Z6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from misconsole.rules import suitable, usernames
from misconsole.rules.names import APOSTROPHES, letters
from misconsole.rules.username_kinds import AS_STAFF
from misconsole.rules.usernames import ELEMENTS, SEPARATORS, Format, FormatError, Taken


@dataclass(frozen=True, slots=True)
class Draft:
    """``as_staff``: follows the format of teaching staff, whatever else is set here."""

    elements: tuple[str, ...] = ()
    separator: str = ""
    prefix: str = ""
    suffix: str = ""
    as_staff: bool = False

    @classmethod
    def of(cls, text: str, staff: str) -> Draft:
        """From a setting's text; ``staff`` is the format that a follower follows."""
        made = Format.parse(staff if text == AS_STAFF else text)
        return cls(made.elements, made.separator, made.prefix, made.suffix, text == AS_STAFF)

    def toggled(self, element: str) -> Draft:
        """With that element at the end, or without it. Only one of the two years can be in it."""
        if element in self.elements:
            return replace(self, elements=tuple(e for e in self.elements if e != element), as_staff=False)
        years = {"yoe4", "yoe2"}
        kept = tuple(e for e in self.elements if not (element in years and e in years))
        return replace(self, elements=(*kept, element), as_staff=False)

    def next_separator(self) -> Draft:
        at = SEPARATORS.index(self.separator)
        return replace(self, separator=SEPARATORS[(at + 1) % len(SEPARATORS)], as_staff=False)

    def affixed(self, *, prefix: str | None = None, suffix: str | None = None) -> Draft:
        return replace(
            self,
            prefix=self.prefix if prefix is None else prefix.strip().lower(),
            suffix=self.suffix if suffix is None else suffix.strip().lower(),
            as_staff=False,
        )

    def format(self, role: str) -> Format:
        """Raises FormatError with what is wrong. ``role`` pupil, or anything else for no years (M2)."""
        return Format(self.elements, self.separator, self.prefix, self.suffix).for_role(role)

    def problem(self, role: str) -> str:
        try:
            self.format(role)
        except FormatError as wrong:
            return str(wrong)
        return ""

    def text(self, role: str) -> str:
        """The setting's value. Raises FormatError."""
        return AS_STAFF if self.as_staff else str(self.format(role))


def elements_for(role: str) -> tuple[str, ...]:
    """What may be in a format of that role, in the order of their numbers (M1, M2)."""
    return ELEMENTS if role == "pupil" else usernames.NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody of the school, by the names that count."""

    given: str | None
    family: str | None
    year_of_entry: int | None = None

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.family) if part)


#: Why somebody is shown, and who is.
TELLING: Mapping[str, Callable[[Named], bool]] = {
    "accents": lambda p: not p.name.isascii() and not APOSTROPHES & set(p.name),
    "an apostrophe": lambda p: bool(APOSTROPHES & set(p.name)),
    "a hyphen": lambda p: "-" in p.name,
    "a single name": lambda p: bool(p.given) != bool(p.family),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """``why`` this person is shown; ``said`` what to know about the name, "" for nothing."""

    why: str
    name: str
    username: str
    email: str
    sign_in: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """``numbered`` and ``cut`` of ``people`` would get a number, or lose a part of their name."""

    shown: tuple[Example, ...]
    people: int
    numbered: int
    cut: int
    asked: int


def examples(form: Format, people: Sequence[Named], *, domain: str, scope: str) -> Examples:
    """What the format makes of these people, as if it named all of them anew."""
    bases = [
        usernames.base(form, given=p.given, family=p.family, year_of_entry=p.year_of_entry) for p in people
    ]
    holders: dict[str, int] = {}
    numbered = cut = asked = 0
    clash: tuple[int, int] | None = None
    for at, (person, base) in enumerate(zip(people, bases, strict=True)):
        first = holders.setdefault(base.text, at)
        if first != at:
            numbered += 1
            clash = clash or (first, at)
        cut += usernames.cut(base, form)
        asked += bool(base.review or suitable.question(base.text, given=person.given, family=person.family))
    chosen = [(why, at) for why, at in _telling(people) if at is not None]
    if clash:
        chosen += [("comes first", clash[0]), ("comes to the same", clash[1])]
    shown: list[Example] = []
    taken = Taken()
    done: set[int] = set()
    for why, at in chosen:
        if at not in done:
            done.add(at)
            shown.append(_example(why, people[at], bases[at], form, taken, domain, scope))
    return Examples(shown=tuple(shown), people=len(people), numbered=numbered, cut=cut, asked=asked)


def _example(
    why: str, person: Named, base: usernames.Base, form: Format, taken: Taken, domain: str, scope: str
) -> Example:
    name = usernames.unique(base, form, taken)
    taken.add(name)
    said = base.review or suitable.question(name, given=person.given, family=person.family)
    if not said and usernames.cut(base, form):
        said = f"cut to {usernames.MAX_LENGTH} characters"
    return Example(
        why=why, name=person.name, username=name, said=said,
        email=usernames.email(name, domain) if domain.strip() else "",
        sign_in=usernames.sign_in(name, scope),
    )  # fmt: skip


def _telling(people: Sequence[Named]) -> Iterable[tuple[str, int | None]]:
    """(why, place) of those who show most about a format; None where the school has nobody like it."""
    places = range(len(people))
    yield "the longest name", max(places, key=lambda at: len(letters(people[at].name)), default=None)
    for why, fits in TELLING.items():
        yield why, next((at for at in places if fits(people[at])), None)
    both = [at for at in places if people[at].given and people[at].family]
    yield "the shortest name", min(both, key=lambda at: len(people[at].name), default=None)
