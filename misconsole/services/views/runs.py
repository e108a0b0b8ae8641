"""A run as it goes and as it went, what it holds, and what undoing it would bring back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from misconsole.services.rows import Lamp


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    name: str
    lamp: Lamp
    state: str  # waiting, working, ok, attention, problem, skipped
    seconds: float | None
    finished_at: datetime | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressView:
    """``rate`` records a second, ``left`` seconds, both None while unknown."""

    report: str
    title: str
    done: int
    total: int | None
    rate: float | None
    left: float | None
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    at: datetime
    level: str
    code: str
    message: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """Somebody a held or planned change would touch."""

    change: str  # create, update, link, unallocate
    name: str
    role: str
    username: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    id: int
    school: str
    school_name: str
    state: str  # queued, running, succeeded, held, failed, cancelled
    lamp: Lamp
    kind: str
    dry_run: bool
    full: bool
    actor: str
    origin: str
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    cancelling: bool
    stages: tuple[StageView, ...]
    progress: tuple[ProgressView, ...]
    messages: tuple[MessageView, ...]  # the newest ones, oldest first
    reports: dict[str, dict[str, int]]
    changes: dict[str, int]
    waiting: dict[str, int]
    held: dict[str, object] | None
    error: dict[str, object] | None
    resolution: str
    due_at: datetime | None = None  # the slot of the schedule it serves
    source: dict[str, object] = field(default_factory=dict)  # what was read (U6)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreView:
    """One kind of what an undo brings back. ``names`` are the first twenty."""

    kind: str  # accounts-removed, accounts-given-back, links-restored, ... (services.undo.TITLES)
    title: str
    count: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoBlock:
    """Something that came after and stands in the way of an undo; ``decision`` its id, where it is one."""

    message: str
    mend: str
    decision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoView:
    """What undoing a run would bring back, what it cannot, and what stands in its way (nothing: it can)."""

    run: int
    school: str
    school_name: str
    restores: tuple[RestoreView, ...]
    cannot: tuple[str, ...]
    blocked: tuple[UndoBlock, ...]

    @property
    def possible(self) -> bool:
        return not self.blocked
