"""Places: from a path of plain names to organisational units below the base, and back."""

from __future__ import annotations

from connectors.targets.base import NameTaken, TargetRefused
from connectors.targets.ldap import dn, problems
from connectors.targets.ldap.flavour import check_text
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.reading import Reading
from connectors.targets.ldap.wire import Wire


class Places:
    def __init__(self, wire: Wire, reading: Reading, options: Options) -> None:
        self._wire = wire
        self._reading = reading
        self._options = options
        self._known: set[str] = set()

    def dn(self, place: tuple[str, ...]) -> str:
        """Raises TargetRefused for a segment that can be no name."""
        parts = []
        for segment in place:
            check_text("place", segment)
            name = " ".join(segment.split())
            if not name:
                raise TargetRefused(
                    "A place has an empty name.", mend="Correct the place in the school's settings."
                )
            parts.append(dn.rdn("ou", name))
        return ",".join([*reversed(parts), self._options.base])

    def ensure(self, place: tuple[str, ...]) -> str:
        """The DN of the place, made where it is missing and the settings allow it."""
        for depth in range(1, len(place) + 1):
            name = self.dn(place[:depth])
            if name not in self._known and not self._reading.exists(name):
                self._make(name, place[depth - 1])
            self._known.add(name)
        return self.dn(place)

    def forget(self) -> None:
        """Somebody may have taken a place away."""
        self._known.clear()

    def of(self, name: str) -> tuple[str, ...]:
        """The place an entry of this DN lies in, from the top down.

        A container that is no organisational unit is told with its kind (“CN=Users”), and a further base by
        its DN first, so that neither is mistaken for a place of ours.
        """
        above = dn.parent(name)
        base = next((one for one in (self._options.base, *self._options.bases) if dn.within(above, one)), "")
        segments = dn.split(above)[: len(dn.split(above)) - len(dn.split(base))]
        told = tuple(_told(segment) for segment in reversed(segments))
        return told if not base or dn.key(base) == dn.key(self._options.base) else (base, *told)

    def _make(self, name: str, segment: str) -> None:
        if not self._options.create_places:
            raise TargetRefused(
                f"There is no place {problems.shown(name)}.",
                mend="Make it in the directory, or set create_places=yes for the target.",
            )
        kind = ["top", "organizationalUnit"]
        try:
            self._wire.add(name, {"objectClass": kind, "ou": [" ".join(segment.split())]})
        except NameTaken:
            return  # made by somebody else, or by a request whose answer was lost


def _told(segment: str) -> str:
    attribute, value = dn.pair(segment)
    return value if attribute.lower() == "ou" else f"{attribute.upper()}={value}"
