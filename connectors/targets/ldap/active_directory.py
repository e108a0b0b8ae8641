"""People in Active Directory: names that sign in, addresses of Exchange, account control bits, unicodePwd.

Bits of userAccountControl other than the one for disabled accounts stay as somebody set them, and so do
addresses of other kinds (X500, SIP) in proxyAddresses.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from connectors.targets.base import Entry, EntryGone, TargetRefused, Wanted
from connectors.targets.ldap import dn
from connectors.targets.ldap.flavour import Values, beside, changed, profile_of, texts
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.wire import Found, Wire

LONGEST_USERNAME, LONGEST_CN = 20, 64
NORMAL, DISABLED = 0x200, 0x2
_NEVER_IN_A_USERNAME = frozenset('"/\\[]:;|=,+*?<>@')


class ActiveDirectory:
    rdn = "cn"
    people = "(&(objectCategory=person)(objectClass=user))"

    def __init__(self, options: Options) -> None:
        self._options = options
        self._extras = {"job_title": "title", "department": "department", "employee_id": options.staff_code}
        self.attributes = (
            "objectGUID", "sAMAccountName", "userPrincipalName", "mail", "proxyAddresses", "displayName",
            "givenName", "sn", "cn", "userAccountControl", "adminCount", "isCriticalSystemObject",
            *self._extras.values(), options.anchor,
        )  # fmt: skip

    def entry(self, found: Found, *, place: tuple[str, ...], protected: bool) -> Entry:
        system = found.one("adminCount") == "1" or found.one("isCriticalSystemObject").upper() == "TRUE"
        email = found.one("mail") or _primary(found)
        return Entry(
            remote_id=str(uuid.UUID(bytes_le=found.raw("objectGUID"))), username=found.one("sAMAccountName"),
            anchor=found.one(self._options.anchor), email=email, given_name=found.one("givenName"),
            family_name=found.one("sn"), display_name=found.one("displayName"),
            aliases=frozenset(beside(email, _addresses(found))), place=place,
            enabled=not _control(found) & DISABLED,
            extras={name: told for name, one in self._extras.items() if (told := found.one(one))},
            protected=protected or system,
        )  # fmt: skip

    def by_id(self, remote_id: str) -> str:
        try:
            return dn.equals("objectGUID", uuid.UUID(remote_id).bytes_le)
        except ValueError:
            raise EntryGone("That can be no id of Active Directory.") from None

    def holders(self, username: str, addresses: Sequence[str]) -> str:
        return dn.any_of(
            dn.equals("sAMAccountName", username),
            dn.equals("userPrincipalName", f"{username}@{self._options.scope}"),
            *(dn.equals("mail", one) for one in addresses),
            *(dn.equals("proxyAddresses", f"smtp:{one}") for one in addresses),
        )

    def new(self, wanted: Wanted, password: str, *, must_change: bool) -> Values:
        values = {
            "objectClass": ["top", "person", "organizationalPerson", "user"],
            self._options.anchor: [wanted.anchor],
            "userAccountControl": [str(NORMAL | (0 if wanted.enabled else DISABLED))],
            **profile_of(
                self._extras, wanted, frozenset(("given_name", "family_name", "display_name", "extras"))
            ),
            **self._sign_in(wanted),
            **_mail(wanted.email, beside(wanted.email, wanted.aliases), ()),
            "unicodePwd": [_quoted(password)],
        }
        return {**values, "pwdLastSet": ["0"]} if must_change else values

    def finish(self, wire: Wire, dn: str, wanted: Wanted, password: str, *, must_change: bool) -> None:
        """Nothing: the password went with the entry."""

    def unfinished(self, found: Found) -> bool:  # noqa: ARG002
        """Never: it is one request, done or not."""
        return False

    def profile(self, found: Found, wanted: Wanted, fields: frozenset[str]) -> Values:
        values = profile_of(self._extras, wanted, fields)
        if "aliases" in fields or "email" in fields:
            primary = (wanted.email if "email" in fields else "") or found.one("mail") or _primary(found)
            values |= _mail(primary, beside(primary, _addresses(found), wanted.aliases), _others(found))
        return changed(found, values)

    def named(self, found: Found, wanted: Wanted, keep: frozenset[str]) -> Values:
        old = found.one("mail") or _primary(found)
        primary = wanted.email or old
        addresses = beside(primary, _addresses(found), texts_of(old), keep, wanted.aliases)
        return changed(found, {**self._sign_in(wanted), **_mail(primary, addresses, _others(found))})

    def rdn_values(self, wanted: Wanted) -> tuple[str, ...]:
        """The display name; beside a namesake in the same place also the username, which is unique."""
        name = " ".join(wanted.display_name.split()) or wanted.username
        tail = f" ({wanted.username})"
        return name[:LONGEST_CN].rstrip(), name[: LONGEST_CN - len(tail)].rstrip() + tail

    def switch(self, found: Found, *, on: bool) -> Values:
        bits = _control(found)
        wanted = bits & ~DISABLED if on else bits | DISABLED
        return {} if wanted == bits else {"userAccountControl": [str(wanted)]}

    def set_password(self, wire: Wire, found: Found, password: str, *, must_change: bool) -> None:
        values: Values = {"unicodePwd": [_quoted(password)]}
        if must_change:
            values = {**values, "pwdLastSet": ["0"]}
        wire.modify(found.dn, values, secrets=[password])

    def _sign_in(self, wanted: Wanted) -> Values:
        name = wanted.username
        if len(name) > LONGEST_USERNAME or _NEVER_IN_A_USERNAME & set(name) or name.endswith("."):
            raise TargetRefused(
                f"“{name[:60]}” can be no user name of Active Directory: at most {LONGEST_USERNAME}"
                ' characters, none of " / \\ [ ] : ; | = , + * ? < > @, no full stop at the end.',
                mend="Rename the account here; then push again.",
            )
        return {"sAMAccountName": [name], "userPrincipalName": [f"{name}@{self._options.scope}"]}


def texts_of(*values: str) -> list[str]:
    return [value for value in values if value]


def _mail(primary: str, aliases: Sequence[str], others: Sequence[str]) -> Values:
    """The address people see, and proxyAddresses: SMTP: the primary, smtp: all that lead here too."""
    addresses = [*([f"SMTP:{primary}"] if primary else []), *(f"smtp:{one}" for one in aliases), *others]
    return {"mail": texts(primary), "proxyAddresses": addresses}


def _addresses(found: Found) -> list[str]:
    return [one[5:] for one in found.all("proxyAddresses") if one[:5].lower() == "smtp:"]


def _others(found: Found) -> list[str]:
    return [one for one in found.all("proxyAddresses") if one[:5].lower() != "smtp:"]


def _primary(found: Found) -> str:
    return next((one[5:] for one in found.all("proxyAddresses") if one.startswith("SMTP:")), "")


def _control(found: Found) -> int:
    told = found.one("userAccountControl")
    return int(told) if told.lstrip("-").isascii() and told.lstrip("-").isdigit() else NORMAL


def _quoted(password: str) -> bytes:
    """As unicodePwd wants it; only ever sent inside TLS."""
    return f'"{password}"'.encode("utf-16-le")
