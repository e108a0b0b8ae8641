"""Field-level consent: a field that is declined, or that the connector never declared, is dropped here.

Connectors are asked not to fetch such fields in the first place; this is the second lock (X2, C8, C16).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any

from connectors.base import Declaration, FieldStatus
from connectors.records import Gone, Mark, Membership, Record, Report

#: What holds the data together and says nothing about a person by itself.
STRUCTURE = frozenset(
    {"source_id", "unknown", "updated_at", "kind", "status", "current", "contact_id", "pupil_id"}
)
NEVER_CUT = (Membership, Mark, Gone)


class Sieve:
    """Cleans records of one connector for one school."""

    def __init__(self, declaration: Declaration, declined: Mapping[Report, Collection[str]]) -> None:
        self._allowed: dict[Report, frozenset[str]] = {}
        for offer in declaration.reports:
            out = set(declined.get(offer.report, ()))
            kept = {f.name for f in offer.fields if f.status is FieldStatus.MANDATORY or f.name not in out}
            self._allowed[offer.report] = frozenset(kept)
        self._cuts: dict[tuple[Report, type], tuple[Any, tuple[Any, ...], dict[str, Any]]] = {}

    def clean(self, report: Report, record: Record) -> Record:
        """The record without what may not pass; the very same one when there is nothing to drop."""
        if isinstance(record, NEVER_CUT):
            return record
        cut = self._cuts.get((report, type(record)))
        if cut is None:
            cut = self._cuts[report, type(record)] = self._cut(report, type(record))
        values, blanks, changes = cut
        if not changes or values(record) == blanks:
            return record
        return dataclasses.replace(record, **changes)

    def _cut(self, report: Report, kind: type[Any]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        allowed = self._allowed.get(report, frozenset()) | STRUCTURE
        blank = {
            f.name: f.default
            for f in dataclasses.fields(kind)
            if f.name not in allowed and f.default is not dataclasses.MISSING
        }
        names = tuple(blank) * (2 if len(blank) == 1 else 1)  # one name alone would not give a tuple
        blanks = tuple(blank[name] for name in names)
        return (attrgetter(*names) if names else None), blanks, blank
