"""What the stages of one run share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from misconsole.rules.options import SchoolOptions
from misconsole.sync.progress import Recorder

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import Connection, Run, School
    from misconsole.services.desk import Desk
    from misconsole.sync.extract import Extract
    from misconsole.sync.snapshot import Here
    from misconsole.sync.source import Open

    Anew = Callable[["Session", Here, Extract], Here]


@dataclass(slots=True, kw_only=True)
class Job:
    """``counts`` (report -> extracted, kept, dropped) is filled in on the way.

    ``source`` is what was read, for the run's row (U6).
    ``anew`` shows a rehearsal the school as it would be (a change of MIS: other source ids).
    """

    desk: Desk
    run: Run
    school: School
    options: SchoolOptions
    connection: Connection | None
    recorder: Recorder
    open_connector: Open
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    anew: Anew | None = None
    source: dict[str, Any] = field(default_factory=dict)

    @property
    def run_id(self) -> int:
        return self.run.id or 0

    @property
    def school_id(self) -> int:
        return self.school.id or 0
