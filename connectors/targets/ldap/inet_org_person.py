"""People as inetOrgPerson (RFC 2798), as OpenLDAP and its like keep them.

The directory hashes the password itself (Password Modify), so an entry is made without one and given it
after that: cut off in between, nobody can sign in, and ``create`` or ``set_password`` goes on there.  It is
not locked meanwhile, for nothing would tell such a lock from one that somebody set on purpose.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from connectors.targets.base import Entry, EntryGone, Wanted
from connectors.targets.ldap import dn
from connectors.targets.ldap.flavour import Values, beside, changed, profile_of, texts
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.wire import Found, Wire

NO_NAME = "-"  # sn is compulsory, and not everybody has a family name
_RESET = "pwdReset"


class InetOrgPerson:
    rdn = "uid"

    def __init__(self, options: Options) -> None:
        self._options = options
        self._mark, self._locked = options.disabled
        self._extras = {
            "job_title": "title", "department": "departmentNumber", "employee_id": options.staff_code
        }  # fmt: skip
        self.people = dn.equals("objectClass", options.classes[0])
        self.attributes = tuple(
            dict.fromkeys((
                "entryUUID", "uid", "cn", "mail", options.alias, "displayName", "givenName", "sn", self._mark,
                *filter(None, self._extras.values()), options.anchor, _RESET,
            ))
        )  # fmt: skip

    def entry(self, found: Found, *, place: tuple[str, ...], protected: bool) -> Entry:
        family = found.one("sn")
        return Entry(
            remote_id=found.one("entryUUID"), username=found.one("uid"),
            anchor=found.one(self._options.anchor), email=found.one("mail"),
            given_name=found.one("givenName"), family_name="" if family == NO_NAME else family,
            display_name=found.one("displayName"),
            aliases=frozenset(beside(found.one("mail"), self._aliases(found))), place=place,
            enabled=found.one(self._mark) != self._locked,
            extras={name: told for name, one in self._extras.items() if one and (told := found.one(one))},
            protected=protected,
        )  # fmt: skip

    def by_id(self, remote_id: str) -> str:
        try:
            return dn.equals("entryUUID", str(uuid.UUID(remote_id)))
        except ValueError:
            raise EntryGone("That can be no entryUUID.") from None

    def holders(self, username: str, addresses: Sequence[str]) -> str:
        kinds = dict.fromkeys(("mail", self._options.alias))
        return dn.any_of(
            dn.equals("uid", username), *(dn.equals(kind, one) for kind in kinds for one in addresses)
        )  # fmt: skip

    def new(self, wanted: Wanted, password: str, *, must_change: bool) -> Values:  # noqa: ARG002
        """Without the password; nobody signs in by an entry that has none."""
        fields = frozenset(("given_name", "family_name", "display_name", "extras"))
        return {
            "objectClass": list(self._options.classes),
            self._options.anchor: [wanted.anchor],
            "uid": [wanted.username],
            **self._people(wanted, fields),
            **self._mail(wanted.email, beside(wanted.email, wanted.aliases)),
            self._mark: [] if wanted.enabled else [self._locked],
        }

    def finish(self, wire: Wire, dn: str, wanted: Wanted, password: str, *, must_change: bool) -> None:
        """A new password takes a lock away, so it is set again."""
        wire.passwd(dn, password)
        shut: Values = {} if wanted.enabled else {self._mark: [self._locked]}
        wire.modify(dn, {**shut, **_reset(wire, dn, must_change)}, secrets=[password])

    def unfinished(self, found: Found) -> bool:
        """As it was made, and without any trace of a password having been set."""
        if any(found.raw(one) for one in ("userPassword", "pwdChangedTime")):
            return False
        return found.raw("modifyTimestamp") == found.raw("createTimestamp")

    def profile(self, found: Found, wanted: Wanted, fields: frozenset[str]) -> Values:
        values = dict(self._people(wanted, fields))
        if "aliases" in fields or "email" in fields:
            primary = (wanted.email if "email" in fields else "") or found.one("mail")
            values |= self._mail(primary, beside(primary, self._reached(found), wanted.aliases))
        return changed(found, values, ordered="mail")

    def named(self, found: Found, wanted: Wanted, keep: frozenset[str]) -> Values:
        """The username goes with the name of the entry where that is a uid."""
        primary = wanted.email or found.one("mail")
        values = dict(self._mail(primary, beside(primary, self._reached(found), keep, wanted.aliases)))
        by_uid = dn.split(found.dn)[0].partition("=")[0].strip().lower() == "uid"
        if not by_uid:
            values["uid"] = [wanted.username]
        return changed(found, values, ordered="mail")

    def rdn_values(self, wanted: Wanted) -> tuple[str, ...]:
        return (wanted.username,)

    def switch(self, found: Found, *, on: bool) -> Values:
        """A lock of another value was set by the directory for a while and is its own."""
        locked = found.one(self._mark) == self._locked
        if locked != on:
            return {}
        return {self._mark: [] if on else [self._locked]}

    def set_password(self, wire: Wire, found: Found, password: str, *, must_change: bool) -> None:
        """A new password must not let somebody in who was shut out: the lock is set again with it."""
        wire.passwd(found.dn, password)
        shut = found.one(self._mark) == self._locked
        changes: Values = {self._mark: [self._locked]} if shut else {}
        wire.modify(found.dn, {**changes, **_reset(wire, found.dn, must_change)}, secrets=[password])

    def _people(self, wanted: Wanted, fields: frozenset[str]) -> Values:
        values = profile_of(self._extras, wanted, fields)
        if "sn" in values and not values["sn"]:
            values["sn"] = [NO_NAME]
        if "display_name" in fields:
            values["cn"] = [wanted.display_name or wanted.username]
        return values

    def _mail(self, primary: str, aliases: Sequence[str]) -> Values:
        if self._options.alias.lower() == "mail":
            return {"mail": [*texts(primary), *aliases]}
        return {"mail": texts(primary), self._options.alias: list(aliases)}

    def _aliases(self, found: Found) -> tuple[str, ...]:
        return found.all(self._options.alias)

    def _reached(self, found: Found) -> list[str]:
        return [*found.all("mail"), *self._aliases(found)]


def _reset(wire: Wire, name: str, must_change: bool) -> Values:
    """A policy may ask for a change by itself after every password that is set by somebody else."""
    found, _ = wire.search(name, "(objectClass=*)", attributes=(_RESET,), scope="base")
    asked = any(one.one(_RESET) == "TRUE" for one in found)
    if asked == must_change:
        return {}
    return {_RESET: ["TRUE"] if must_change else []}
