"""The desk a service works at: store, clock, who is acting, where secrets are.

Made once by the entry point (console, command, run process) and passed first to every service.
Time and identity come in from outside, so that a test can choose both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.store import Store
    from misconsole.grades import Standing
    from misconsole.secrets import Secrets


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """``actor`` is the system account name; ``origin`` console, command or worker.

    ``grade`` is the role of the actor (``services.permits``), ``place`` the machine, terminal and address
    they sit at; ``read_only`` lets nobody change anything.  ``standing`` is what the administrator's file
    says (None without one): further roles, also at single schools, and who has which role.
    """

    store: Store
    secrets: Secrets
    actor: str
    origin: str = "command"
    now: Callable[[], datetime] = field(default=utc_now)
    workdir: Path = field(default_factory=Path)
    grade: str = "administrator"
    place: str = ""
    read_only: bool = False
    standing: Standing | None = None

    @property
    def today(self) -> date:
        """The day in the school's own zone is a matter of rules; this is the UTC day of the clock."""
        return self.now().date()
