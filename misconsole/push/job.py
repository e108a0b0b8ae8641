"""What the stages of one push share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from data.tables import Account
from misconsole.errors import MisconsoleError
from misconsole.rules.target_options import TargetOptions
from misconsole.sync.progress import Recorder

if TYPE_CHECKING:
    from connectors.targets.base import TargetDeclaration, Wanted
    from data.tables import Run, School, Target
    from misconsole.push.source import Open
    from misconsole.push.temporary import Choose
    from misconsole.services.desk import Desk

#: action of a step -> the word in ``Run.changes``
DONE = {
    "create": "created", "adopt": "adopted", "update": "updated", "rename": "renamed", "move": "moved",
    "suspend": "suspended", "resume": "resumed", "delete": "deleted", "password": "passwords",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class PushJob:
    """``done`` counts what was changed there, and ``refused`` what the directory refused."""

    desk: Desk
    run: Run
    school: School
    target: Target
    declared: TargetDeclaration
    recorder: Recorder
    open_directory: Open
    choose: Choose
    done: Counter[str] = field(default_factory=Counter)

    @property
    def run_id(self) -> int:
        return self.run.id or 0

    @property
    def target_id(self) -> int:
        return self.target.id or 0

    def still_ours(self) -> None:
        """Raises MisconsoleError where the school is somebody else's by now, as after the machine slept.

        What was planned is old then, and another push may be under way.  Cancelled where that was asked for.
        """
        from data import runs

        self.recorder.check()
        with self.desk.store.read() as s:
            held = runs.lease(s, self.school.id or 0)
        if held is None or held.run_id != self.run_id:
            raise MisconsoleError(
                "The push was interrupted for so long that it was taken for dead.",
                mend="Push again; it starts by looking.",
                code="lease_lost",
            )

    def stands(self, account_id: int, wanted: Wanted) -> bool:
        """Whether what was planned for the account is still wanted: it is of the same name and state.

        A push may take long, and people decide meanwhile.
        """
        with self.desk.store.read() as s:
            row = s.get(Account, account_id)
        if row is None:
            return False
        return row.username == wanted.username and (row.state == "active") == wanted.enabled

    @property
    def options(self) -> TargetOptions:
        return TargetOptions.from_dict(self.target.options)

    @property
    def wish(self) -> Mapping[str, Any]:
        """What the push was queued for besides the whole plan: ``approves`` a held run, ``adopt`` ids."""
        return self.run.source or {}
