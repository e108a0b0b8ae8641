"""What a reader of rosters asks of a row and of a table, and how whole a table is.

Columns have the names of the CSV standard in either way of delivery; ``where`` tells a place in the words
of the delivery, ``users.csv:41:givenName`` or ``users[40].givenName``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from connectors.oneroster_common.findings import Findings
from connectors.records import Report

ABSENT, BULK, DELTA, UNSAID = "absent", "bulk", "delta", "unsaid"
ALL = tuple(Report)


class Row(Protocol):
    """``row["givenName"]`` is text, or None for blank or missing.  ``removed``: marked for removal."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def id(self) -> str: ...
    @property
    def removed(self) -> bool: ...

    def __getitem__(self, column: str) -> str | None: ...

    def words(self, column: str) -> tuple[str, ...]:
        """The words or ids of a column that holds several, order kept, none twice."""
        ...

    def user_ids(self) -> tuple[tuple[tuple[str, str], ...], str]:
        """(type, identifier) pairs of ``userIds``, and ``values.BAD`` where some could not be read."""
        ...

    def where(self, column: str = "") -> str: ...


class Table(Protocol):
    """``mode`` bulk, delta or unsaid; ``file`` its name for messages; ``version`` 1.1 or 1.2."""

    @property
    def mode(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def findings(self) -> Findings: ...

    def rows(self, reports: tuple[Report, ...] = ALL, *, quiet: bool = False) -> Iterator[Row]:
        """The rows with a usable sourcedId, as often as asked; what is wrong with the others is told under
        ``reports`` unless ``quiet``."""
        ...

    def place(self, line: int, column: str) -> str:
        """``where`` of a row known by its line alone."""
        ...

    def needs(self, column: str) -> bool:
        """Whether the standard wants this column filled in this way of delivery."""
        ...


@dataclass(frozen=True, slots=True)
class Modes:
    """``modes``: standard table name → bulk, delta, unsaid or absent, for the tables misconsole reads."""

    modes: dict[str, str] = field(default_factory=dict)

    def mode(self, name: str) -> str:
        return self.modes.get(name, ABSENT)

    def has(self, name: str) -> bool:
        return self.mode(name) != ABSENT

    def whole(self, name: str) -> bool:
        """Whether the table lists everything there is, so that what it lacks does not exist."""
        return self.mode(name) == BULK
