"""A run as commands tell it: the documents of ``--json``, and a few lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from misconsole.held_words import resolved
from misconsole.waiting_words import waiting_words

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.views import RunView

CHANGES = ("created", "updated", "linked", "unallocated", "unchanged")
REPORT_KEYS = ("extracted", "kept", "dropped")


def sync_document(view: RunView) -> dict[str, Any]:
    """``sync --json`` of headless.md."""
    return {
        "school": view.school,
        "run": view.id,
        "state": view.state,
        "dry_run": view.dry_run,
        "stages": [{"name": s.name, "state": s.state, "seconds": s.seconds} for s in view.stages],
        "reports": {
            name: {key: row.get(key, 0) for key in REPORT_KEYS} for name, row in view.reports.items()
        },
        "changes": {key: view.changes.get(key, 0) for key in CHANGES},
        "waiting": dict(view.waiting) or {"unmatched_staff": 0, "unmatched_pupils": 0},
        "held": view.held,
        "error": view.error,
    }


def failed_document(school: str, error: dict[str, str], *, dry_run: bool) -> dict[str, Any]:
    """The same for a school whose run could not begin."""
    return {
        "school": school, "run": None, "state": "failed", "dry_run": dry_run, "stages": [], "reports": {},
        "changes": dict.fromkeys(CHANGES, 0), "waiting": {"unmatched_staff": 0, "unmatched_pupils": 0},
        "held": None, "error": error,
    }  # fmt: skip


def run_document(view: RunView) -> dict[str, Any]:
    from misconsole.services import completions

    return sync_document(view) | {
        "kind": view.kind, "full": view.full, "actor": view.actor, "origin": view.origin,
        "started_at": view.started_at, "finished_at": view.finished_at, "seconds": view.seconds,
        "resolution": view.resolution,
        "completed": completions.of(view), "due_at": view.due_at, "source": view.source,
    }  # fmt: skip


def show(view: RunView, out: Out) -> None:
    """A run in a few lines; problems have been told on stderr while they happened."""
    done = [f"{view.changes[key]} {key}" for key in CHANGES if view.changes.get(key)]
    name = "dry run" if view.dry_run else view.kind
    out.lines([f"{view.school_name}: {name} {view.id} {view.state}; {', '.join(done) or 'nothing changed'}"])
    if waits := waiting_words(view.waiting):
        out.lines([f"  waiting: {', '.join(waits)}"])
    for said in (view.held, view.error):
        if said:
            told = resolved(view.resolution) if said is view.held else ""
            out.lines([f"  {said.get('message', '')}", f"  {told or said.get('mend', '')}"])


def completed(view: RunView) -> list[str]:
    """Extraction, upload and processing, each with its own time (T16); and what was read (U6)."""
    from misconsole.services import completions, source_text

    lines = [f"{name}: {at.isoformat(timespec='seconds')}" for name, at in completions.of(view).items() if at]
    read = source_text.told(view.source, lambda at: at.isoformat(timespec="minutes"))
    return [*lines, *([f"read: {read}"] if read else [])]
