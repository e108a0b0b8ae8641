"""What the change of mode asks of the services; each is called in a thread, with the imports it needs."""

from __future__ import annotations

from misconsole.services.desk import Desk
from misconsole.services.guided_views import ModePlan
from misconsole.services.views import DecisionView


def now(desk: Desk, urn: str) -> tuple[str, str, str]:
    """(name of the school, its mode, what that means)."""
    from misconsole.services import schools

    found = schools.show(desk, urn)
    return str(found["name"]), str(found["mode"]), str(found["mode_means"])


def plan(desk: Desk, urn: str, mode: str) -> ModePlan:
    from misconsole.services import modes

    return modes.plan_mode(desk, urn, mode)


def change(desk: Desk, urn: str, mode: str) -> DecisionView:
    from misconsole.services import modes

    return modes.change_mode(desk, urn, mode)


def take_back(desk: Desk, decision: int) -> DecisionView:
    from misconsole.services import decide

    return decide.undo(desk, decision)
