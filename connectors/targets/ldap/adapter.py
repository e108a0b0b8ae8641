"""The adapter: one change at a time, each looked at before and after, nothing outside the bases.

``find`` before ``create`` and an end state in every request make it safe to ask for anything twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.base import Probe
from connectors.errors import BadAnswer
from connectors.targets.base import Entry, EntryGone, NameTaken, TargetRefused, TargetSetup, Wanted
from connectors.targets.ldap import dn, probing, problems
from connectors.targets.ldap.active_directory import ActiveDirectory
from connectors.targets.ldap.declaration import DECLARATION
from connectors.targets.ldap.flavour import Flavour, check, check_text
from connectors.targets.ldap.groups import Protected
from connectors.targets.ldap.inet_org_person import InetOrgPerson
from connectors.targets.ldap.naming import Naming
from connectors.targets.ldap.options import read
from connectors.targets.ldap.places import Places
from connectors.targets.ldap.reading import Reading
from connectors.targets.ldap.wire import Found, Wire


class LdapTarget:
    """One thread at a time. Raises BadSettings when made from settings that are wrong."""

    declaration = DECLARATION

    def __init__(self, setup: TargetSetup) -> None:
        options = read(setup)
        flavour: Flavour = ActiveDirectory(options) if options.flavour == "ad" else InetOrgPerson(options)
        self._options, self._flavour = options, flavour
        self._wire = Wire(options, setup.secrets["bind_password"])
        self._reading = Reading(self._wire, options, flavour.attributes, flavour.people, setup.cancelled)
        self._places = Places(self._wire, self._reading, options)
        self._protected = Protected(self._wire, self._reading, options, flavour.people)
        self._naming = Naming(self._reading, flavour, options)

    def probe(self) -> tuple[Probe, ...]:
        return probing.probe(self._wire, self._reading, self._options)

    def entries(self) -> Iterator[Entry]:
        self._protected.refresh()
        return map(self._entry, self._reading.everybody())

    def find(self, anchor: str) -> Entry | None:
        found = self._marked(anchor)
        return self._entry(found) if found else None

    def create(self, wanted: Wanted, *, password: str, must_change: bool) -> Entry:
        check(wanted)
        found = self._marked(wanted.anchor)
        if found is None:
            self._naming.free(wanted.username, {wanted.email, *wanted.aliases}, but="")
            self._make(wanted, password, must_change=must_change)
        elif self._flavour.unfinished(found):
            self._flavour.finish(self._wire, found.dn, wanted, password, must_change=must_change)
        return self._made(wanted.anchor)

    def update(self, remote_id: str, wanted: Wanted, *, fields: frozenset[str]) -> Entry:
        check(wanted)
        found = self._ours(remote_id)
        self._wire.modify(found.dn, self._flavour.profile(found, wanted, fields))
        if "display_name" in fields and self._flavour.rdn == "cn":
            self._name(found, wanted, dn.parent(found.dn))
        return self._again(remote_id)

    def rename(self, remote_id: str, wanted: Wanted, *, keep: frozenset[str]) -> Entry:
        check(wanted)
        found = self._ours(remote_id)
        self._naming.free(wanted.username, {wanted.email, *wanted.aliases, *keep}, but=remote_id)
        self._wire.modify(found.dn, self._flavour.named(found, wanted, keep))
        if self._flavour.rdn == "uid" and _rdn(found)[0].lower() == "uid":
            self._name(found, wanted, dn.parent(found.dn))
        return self._again(remote_id)

    def move(self, remote_id: str, place: tuple[str, ...]) -> Entry:
        found = self._ours(remote_id)
        wanted = self._as_is(found)

        def put(superior: str) -> None:
            if dn.key(superior) != dn.key(dn.parent(found.dn)):
                self._name(found, wanted, superior)

        self._placed(place, put)
        return self._again(remote_id)

    def enable(self, remote_id: str, *, on: bool) -> Entry:
        found = self._ours(remote_id)
        self._wire.modify(found.dn, self._flavour.switch(found, on=on))
        return self._again(remote_id)

    def adopt(self, remote_id: str, anchor: str) -> Entry:
        check_text("anchor", anchor)
        found = self._ours(remote_id)
        there, bearer = found.one(self._options.anchor), self._marked(anchor)
        if there and there != anchor:
            raise NameTaken(f"{problems.shown(found.dn)} bears another mark already.")
        if bearer and dn.key(bearer.dn) != dn.key(found.dn):
            raise NameTaken(f"{problems.shown(bearer.dn)} bears this mark already.")
        if not there:
            self._wire.modify(found.dn, {self._options.anchor: [anchor]})
        return self._again(remote_id)

    def set_password(self, remote_id: str, password: str, *, must_change: bool) -> None:
        self._flavour.set_password(self._wire, self._ours(remote_id), password, must_change=must_change)

    def delete(self, remote_id: str) -> None:
        try:
            self._wire.delete(self._ours(remote_id).dn)
        except EntryGone:
            return

    def close(self) -> None:
        self._wire.close()

    def _entry(self, found: Found) -> Entry:
        protected = self._protected.holds(found)
        return self._flavour.entry(found, place=self._places.of(found.dn), protected=protected)

    def _marked(self, anchor: str) -> Found | None:
        return self._reading.one(dn.equals(self._options.anchor, anchor), traces=True) if anchor else None

    def _ours(self, remote_id: str) -> Found:
        """The entry as it is now, within the bases and not out of reach."""
        found = self._reading.one(self._flavour.by_id(remote_id))
        if found is None:
            raise EntryGone("The entry is not below the base any more.")
        if self._entry(found).protected:
            raise TargetRefused(
                f"{problems.shown(found.dn)} is an administrator, a system entry or in a protected group.",
                mend="Change it in the directory itself, if it must be.",
            )
        return found

    def _again(self, remote_id: str) -> Entry:
        found = self._reading.one(self._flavour.by_id(remote_id))
        if found is None:
            raise EntryGone("The entry went away while it was changed.")
        return self._entry(found)

    def _made(self, anchor: str) -> Entry:
        found = self._marked(anchor)
        if found is None:
            raise BadAnswer("The directory says the entry was made, but does not show it to our sign-in.")
        return self._entry(found)

    def _make(self, wanted: Wanted, password: str, *, must_change: bool) -> None:
        values = self._flavour.new(wanted, password, must_change=must_change)
        made = ""

        def add(superior: str) -> None:
            nonlocal made
            value = self._naming.choose(superior, wanted)
            made = f"{dn.rdn(self._flavour.rdn, value)},{superior}"
            named = {**values, "cn": [value]} if self._flavour.rdn == "cn" else values
            self._wire.add(made, named, secrets=[password])

        try:
            self._placed(wanted.place, add)
        except NameTaken:
            if self._marked(wanted.anchor):
                return  # ours, made by a request whose answer came too late
            raise
        self._flavour.finish(self._wire, made, wanted, password, must_change=must_change)

    def _placed(self, place: tuple[str, ...], act: Callable[[str], None]) -> None:
        """Do it in the place; once more where somebody took away the place we had seen there."""
        try:
            act(self._places.ensure(place))
        except EntryGone:
            self._places.forget()
            act(self._places.ensure(place))

    def _name(self, found: Found, wanted: Wanted, superior: str) -> None:
        """Name and place as wanted, in one request; nothing where it is so already."""
        attribute, current = _rdn(found)
        value = current
        if attribute.lower() == self._flavour.rdn:
            value = self._naming.choose(superior, wanted, but=found)
        moved = dn.key(superior) != dn.key(dn.parent(found.dn))
        if moved or value != current:
            self._wire.move(found.dn, dn.rdn(attribute, value), superior if moved else None)

    def _as_is(self, found: Found) -> Wanted:
        entry = self._entry(found)
        name = _rdn(found)[1]
        display = name if self._flavour.rdn == "cn" and not entry.display_name else entry.display_name
        return Wanted(anchor=entry.anchor, username=entry.username, display_name=display)


def _rdn(found: Found) -> tuple[str, str]:
    return dn.pair(dn.split(found.dn)[0])
