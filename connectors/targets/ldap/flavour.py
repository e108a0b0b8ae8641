"""What two kinds of directories have to tell apart: attributes, ids, addresses, sign-in, passwords."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Protocol

from connectors.targets.base import EXTRAS, Entry, TargetRefused, Wanted
from connectors.targets.ldap.wire import Found, Value, Wire

#: attribute -> all its values; none takes it away
Values = Mapping[str, Sequence[Value]]
NAMES = {"given_name": "givenName", "family_name": "sn", "display_name": "displayName"}


class Flavour(Protocol):
    rdn: str  # the attribute an entry of ours is named by
    attributes: tuple[str, ...]  # what is read of an entry
    people: str  # the filter that finds people

    def entry(self, found: Found, *, place: tuple[str, ...], protected: bool) -> Entry: ...

    def by_id(self, remote_id: str) -> str:
        """A filter for the entry's own id. Raises EntryGone for what can be no id."""
        ...

    def holders(self, username: str, addresses: Sequence[str]) -> str:
        """A filter for whatever holds this username or one of these addresses."""
        ...

    def new(self, wanted: Wanted, password: str, *, must_change: bool) -> Values: ...

    def finish(self, wire: Wire, dn: str, wanted: Wanted, password: str, *, must_change: bool) -> None:
        """What could not go into the request that made the entry."""
        ...

    def unfinished(self, found: Found) -> bool:
        """Made by us, but cut off before ``finish``."""
        ...

    def profile(self, found: Found, wanted: Wanted, fields: frozenset[str]) -> Values: ...

    def named(self, found: Found, wanted: Wanted, keep: frozenset[str]) -> Values:
        """A new username and address, all old addresses kept beside it."""
        ...

    def rdn_values(self, wanted: Wanted) -> tuple[str, ...]:
        """What the entry may be named in its place, the best first."""
        ...

    def switch(self, found: Found, *, on: bool) -> Values: ...

    def set_password(self, wire: Wire, found: Found, password: str, *, must_change: bool) -> None: ...


def texts(value: str) -> list[Value]:
    return [value] if value else []


def changed(found: Found, values: Values, *, ordered: str = "") -> Values:
    """Only what is not so already; the order of values counts for the attribute ``ordered`` alone."""

    def there(name: str, told: Sequence[Value]) -> bool:
        now, then = [_raw(one) for one in told], list(found.values.get(name.lower(), ()))
        return now == then if name == ordered else set(now) == set(then)

    return {name: list(told) for name, told in values.items() if not there(name, told)}


def _raw(value: Value) -> bytes:
    return value.encode() if isinstance(value, str) else value


def profile_of(
    extras: Mapping[str, str], wanted: Wanted, fields: frozenset[str]
) -> dict[str, Sequence[Value]]:
    """Names and extras; ``extras`` is field -> attribute here, "" for one that has nowhere to go."""
    values: dict[str, Sequence[Value]] = {
        NAMES[name]: texts(getattr(wanted, name)) for name in sorted(fields & NAMES.keys())
    }
    asked = set(wanted.extras) if "extras" in fields else fields & set(EXTRAS)
    for name in sorted(asked):
        if not extras.get(name):
            raise TargetRefused(
                "There is no attribute for the staff code in this directory.",
                mend="Set employee_id_attribute, or do not send employee_id there.",
            )
        values[extras[name]] = texts(wanted.extras.get(name, ""))
    return values


def check(wanted: Wanted) -> None:
    """Raises TargetRefused for text no directory takes: control characters, half characters, no username."""
    named = {
        "username": wanted.username, "email": wanted.email, "given_name": wanted.given_name,
        "family_name": wanted.family_name, "display_name": wanted.display_name, "anchor": wanted.anchor,
        **wanted.extras,
    }  # fmt: skip
    named |= {f"alias {at}": one for at, one in enumerate(sorted(wanted.aliases), 1)}
    for name, value in named.items():
        check_text(name, value)
    if not wanted.username.strip() or not wanted.anchor.strip():
        raise TargetRefused("An entry needs a username and our mark.")


def check_text(name: str, value: str) -> None:
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
        raise TargetRefused(
            f"The {name} holds a character that no directory takes.",
            mend="Correct the name here; then push again.",
        )


def same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def beside(primary: str, *groups: Sequence[str] | frozenset[str]) -> list[str]:
    """Addresses that lead to the same person as ``primary``: each once, ignoring case, in the order told."""
    seen, kept = {primary.casefold(), ""}, []
    for group in groups:
        for address in sorted(group) if isinstance(group, frozenset) else group:
            if address.casefold() not in seen:
                seen.add(address.casefold())
                kept.append(address)
    return kept
