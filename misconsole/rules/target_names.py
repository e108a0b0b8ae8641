"""Which names of a directory are taken, and by whom; case never tells two names apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.targets.base import Entry, Wanted
from misconsole.rules.names import bare
from misconsole.rules.target_parts import Terms


class Taken:
    """Every sign-in name, address and alias of the directory -> the entries that bear it."""

    def __init__(self, entries: Iterable[Entry], terms: Terms) -> None:
        self._terms = terms
        self._holders: dict[str, dict[str, Entry]] = {}
        for entry in entries:
            for name in (*self._names(entry), *entry.aliases):
                if name:
                    self._holders.setdefault(name.casefold(), {})[entry.remote_id] = entry

    def _names(self, each: Entry | Wanted) -> Iterator[str]:
        """Where the sign-in name is the address, its first half may be somebody's of another domain."""
        if not self._terms.username_in_email or "@" in each.username:
            yield each.username
        yield each.email

    def holders(self, wanted: Wanted, *, but: str = "") -> list[Entry]:
        """Who bears the sign-in name or the address, except the entry ``but``."""
        found: dict[str, Entry] = {}
        for name in self._names(wanted):
            found |= self._holders.get(name.casefold(), {}) if name else {}
        return [entry for remote_id, entry in sorted(found.items()) if remote_id != but]

    def free_aliases(self, wanted: Wanted, *, but: str = "") -> tuple[frozenset[str], frozenset[str]]:
        """(aliases that nobody else bears, those somebody does)."""
        lost = frozenset(a for a in wanted.aliases if set(self._holders.get(a.casefold(), {})) - {but})
        return wanted.aliases - lost, lost

    def by_name(self, wanted: Wanted, entry: Entry) -> bool:
        """Whether the entry bears the name itself, not only as an alias."""
        mine = {name.casefold() for name in self._names(wanted) if name}
        return bool(mine & {name.casefold() for name in self._names(entry) if name})


def name_agrees(wanted: Wanted, entry: Entry) -> bool:
    """The same surname, and first names that are the same or begin alike; nothing missing on either side."""
    given, family = bare(wanted.given_name), bare(wanted.family_name)
    there, surname = bare(entry.given_name), bare(entry.family_name)
    if not (given and family and there and surname) or family != surname:
        return False
    return given == there or given.startswith(there) or there.startswith(given)


def may_be_theirs(wanted: Wanted, entry: Entry) -> bool:
    """Whether an entry that bears our mark, but that we don't remember, can be this account's.

    A mark is made of the number of an account, which a store never gives twice.  A store begun anew, or a
    copy put back by hand, does: then the entry is somebody else's, and so is its mail.
    """
    if name_agrees(wanted, entry):
        return True
    mine = {name.casefold() for name in (wanted.username, wanted.email, *wanted.aliases) if name}
    theirs = {name.casefold() for name in (entry.username, entry.email, *entry.aliases) if name}
    given, there = bare(wanted.given_name), bare(entry.given_name)
    alike = given.startswith(there) or there.startswith(given)  # true where one of them is missing
    return bool(mine & theirs) and alike
