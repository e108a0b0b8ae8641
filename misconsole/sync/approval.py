"""A held plan, and what a person says to it: apply exactly what was seen, or forget it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from data import roster, runs
from misconsole.errors import Conflict, NotFound
from misconsole.rules import plan_json
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan import Plan
from misconsole.rules.plan_parts import AccountChange
from misconsole.services.views import Affected
from misconsole.sync import lease, outcome, source
from misconsole.sync.apply import Applied, Overtaken
from misconsole.sync.job import Job
from misconsole.sync.progress import Recorder

if TYPE_CHECKING:
    from sqlmodel import Session

    from data.tables import Run
    from misconsole.services.desk import Desk

CHANGED_SINCE = "Something changed here since the run was held; what you saw is not what would happen now."


def affected(plan: Plan) -> tuple[Affected, ...]:
    """Unallocations first, then new accounts, links and updates, each by name."""
    return tuple(
        sorted(_affected(plan), key=lambda one: (ORDER.index(one.change), one.name.casefold(), one.username))
    )


ORDER = ("unallocate", "create", "link", "update")


def _affected(plan: Plan) -> Iterator[Affected]:
    for u in plan.unallocations:
        yield Affected(change="unallocate", name=u.name, role=u.role, username=u.username, detail=u.reason)
    for a in plan.accounts_new:
        yield Affected(
            change="create", name=a.data.display_name, role=a.role, username=a.username, detail=a.review
        )
    for link in plan.links_new:
        yield Affected(
            change="link", name=link.name, role=link.key[0], username=link.username, detail=link.how
        )
    linked = {link.account_id for link in plan.links_new}
    for c in plan.accounts_changed:
        if c.account_id not in linked:
            yield Affected(
                change="update",
                name=c.after.display_name,
                role=c.role,
                username=c.username,
                detail=_difference(c),
            )


def _difference(change: AccountChange) -> str:
    names = change.before.__dataclass_fields__
    return ", ".join(n for n in names if getattr(change.before, n) != getattr(change.after, n))


def _held(s: Session, run_id: int) -> tuple[Run, str]:
    run = runs.get(s, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.", mend="misconsole runs SCHOOL lists them.")
    text = runs.held_plan(s, run_id)
    if run.state != "held" or run.resolution or text is None:
        told = f"was {run.resolution} by {run.resolved_by}" if run.resolution else f"is {run.state}"
        raise Conflict(
            f"Run {run_id} {told}; there is nothing to approve or reject.", mend="Look at it again."
        )
    return run, text


def approve(desk: Desk, run_id: int) -> int:
    """Apply the held plan, in one transaction, as a run of its own; returns that run's id.

    Raises Conflict when it was resolved already or anything changed since, Busy while a run is under way.
    """
    with desk.store.read() as s:
        asked = runs.get(s, run_id)
    if asked is not None and asked.kind == "push":
        from misconsole.push import approving

        return approving.approve(desk, run_id)
    with desk.store.write() as s:
        held, text = _held(s, run_id)
        plan = plan_json.load(text)
        job = _job(s, desk, held)
        runs.set_run(s, run_id, resolution="approved", resolved_by=desk.actor, resolved_at=desk.now())
        try:
            changed = Applied(s, plan, run_id=job.run_id, actor=desk.actor, now=desk.now()).write()
        except Overtaken as error:
            raise Conflict(
                CHANGED_SINCE, mend="Run again; the new run shows what would happen now."
            ) from error
        outcome.applied(s, job, plan, changed=changed)
        runs.forget_plan(s, run_id)
        runs.drop_lease(s, held.school_id, run_id=job.run_id)
        return job.run_id


def _job(s: Session, desk: Desk, held: Run) -> Job:
    """The run that applies a held plan; its other stages were done by the one that was held."""
    now = desk.now()
    school = roster.school(s, held.school_id)
    assert school is not None  # noqa: S101 - a run belongs to a school
    lease.claim(s, held.school_id, run_id=None, now=now, name=school.name)
    run = runs.create(
        s, held.school_id, kind="approval", actor=desk.actor, origin=desk.origin, at=now, full=held.full
    )
    job = Job(
        desk=desk, run=run, school=school, options=SchoolOptions.from_dict(school.options), connection=None,
        recorder=Recorder(desk, run_id=run.id or 0, school_id=held.school_id),
        open_connector=source.open_connector, counts=held.reports,
    )  # fmt: skip
    runs.take_lease(s, held.school_id, run_id=job.run_id, holder=lease.holder(), at=now)
    for stage in runs.STAGES[:-1]:
        runs.set_stage(s, job.run_id, stage, state="skipped", detail=f"Done by run {held.id}.")
    runs.set_stage(s, job.run_id, "apply", state="working", started_at=now)
    return job


def reject(desk: Desk, run_id: int) -> None:
    """Forget the held plan. Raises Conflict when it was resolved already."""
    with desk.store.write() as s:
        _held(s, run_id)
        runs.set_run(s, run_id, resolution="rejected", resolved_by=desk.actor, resolved_at=desk.now())
        runs.forget_plan(s, run_id)
