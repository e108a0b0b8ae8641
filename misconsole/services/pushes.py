"""Pushing to a directory, for screens and commands: rehearse, push, approve, reject, adopt.

A rehearsal reads and plans, and writes nothing anywhere, not even a row that it was made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from data import roster
from data import runs as run_rows
from data import targets as target_rows
from misconsole.errors import Conflict, NotFound
from misconsole.push import engine, reading, source
from misconsole.rules import target_limits, target_parts
from misconsole.rules.target_options import TargetOptions
from misconsole.rules.target_parts import ACTIONS, Adoptable, TargetPlan
from misconsole.services import permits, runs
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.target_views import RehearsalView, StepView
from misconsole.services.targets import found
from misconsole.services.views import RunView

if TYPE_CHECKING:
    from data.tables import School, Target

Say = Callable[[str], None]
SILENT: Say = lambda _line: None  # noqa: E731 - the default of a parameter


def rehearse(
    desk: Desk, school: str, name: str, *, opened: source.Open | None = None, say: Say = SILENT,
    stop: Callable[[], bool] = lambda: False,
) -> RehearsalView:  # fmt: skip
    """What a push would do now, what it could not, and what drifted. Raises what the directory raises."""
    permits.need(desk, "push", school)
    with desk.store.read() as s:
        here = resolve(s, school)
        row = found(s, here, name)
    declared = source.declaration(row)
    with closing((opened or source.open_directory)(desk, row, stop)) as directory:
        say("authorise")
        reading.authorise(directory)
        say("read")
        entries = reading.entries(directory)
        made = reading.plan(desk, here, row, declared, directory, entries)
    return _view(here, row, made)


def _view(school: School, row: Target, made: TargetPlan) -> RehearsalView:
    holding = target_limits.check(made, TargetOptions.from_dict(row.options), first=row.pushed_at is None)
    approve = f"misconsole target {school.urn} approve {row.name}"
    steps = sorted(made.steps, key=lambda step: (ACTIONS.index(step.action), step.name.casefold()))
    return RehearsalView(
        school=school.urn, school_name=school.name, target=row.name, kind=row.kind, counts=made.counts,
        steps=tuple(
            StepView(action=step.action, account=step.account_id, name=step.name, role=step.role,
                     username=step.username, detail=target_parts.detail(step))
            for step in steps
        ),
        conflicts=made.conflicts, adoptable=made.adoptable, drift=made.drift,
        held=holding.as_dict(approve=approve) if holding else None, entries=made.entries, known=made.known,
        unchanged=made.unchanged, elsewhere=made.elsewhere,
    )  # fmt: skip


def queue(
    desk: Desk, school: str, name: str, *, pid: int | None = None, wish: dict[str, Any] | None = None
) -> int:
    """A queued push. Raises NotFound, Conflict for a target that is paused, or Busy with who is at it."""
    from misconsole.sync import lease

    permits.need(desk, "push", school)
    with desk.store.write() as s:
        here = resolve(s, school)
        row = found(s, here, name)
        if not row.active:
            raise Conflict(
                f"{row.name} is paused.", mend=f"misconsole target {here.urn} set {row.name} active=yes"
            )
        lease.claim(s, here.id or 0, run_id=None, now=desk.now(), name=here.name)
        run = target_rows.queue_push(
            s, row, actor=desk.actor, origin=desk.origin, at=desk.now(), pid=pid, source=wish or {}
        )
        return run.id or 0


def start(desk: Desk, school: str, name: str, *, wish: dict[str, Any] | None = None) -> int:
    """Queue a push and start its own process; returns the run's id without waiting."""
    from misconsole.sync import process

    run_id = queue(desk, school, name, wish=wish)
    try:
        pid = process.start(desk.store.url, run_id)
    except OSError as error:
        said = {
            "code": "not_started", "mend": f"Push here instead: misconsole target {school} push {name}.",
            "message": f"The push could not be started: {error.strerror or 'the system refused'}.",
        }  # fmt: skip
        with desk.store.write() as s:
            run_rows.set_run(s, run_id, state="failed", finished_at=desk.now(), error=said)
            run_rows.end_stages(s, run_id, desk.now())
        return run_id
    with desk.store.write() as s:
        run = run_rows.get(s, run_id)
        if run is not None and run.pid is None:
            run.pid = pid
            s.add(run)
    return run_id


def push_now(
    desk: Desk, school: str, name: str, *, opened: source.Open | None = None, say: Say = SILENT,
    stop: Callable[[], bool] = lambda: False, wish: dict[str, Any] | None = None,
) -> RunView:  # fmt: skip
    """Push in this process, from first stage to last."""
    run_id = queue(desk, school, name, pid=os.getpid(), wish=wish)
    engine.execute(desk, run_id, open_directory=opened, stop=stop, say=say)
    return runs.get(desk, run_id)


def held_run(desk: Desk, school: str, name: str) -> int:
    """The held push that waits for an answer. Raises NotFound where there is none."""
    with desk.store.read() as s:
        row = found(s, resolve(s, school), name)
        waiting = target_rows.held_pushes(s, row.id or 0)
    if not waiting:
        raise NotFound(f"No push to {row.name} is held.", mend="There is nothing to approve or reject.")
    return waiting[0].id or 0


def approve(
    desk: Desk, school: str, name: str, *, opened: source.Open | None = None, say: Say = SILENT,
    stop: Callable[[], bool] = lambda: False,
) -> RunView:  # fmt: skip
    """Write exactly what the held push showed; the push that does so is returned."""
    from misconsole.push import approving

    permits.need(desk, "approve", school)
    run_id = held_run(desk, school, name)
    return runs.get(desk, approving.approve(desk, run_id, open_directory=opened, say=say, stop=stop))


def start_approval(desk: Desk, school: str, name: str) -> int:
    """The same in a process of its own; returns the run's id without waiting."""
    permits.need(desk, "approve", school)
    return start(desk, school, name, wish={"approves": held_run(desk, school, name)})


def start_held(desk: Desk, run_id: int) -> int:
    """The same for the held push of that id. Raises NotFound, Conflict where it is resolved already."""
    with desk.store.read() as s:
        run = run_rows.get(s, run_id)
        target = target_rows.get(s, run.target_id) if run is not None and run.target_id else None
        school = roster.school(s, target.school_id) if target is not None else None
    if run is None or target is None or school is None:
        raise NotFound(f"There is no push {run_id}, or its target was removed.")
    permits.need(desk, "approve", school.urn)
    if run.state != "held" or run.resolution:
        raise Conflict(f"Push {run_id} is {run.resolution or run.state}; there is nothing to approve.")
    return start(desk, school.urn, target.name, wish={"approves": run_id})


def reject(desk: Desk, school: str, name: str) -> RunView:
    """Forget what was held; nothing was written by it."""
    permits.need(desk, "approve", school)
    run_id = held_run(desk, school, name)
    with desk.store.write() as s:
        run_rows.set_run(s, run_id, resolution="rejected", resolved_by=desk.actor, resolved_at=desk.now())
        run_rows.forget_plan(s, run_id)
    return runs.get(desk, run_id)


def choose_adoptable(
    offers: Sequence[Adoptable], *, accounts: Collection[int] = (), all_exact: bool = False
) -> list[dict[str, Any]]:
    """What ``adopt`` is to do, as it is queued. Raises NotFound for an account with nothing on offer."""
    by_id = {offer.account_id: offer for offer in offers}
    for account in accounts:
        if account not in by_id:
            raise NotFound(
                f"There is no entry on offer for account {account}.",
                mend="An entry is offered when it bears the very same username or address and nobody's mark.",
            )
    chosen = [o for o in offers if o.account_id in set(accounts) or (all_exact and o.exact)]
    return [
        {"account_id": o.account_id, "remote_id": o.remote_id, "there": o.there, "username": o.username}
        for o in chosen
    ]


def adopt(
    desk: Desk, school: str, name: str, *, chosen: Sequence[dict[str, Any]], all_exact: bool = False,
    opened: source.Open | None = None, say: Say = SILENT,
) -> RunView:  # fmt: skip
    """Put our mark on entries that were there before, because a person said whose they are.

    ``all_exact`` says that they were taken in one go, which the target's option ``adopt=address`` must
    allow.  Names and places follow with the next push.
    """
    wish = _to_adopt(desk, school, name, chosen, all_exact)
    return push_now(desk, school, name, opened=opened, say=say, wish=wish)


def start_adopting(
    desk: Desk, school: str, name: str, *, chosen: Sequence[dict[str, Any]], all_exact: bool = False
) -> int:
    """The same in a process of its own; returns the run's id without waiting."""
    return start(desk, school, name, wish=_to_adopt(desk, school, name, chosen, all_exact))


def _to_adopt(
    desk: Desk, school: str, name: str, chosen: Sequence[dict[str, Any]], all_exact: bool
) -> dict[str, Any]:
    permits.need(desk, "push", school)
    if all_exact:
        may_adopt_all(desk, school, name)
    _decided(desk, school, name, chosen)
    return {"adopt": list(chosen)}


def may_adopt_all(desk: Desk, school: str, name: str) -> None:
    """Raises Conflict unless the target was set up for adopting in one go."""
    with desk.store.read() as s:
        here = resolve(s, school)
        row = found(s, here, name)
    if TargetOptions.from_dict(row.options)["adopt"] != "address":
        raise Conflict(
            f"{row.name} was set up so that a person adopts one by one.",
            mend=f"Adopt single accounts, or: misconsole target {here.urn} set {row.name} adopt=address",
        )


def _decided(desk: Desk, school: str, name: str, chosen: Sequence[dict[str, Any]]) -> None:
    """Who said so stays in the trail."""
    from misconsole.services.decisions.case import deciding

    with deciding(desk, school, "target-adopt") as case:
        whose = ", ".join(str(each["username"]) for each in chosen[:3])
        more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
        case.say(f"Adopted entries of {name} for {whose}{more}", target=name, adopted=list(chosen))
