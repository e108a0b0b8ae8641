"""What a plan starts from: the store as it was read, and the people as they were judged.

Both are plain values, so that a plan is a pure function of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from misconsole.rules.facts import AccountFacts, PersonFacts
from misconsole.rules.plan_parts import Item, Key, Suggestion, Trouble
from misconsole.rules.usernames import Format


class KnownPerson(NamedTuple):
    """A person in the store. ``digest`` of what is stored; ``present`` as of the last run."""

    person_id: int
    digest: str
    present: bool
    gate: str
    gate_detail: str


class KnownLink(NamedTuple):
    """An active link of a person of this school."""

    link_id: int
    person_id: int
    account_id: int


class KnownItem(NamedTuple):
    row_id: int
    digest: str
    present: bool
    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Whom a run of changes leaves alone, counted: ``people`` at the school besides those looked at,
    ``accounts`` of the school that are active and ``held`` accounts of people that are, theirs included."""

    people: int
    accounts: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The store's side.

    ``accounts``  of the school, of schools local to it (K1), and any linked to its people
    ``links``     the active ones; ``left`` maps a person whose link a run ended to the account of then
    ``taken``     usernames in use or reserved in the collision domain, lower case (Z8)
    ``first``     no sync was ever applied to this school
    ``rest``      None: everybody is known here; else only those whom the run looks at, and the rest counted
    """

    school_id: int
    version: int = 0
    mode: str = "create"
    domain: str = ""
    domain_key: str = ""
    first: bool = False
    people: Mapping[Key, KnownPerson] = field(default_factory=dict)
    accounts: Mapping[int, AccountFacts] = field(default_factory=dict)
    links: Mapping[Key, KnownLink] = field(default_factory=dict)
    left: Mapping[Key, int] = field(default_factory=dict)
    items: Mapping[tuple[str, str], KnownItem] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    rest: Rest | None = None


class Judged(NamedTuple):
    """A person who is at the school according to the MIS, and the first gate he or she fails.

    ``left``    the code of having left by the dates ("" if not), whichever gate fails first
    ``digest``  None: carried over from the store, because the MIS was not asked or told only changes
    """

    facts: PersonFacts
    gate: str = ""
    gate_detail: str = ""
    flags: tuple[str, ...] = ()
    digest: str | None = None
    left: str = ""


class Match(NamedTuple):
    """An account that is certainly this person's. ``how``: identifier, exact or returned."""

    account_id: int
    how: str
    evidence: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What matching found: certain links, people who wait with their suggestions, people without any."""

    linked: Mapping[Key, Match] = field(default_factory=dict)
    waiting: Mapping[Key, tuple[Suggestion, ...]] = field(default_factory=dict)
    reasons: Mapping[Key, str] = field(default_factory=dict)  # why somebody waits, in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """The MIS's side, judged.

    ``people``     everybody who is at the school now, seen or carried over
    ``rolls``      roles whose whole roll was read to its end, so that absence means something (Z20)
    ``named_gone`` people a delta says were deleted
    ``items``      contacts, classes, groups and subjects; ``whole_items`` the kinds read completely
    ``since``      high water to remember once the plan is applied; ``full`` whether all was read
    ``judged``     what the run judged by, to remember beside it; ``classes`` whether it read of classes
    """

    people: Mapping[Key, Judged]
    rolls: frozenset[str] = frozenset()
    named_gone: frozenset[Key] = frozenset()
    items: tuple[Item, ...] = ()
    whole_items: frozenset[str] = frozenset()
    gone_items: frozenset[tuple[str, str]] = frozenset()
    troubles: tuple[Trouble, ...] = ()
    since: Mapping[str, str] = field(default_factory=dict)
    full: bool = True
    judged: str = ""
    classes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How accounts are named here: a username format for each role, and for kinds of a role (F14)."""

    formats: Mapping[str, Format]
    day: date
