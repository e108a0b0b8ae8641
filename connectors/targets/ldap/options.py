"""The settings of one directory, checked once and typed; nothing wrong gets as far as a connection."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from connectors.errors import BadSettings
from connectors.targets.base import TargetSetup
from connectors.targets.ldap import dn
from connectors.targets.ldap.declaration import DECLARATION

_MEND = "Correct the setting of the target; nothing was changed."
_ANCHORS = {"ad": "adminDescription", "ldap": "employeeNumber"}
_STAFF_CODES = {"ad": "employeeID", "ldap": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``tls``: ldaps, starttls or none (loopback alone).  ``base`` is where places lie, ``bases`` all that is
    read.  ``disabled``: attribute and value.  Seconds for ``timeout``."""

    flavour: str
    host: str
    port: int
    tls: str
    ca_file: str
    bind_dn: str
    base: str
    bases: tuple[str, ...]
    create_places: bool
    scope: str
    anchor: str
    staff_code: str
    alias: str
    classes: tuple[str, ...]
    disabled: tuple[str, str]
    protected_groups: tuple[str, ...]
    timeout: int
    page: int


def read(setup: TargetSetup) -> Options:
    """Raises BadSettings, naming the setting and never a secret."""
    told = {one.name: _checked(one.name, setup) for one in DECLARATION.settings if not one.secret}
    if not setup.secrets.get("bind_password"):
        raise _bad("The password of the sign-in is missing; without one nobody is signed in.")
    flavour = told["flavour"]
    if flavour == "ad" and not told["scope"]:
        raise _bad("The setting scope is missing: Active Directory wants it for userPrincipalName.")
    host, port, tls = _address(told["url"], told["plain"])
    base = _one_dn("base", told["base"])
    mark, _, value = told["disabled"].partition("=")
    return Options(
        flavour=flavour, host=host, port=port, tls=tls, ca_file=_file(told["ca_file"]),
        bind_dn=told["bind_dn"], base=base, bases=_outermost(base, *_dns("more_bases", told["more_bases"])),
        create_places=told["create_places"] == "yes", scope=told["scope"],
        anchor=told["anchor_attribute"] or _ANCHORS[flavour],
        staff_code=told["employee_id_attribute"] or _STAFF_CODES[flavour],
        alias=told["alias_attribute"], classes=tuple(told["object_classes"].split(",")),
        disabled=(mark, value), protected_groups=_dns("protected_groups", told["protected_groups"]),
        timeout=int(told["timeout"]), page=int(told["page"]),
    )  # fmt: skip


def _checked(name: str, setup: TargetSetup) -> str:
    field = next(one for one in DECLARATION.settings if one.name == name)
    value = str(setup.settings.get(name, "")).strip() or field.default
    if field.required and not value:
        raise _bad(f"The setting {name} is missing.")
    if value and field.pattern and not re.fullmatch(field.pattern, value):
        raise _bad(f"The setting {name} must be {field.hint}.")
    return value


def _address(url: str, plain: str) -> tuple[str, int, str]:
    """Host, port and how it is encrypted; a password never crosses a network in the clear."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad("The setting url has a port there is not.") from None
    if parts.scheme.lower() == "ldaps":
        return host, port or 636, "ldaps"
    if plain == "loopback" and not _loopback(host):
        raise _bad("Only a directory on this very machine may be spoken to without encryption.")
    return host, port or 389, "none" if plain == "loopback" else "starttls"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _dns(name: str, text: str) -> tuple[str, ...]:
    parts = tuple(part.strip() for part in dn.split(text, ";"))
    for part in parts:
        try:
            whole = bool(dn.key(part))
        except ValueError:
            whole = False
        if not whole:
            raise _bad(f"The setting {name} must be a DN such as ou=Accounts,dc=school,dc=example.")
    return parts


def _one_dn(name: str, text: str) -> str:
    found = _dns(name, text)
    if len(found) != 1:
        raise _bad(f"The setting {name} must be one DN; further ones belong into more_bases.")
    return found[0]


def _outermost(*bases: str) -> tuple[str, ...]:
    """Without those that lie within another, for nobody is to be read twice."""
    kept: list[str] = []
    for base in bases:
        if not any(dn.within(base, other) for other in kept):
            kept = [other for other in kept if not dn.within(other, base)] + [base]
    return tuple(kept)


def _file(path: str) -> str:
    if path and not Path(path).is_file():
        raise _bad(f"There is no file {path[:200]} (setting ca_file).")
    return path


def _bad(message: str) -> BadSettings:
    return BadSettings(message, mend=_MEND)
