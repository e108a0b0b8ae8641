"""Invented people of a British school or trust, and the directory somebody made of them, with typed slips.

``build`` gives people as the MIS has them, accounts as the directory has them, whose account is whose, and
for everybody the *kind* of case.  The same seed gives the same world on every machine.  Names and dates are
invented; the kinds are what schools meet (reference 6.5).
"""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from anyascii import anyascii

from misconsole.rules.facts import AccountFacts, PersonFacts
from tests.bench.name_lists import CALLED, COMMUNITIES, ENDINGS, PLACES

TODAY = date(2026, 9, 7)
EVERY = {"pupil": 1.0, "staff": 1.0}  # share of accounts of each role that have a date of birth
Key = tuple[str, str]

#: Kinds with a right account: what the directory made of the name or the date.
SLIPS = (
    "nickname", "preferred", "accent", "hyphen halves", "apostrophe", "swapped", "married", "day/month",
    "digit", "missing date", "typo", "two typos", "initial", "middle name", "placeholder",
)  # fmt: skip
#: Kinds where people are mixed up: some have a right account, some must not be given the one that is there.
MIXED = (
    "twins", "twin, other left", "sibling, other left", "namesakes", "namesake left", "ties",
    "staff, child here", "ex-pupil on staff", "re-joiner", "new MIS id",
)  # fmt: skip


@dataclass(slots=True)
class World:
    """``truth``: key -> account id, for people who have one; ``kind`` of everybody."""

    people: list[PersonFacts] = field(default_factory=list)
    accounts: list[AccountFacts] = field(default_factory=list)
    truth: dict[Key, int] = field(default_factory=dict)
    kind: dict[Key, str] = field(default_factory=dict)


def build(
    *, seed: int, people: int, slips: float = 0.25, unpaired: float = 0.10, staff: float = 0.1,
    dated: Mapping[str, float] = EVERY, planted: bool = True,
) -> World:  # fmt: skip
    """``people`` at the school, a share of ``slips`` and mixed cases in turn, the rest alike on both sides;
    of each side a share ``unpaired`` beside these has nobody.

    ``staff``  the share of staff;  ``dated`` the share of accounts of each role that have a date of birth
    ``planted``  whether of a hundred people one has the very name of somebody who left, whatever name it is;
                 else newcomers and leavers share a name as chance will have it
    """
    world = _Making(seed, staff=staff)
    kinds = tuple(kind for kind in (*SLIPS, *MIXED) if planted or kind != "namesake left")
    odd, lone = round(people * slips), round(people * unpaired)
    for number in range(odd):
        world.case(kinds[number % len(kinds)])
    for _ in range(people - odd - lone):
        world.case("clean")
    for _ in range(lone):
        world.arrival()
        world.leaver()
    done = world.done()
    if dated != EVERY:
        done.accounts = [
            a if world.rnd.random() < dated.get(a.role, 0.0) else replace(a, date_of_birth=None)
            for a in done.accounts
        ]
    return done


class _Making:
    """The world while it is made. Every name and date comes from one seeded source."""

    def __init__(self, seed: int, *, staff: float = 0.1) -> None:
        self.rnd = random.Random(seed)
        self.staff = staff
        self.young = "pupil" if staff < 1 else "staff"  # the role of twins, siblings and namesakes
        self.world = World()
        self.weights = [share for share, _, _ in COMMUNITIES]
        self.rank = {id(names): [1 / (n + 3) for n in range(len(names))]
                     for _, given, family in COMMUNITIES for names in (given, family)}  # fmt: skip

    # -- people

    def name(self) -> tuple[str, str]:
        _, given, family = self.rnd.choices(COMMUNITIES, self.weights)[0]
        first = self.rnd.choices(given, self.rank[id(given)])[0]
        if family is COMMUNITIES[0][2] and self.rnd.random() < 0.5:
            last = self.rnd.choice(PLACES) + self.rnd.choice(ENDINGS)
        else:
            last = self.rnd.choices(family, self.rank[id(family)])[0]
        return first, last.replace("-", self.rnd.choice("- ")) if last[0].islower() else last

    def birth(self, role: str) -> date:
        if role == "pupil":
            return date(2008, 9, 1) + timedelta(days=self.rnd.randrange(7 * 365))
        return date(1960, 1, 1) + timedelta(days=self.rnd.randrange(42 * 365))

    def human(self, **more: Any) -> PersonFacts:
        role = more.pop("role", None) or ("staff" if self.rnd.random() < self.staff else "pupil")
        first, last = self.name()
        born = self.birth(role)
        facts: dict[str, Any] = {
            "given_name": first, "family_name": last, "legal_given_name": first, "legal_family_name": last,
            "date_of_birth": born, "source_id": f"m{len(self.world.people):06d}", "role": role,
            "year_of_entry": _entry(role, born),
        } | more  # fmt: skip
        if "legal_given_name" not in more:
            facts["legal_given_name"] = facts["given_name"]
        if "legal_family_name" not in more:
            facts["legal_family_name"] = facts["family_name"]
        return PersonFacts(**facts)

    def join(self, person: PersonFacts, kind: str) -> PersonFacts:
        person = replace(person, source_id=f"m{len(self.world.people):06d}")
        self.world.people.append(person)
        self.world.kind[person.key] = kind
        return person

    def account(self, person: PersonFacts, *, of: Key | None = None, **more: Any) -> AccountFacts:
        number = len(self.world.accounts) + 1
        base: dict[str, Any] = {
            "account_id": number, "username": f"u{number}", "role": person.role,
            "given_name": person.given_name,
            "family_name": person.family_name, "date_of_birth": person.date_of_birth,
            "year_of_entry": person.year_of_entry,
        }  # fmt: skip
        held = AccountFacts(**(base | more))
        self.world.accounts.append(held)
        if of:
            self.world.truth[of] = number
        return held

    def arrival(self) -> None:
        self.join(self.human(), "new")

    def leaver(self) -> None:
        self.account(self.human(), state="unallocated" if self.rnd.random() < 0.5 else "active")

    def done(self) -> World:
        self.rnd.shuffle(self.world.people)
        self.rnd.shuffle(self.world.accounts)
        return self.world

    # -- cases

    def case(self, kind: str) -> None:
        make = getattr(self, "_" + "".join(c if c.isalnum() else "_" for c in kind), None)
        if make is not None:
            make(kind)
            return
        person = self.until(lambda p: self.slip(kind, p) is not None)
        person = self.join(person, kind)
        self.account(person, of=person.key, **(self.slip(kind, person) or {}))

    def until(self, fits: Any) -> PersonFacts:
        while True:
            person = self.human()
            if fits(person):
                return person

    def slip(self, kind: str, person: PersonFacts) -> dict[str, Any] | None:
        """What the directory has instead; None where this person can't have such a slip."""
        first, last, born = person.given_name or "", person.family_name or "", person.date_of_birth
        assert born
        if kind == "clean":
            return {}
        if kind == "nickname":
            return {"given_name": CALLED[first]} if first in CALLED else None
        if kind == "accent":
            plain = {"given_name": anyascii(first), "family_name": anyascii(last)}
            return plain if plain != {"given_name": first, "family_name": last} else None
        if kind == "apostrophe":
            return (
                {"family_name": last.replace("'", self.rnd.choice([" ", "", "’"]))} if "'" in last else None
            )
        if kind == "swapped":
            return {"given_name": last, "family_name": first}
        if kind == "married":
            return {"family_name": self.name()[1]}
        if kind == "day/month":
            if born.day > 12 or born.day == born.month:
                return None
            return {"date_of_birth": date(born.year, born.day, born.month)}
        if kind == "digit":
            return {"date_of_birth": _digit(born, self.rnd)}
        if kind == "missing date":
            return {"date_of_birth": None}
        if kind == "placeholder":
            return {"date_of_birth": date(born.year, 1, 1)}
        if kind == "initial":
            return {"given_name": first[0]}
        if kind == "middle name":
            return {"given_name": f"{first} {self.name()[0]}"}
        which = self.rnd.choice(["given_name", "family_name"]) if kind == "typo" else "both"
        if kind in ("typo", "two typos") and min(len(first), len(last)) >= 4:
            slips = {"given_name": _typo(first, self.rnd), "family_name": _typo(last, self.rnd)}
            return {k: v for k, v in slips.items() if which in (k, "both")}
        return None

    def _preferred(self, kind: str) -> None:
        """The MIS has a legal name too, the directory only that."""
        legal = self.human()
        called = self.name()[0]
        person = self.join(replace(legal, given_name=called), kind)
        self.account(legal, of=person.key)

    def _hyphen_halves(self, kind: str) -> None:
        person = self.human()
        other = self.name()[1]
        half = self.rnd.choice([person.family_name, other])
        whole = f"{person.family_name}-{other}"
        person = self.join(replace(person, family_name=whole, legal_family_name=whole), kind)
        self.account(person, of=person.key, family_name=half)

    def _twins(self, kind: str) -> None:
        """Both here; the directory has one of them with a slip in the first name."""
        one = self.until(lambda p: p.role == self.young and len(p.given_name or "") >= 4)
        other = self.twin(one)
        one, other = self.join(one, kind), self.join(other, kind)
        self.account(one, of=one.key, given_name=_typo(one.given_name or "", self.rnd))
        self.account(other, of=other.key)

    def twin(self, one: PersonFacts) -> PersonFacts:
        mine = one.given_name or ""
        first = mine
        # Nobody calls twins Harry and Harriet, or Henry and Harry.
        while first[:3] == mine[:3] or first == CALLED.get(mine) or mine == CALLED.get(first):
            first = self.name()[0]
        return replace(one, given_name=first, legal_given_name=first)

    def _twin__other_left(self, kind: str) -> None:
        one = self.human(role=self.young)
        self.join(one, kind)
        self.account(self.twin(one), state="unallocated")

    def _sibling__other_left(self, kind: str) -> None:
        one = self.human(role=self.young)
        self.join(one, kind)
        self.account(self.reborn(self.twin(one)), state="unallocated")

    def _namesakes(self, kind: str) -> None:
        """Two of one name, both here, one date with a digit wrong."""
        one = self.human(role=self.young)
        other = self.reborn(one)
        one, other = self.join(one, kind), self.join(other, kind)
        assert one.date_of_birth
        self.account(one, of=one.key, date_of_birth=_digit(one.date_of_birth, self.rnd))
        self.account(other, of=other.key)

    def _namesake_left(self, kind: str) -> None:
        one = self.human()
        self.join(one, kind)
        self.account(self.reborn(one), state=self.rnd.choice(["active", "unallocated"]))

    def reborn(self, one: PersonFacts) -> PersonFacts:
        """Somebody else who has another date of birth, and the year of entry that goes with it."""
        born = self.birth(one.role)
        return replace(one, date_of_birth=born, year_of_entry=_entry(one.role, born))

    def _ties(self, kind: str) -> None:
        """Two accounts alike, of which one is right: nobody can tell."""
        one = self.join(self.human(), kind)
        self.account(one, of=one.key, date_of_birth=None)
        self.account(one, date_of_birth=None, state="unallocated")

    def _staff__child_here(self, kind: str) -> None:
        """A teacher without an account, whose child of the same name has one."""
        one = self.join(self.human(role="staff"), kind)
        self.account(one, role="pupil", date_of_birth=self.birth("pupil"))

    def _ex_pupil_on_staff(self, kind: str) -> None:
        one = self.join(replace(self.human(role="staff"), date_of_birth=self.birth("pupil")), kind)
        self.account(one, of=one.key, role="pupil", state="unallocated")

    def _re_joiner(self, kind: str) -> None:
        one = self.join(self.human(role=self.young), kind)
        self.account(one, of=one.key, state="unallocated")

    def _new_MIS_id(self, kind: str) -> None:
        one = self.join(self.human(), kind)
        self.account(one, of=one.key, mis_id=f"old{self.rnd.randrange(10**6)}")


def _entry(role: str, born: date) -> int | None:
    return born.year + 11 + (born.month > 8) if role == "pupil" else None


def _typo(name: str, rnd: random.Random) -> str:
    """One slip of the pen that changes the name: a letter left out, doubled, changed, or two changed over."""
    while True:
        place, how = rnd.randrange(len(name) - 1), rnd.randrange(4)
        slipped = (
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name[:place] + rnd.choice(string.ascii_lowercase) + name[place + 1 :],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
        )[how]
        if slipped.casefold() != name.casefold():
            return slipped


def _digit(born: date, rnd: random.Random) -> date:
    """The date with one digit wrong, still a date."""
    while True:
        text = list(born.strftime("%Y%m%d"))
        text[rnd.randrange(3, 8)] = rnd.choice(string.digits)
        try:
            slipped = date(int("".join(text[:4])), int("".join(text[4:6])), int("".join(text[6:])))
        except ValueError:
            continue
        if slipped != born:
            return slipped


def moved(*, seed: int, people: int) -> World:
    """A school that has changed its MIS: every source id is new, accounts keep what an earlier linking left.

    Of a hundred, some have a UPN on both sides and another spelling, a new surname, or a date mended since;
    newcomers have no account yet, leavers' accounts are still there.
    """
    world = _Making(seed)
    rnd = world.rnd
    for number in range(people):
        person = world.human()
        upn = f"A{number:012d}"
        pupil = person.role == "pupil"
        has = (pupil and rnd.random() < 0.97) or not pupil
        identifiers = (
            {("upn" if pupil else "staff_code"): (upn if pupil else f"S{number:04d}",)} if has else {}
        )
        changed = replace(person, identifiers=identifiers)
        if has and rnd.random() < 0.05:
            first = CALLED.get(person.given_name or "", person.given_name)
            changed = replace(changed, given_name=first, legal_given_name=person.given_name)
        if has and rnd.random() < 0.02:
            changed = replace(changed, family_name=world.name()[1])
        changed = world.join(changed, "moved")
        kept = {kind: values[0] for kind, values in identifiers.items()}
        anchors = {"mis_id": (f"{rnd.randrange(people):05d}",)}
        world.account(person, of=changed.key, mis_id=f"{rnd.randrange(people):05d}", anchors=anchors, **kept)
    for _ in range(people // 20):
        world.arrival()
        world.leaver()
    # The new MIS numbers its people as it likes: what was one person's number is another's now.
    numbers = list(range(len(world.world.people)))
    rnd.shuffle(numbers)
    renamed = {p.key: f"{n:05d}" for p, n in zip(world.world.people, numbers, strict=True)}
    world.world.truth = {(key[0], renamed[key]): account for key, account in world.world.truth.items()}
    world.world.kind = {(key[0], renamed[key]): kind for key, kind in world.world.kind.items()}
    world.world.people = [replace(p, source_id=renamed[p.key]) for p in world.world.people]
    return world.done()
