"""One push from its first stage to its last, the same whoever started it.

    authorise  read  plan  limits  apply

What it protects: the directory is read to its end before anything is planned; nothing is asked of it until
the limits have agreed; and a push that was cut off is simply begun again, for it starts by looking.
"""

from __future__ import annotations

import os
import secrets
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.errors import Cancelled, ConnectorError
from data import roster, runs
from data import targets as target_rows
from data.errors import StoreProblem
from data.tables import Target
from misconsole.errors import Conflict, MisconsoleError, NotFound
from misconsole.push import outcome, reading, source
from misconsole.push.job import PushJob
from misconsole.push.temporary import Choose
from misconsole.push.writing import Writer, learn
from misconsole.rules import target_limits, target_parts
from misconsole.rules.target_limits import TargetHolding
from misconsole.rules.target_parts import Step, TargetPlan
from misconsole.sync import lease
from misconsole.sync.progress import Recorder

if TYPE_CHECKING:
    from connectors.targets.base import Target as Directory
    from misconsole.services.desk import Desk

CHANGED_SINCE = "Something changed since the push was held; what you saw is not what would happen now."


def execute(
    desk: Desk,
    run_id: int,
    *,
    open_directory: source.Open | None = None,
    choose: Choose = secrets.choice,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _line: None,
) -> None:
    """Do a queued push. It ends succeeded, held, failed or cancelled, and says so in its row.

    Raises NotFound, Conflict (not queued) or Busy before it begins, and StoreProblem when not even its end
    could be written.
    """
    job = begin(desk, run_id, open_directory=open_directory, choose=choose, stop=stop, say=say)
    with ended(job), closing(job.open_directory(desk, job.target, job.recorder.cancelled)) as directory:
        _stages(job, directory)


def begin(
    desk: Desk,
    run_id: int,
    *,
    open_directory: source.Open | None,
    choose: Choose,
    stop: Callable[[], bool],
    say: Callable[[str], None],
) -> PushJob:
    """Take the lease on the school and mark the push as under way."""
    now = desk.now()
    with desk.store.write() as s:
        run = runs.get(s, run_id)
        school = roster.school(s, run.school_id) if run is not None else None
        target = s.get(Target, run.target_id) if run is not None and run.target_id else None
        gone = target is None or target_rows.REMOVED in target.options
        if run is None or school is None or school.id is None or target is None or gone:
            raise NotFound(f"There is no push {run_id}, or its target was removed.")
        if run.state != "queued":
            raise Conflict(f"Run {run_id} is {run.state}; only a queued run can begin.")
        lease.claim(s, school.id, run_id=run_id, now=now, name=school.name)
        runs.take_lease(s, school.id, run_id=run_id, holder=lease.holder(), at=now)
        run.state, run.pid, run.started_at, run.heartbeat_at = "running", os.getpid(), now, now
        s.add(run)
        s.flush()
    return PushJob(
        desk=desk, run=run, school=school, target=target, declared=source.declaration(target),
        recorder=Recorder(desk, run_id=run_id, school_id=school.id, stop=stop, say=say),
        open_directory=open_directory or source.open_directory, choose=choose,
    )  # fmt: skip


class ended:
    """However a push ends, its row says so, and the school is free again."""

    def __init__(self, job: PushJob) -> None:
        self.job = job

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        known = (ConnectorError, MisconsoleError, StoreProblem)
        try:
            if isinstance(error, Cancelled):
                outcome.stopped(self.job, "cancelled", error)
            elif isinstance(error, known):
                outcome.stopped(self.job, "failed", error)
            elif isinstance(error, Exception):
                outcome.stopped(self.job, "failed", MisconsoleError(_unexpected(error), code="unexpected"))
        finally:
            with self.job.desk.store.write() as s:
                runs.drop_lease(s, self.job.school.id or 0, run_id=self.job.run_id)
        return isinstance(error, Exception)


def _unexpected(error: Exception) -> str:
    """Where, and of what kind; never the text, which may hold somebody's data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"Something unexpected happened: {type(error).__name__} in {where}."


def _stages(job: PushJob, directory: Directory) -> None:
    with job.recorder.stage("authorise"):
        reading.authorise(directory)
    with job.recorder.stage("read"):
        found = reading.entries(directory, lambda n: job.recorder.count("entries", n))
        job.recorder.count("entries", len(found), total=len(found), finished=True)
    with job.recorder.stage("plan"):
        made = reading.plan(job.desk, job.school, job.target, job.declared, directory, found)
        outcome.tell(job, made)
    with job.recorder.stage("limits"):
        steps, holding = _wished(job, made)
        if holding is not None:
            job.recorder.attention("limits")
    if holding is not None:
        outcome.held(job, made, holding)
        return
    with job.recorder.stage("apply"):
        seen_short = _seen_short(job)
        outcome.settle_held(job)
        learn(job, made, believed=seen_short)
        Writer(job, directory).run(steps)
    outcome.finish(job, made)


def _seen_short(job: PushJob) -> bool:
    """Whether a person was shown how few entries there are, and said to go on."""
    if "approves" not in job.wish:
        return False
    with job.desk.store.read() as s:
        held = runs.get(s, int(job.wish["approves"]))
    return held is not None and (held.held or {}).get("code") == target_limits.SHORT_READ


def _wished(job: PushJob, made: TargetPlan) -> tuple[tuple[Step, ...], TargetHolding | None]:
    """The steps of this push, and what holds it: a limit, unless a person has seen just these steps."""
    if "adopt" in job.wish:
        return _adopting(made, job.wish["adopt"]), None
    if "approves" not in job.wish:
        return made.steps, target_limits.check(made, job.options, first=job.target.pushed_at is None)
    with job.desk.store.read() as s:
        text = runs.held_plan(s, int(job.wish["approves"]))
    seen = target_parts.load(text) if text is not None else ()
    if text is None or not {step.mark for step in seen} <= {step.mark for step in made.steps}:
        raise Conflict(CHANGED_SINCE, mend="Push again; the new push shows what would happen now.")
    return seen, None


def _adopting(made: TargetPlan, wanted: list[dict[str, Any]]) -> tuple[Step, ...]:
    """A person said which entry is whose; raises Conflict where that is not on offer any more."""
    offers = {(each.account_id, each.remote_id): each for each in made.adoptable}
    steps = []
    for each in wanted:
        offer = offers.get((each["account_id"], each["remote_id"]))
        if offer is None:
            raise Conflict(
                f"The entry {each['there']} is not on offer for {each['username']} any more.",
                mend="Look again at what can be adopted.",
            )
        steps.append(Step(
            action="adopt", account_id=offer.account_id, name=offer.name, role="", username=offer.username,
            wanted=offer.wanted, remote_id=offer.remote_id, note=offer.there,
        ))  # fmt: skip
    return tuple(steps)
