"""What screens and commands are told about directories; frozen, and never a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from misconsole.rules.target_parts import Adoptable, Conflict, Drift
from misconsole.services.views import RunView, SettingView


@dataclass(frozen=True, slots=True, kw_only=True)
class KindView:
    """A kind of directory and what it asks for."""

    kind: str
    title: str
    settings: tuple[SettingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    name: str
    value: str
    takes: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """``entries`` of ours there, of them ``suspended`` and ``temporary`` (no password handed out yet)."""

    id: int
    school: str
    school_name: str
    name: str
    kind: str
    title: str
    active: bool
    settings: tuple[SettingView, ...]
    options: tuple[OptionView, ...]
    entries: int
    suspended: int
    temporary: int
    read_at: datetime | None
    pushed_at: datetime | None
    last_push: RunView | None
    held: RunView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One change a push would make."""

    action: str
    account: int
    name: str
    role: str
    username: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalView:
    """What a push would do now. ``held``: the limit that would hold it."""

    school: str
    school_name: str
    target: str
    kind: str
    counts: dict[str, int]
    steps: tuple[StepView, ...]
    conflicts: tuple[Conflict, ...]
    adoptable: tuple[Adoptable, ...]
    drift: tuple[Drift, ...]
    held: dict[str, str] | None
    entries: int
    known: int
    unchanged: int
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A line of the journal of what was asked of a directory."""

    at: datetime | None
    actor: str
    run: int | None
    account: int | None
    username: str
    action: str
    state: str
    message: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
