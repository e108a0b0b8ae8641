"""How an entry differs from what it should be, and who made it so.

Three values meet for each attribute: what we want, what is there, and what we wrote last.  What is there and
was not written by us was changed by somebody else; that is shown, whoever wins.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.targets.base import Entry, Wanted
from misconsole.rules.target_parts import Ours, Terms, Written

NAMES = ("given_name", "family_name", "display_name")
SIGN_IN = ("username", "email")
AS_KEPT = "as_kept"  # in ``written``: values the directory spells in its own way
SUSPENDED_ON = "suspended_on"  # in ``written``: since when it is we who keep somebody out
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """``foreign``: somebody else made it so; ``last`` is None where we never wrote the attribute."""

    field: str
    want: Any
    there: Any
    last: Any
    foreign: bool


def values(entry: Wanted | Entry) -> dict[str, Any]:
    """Every attribute as the store keeps it."""
    return {
        "username": entry.username, "email": entry.email, "given_name": entry.given_name,
        "family_name": entry.family_name, "display_name": entry.display_name,
        "aliases": sorted({alias.casefold() for alias in entry.aliases}), "place": list(entry.place),
        "enabled": entry.enabled, **dict(entry.extras),
    }  # fmt: skip


def differences(ours: Ours, entry: Entry, written: Written, terms: Terms) -> dict[str, Difference]:
    """What is not as it should be, by attribute; for a leaver only sign-in and place."""
    want, there = values(ours.wanted), values(entry)
    there["aliases"] = [
        *there["aliases"],
        entry.email,
        entry.username,
    ]  # both lead here, and stay when renamed
    found: dict[str, Difference] = {}
    for name in managed(ours, entry, written, terms):
        mine, theirs, last = want.get(name, ""), there.get(name, ""), written.get(name, _MISSING)
        if same(name, mine, theirs) or _as_kept(name, mine, theirs, last, written):
            continue
        foreign = last is not _MISSING and not same(name, last, theirs)
        foreign = foreign and not same(name, written.get(AS_KEPT, {}).get(name, last), theirs)
        found[name] = Difference(name, mine, theirs, None if last is _MISSING else last, foreign)
    return found


def managed(ours: Ours, entry: Entry, written: Written, terms: Terms) -> tuple[str, ...]:
    """Attributes that are ours to write for this entry; an empty name never blanks one that is there."""
    wanted = ours.wanted
    place = ("place",) if ours.placed and terms.places else ()
    if not ours.active:
        return ("enabled", *place)
    sign_in = ("email",) if terms.username_in_email else SIGN_IN
    names = tuple(name for name in (*sign_in, *NAMES) if getattr(wanted, name))
    aliases = ("aliases",) if terms.aliases and wanted.aliases else ()
    extras = tuple(
        x for x in sorted(terms.extras) if x in wanted.extras or (written.get(x) and entry.extras.get(x))
    )
    return (*names, *aliases, *extras, *place, "enabled")


def same(name: str, want: Any, there: Any) -> bool:
    """Whether ``there`` is as good as ``want``: more aliases are; case and spaces are no difference where
    directories see none."""
    if name == "aliases":
        return {str(x).casefold() for x in want} <= {str(x).casefold() for x in there}
    if name == "place":
        return [_folded(x) for x in want] == [_folded(x) for x in there]
    if name in SIGN_IN:
        return str(want).casefold() == str(there).casefold()
    if name == "enabled":
        return bool(want) == bool(there)
    return _shown(str(want)) == _shown(str(there))


def _shown(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _folded(text: Any) -> str:
    return _shown(str(text)).casefold()


def _as_kept(name: str, want: Any, there: Any, last: Any, written: Written) -> bool:
    """We wrote just this, and the directory keeps it in its own spelling."""
    kept: Mapping[str, Any] = written.get(AS_KEPT, {})
    if last is _MISSING or name not in kept:
        return False
    return same(name, last, want) and same(name, kept[name], there)


def answered(written: Written, changed: Written, entry: Entry) -> dict[str, Any]:
    """``written`` after a change: what we wrote, and where the directory's answer spells it otherwise."""
    there = values(entry)
    kept = {k: v for k, v in written.get(AS_KEPT, {}).items() if k not in changed}
    kept |= {
        name: there[name]
        for name, value in changed.items()
        if name in there and name != "enabled" and not same(name, value, there[name])
    }
    told = {k: v for k, v in {**written, **changed}.items() if k != AS_KEPT and v is not None}
    return {**told, AS_KEPT: kept} if kept else told
