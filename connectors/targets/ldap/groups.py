"""Whom the school's own groups put out of reach."""

from __future__ import annotations

from connectors.errors import BadAnswer, BadSettings
from connectors.targets.ldap import dn, problems
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.reading import Reading
from connectors.targets.ldap.wire import Found, Wire

_IN_CHAIN = "1.2.840.113556.1.4.1941"  # members of members, in Active Directory
_MEMBERS = ("member", "uniqueMember", "memberUid")


class Protected:
    """Read when first asked, and again with ``refresh``; asks nothing where no group is named."""

    def __init__(self, wire: Wire, reading: Reading, options: Options, people: str) -> None:
        self._wire = wire
        self._reading = reading
        self._options = options
        self._people = people
        self._members: set[tuple[tuple[str, str], ...]] | None = None
        self._usernames: set[str] = set()

    def holds(self, found: Found) -> bool:
        if self._members is None:
            self.refresh()
        members = self._members or set()
        return dn.key(found.dn) in members or bool(
            self._usernames & {dn.fold(one) for one in found.all("uid")}
        )

    def refresh(self) -> None:
        """Raises BadSettings where a group is not there: it must not be that nobody is protected."""
        self._members, self._usernames = None, set()
        members: set[tuple[tuple[str, str], ...]] = set()
        for group in self._options.protected_groups:
            members |= self._of(group)
        self._members = members

    def _of(self, group: str) -> set[tuple[tuple[str, str], ...]]:
        try:
            found, _ = self._wire.search(group, "(objectClass=*)", attributes=_MEMBERS, scope="base")
        except BadAnswer:
            found = []
        if not found:
            raise BadSettings(
                f"There is no group {problems.shown(group)}, or our sign-in may not see it.",
                mend="Correct protected_groups of the target; until then nothing is changed there.",
            )
        if self._options.flavour == "ad":
            return self._in_chain(group)
        self._usernames |= {dn.fold(one) for one in found[0].all("memberUid")}
        return {
            dn.key(one) for name in ("member", "uniqueMember") for one in found[0].all(name) if "=" in one
        }

    def _in_chain(self, group: str) -> set[tuple[tuple[str, str], ...]]:
        wanted = dn.all_of(self._people, f"(memberOf:{_IN_CHAIN}:={dn.literal(group)})")
        bases = self._options.bases
        return {dn.key(one.dn) for base in bases for one in self._reading.pages(base, wanted, ("cn",))}
