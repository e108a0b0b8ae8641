"""What the guided move asks of the services; each is called in a thread, with the imports it needs."""

from __future__ import annotations

from collections.abc import Mapping

from misconsole.services.desk import Desk
from misconsole.services.guided_views import MovePlan
from misconsole.services.views import DecisionView, RunView


def move(desk: Desk, urn: str) -> MovePlan:
    from misconsole.services import moving

    return moving.move(desk, urn)


def save(desk: Desk, urn: str, plain: Mapping[str, str], secrets: Mapping[str, str]) -> MovePlan:
    from misconsole.services import moving

    return moving.prepare_move(desk, urn, settings=plain, secrets=secrets)


def request(desk: Desk, urn: str) -> MovePlan:
    from misconsole.services import moving

    return moving.ask_move(desk, urn)


def check(desk: Desk, urn: str) -> MovePlan:
    from misconsole.services import moving

    return moving.ask_move(desk, urn, ask=False)


def rehearse(desk: Desk, urn: str) -> MovePlan:
    from misconsole.services import moving

    return moving.plan_move(desk, urn)


def rehearsal(desk: Desk, urn: str) -> RunView | None:
    """The dry run under way, if there is one."""
    from misconsole.services import runs

    run = runs.current(desk, urn)
    return run if run is not None and run.dry_run else None


def cancel(desk: Desk, run_id: int) -> None:
    from misconsole.services import runs

    runs.cancel(desk, run_id)


def settle(desk: Desk, urn: str, role: str, source_id: str, what: str, person: int) -> MovePlan:
    from misconsole.services import move_settle, moving

    move_settle.settle(desk, urn, role, source_id, what=what, person=person)
    return moving.move(desk, urn)


def unsettle(desk: Desk, urn: str) -> tuple[str, MovePlan]:
    from misconsole.services import move_settle, moving

    return move_settle.take_back(desk, urn), moving.move(desk, urn)


def apply(desk: Desk, urn: str, anyway: bool) -> DecisionView:
    from misconsole.services import moving

    return moving.apply_move(desk, urn, anyway=anyway)


def take_back(desk: Desk, urn: str, decision: int) -> MovePlan:
    from misconsole.services import decide, moving

    decide.undo(desk, decision)
    return moving.move(desk, urn)


def abandon(desk: Desk, urn: str) -> None:
    from misconsole.services import moving

    moving.abandon_move(desk, urn)
