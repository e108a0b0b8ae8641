"""Names that must be nobody else's: of sign-in and addresses everywhere, of the entry in its place.

Active Directory keeps user names unique by itself, most other directories don't, and no directory keeps
addresses unique; so all are looked for first.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.targets.base import NameTaken, Wanted
from connectors.targets.ldap import dn, problems
from connectors.targets.ldap.flavour import Flavour
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.reading import Reading
from connectors.targets.ldap.wire import Found


class Naming:
    def __init__(self, reading: Reading, flavour: Flavour, options: Options) -> None:
        self._reading = reading
        self._flavour = flavour
        self._options = options
        self._where: tuple[str, ...] = ()

    def free(self, username: str, addresses: Iterable[str], *, but: str) -> None:
        """Raises NameTaken where an entry other than ``but`` holds one of them.

        In Active Directory the whole domain is asked, elsewhere the bases.
        """
        told = sorted({one for one in addresses if one})
        self._where = self._where or self._scope()
        wanted = self._flavour.holders(username, told)
        own = self._flavour.by_id(but) if but else ""
        others = dn.all_of(wanted, f"(!{own})") if own else wanted
        for base in self._where:
            for found in self._reading.pages(base, others, ("cn",)):
                raise NameTaken(
                    f"The username “{problems.clean(username)}” or an address of this account belongs to"
                    f" {problems.shown(found.dn)} already."
                )

    def choose(self, superior: str, wanted: Wanted, *, but: Found | None = None) -> str:
        """The best name of the entry that is free in this place; the one it has, if that is one of them.

        Raises NameTaken.
        """
        names = self._flavour.rdn_values(wanted)
        attribute = self._flavour.rdn
        asked = dn.any_of(*(dn.equals(attribute, name) for name in names))
        own = dn.key(but.dn) if but else ()
        there = [one for one in self._reading.level(superior, asked, (attribute,)) if dn.key(one.dn) != own]
        taken = {dn.fold(value) for one in there for value in one.all(attribute)}
        free = [name for name in names if dn.fold(name) not in taken]
        if not free:
            name = problems.shown(dn.rdn(attribute, names[0]))
            raise NameTaken(f"{name} is there already in {problems.shown(superior)}.")
        current = but.one(attribute) if but and dn.parent(but.dn) else ""
        return current if current in free else free[0]

    def _scope(self) -> tuple[str, ...]:
        return (self._reading.root(),) if self._options.flavour == "ad" else self._options.bases
