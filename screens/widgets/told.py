"""What a grid tells the widgets around it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from screens.widgets.grid import Grid


@dataclass
class Told(Message, namespace="grid"):
    """``grid`` is the one that speaks."""

    grid: Grid[Any]

    @property
    def control(self) -> Grid[Any]:
        return self.grid


@dataclass
class Moved(Told, namespace="grid"):
    """Another record is under the cursor, or its row has come (None: the list is empty)."""

    key: Hashable | None

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Moved) and message.grid is self.grid


@dataclass
class Chosen(Told, namespace="grid"):
    """Enter, or a click on the row under the cursor."""

    key: Hashable


@dataclass
class Arranged(Told, namespace="grid"):
    """Rows, filter, sort or marks changed: counts shown elsewhere may need a new look."""
