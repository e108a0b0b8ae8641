"""Taking back a whole run: what comes back, what cannot, and the run that does it (bars.md, "undo").

What it protects
  * Only the newest run that stands can be taken back whole; one further back would pull the ground away
    from those after it.
  * What people decided since is never overrun: it is named, and has to be undone first.
  * An account whose password was handed out is somebody's by now; a run that made one stays.
The next sync reads everything anew and, unless its cause is mended, does the same again; the preview
says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from data import reversal, run_undo
from data import runs as run_rows
from data.errors import Stale
from data.figures import TIDIED
from data.journal import Scribe
from data.tables import Run, School
from misconsole.errors import Conflict, NotFound
from misconsole.services import permits
from misconsole.services.decisions.case import by
from misconsole.services.desk import Desk
from misconsole.services.in_the_way import blocks, name_of_row
from misconsole.services.schools import resolve
from misconsole.services.views import RestoreView, RunView, UndoView

if TYPE_CHECKING:
    from sqlmodel import Session

SHOWN = 20  # names a kind
GROUPED = "classes, groups, subjects and contacts, and who belongs to them, are as before"
TITLES = {  # of one, of several
    "accounts-removed": (
        "account made by the run is taken away again", "accounts made by the run are taken away again",
    ),
    "accounts-given-back": (
        "account the run unallocated is in use again", "accounts the run unallocated are in use again",
    ),
    "accounts-as-before": (
        "account gets back what it showed before", "accounts get back what they showed before",
    ),
    "links-taken-back": ("link made by the run ends", "links made by the run end"),
    "links-restored": ("link the run ended holds again", "links the run ended hold again"),
    "people-forgotten": (
        "person the run saw first is forgotten", "people the run saw first are forgotten",
    ),
    "people-present": (
        "person the run found gone is present again", "people the run found gone are present again",
    ),
    "people-as-before": ("person is as they were before", "people are as they were before"),
    "groups": (GROUPED, GROUPED),
}  # fmt: skip
GROUPS = ("school_class", "pupil_group", "subject", "contact", "contact_link", "membership", "identifier")
AGAIN = "The next sync reads everything anew; unless what caused the changes is mended, it makes them again."
ELSEWHERE = "What other systems took over in the meantime (an export, a directory) is not called back."
SUGGESTIONS = "Suggestions of the run for people who wait stay until the next one."


class _Found(NamedTuple):
    run: Run
    school: School


def preview_undo(desk: Desk, run_id: int) -> UndoView:
    """What ``undo_run`` would do now. Raises NotFound, or Conflict for a run that is none to be undone."""
    with desk.store.read() as s:
        run, school = _found(s, run_id)
        return _preview(s, run, school)


def undo_run(desk: Desk, run_id: int) -> RunView:
    """Take the run back in one transaction, as a run of kind "undo"; the view is of that run.

    Raises Conflict, with nothing changed, naming the newer run or the decisions in the way; Busy while a
    run of the school is under way.
    """
    from misconsole.services import runs

    permits.need(desk, "undo_run", lambda: runs.school_of(desk, run_id))
    with desk.store.write() as s:
        run, school = _found(s, run_id)
        view = _preview(s, run, school)
        if view.blocked:
            raise _refusal(view)
        undo = _begin(s, desk, school)
        run_undo.drop_unjournalled(s, run_id, run.school_id)
        scribe = Scribe(s, actor=desk.actor, at=desk.now(), school_id=run.school_id, run_id=undo.id)
        try:
            taken = reversal.reverse(s, run_id=run_id, scribe=scribe)
        except Stale as stale:
            raise Conflict(
                f"Run {run_id} cannot be undone: {'; '.join(stale.blocked)}.", mend=stale.mend
            ) from stale
        run_undo.read_in_full(s, run.school_id)
        _finish(s, desk, undo.id or 0, run_id, view, rows=taken.rows)
        undo_id = undo.id or 0
    return runs.get(desk, undo_id)


def _found(s: Session, run_id: int) -> _Found:
    """The run, if it is the newest that stands."""
    run = run_rows.get(s, run_id)
    if run is None:
        raise _no_run(s, run_id)
    _check_kind(run)
    newest = run_undo.candidate(s, run.school_id)
    if newest is not None and newest.id != run_id:
        raise Conflict(
            f"Run {newest.id} came after run {run_id} and changed things too.",
            mend=f"Undo that one first: misconsole run undo {newest.id}.",
            code="run_in_the_way",
        )
    return _Found(run, s.get_one(School, run.school_id))


def _no_run(s: Session, run_id: int) -> NotFound:
    """A run that was tidied away is told apart from one that never was."""
    if 0 < run_id < run_rows.newest_id(s):
        return NotFound(
            f"Run {run_id} is no longer kept, so it cannot be undone.",
            mend="Runs and their changes go after keep_runs_days (misconsole school show SCHOOL).",
            code="tidied",
        )
    return NotFound(f"There is no run {run_id}.", mend="misconsole runs SCHOOL lists them.")


def _check_kind(run: Run) -> None:
    told = ""
    if TIDIED in run.changes:
        told = "is older than keep_runs_days and what it changed is no longer kept"
    elif run.resolution == run_rows.UNDONE:
        told = f"was undone already {by(run.resolved_by, run.resolved_at)}"
    elif run.kind == "push":
        told = "wrote to a directory; what went there is not called back"
    elif run.kind not in run_rows.APPLYING:
        told = "took back another run; a sync does again what that one did"
    elif run.dry_run:
        told = "was a dry run"
    elif run.state != "succeeded":
        told = f"is {run.state}"
    elif not run.changed_anything:
        told = "changed nothing"
    if told:
        raise Conflict(f"Run {run.id} {told}; there is nothing to undo.", mend="Look at the history again.")


def newest(desk: Desk, school: str) -> int | None:
    """The id of the run that could be undone whole, if there is one."""
    with desk.store.read() as s:
        found = run_undo.candidate(s, resolve(s, school).id or 0)
        return found.id if found else None


def _preview(s: Session, run: Run, school: School) -> UndoView:
    run_id = run.id or 0
    sorted_rows = _sorted(run_undo.entries(s, run_id))
    return UndoView(
        run=run_id,
        school=school.urn,
        school_name=school.name,
        restores=tuple(_restores(s, sorted_rows)),
        cannot=(AGAIN, ELSEWHERE, SUGGESTIONS),
        blocked=tuple(blocks(s, run_id=run_id)),
    )


def _sorted(entries: Iterable[run_undo.Entry]) -> dict[str, dict[tuple[str, int], None]]:
    """Kind of TITLES -> rows, each row under the first kind it is met as."""
    found: dict[str, dict[tuple[str, int], None]] = {kind: {} for kind in TITLES}
    seen: set[tuple[str, int]] = set()
    for entry in entries:
        key = (entry.table, entry.row_id)
        kind = _kind(entry)
        if kind and key not in seen:
            seen.add(key)
            found[kind][key] = None
    return found


def _kind(entry: run_undo.Entry) -> str:
    if entry.table in GROUPS:
        return "groups"
    if entry.step == "inserted":
        kinds = {"account": "accounts-removed", "link": "links-taken-back", "person": "people-forgotten"}
        return kinds.get(entry.table, "")
    if entry.table == "link":
        return "links-restored"
    if entry.table == "account":
        away = entry.after.get("state") == "unallocated"
        return "accounts-given-back" if away else "accounts-as-before"
    if entry.table == "person":
        gone = entry.after.get("present") is False
        return "people-present" if gone else "people-as-before"
    return ""


def _restores(s: Session, sorted_rows: Mapping[str, Mapping[tuple[str, int], None]]) -> Iterable[RestoreView]:
    for kind, rows in sorted_rows.items():
        if rows:
            shown = list(rows)[:SHOWN] if kind != "groups" else []
            names = tuple(sorted(name_of_row(s, *key) for key in shown))
            yield RestoreView(kind=kind, title=TITLES[kind][len(rows) > 1], count=len(rows), names=names)


def _refusal(view: UndoView) -> Conflict:
    first = view.blocked[0]
    more = f" (and {len(view.blocked) - 1} more)" if len(view.blocked) > 1 else ""
    return Conflict(
        f"Run {view.run} cannot be undone, because of what came after: {first.message}{more}.",
        mend=f"{first.mend} misconsole run undo {view.run} --dry-run lists everything.",
        code="undo_blocked",
    )


def _begin(s: Session, desk: Desk, school: School) -> Run:
    """A run of kind undo, with the school to itself."""
    from misconsole.sync import lease

    lease.claim(s, school.id or 0, run_id=None, now=desk.now(), name=school.name)
    return run_rows.create(
        s, school.id or 0, kind="undo", actor=desk.actor, origin=desk.origin, at=desk.now(), full=True
    )


def _finish(s: Session, desk: Desk, undo_id: int, run_id: int, view: UndoView, *, rows: int) -> None:
    from dataclasses import asdict

    from misconsole.services.counts import count_waiting

    now = desk.now()
    counts = {each.kind: each.count for each in view.restores}
    for stage in run_rows.STAGES[:-1]:
        run_rows.set_stage(s, undo_id, stage, state="skipped", detail=f"Takes back run {run_id}.")
    run_rows.set_stage(s, undo_id, "apply", state="ok", started_at=now, finished_at=now)
    run_rows.set_run(s, run_id, resolution=run_rows.UNDONE, resolved_by=desk.actor, resolved_at=now)
    school = s.get_one(School, s.get_one(Run, undo_id).school_id)
    school.version += 1
    s.add(school)
    s.flush()
    waits = asdict(count_waiting(s, school.id or 0, mode=school.mode, today=desk.today))
    run_rows.set_run(
        s, undo_id, state="succeeded", finished_at=now, changed_anything=True, waiting=waits,
        changes={"undoes": run_id, "rows": rows, **{k.replace("-", "_"): n for k, n in counts.items()}},
    )  # fmt: skip
    told = {
        "at": now,
        "level": "info",
        "code": "undone",
        "message": f"Took back run {run_id}.",
        "mend": AGAIN,
    }
    run_rows.add_messages(s, undo_id, [told])


__all__ = ["newest", "preview_undo", "undo_run"]
