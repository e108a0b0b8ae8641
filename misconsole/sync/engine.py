"""One run from its first stage to its last, the same whoever started it.

    authorise  extract  filter  match  plan  limits  apply

What it protects: nothing is written but bookkeeping until the plan stands and the limits have agreed;
then everything is, in one transaction.  A run ends in its own clear state, whatever happens.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.errors import Cancelled, ConnectorError
from connectors.records import Report
from data import roster, runs
from data.errors import StoreProblem
from misconsole.counting import counted
from misconsole.errors import Conflict, MisconsoleError, NotFound
from misconsole.rules import limits, plan, plan_accounts
from misconsole.rules.known import Naming
from misconsole.rules.limits import Holding
from misconsole.rules.options import SchoolOptions
from misconsole.rules.plan import Plan
from misconsole.sync import filter as filtering
from misconsole.sync import (
    lease,
    locality,
    marks,
    match,
    narrow,
    outcome,
    process,
    reading,
    seasonal,
    snapshot,
    source,
)
from misconsole.sync.apply import Applied, Overtaken
from misconsole.sync.job import Job
from misconsole.sync.progress import Recorder

if TYPE_CHECKING:
    from misconsole.services.desk import Desk
    from misconsole.sync.extract import Extract
    from misconsole.sync.job import Anew

LAST_YEAR = "as in this week of last year"
TRIES = 5  # plans overtaken by decisions before giving up


def execute(
    desk: Desk,
    run_id: int,
    *,
    open_connector: source.Open | None = None,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _line: None,
    anew: Anew | None = None,
) -> None:
    """Do a queued run. It ends succeeded, held, failed or cancelled, and says so in its row.

    ``anew`` is for rehearsals: it changes what the plan starts from; such a run must be a dry one.

    Raises NotFound, Conflict (not queued) or Busy before it begins, and StoreProblem when not even its
    end could be written.
    """
    if _is_push(desk, run_id):
        from misconsole.push import engine as pushing

        pushing.execute(desk, run_id, stop=stop, say=say)
        return
    job = begin(desk, run_id, open_connector=open_connector, stop=stop, say=say)
    job.anew = anew if job.run.dry_run else None
    try:
        process.frugal_heap()
        with process.calm_collector():
            _stages(job)
    except Cancelled as error:
        outcome.stopped(job, "cancelled", error)
    except (ConnectorError, MisconsoleError, StoreProblem) as error:
        outcome.stopped(job, "failed", error)
    except Exception as error:  # noqa: BLE001 - a run never ends in silence or with a stack trace
        outcome.stopped(job, "failed", MisconsoleError(_unexpected(error), code="unexpected"))
    finally:
        release(job)


def _is_push(desk: Desk, run_id: int) -> bool:
    with desk.store.read() as s:
        run = runs.get(s, run_id)
        return run is not None and run.kind == "push"


def begin(
    desk: Desk,
    run_id: int,
    *,
    open_connector: source.Open | None = None,
    stop: Callable[[], bool] = lambda: False,
    say: Callable[[str], None] = lambda _line: None,
) -> Job:
    """Take the lease on the school and mark the run as under way."""
    now = desk.now()
    with desk.store.write() as s:
        run = runs.get(s, run_id)
        school = roster.school(s, run.school_id) if run is not None else None
        if run is None or school is None or school.id is None:
            raise NotFound(f"There is no run {run_id}.")
        if run.state != "queued":
            raise Conflict(f"Run {run_id} is {run.state}; only a queued run can begin.")
        lease.claim(s, school.id, run_id=run_id, now=now, name=school.name)
        runs.take_lease(s, school.id, run_id=run_id, holder=lease.holder(), at=now)
        run.state, run.pid, run.started_at, run.heartbeat_at = "running", os.getpid(), now, now
        s.add(run)
        s.flush()
        connection = roster.connection(s, school.id)
        options = SchoolOptions.from_dict(school.options)
    recorder = Recorder(desk, run_id=run_id, school_id=school.id, stop=stop, say=say)
    return Job(
        desk=desk, run=run, school=school, options=options, connection=connection, recorder=recorder,
        open_connector=open_connector or source.open_connector,
    )  # fmt: skip


def release(job: Job) -> None:
    """Give the lease back, and plan when the school is due next."""
    from misconsole.services import due

    with job.desk.store.write() as s:
        runs.drop_lease(s, job.school_id, run_id=job.run_id)
        run, school = runs.get(s, job.run_id), roster.school(s, job.school_id)
        if run is not None and school is not None:
            due.after_run(s, run, school, job.desk.now())


def _unexpected(error: Exception) -> str:
    """Where, and of what kind; never the text, which may hold somebody's data."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"Something unexpected happened: {type(error).__name__} in {Path(last.filename).name}:{last.lineno}."
    )


def _stages(job: Job) -> None:
    read = reading.run(job)
    for _ in range(TRIES):
        made = _plan(job, read)
        with job.recorder.stage("limits"):
            holding = _holding(job, made)
            if holding is not None:
                job.recorder.attention("limits")
        if holding is not None and not job.run.dry_run:
            outcome.held(job, made, holding)
            return
        if job.run.dry_run:
            _rehearsed(job, made, holding)
            return
        try:
            apply(job, made, read.extract)
            return
        except Overtaken:
            job.recorder.message("info", "overtaken", "Somebody decided something meanwhile; planning again.")
    raise Overtaken("The school keeps changing while the run is planned.", mend="Run again in a moment.")


def _plan(job: Job, read: reading.Reading) -> Plan:
    """Filter, match and plan from one consistent state of the store."""
    recorder = job.recorder
    with job.desk.store.read() as s:
        with recorder.stage("filter"):
            looked = narrow.find(s, job, read)
            here = snapshot.read(s, job.school_id, looked.only)
            here = job.anew(s, here, read.extract) if job.anew is not None else here
            sifted = filtering.run(
                read.extract, here, s, scope=read.scope, today=job.desk.today, recorder=recorder
            )
            job.counts = sifted.counts
        with recorder.stage("match"):
            if match.needed(sifted.roll, here):
                here = snapshot.widened(s, here)
            matched = match.run(sifted.roll, here, locality.nearby(s, sifted.roll, here))
        with recorder.stage("plan"):
            naming = Naming(formats=here.options.username_formats, day=job.desk.today)
            marks = {**sifted.roll.since, **read.marks}
            roll = replace(sifted.roll, since=marks, judged=looked.mark)
            known = here.known
            if plan_accounts.free(roll, known, matched, plan_accounts.returning(roll, known)):
                known = snapshot.with_names(s, known)
            year = seasonal.of(s, job.school_id, here.options, here.country, job.desk.now())
            made = plan.build(roll, known=known, matched=matched, naming=naming, season=year)
            _tell(job, made)
    job.options = here.options
    return made


def _tell(job: Job, made: Plan) -> None:
    say = job.recorder.message
    if made.leavers_by_hand:
        say(
            "warning", "leavers_by_hand",
            f"{counted(made.leavers_by_hand, 'account belongs', 'accounts belong')} "
            "to people who left; in link mode you remove them.",
            "Remove them where the accounts come from.",
        )  # fmt: skip
    if made.kept_for_now:
        say(
            "info", "leavers_hold",
            f"{counted(made.kept_for_now, 'account of leavers is', 'accounts of leavers are')} "
            f"kept until {job.options.leavers_hold}.",
            "The setting leavers_hold says until when.",
        )  # fmt: skip
    if made.renamed_on_link:
        say(
            "info", "renamed_on_link",
            f"Display names that change on linking, because names come from the MIS: {made.renamed_on_link}.",
        )  # fmt: skip
    if made.renamed_beneath:
        say(
            "info", "renamed_beneath",
            f"Names that changed in the MIS beneath a display name of the holder's own, which stays: "
            f"{made.renamed_beneath}.",
        )  # fmt: skip


def _holding(job: Job, made: Plan) -> Holding | None:
    """Why the run is held, if it is; where the season alone lets it pass, that is told."""
    with job.desk.store.read() as s:
        usual = seasonal.usual(s, made, job.desk.today)
    asked = partial(
        limits.check, made.planned, of=made.population, limits=job.options.limits, first_sync=made.first
    )
    found = asked(usual=usual)
    if found is None and (otherwise := asked()) is not None:
        told = "; ".join(
            f"{limits.told(trip.kind, trip.planned)}: {usual[trip.kind].why or LAST_YEAR}"
            for trip in otherwise.trips
        )
        job.recorder.message("info", "season", f"Usual at this time of the year: {told}.")
    return found


def _rehearsed(job: Job, made: Plan, holding: Holding | None) -> None:
    if holding is not None:
        job.recorder.message("warning", holding.code, f"{holding.message} The run itself would be held.")
    job.recorder.skip("apply", "A dry run writes nothing.")
    outcome.rehearsed(job, made)


def apply(job: Job, made: Plan, extract: Extract) -> None:
    """Write the plan; marks of attendance and the run's own end are part of the same transaction."""
    attendance = extract.of(Report.ATTENDANCE)
    with job.recorder.stage("apply") as stage:
        job.recorder.flush()
        with job.desk.store.write() as s:
            applied = Applied(s, made, run_id=job.run_id, actor=job.run.actor, now=job.desk.now())
            changed = applied.write(begun=extract.forget)
            marks.write(
                s, job.school_id, attendance, today=job.desk.today, keep_days=job.options.attendance_days
            )
            outcome.applied(s, job, made, changed=changed)
        stage.written()
