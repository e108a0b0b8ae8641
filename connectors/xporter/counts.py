"""Xporter's own totals, and the people a school withholds from us one by one (reference §4, §7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.errors import BadAnswer, ContradictoryExtract, EmptyExtract, ScopeMissing, ShortExtract
from connectors.xporter.answers import first, lowered
from connectors.xporter.paging import whole
from connectors.xporter.session import Session


@dataclass(slots=True)
class Withheld:
    """``only``: the ids are those let through, and how many are kept out is not told."""

    only: bool = False
    ids: dict[str, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: str) -> frozenset[str]:
        """Ids kept from us; ``kind`` pupil, staff or contact."""
        return frozenset() if self.only else self.ids.get(kind, frozenset())

    @property
    def people(self) -> int:
        return sum(len(ids) for ids in self.ids.values())


LISTS = {"pupil": "studentids", "staff": "staffids", "contact": "contactids"}


def withheld(session: Session) -> Withheld:
    """Nobody where it is not told."""
    try:
        row = first(session.get("GDPRIDs"), "GDPR")
    except (BadAnswer, ScopeMissing):
        return Withheld()
    ids = {kind: _ids(row.get(key)) for kind, key in LISTS.items()}
    return Withheld(
        only=row.get("isoptin") is True, ids={kind: found for kind, found in ids.items() if found}
    )


def _ids(value: Any) -> frozenset[str]:
    """Ids with or without the prefix of their type."""
    from connectors.xporter.groups import plain

    return frozenset(plain(str(one)) for one in value) if isinstance(value, list) else frozenset()


@dataclass(slots=True)
class Counts:
    """``known``: area in lower case → rows Xporter counts; empty where totals are not wanted or not told."""

    session: Session
    known: dict[str, int] = field(default_factory=dict)

    def load(self) -> bool:
        self.known = self._ask()
        return bool(self.known)

    def _ask(self) -> dict[str, int]:
        try:
            body = self.session.get(self.session.school("Counts"))
        except (BadAnswer, ScopeMissing):
            return {}
        rows = body.get("counts")
        found: dict[str, int] = {}
        for raw in rows if isinstance(rows, list) else ():
            row = lowered(raw) if isinstance(raw, dict) else {}
            count = whole(row.get("count"))
            if count is not None:
                found[str(row.get("area")).lower()] = count
        return found

    def check(self, area: str, here: int, held: int) -> int | None:
        """How many there are, as far as it is counted.  Totals and rows may be of different hours, so the
        total is asked once more before an error is raised (Z20)."""
        counted = self.known.get(area)
        if counted is None or counted == here:
            return counted
        again = self._ask().get(area, counted)
        fewest, most = min(counted, again), max(counted, again)
        if here < fewest - held:
            raise ShortExtract(f"Only {here} {area} arrived; Xporter counts {fewest}.")
        if here - most > max(3, most // 10):
            raise ContradictoryExtract(f"{here} {area} arrived, but Xporter counts only {most}.")
        return min(fewest, here)


def not_empty(received: int, what: str) -> None:
    if received == 0:
        raise EmptyExtract(
            f"Xporter answers with no {what} at all.",
            mend="Nothing was changed and no account was taken away. Check the school number, and whether "
            f"Xporter's extract of this school works; if the school shares no {what}, decline the report.",
        )
