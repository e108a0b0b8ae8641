"""What happened to a school: runs and decisions in one list (V1), and the audit trail over schools."""

from __future__ import annotations

from datetime import UTC, datetime

from data import schools as school_rows
from data.runs import UNDONE
from data.tables import Decision, Run
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import AuditItem, HistoryItem

NEVER = datetime.min.replace(tzinfo=UTC)
CHANGES = ("created", "updated", "linked", "unallocated")
KINDS = {"sync": "Sync", "approval": "Approved run", "undo": "Undone run", "push": "Push"}
PUSHED = ("created", "adopted", "updated", "renamed", "moved", "suspended", "resumed", "deleted", "passwords",
          "refused")  # fmt: skip


def history(desk: Desk, school: str, *, limit: int = 300) -> tuple[HistoryItem, ...]:
    """Runs and decisions, newest first, at most ``limit``."""
    with desk.store.read() as s:
        school_id = resolve(s, school).id or 0
        runs = school_rows.runs(s, school_id, limit=limit)
        decisions = school_rows.decisions(s, school_id, limit=limit)
    items = [*map(_run_item, runs), *map(_decision_item, decisions)]
    items.sort(key=lambda item: (item.at, item.kind, item.id), reverse=True)
    return tuple(items[:limit])


def _run_item(run: Run) -> HistoryItem:
    return HistoryItem(
        kind="run",
        id=run.id or 0,
        at=run.finished_at or run.started_at or NEVER,
        who=run.actor,
        summary=run_summary(run),
        state=run.state,
        undone=run.resolution == UNDONE,
    )


def run_summary(run: Run) -> str:
    """One line: what the run was and what it did, was held for, or failed on."""
    name = KINDS.get(run.kind, run.kind)
    if run.dry_run:
        name = "Dry run"
    if run.state == "held" and run.held:
        told = {"approved": "approved", "rejected": "rejected"}.get(run.resolution, "held")
        return f"{name} {run.id} {told}: {run.held.get('message', '')}"
    if run.state == "failed" and run.error:
        return f"{name} {run.id} failed: {run.error.get('message', '')}"
    if run.state != "succeeded":
        return f"{name} {run.id} {run.state}"
    if run.kind == "undo":
        return f"Run {run.changes.get('undoes', '?')} undone by run {run.id}"
    words = PUSHED if run.kind == "push" else CHANGES
    done = [f"{run.changes[key]} {key}" for key in words if run.changes.get(key)]
    return f"{name} {run.id}: {', '.join(done) or 'nothing changed'}"


def _decision_item(decision: Decision) -> HistoryItem:
    return HistoryItem(
        kind="decision",
        id=decision.id or 0,
        at=decision.at or NEVER,
        who=decision.actor,
        summary=decision.summary,
        state=decision.kind,
        undone=decision.undone_at is not None,
    )


def audit(
    desk: Desk, school: str | None = None, *, since: datetime | None = None, limit: int = 1000
) -> tuple[AuditItem, ...]:
    """Who decided what, newest first, over one school or all of them; ``services.audit`` asks for more."""
    from misconsole.services import audit as trail

    return trail.trail(desk, trail.Wanted(school=school or "", since=since, limit=limit))
