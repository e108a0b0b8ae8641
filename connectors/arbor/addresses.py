"""E-mail addresses and telephone numbers: which of several is meant (reference §4, §7).

The type is a word in Arbor's own spelling, so a contained word counts; an address of unknown type is
never taken for a work address (checklist C14).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.arbor.fields import dig, rows_of
from connectors.arbor.source import Source
from connectors.values import Faults, Row, text

# Beside the row, or an entity of its own with value, owner and type.
KINDS = {
    "email": ("emailAddresses", "EmailAddress", "emailAddress", "emailAddressOwner", "emailAddressType"),
    "phone": ("telephoneNumbers", "TelephoneNumber", "number", "numberOwner", "telephoneNumberType"),
}
WORK = {"email": ("work", "school"), "phone": ("work", "school")}


class Addresses:
    """The addresses of the rows of one entity: beside each row, or from a collection of their own.

    ``kinds``: "email", "phone" or both, whatever is wanted; ``known`` those that can be told here.
    """

    def __init__(self, source: Source, entity: str, kinds: Sequence[str]) -> None:
        self.source, self.entity = source, entity
        self._beside = [kind for kind in kinds if source.has(entity, KINDS[kind][0])]
        self._apart = [
            kind for kind in kinds if kind not in self._beside and not source.nests
            and source.has_entity(KINDS[kind][1])
        ]  # fmt: skip
        self._owned: dict[tuple[str, str, str], list[Row]] = {}

    @property
    def known(self) -> frozenset[str]:
        beside = [kind for kind in self._beside if self.source.has(self.entity, KINDS[kind][0])]
        return frozenset((*beside, *self._apart))

    def paths(self) -> list[str]:
        """What to ask for beside each row."""
        found = []
        for kind in self._beside:
            listed, _, value, _, kind_of = KINDS[kind]
            found += [f"{listed}.{name}" for name in ("displayName", value, kind_of)]
        return found

    def load(self) -> None:
        """Reads the collections of their own, where addresses do not stand beside the rows."""
        for kind in self._apart:
            _, entity, value, owner, kind_of = KINDS[kind]
            for page in self.source.read(entity, [value, owner, kind_of]).pages:
                for _, row in page:
                    to = dig(row, owner)
                    if isinstance(to, dict):
                        key = (kind, str(to.get("entityType") or ""), str(to.get("id") or ""))
                        self._owned.setdefault(key, []).append(row)

    def work(self, row: Row, kind: str, faults: Faults) -> str | None:
        """The first address whose type says work or school."""
        return next(
            (value for value, word in self._of(row, kind, faults) if any(w in word for w in WORK[kind])), None
        )

    def own(self, row: Row, kind: str, faults: Faults) -> str | None:
        """A private person's address: the last mobile, else whatever stands first."""
        found = self._of(row, kind, faults)
        mobiles = [value for value, word in found if "mobile" in word] if kind == "phone" else []
        return mobiles[-1] if mobiles else found[0][0] if found else None

    def _of(self, row: Row, kind: str, faults: Faults) -> list[tuple[str, str]]:
        listed, _, name, _, kind_of = KINDS[kind]
        found = []
        for one in rows_of(row.get(listed)) or self._from_apart(row, kind):
            value = text(one, name, faults, kind) or text(one, "displayName", faults, kind)
            if value is not None:
                found.append((value, _word(dig(one, kind_of))))
        return found

    def _from_apart(self, row: Row, kind: str) -> list[Row]:
        """Owned by the role or by the person behind it."""
        person = dig(row, "person.id")
        return self._owned.get((kind, self.entity, str(row.get("id")))) or self._owned.get(
            (kind, "Person", str(person)), []
        )


def _word(kind: Any) -> str:
    value = kind.get("displayName") or kind.get("code") if isinstance(kind, dict) else kind
    return value.casefold() if isinstance(value, str) else ""
