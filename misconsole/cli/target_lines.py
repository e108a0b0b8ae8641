"""How ``misconsole target`` tells what it found: JSON documents, tables, a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.counting import counted
from misconsole.errors import Exit

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.target_views import ChangeView, RehearsalView, TargetView
    from misconsole.services.views import RunView

NOTHING = ("unchanged", "conflicts")


def run_document(view: RunView) -> dict[str, Any]:
    """A push; its own counts instead of those of a sync."""
    return {
        "school": view.school, "run": view.id, "state": view.state,
        "stages": [{"name": s.name, "state": s.state, "seconds": s.seconds} for s in view.stages],
        "changes": dict(view.changes), "held": view.held, "error": view.error, "resolution": view.resolution,
        "started_at": view.started_at, "finished_at": view.finished_at, "actor": view.actor,
    }  # fmt: skip


def document(view: TargetView) -> dict[str, Any]:
    names = (
        "school", "name", "kind", "title", "active", "entries", "suspended", "temporary", "read_at",
        "pushed_at",
    )  # fmt: skip
    return {
        **{name: getattr(view, name) for name in names},
        "settings": {each.name: each.value for each in view.settings if not each.secret},
        "secrets": {each.name: each.present for each in view.settings if each.secret},
        "options": {each.name: each.value for each in view.options},
        "last_push": run_document(view.last_push) if view.last_push else None,
        "held": run_document(view.held) if view.held else None,
    }


def shown(out: Out, view: TargetView) -> int:
    if out.as_json:
        out.json(document(view))
        return Exit.DONE
    state = "" if view.active else "; paused"
    out.lines([f"{view.school_name}: {view.name}, {view.title}{state}"])
    out.lines([
        f"  {counted(view.entries, 'entry', 'entries')} "
        f"of ours, {view.suspended} suspended, {view.temporary} not handed out"
    ])  # fmt: skip
    if view.last_push:
        ended(out, view.last_push)
    if view.held:
        out.lines([f"  held: {(view.held.held or {}).get('message', '')}"])
    out.table(
        ("SETTING", "VALUE", "ABOUT"),
        [(s.name, ("typed" if s.present else "missing") if s.secret else s.value, s.help or s.title)
         for s in view.settings]
        + [(o.name, o.value, o.about) for o in view.options],
    )  # fmt: skip
    return Exit.DONE


def ended(out: Out, view: RunView) -> None:
    if out.as_json:
        out.json(run_document(view))
        return
    done = [f"{n} {word}" for word, n in view.changes.items() if n and word not in NOTHING]
    out.lines([f"{view.school_name}: push {view.id} {view.state}; {', '.join(done) or 'nothing written'}"])
    for said in (view.held, view.error):
        if said:
            out.lines([f"  {said.get('message', '')}", f"  {said.get('mend', '')}"])


def rehearsed(out: Out, seen: RehearsalView) -> int:
    if out.as_json:
        out.json(seen)
        return Exit.DONE
    told = ", ".join(f"{n} to {action}" for action, n in seen.counts.items()) or "nothing to write"
    out.lines([f"{seen.school_name}: {seen.target}: {told}; {seen.unchanged} as they should be"])
    if seen.held:
        out.lines([f"  A push would be held: {seen.held['message']}"])
    if seen.conflicts:
        out.table(("CANNOT", "USERNAME", "NAME", "WHY", "WHAT MENDS IT"),
                  [(c.code, c.username, c.name, c.message, c.mend) for c in seen.conflicts])  # fmt: skip
    if seen.steps:
        out.table(("CHANGE", "USERNAME", "NAME", "ROLE", ""),
                  [(s.action, s.username, s.name, s.role, s.detail) for s in seen.steps])  # fmt: skip
    waits = (
        (len(seen.adoptable), "entries can be adopted"), (len(seen.drift), "entries drifted"),
        (seen.elsewhere, "entries are of other schools"),
    )  # fmt: skip
    out.lines([f"  {n} {what}" for n, what in waits if n])
    return Exit.DONE


def offered(out: Out, seen: RehearsalView) -> int:
    return words.listed(
        out,
        {"school": seen.school, "target": seen.target, "items": [
            {"account": a.account_id, "username": a.username, "name": a.name, "remote_id": a.remote_id,
             "there": a.there, "there_name": a.there_name, "exact": a.exact} for a in seen.adoptable]},
        ("ACCOUNT", "USERNAME", "NAME", "ENTRY THERE", "NAME THERE", "EXACT"),
        [(f"id:{a.account_id}", a.username, a.name, a.there, a.there_name, a.exact) for a in seen.adoptable],
    )  # fmt: skip


def changed(change: ChangeView) -> str:
    """What a line of the journal changed, shortly."""
    before, after = change.before or {}, change.after or {}
    if change.action == "create":
        return str(after.get("email") or after.get("username") or "")
    return ", ".join(f"{name}: {before.get(name, '')} → {value}" for name, value in after.items())
