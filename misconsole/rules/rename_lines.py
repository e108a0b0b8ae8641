"""The shapes of a rehearsal of usernames: who may be renamed, what is taken, what becomes of each line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Look(IntEnum):
    """What a line needs, the most urgent first; also the order of the rehearsal."""

    PROBLEM = 0  # cannot be done
    NAMELESS = 1  # has no name to make one of: a shared account; stays unless a name is typed
    COLLISION = 2  # the plain name belongs to somebody else, so it got a number
    ASK = 3  # spells something, or its names need a look
    CUT = 4  # a part of the name gave way
    CHANGE = 5
    SAME = 6


WORDS = {
    Look.PROBLEM: "not possible", Look.NAMELESS: "no name", Look.COLLISION: "collision",
    Look.ASK: "look at it", Look.CUT: "cut", Look.CHANGE: "", Look.SAME: "stays",
}  # fmt: skip


#: Lines that leave an account as it is.
STAYING = (Look.PROBLEM, Look.NAMELESS, Look.SAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """An account that may be renamed. ``kind`` of ``username_kinds``; ``why`` it is proposed, or ""."""

    account_id: int
    username: str
    kind: str
    name: str = ""
    given: str | None = None
    family: str | None = None
    year_of_entry: int | None = None
    email: str | None = None
    in_use: bool = False  # handed out, or from elsewhere: somebody signs in with it
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """``held``: every name held now or ever in the collision domain, lower case -> the account (None: nobody
    known); ``addresses``: the same of addresses at ``domain``; "" where the school has no domain."""

    held: Mapping[str, int | None] = field(default_factory=dict)
    addresses: Mapping[str, int] = field(default_factory=dict)
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account, old -> new. ``said`` are sentences on ``look``; ``alias`` the address that stays valid."""

    account_id: int
    name: str
    kind: str
    old: str
    new: str
    look: Look
    said: tuple[str, ...] = ()
    old_email: str = ""
    email: str = ""
    typed: bool = False

    @property
    def changes(self) -> bool:
        return self.look not in STAYING

    @property
    def alias(self) -> str:
        return self.old_email if self.changes and self.old_email and self.old_email != self.email else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """``lines`` in the order to look at them; ``downstream`` what other systems and people notice."""

    lines: tuple[Line, ...] = ()
    downstream: tuple[str, ...] = ()

    @property
    def names(self) -> dict[int, str]:
        """account -> new name, of the lines that can be done: what ``apply`` takes."""
        return {each.account_id: each.new for each in self.lines if each.changes}

    def count(self, *looks: Look) -> int:
        return sum(each.look in looks for each in self.lines)
