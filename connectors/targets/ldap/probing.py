"""Whether the directory can be used, told step by step and without writing anything."""

from __future__ import annotations

from connectors.base import Probe
from connectors.errors import ConnectorError
from connectors.probes import failed
from connectors.targets.ldap import problems
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.reading import Reading
from connectors.targets.ldap.wire import Wire

_RIGHTS = "allowedChildClassesEffective"  # what our sign-in may make there; told by Active Directory alone


def probe(wire: Wire, reading: Reading, options: Options) -> tuple[Probe, ...]:
    try:
        wire.search("", "(objectClass=*)", attributes=("supportedLDAPVersion",), scope="base")
    except ConnectorError as problem:
        return failed("connectivity", problem), _skipped("reading"), _skipped("writing")
    safe = (
        "without encryption, on this machine" if options.tls == "none" else "by TLS, its certificate verified"
    )
    reached = Probe(name="connectivity", ok=True, message=f"Signed in to {options.host} {safe}.")
    try:
        missing = [base for base in options.bases if not reading.exists(base)]
        if missing:
            return reached, _no_base(missing[0]), _skipped("writing")
        readable = Probe(name="reading", ok=True, message=f"{problems.shown(options.base)} can be read.")
        return reached, readable, _writing(wire, options)
    except ConnectorError as problem:
        return reached, failed("reading", problem), _skipped("writing")


def _writing(wire: Wire, options: Options) -> Probe:
    if options.flavour != "ad":
        told = (
            "Whether our sign-in may write shows with the first change; this directory does not tell before."
        )
        return Probe(name="writing", ok=True, message=told)
    found, _ = wire.search(options.base, "(objectClass=*)", attributes=(_RIGHTS,), scope="base")
    if any("user" in (kind.lower() for kind in one.all(_RIGHTS)) for one in found):
        return Probe(name="writing", ok=True, message="Our sign-in may make people there.")
    return Probe(
        name="writing", ok=False,
        message=f"Our sign-in may not make people in {problems.shown(options.base)}.",
        mend="Delegate “Create, delete and manage user accounts” on it to our sign-in.",
    )  # fmt: skip


def _no_base(base: str) -> Probe:
    return Probe(
        name="reading", ok=False,
        message=f"There is no {problems.shown(base)}, or our sign-in may not see it.",
        mend="Correct the setting base (or more_bases) of the target.",
    )  # fmt: skip


def _skipped(name: str) -> Probe:
    return Probe(name=name, ok=False, message="Not tried.", mend="Mend what is told first.")
