"""How a push ends: its row, its stages and what a person must know, written together.

``Run.changed_anything`` stays false: it says that the school's own people or accounts changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data import runs
from data import targets as target_rows
from data.tables import Target
from misconsole.counting import counted
from misconsole.errors import Conflict
from misconsole.rules import target_parts
from misconsole.rules.target_limits import TargetHolding
from misconsole.rules.target_parts import TargetPlan

if TYPE_CHECKING:
    from misconsole.push.job import PushJob

TOLD = 100  # conflicts told one by one
STAYS = "What was written before stays; push again, and it goes on from there."


def tell(job: PushJob, made: TargetPlan) -> None:
    say = job.recorder.message
    for each in made.conflicts[:TOLD]:
        say("warning", each.code, f"{each.username}: {each.message}", each.mend)
    if len(made.conflicts) > TOLD:
        say("warning", "conflicts", f"And {len(made.conflicts) - TOLD} more that cannot be written.")
    if made.adoptable:
        many = counted(
            len(made.adoptable), "entry was there before and waits", "entries were there before and wait"
        )
        say("info", "adoptable", f"{many} to be adopted.",
            f"misconsole target {job.school.urn} adopt {job.target.name} ACCOUNT")  # fmt: skip
    missing = sum(drift.kind == "missing" and drift.wins == "ours" for drift in made.drift)
    if missing:
        many = counted(
            missing, "entry of ours vanished there; it is", "entries of ours vanished there; they are"
        )
        say("warning", "missing", f"{many} made again.")


def held(job: PushJob, made: TargetPlan, holding: TargetHolding) -> None:
    """The plan is kept, so that approval applies exactly what was seen."""
    said = holding.as_dict(approve=f"misconsole target {job.school.urn} approve {job.target.name}")
    job.recorder.message("warning", said["code"], said["message"], said["mend"])
    job.recorder.flush()
    now = job.desk.now()
    with job.desk.store.write() as s:
        runs.set_run(s, job.run_id, state="held", finished_at=now, held=said, changes=made.counts)
        runs.end_stages(s, job.run_id, now)
        expire_holds(s, job)
        runs.keep_plan(s, job.run_id, target_parts.dump(made.steps))
        _looked(s, job)


def settle_held(job: PushJob) -> None:
    """What was held counts as approved when the first of it is about to be written."""
    if (old := job.wish.get("approves")) is None:
        return
    with job.desk.store.write() as s:
        run = runs.get(s, int(old))
        if run is None or run.resolution:
            raise Conflict(f"Run {old} was resolved meanwhile.", mend="Look at it again.")
        runs.set_run(s, int(old), resolution="approved", resolved_by=job.run.actor,
                     resolved_at=job.desk.now())  # fmt: skip
        runs.forget_plan(s, int(old))


def finish(job: PushJob, made: TargetPlan) -> None:
    """The end of a push that went through, with what was refused."""
    job.recorder.flush()
    now = job.desk.now()
    changes = {**job.done, "unchanged": made.unchanged, "conflicts": len(made.conflicts)}
    with job.desk.store.write() as s:
        runs.set_run(s, job.run_id, state="succeeded", finished_at=now, changes=changes)
        runs.end_stages(s, job.run_id, now)
        _looked(s, job)
        if "adopt" not in job.wish:
            expire_holds(s, job)
            target = s.get_one(Target, job.target_id)
            target.pushed_at = now
            s.add(target)


def settled(job: PushJob) -> None:
    """The end of a run that only set passwords."""
    job.recorder.flush()
    now = job.desk.now()
    with job.desk.store.write() as s:
        runs.set_run(s, job.run_id, state="succeeded", finished_at=now, changes=dict(job.done))
        runs.end_stages(s, job.run_id, now)


def stopped(job: PushJob, state: str, error: Exception) -> None:
    """Failed or cancelled between two entries: what was done, and why it went no further."""
    done = sum(n for word, n in job.done.items() if word != "refused")
    said = {
        "code": str(getattr(error, "code", "failed")),
        "message": str(getattr(error, "message", "") or error),
        "mend": f"{getattr(error, 'mend', '')} {STAYS if done else ''}".strip(),
    }
    if state == "cancelled":
        said["message"] = (
            "The push was cancelled." if done else "The push was cancelled; nothing was written."
        )
    job.recorder.message("info" if state == "cancelled" else "error", said["code"], said["message"],
                         said["mend"])  # fmt: skip
    job.recorder.flush()
    now = job.desk.now()
    with job.desk.store.write() as s:
        runs.set_run(s, job.run_id, state=state, finished_at=now, changes=dict(job.done),
                     error=said if state == "failed" else None)  # fmt: skip
        runs.end_stages(s, job.run_id, now)


def _looked(s: Any, job: PushJob) -> None:
    target = s.get_one(Target, job.target_id)
    target.read_at = job.desk.now()
    s.add(target)


def expire_holds(s: Any, job: PushJob) -> None:
    """A newer push has seen more than those that still wait; they can no longer be approved."""
    for old in target_rows.held_pushes(s, job.target_id):
        if old.id is not None and old.id != job.run_id:
            runs.set_run(s, old.id, resolution="expired", resolved_at=job.desk.now(),
                         resolved_by=job.run.actor)  # fmt: skip
            runs.forget_plan(s, old.id)
