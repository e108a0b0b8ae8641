"""Who sits in front, and which roles the administrator's file gives them.

Somebody is their system account (by user id, never by an environment variable anybody can set) and the
groups it is in.  Where the store belongs to a service account that people reach through ``sudo``, the account
that called ``sudo`` counts, but only if that service account is named in the file.
Standard library only: a command that must answer at once asks it too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: From the widest to the narrowest; whoever is named for several is shown as the first of them.
WIDEST_FIRST = ("administrator", "support", "operator", "head", "read-only")
NONE = "none"
NOBODY: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A system account: its name and the names of its groups."""

    name: str
    groups: frozenset[str] = frozenset()

    def is_one_of(self, entries: Iterable[str]) -> bool:
        """``entries`` are ``user:NAME`` and ``group:NAME``; a bare name is a user."""
        return any(self._is(entry) for entry in entries)

    def _is(self, entry: str) -> bool:
        kind, _, name = entry.rpartition(":")
        return name in self.groups if kind == "group" else name == self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The roles of whoever sits in front, and the people named for each role, for refusals.

    ``at`` maps a school (URN or short name, lower case) to what is held there besides ``everywhere``.
    """

    everywhere: frozenset[str] = frozenset()
    at: Mapping[str, frozenset[str]] = field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named_at: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The widest role held everywhere; "none" for somebody who has one at some schools, or nowhere."""
        return widest(self.everywhere) or NONE

    @property
    def only(self) -> frozenset[str] | None:
        """The schools somebody is bound to; None for who sees all of them."""
        return None if self.everywhere else frozenset(self.at)


def widest(grades: Iterable[str]) -> str:
    held = set(grades)
    return next((each for each in WIDEST_FIRST if each in held), "")


def account() -> Account:
    """The account this process belongs to. Where the system has no such accounts, the name it tells."""
    try:
        import grp
        import pwd

        found = pwd.getpwuid(os.getuid())
        return Account(name=found.pw_name, groups=frozenset(_groups(grp, found.pw_name, found.pw_gid)))
    except (ImportError, KeyError, OSError):
        return Account(name=_told())


def _groups(grp: Any, name: str, gid: int) -> Iterator[str]:
    for each in os.getgrouplist(name, gid):
        try:
            yield grp.getgrgid(each).gr_name
        except KeyError:
            continue


def _told() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def behind(service: str, env: Mapping[str, str]) -> Account:
    """Who is in front: this process's account, or whoever came to the ``service`` account by ``sudo``."""
    found = account()
    caller = env.get("SUDO_UID", "")
    if not service or found.name != service or not (caller.isascii() and caller.isdigit()):
        return found
    try:
        import grp
        import pwd

        person = pwd.getpwuid(int(caller))
        return Account(name=person.pw_name, groups=frozenset(_groups(grp, person.pw_name, person.pw_gid)))
    except (ImportError, KeyError, OSError, OverflowError):
        return found


def standing(
    who: Account, roles: Mapping[str, Any], at_schools: Mapping[str, Mapping[str, Any]] = NOBODY
) -> Standing:
    """``roles`` as in the file: role -> entries, and ``others``, the role of who is not named at all."""
    named = {grade: tuple(roles.get(grade, ())) for grade in WIDEST_FIRST}
    named_at = {
        school.lower(): {grade: tuple(entries.get(grade, ())) for grade in WIDEST_FIRST}
        for school, entries in at_schools.items()
    }
    at = {school: frozenset(_held(who, entries)) for school, entries in named_at.items()}
    everywhere = frozenset(_held(who, named))
    others = str(roles.get("others", NONE))
    if not everywhere and not any(at.values()) and others != NONE:
        everywhere = frozenset((others,))
    return Standing(
        everywhere=everywhere,
        at={school: held for school, held in at.items() if held},
        named={grade: _people(entries) for grade, entries in named.items() if entries},
        named_at={s: {g: _people(e) for g, e in entries.items() if e} for s, entries in named_at.items()},
    )


def _held(who: Account, entries: Mapping[str, Iterable[str]]) -> Iterator[str]:
    return (grade for grade, listed in entries.items() if who.is_one_of(listed))


def _people(entries: Iterable[str]) -> tuple[str, ...]:
    """As a refusal names them: anna, the group it."""
    told = []
    for entry in entries:
        kind, _, name = entry.rpartition(":")
        told.append(f"the group {name}" if kind == "group" else name)
    return tuple(told)
