"""What a directory has, read to its end or not at all; and the plan that follows from it.

Nothing is written here, neither there nor in the store: a rehearsal is these two steps and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.targets.base import Entry
from misconsole.errors import MisconsoleError
from misconsole.rules import target_plan
from misconsole.rules.target_options import TargetOptions
from misconsole.rules.target_parts import TargetPlan

if TYPE_CHECKING:
    from connectors.targets.base import Target as Directory
    from connectors.targets.base import TargetDeclaration
    from data.tables import School, Target
    from misconsole.push.roster import Roster
    from misconsole.services.desk import Desk

Count = Callable[[int], None]


def authorise(directory: Directory) -> None:
    """Raises MisconsoleError with what the failed test said and what mends it."""
    for probe in directory.probe():
        if not probe.ok:
            code = "unreachable" if probe.name == "connectivity" else "not_authorised"
            raise MisconsoleError(probe.message, mend=probe.mend, code=code)


def entries(directory: Directory, count: Count = lambda _n: None) -> list[Entry]:
    """Everything there is; raises unless it was read to the end."""
    found: dict[str, Entry] = {}  # one that moved to a later page while it was read comes twice
    for entry in directory.entries():
        found[entry.remote_id] = entry
        count(len(found))
    return list(found.values())


def plan(
    desk: Desk, school: School, target: Target, declared: TargetDeclaration, directory: Directory,
    found: list[Entry],
) -> TargetPlan:  # fmt: skip
    """The plan of this moment. Entries that a list left out though they are there are asked for by mark."""
    from misconsole.push import roster

    options = TargetOptions.from_dict(target.options)
    with desk.store.read() as s:
        here = roster.read(s, desk, school, target, declared, options)
    made = target_plan.build(here.wanted, entries=found, known=here.known, terms=here.terms)
    if made.found == made.known or (made.short and made.known - made.found > 1):
        return made
    late = _left_out(here, made, directory, {entry.remote_id for entry in found})
    return target_plan.build(here.wanted, entries=[*found, *late], known=here.known, terms=here.terms)


def _left_out(here: Roster, made: TargetPlan, directory: Directory, seen: set[str]) -> list[Entry]:
    missing = {drift.account_id for drift in made.drift if drift.kind == "missing"}
    asked = [directory.find(ours.wanted.anchor) for ours in here.wanted if ours.account_id in missing]
    return [entry for entry in asked if entry is not None and entry.remote_id not in seen]
