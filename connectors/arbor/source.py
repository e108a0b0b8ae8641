"""What the readers ask of Arbor, whichever of its two interfaces answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connectors.arbor.pages import Rows


@dataclass(slots=True)
class Read:
    """One collection on its way: iterate ``pages`` once, then look at the rest."""

    pages: Iterator[Rows]
    count: list[int] = field(default_factory=lambda: [0, 0])

    @property
    def received(self) -> int:
        return self.count[0]

    @property
    def duplicates(self) -> int:
        return self.count[1]


class Source(Protocol):
    """Rows are nested dictionaries; a link is a dictionary with an ``id``, where one was told."""

    @property
    def denied(self) -> set[tuple[str, str]]:
        """(entity, field) pairs that may not be read, the field "" for a whole entity."""
        ...

    nests: bool  # rows bring what they link to; otherwise it is fetched object by object

    def prepare(self) -> None:
        """Learns what there is; once, before anything else."""
        ...

    def has(self, entity: str, path: str) -> bool: ...

    def has_entity(self, entity: str) -> bool: ...

    def read(self, entity: str, paths: Sequence[str]) -> Read:
        """The whole collection.  ScopeMissing where the app may not read it."""
        ...

    def some(self, entity: str, paths: Sequence[str], ids: Sequence[str]) -> list[Any]:
        """The rows with these ids, as far as they are there."""
        ...

    def linked(
        self, entity: str, paths: Sequence[str], link: str, target: str, ids: Sequence[str]
    ) -> list[Any]:
        """The rows whose ``link`` is one of these objects of ``target``."""
        ...

    def tagged(self, entity: str, tag: str) -> set[str] | None:
        """Ids of what carries a system tag; None where this interface does not tell."""
        ...

    def sample(self, entities: Sequence[str]) -> dict[str, bool | None]:
        """At most one row of each: True if one came, False if none, None where it may not be read."""
        ...
