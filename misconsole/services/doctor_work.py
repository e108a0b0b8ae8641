"""The doctor looks at what works by itself: secrets that are there, runs, the worker, connections.

Nothing is mended that could lose anything: runs whose process died.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from misconsole import paths
from misconsole.errors import MisconsoleError
from misconsole.services.doctor_findings import Finding, Patient, bad, hint, mended, ok
from misconsole.services.doctor_store import modes

if TYPE_CHECKING:
    from misconsole.services.desk import Desk

WORKER_LATE = timedelta(minutes=5)


def secrets(patient: Patient) -> Iterator[Finding]:
    folder = paths.config_dir(patient.env)
    files = [path for path in folder.glob("secrets*") if path.is_file()] if folder.is_dir() else []
    yield from modes("secrets", files, patient.mend)
    if patient.desk is None:
        return
    yield ok(
        "secrets", f"kept in the {'system keyring' if 'keyring' in repr(patient.desk.secrets) else 'file'}"
    )
    for name, urn, missing in _missing(patient.desk):
        yield bad(
            "secrets", f"The {missing} of {name} is not where it should be.",
            f"Give it again: misconsole connect {urn} --secrets-file FILE.",
        )  # fmt: skip


def _missing(desk: Desk) -> Iterator[tuple[str, str, str]]:
    """School, URN and the title of a secret its route cannot do without and that is not kept."""
    from sqlmodel import col, select

    from connectors import registry
    from data.tables import Connection, School

    with desk.store.read() as s:
        asked = select(School.name, School.urn, Connection.route, Connection.secret_ref).join(
            Connection, col(Connection.school_id) == col(School.id)
        )
        rows = s.exec(
            asked.where(col(Connection.active).is_(True), col(Connection.access) == "approved")
        ).all()
    known = {each.route: each for each in registry.declarations()}
    for name, urn, route, ref in rows:
        needed = (
            [f for f in known[route].settings if f.secret and f.required and not f.once]
            if route in known
            else []
        )
        kept = desk.secrets.get(ref) if ref and needed else {}
        for one in needed:
            if not kept.get(one.name):
                yield name, urn, one.title


def runs(patient: Patient) -> Iterator[Finding]:
    if patient.desk is None:
        return
    from sqlmodel import col, select

    from data import runs as run_rows
    from data.tables import Run
    from misconsole.sync import lease

    with patient.desk.store.read() as s:
        rows = s.exec(select(Run).where(col(Run.state).in_(run_rows.UNFINISHED))).all()
        dead = [r for r in rows if not lease.run_alive(r, run_rows.lease(s, r.school_id), patient.now)]
    if not dead:
        yield ok("runs", f"{len(rows)} under way" if rows else "none under way")
        return
    numbers = ", ".join(str(run.id) for run in dead)
    if not patient.mend:
        yield hint(
            "runs", f"The process of run {numbers} died.", "misconsole doctor --mend ends it; then run again."
        )
        return
    with patient.desk.store.write() as s:
        for run in dead:
            run_rows.set_run(
                s, run.id or 0, state="failed", finished_at=patient.now, error=lease.ended(run.kind)
            )
            run_rows.end_stages(s, run.id or 0, patient.now)
            run_rows.drop_lease(s, run.school_id, run_id=run.id or 0)
    yield mended("runs", f"Run {numbers} is told as failed now.")


def worker(patient: Patient) -> Iterator[Finding]:
    if patient.desk is None:
        return
    from sqlmodel import col, select

    from data.tables import Slot, Worker

    with patient.desk.store.read() as s:
        planned = s.exec(select(Slot).where(col(Slot.due_at).is_not(None)).limit(1)).first()
        beats = [w.heartbeat_at for w in s.exec(select(Worker).where(col(Worker.stopped_at).is_(None)))]
    last = max((beat for beat in beats if beat is not None), default=None)
    if last is not None and patient.now - last < WORKER_LATE:
        yield ok("worker", "at work")
    elif planned is not None:
        yield hint(
            "worker", "Schools are due at their times, and no worker is at work.",
            "misconsole schedule install sets one up; or misconsole sync --all-due from cron.",
        )  # fmt: skip


def connections(patient: Patient) -> Iterator[Finding]:
    if patient.desk is None:
        return
    from misconsole.services import connect, schools

    every = schools.list_schools(patient.desk)
    lost = [row for row in every if row.access in ("declined", "revoked", "refused")]
    for row in lost:
        yield bad(
            "connections", f"{row.name}: access {row.access}.", f"misconsole authorise {row.urn} asks again."
        )
    if not patient.online:
        yield ok("connections", f"{sum(1 for r in every if r.mis)} connected, {len(lost)} without access; "
                  "--online asks each")  # fmt: skip
        return
    from connectors.errors import ConnectorError

    for row in (each for each in every if each.mis):
        try:
            probes = connect.probe(patient.desk, row.urn)
        except (ConnectorError, MisconsoleError) as error:
            yield bad("connections", f"{row.name}: {error.message}", error.mend)
            continue
        wrong = [probe for probe in probes if not probe.ok]
        for probe in wrong:
            yield bad("connections", f"{row.name}: {probe.name}: {probe.message}", probe.mend)
        if not wrong:
            yield ok("connections", f"{row.name} answers")
