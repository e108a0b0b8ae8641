"""Reading people: by pages, to the very end or not at all, and never beyond the bases."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.errors import BadAnswer, Cancelled, TooLarge
from connectors.targets.base import EntryGone
from connectors.targets.ldap import dn, problems
from connectors.targets.ldap.options import Options
from connectors.targets.ldap.wire import Found, Wire

MOST_PAGES = 20_000
_TRACES = ("userPassword", "pwdChangedTime", "createTimestamp", "modifyTimestamp")


class Reading:
    def __init__(
        self,
        wire: Wire,
        options: Options,
        attributes: tuple[str, ...],
        people: str,
        cancelled: Callable[[], bool],
    ) -> None:
        self._wire = wire
        self._options = options
        self._attributes = attributes
        self._people = people
        self._cancelled = cancelled

    def everybody(self) -> Iterator[Found]:
        for base in self._options.bases:
            yield from self.pages(base, self._people, self._attributes)

    def level(self, base: str, wanted: str, attributes: tuple[str, ...]) -> Iterator[Found]:
        """What lies directly in a place."""
        return self.pages(base, wanted, attributes, scope="level")

    def pages(
        self, base: str, wanted: str, attributes: tuple[str, ...], *, scope: str = "tree"
    ) -> Iterator[Found]:
        """Raises BadAnswer where the base is not there, TooLarge where the directory stops half-way."""
        cookie: bytes | None = None
        for _ in range(MOST_PAGES):
            if self._cancelled():
                raise Cancelled("Reading the directory was cancelled.")
            try:
                found, cookie = self._wire.search(
                    base, wanted, attributes=attributes, cookie=cookie, scope=scope
                )
            except EntryGone as gone:
                raise (_without_base(base) if scope == "tree" else gone) from None
            yield from (one for one in found if _inside(one, base))
            if not cookie:
                return
        raise TooLarge("The directory goes on sending pages without an end.")

    def one(self, wanted: str, *, traces: bool = False) -> Found | None:
        """The one person within the bases. Raises BadAnswer where there are two."""
        attributes = (*self._attributes, *_TRACES) if traces else self._attributes
        together = dn.all_of(self._people, wanted)
        found = [one for base in self._options.bases for one in self.pages(base, together, attributes)]
        if len(found) > 1:
            raise BadAnswer(
                f"Two entries of the directory are the same to us: {problems.shown(found[0].dn)}"
                f" and {problems.shown(found[1].dn)}.",
                mend="Take our mark off the entry that was copied; then push again.",
            )
        return found[0] if found else None

    def exists(self, name: str) -> bool:
        try:
            return bool(self._wire.search(name, "(objectClass=*)", attributes=("1.1",), scope="base")[0])
        except EntryGone:
            return False

    def root(self) -> str:
        """The domain of Active Directory, within which names are unique; the base where it is not told."""
        found, _ = self._wire.search(
            "", "(objectClass=*)", attributes=("defaultNamingContext",), scope="base"
        )
        return next((told for one in found if (told := one.one("defaultNamingContext"))), self._options.base)


def _inside(found: Found, base: str) -> bool:
    try:
        return dn.within(found.dn, base)
    except ValueError:
        return False


def _without_base(base: str) -> BadAnswer:
    return BadAnswer(
        f"The directory has no {problems.shown(base)}, or our sign-in may not see it.",
        mend="Correct the setting base (or more_bases) of the target. Nothing was changed.",
    )
