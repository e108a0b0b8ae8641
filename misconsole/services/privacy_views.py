"""What the privacy services answer with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldField:
    """``source`` where the value is from; ``since`` and ``changed`` by the journal, None where it was
    written before any change was."""

    name: str
    title: str
    value: Any
    source: str
    since: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One row of the store. ``third`` names somebody else: left out of what the subject is given."""

    id: int
    label: str
    fields: tuple[HeldField, ...]
    third: tuple[str, ...] = ()  # names of fields that are somebody else's data


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGroup:
    table: str
    title: str
    ground: str
    until: str
    rows: tuple[HeldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentView:
    """Something that left the house. ``how``: export, directory, hand-out; ``certain``: yes, or
    possible where that cannot be told."""

    how: str
    what: str
    at: datetime | None
    by: str
    certain: str
    attributes: tuple[str, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionView:
    """A text that names them, in a row that is somebody else's or nobody's."""

    table: str
    id: int
    column: str
    text: str
    namesake: bool  # somebody else of that name is here: it may mean them


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchView:
    """A run or a decision that wrote something about them."""

    kind: str
    id: int
    at: datetime | None
    by: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """All that is held on one subject. ``kind``: pupil, staff, contact, account."""

    school: str
    school_name: str
    kind: str
    who: str
    key: str  # id:N, account:N or contact:N, which names the subject again
    groups: tuple[HeldGroup, ...]
    sent: tuple[SentView, ...]
    touched: tuple[TouchView, ...]
    mentions: tuple[MentionView, ...]

    @property
    def fields(self) -> int:
        return sum(len(row.fields) for group in self.groups for row in group.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueView:
    """A leaver and the clock. ``blocked``: (what is in the way, what mends it)."""

    key: str
    name: str
    kind: str
    left: date | None
    why: str
    due: date | None
    is_due: bool
    username: str = ""
    blocked: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """``days`` the school keeps leavers for, 0: for ever. ``most`` that go at one confirmation."""

    school: str
    school_name: str
    days: int
    most: int
    items: tuple[DueView, ...]

    @property
    def due(self) -> tuple[DueView, ...]:
        return tuple(each for each in self.items if each.is_due)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedView:
    """``references`` to quote in a letter, one each; ``elsewhere`` what is not in this store and stays."""

    school: str
    school_name: str
    references: tuple[str, ...]
    rows: dict[str, int] = field(default_factory=dict)
    left: int = 0
    shredded: bool = False
    elsewhere: tuple[str, ...] = ()
    done: bool = True  # False: a rehearsal
