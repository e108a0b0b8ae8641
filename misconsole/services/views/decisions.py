"""What was decided, of one or of many, noted, undone, brought in or kept in the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from misconsole.services.views.queues import UnmatchedItem


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """A run or a decision in one list, newest first. ``kind``: run or decision."""

    kind: str
    id: int
    at: datetime
    who: str
    summary: str
    state: str
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """What a decision did; what ``u`` would take back."""

    id: int
    kind: str
    summary: str
    actor: str
    at: datetime
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedView:
    """One of many that a decision left out. ``id`` as it was named, ``other`` the account of a pair."""

    id: int
    reason: str
    mend: str = ""
    name: str = ""
    other: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyView:
    """Many decided at once: one decision to undo; ``done`` of them, and those left out."""

    decision: DecisionView
    done: int
    refused: tuple[RefusedView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPlan:
    """What accepting the likely ones would do. ``pairs`` (person id, account id); ``sample`` to look at."""

    role: str
    total: int
    sample: tuple[UnmatchedItem, ...]
    pairs: tuple[tuple[int, int], ...]
    refused: tuple[RefusedView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note on a case: of a person, or of an account."""

    id: int
    school: str
    person_id: int | None
    account_id: int | None
    about: str  # the person's name, or the username
    text: str
    author: str
    at: datetime
    assigned_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Account import: good rows went in, bad rows are named with line and reason."""

    read: int
    imported: int
    updated: int
    unchanged: int
    rejected: tuple[tuple[int, str, str], ...]  # line, field, reason
    columns_left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditItem:
    """One decision in the trail of who decided what; ``reason`` as typed.  ``evidence`` of a link is what was
    shown when it was decided: band, score, margin and fields as in the queue; empty where nothing was.
    ``decided_by`` names whose decision ``actor`` typed, where that is somebody else (C11).  ``origin`` is
    console, command or worker, ``place`` the machine, terminal and address, as far as they were known."""

    id: int
    school: str  # urn
    school_name: str
    at: datetime
    actor: str
    kind: str
    summary: str
    reason: str
    undone_at: datetime | None
    undone_by: str
    evidence: dict[str, object]
    decided_by: str = ""
    origin: str = ""
    place: str = ""
    sealed: bool = False
