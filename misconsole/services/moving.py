"""A guided change of MIS (B14): prepared beside the connection in use, rehearsed, applied in one go.

What it protects
  * Until it is applied, the school goes on with its old MIS; nothing of it is touched.
  * No account is lost, none doubled, nobody unallocated: people found again keep account, exclusions and
    notes under their new id; an account whose person was not found stays in use and waits for review (S3).
  * Nothing is applied but what the last rehearsal showed; if anybody decided anything since, it is
    rehearsed again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from connectors.base import Access
from connectors.errors import ConnectorError
from data import moves
from data import schools as school_rows
from data.tables import Connection, MisMove, School
from misconsole.counting import counted
from misconsole.errors import Conflict, Held, MisconsoleError, Usage
from misconsole.rules import settling
from misconsole.rules.settling import Verdict
from misconsole.services import catalogue, permits
from misconsole.services.connect import NO_STRINGS
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.guided_views import MovePlan
from misconsole.services.move_apply import switch
from misconsole.services.move_people import Rehearsal
from misconsole.services.move_prepare import GOOD, correct, opener, prepared, start, told_access
from misconsole.services.move_settle import cases_of, kept_log, log_of
from misconsole.services.move_view import view
from misconsole.services.overview import reviewed
from misconsole.services.schools import resolve
from misconsole.services.views import DecisionView

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.sync.source import Open

SURE = 90  # per cent of the linked people that must be found again without a second look


def needed(desk: Desk, school: str) -> bool:
    """Whether there is anybody to find again; a school never synced simply connects anew."""
    with desk.store.read() as s:
        found = resolve(s, school)
        return next(moves.people(s, found.id or 0), None) is not None


def plan_move(
    desk: Desk,
    school: str,
    *,
    mis: str = "",
    route: str = "",
    settings: Mapping[str, str] = NO_STRINGS,
    secrets: Mapping[str, str] = NO_STRINGS,
    open_connector: Open | None = None,
) -> MovePlan:
    """Prepare the move, or go on with the one that is prepared (``mis`` left out): ask for access, rehearse.

    A rehearsal is a dry run against the new MIS; it changes nothing but its own bookkeeping.  Raises
    Usage for a bad setting, Conflict for the MIS in use, NotFound when nothing is prepared, and what a
    connector raises comes back as ``message`` and ``mend`` of the plan.
    """
    permits.need(desk, "connect", school)
    if mis or settings or secrets:
        prepare_move(desk, school, mis=mis, route=route, settings=settings, secrets=secrets)
    error: ConnectorError | MisconsoleError | None = None
    told: Access | None = None
    run_id = None
    try:
        told = told_access(desk, school, open_connector)
        if told.state in GOOD:
            run_id = _rehearse(desk, school, open_connector)
    except (ConnectorError, MisconsoleError) as problem:
        error = problem
    return move(desk, school, run_id=run_id, error=error, access=told)


def prepare_move(
    desk: Desk,
    school: str,
    *,
    mis: str = "",
    route: str = "",
    settings: Mapping[str, str] = NO_STRINGS,
    secrets: Mapping[str, str] = NO_STRINGS,
) -> MovePlan:
    """Only keep the choice and what was typed; nobody is asked anything yet. Errors as of ``plan_move``."""
    permits.need(desk, "connect", school)
    if mis:
        start(desk, school, mis, route, settings, secrets)
    else:
        correct(desk, school, settings, secrets)
    return move(desk, school)


def ask_move(desk: Desk, school: str, *, ask: bool = True, open_connector: Open | None = None) -> MovePlan:
    """How access stands at the new MIS; with ``ask`` a school never asked is asked. Rehearses nothing."""
    permits.need(desk, "connect", school)
    error: ConnectorError | MisconsoleError | None = None
    told: Access | None = None
    try:
        told = told_access(desk, school, open_connector, ask=ask)
    except (ConnectorError, MisconsoleError) as problem:
        error = problem
    return move(desk, school, error=error, access=told)


def move(
    desk: Desk,
    school: str,
    *,
    run_id: int | None = None,
    error: ConnectorError | MisconsoleError | None = None,
    access: Access | None = None,
) -> MovePlan:
    """The prepared move as it stands, without asking anybody; ``error`` or ``access`` is what was just said.

    Raises NotFound."""
    from misconsole.services import runs

    with desk.store.read() as s:
        found = resolve(s, school)
        row = prepared(s, found)
        former = school_rows.active_connection(s, found.id or 0)
        reminders = tuple(_reminders(s, found, former, desk))
        accepted = school_rows.accepted_reports(s, found.id or 0)
    run = (
        runs.get(desk, run_id or int(row.result.get("run") or 0)) if row.result.get("run") or run_id else None
    )
    return view(
        found, row, former=former, run=run, error=error, held=_held(row), reminders=reminders,
        secrets=desk.secrets.get(row.secret_ref), accepted=accepted, access=access,
    )  # fmt: skip


def apply_move(
    desk: Desk,
    school: str,
    *,
    accept: Mapping[tuple[str, str], int] | None = None,
    anyway: bool = False,
) -> DecisionView:
    """Switch the school over, exactly as rehearsed; the next sync then reads the new MIS in full.

    What was settled of the short list (``move_settle``) is applied with it; ``accept`` settles more of it:
    (role, source id) -> id of the person we know.  Who is still open waits in the queue afterwards.  Raises
    Conflict when the school changed since the rehearsal, Held when too few were found again and not
    ``anyway``, Busy while a run is under way.
    """
    with deciding(desk, school, "move") as case:
        row = prepared(case.s, case.school)
        _check_fresh(case, row)
        if (held := _held(row)) and not anyway:
            raise Held(held, mend="Look at the lists; apply it all the same with --yes if they are right.")
        _claim(case)
        cases, log = cases_of(row.result), _with(row, accept or {}, desk.actor)
        pairs = {(role, source): person for person, role, source, _ in row.result["pairs"]}
        pairs |= settling.pairs(cases, log)
        former = school_rows.active_connection(case.s, case.school_id)
        moved = switch(case, row, former, pairs, apart=settling.told_apart(cases, log))
        title = catalogue.find(row.mis).title
        case.say(
            f"Moved from {catalogue.find(former.mis).title if former else 'no MIS'} to {title}: "
            f"{counted(len(pairs), 'person', 'people')} found again, {counted(moved, 'account')} to review",
            mis=row.mis, reanchored=len(pairs), to_review=moved,
        )  # fmt: skip
    return case.view


def abandon_move(desk: Desk, school: str) -> None:
    """Forget the prepared move and its secrets; the school goes on with its MIS."""
    with deciding(desk, school, "abandon-move") as case:
        row = prepared(case.s, case.school)
        case.scribe.update(row, state="abandoned")
        case.say(f"Gave up the move to {catalogue.find(row.mis).title}")
        ref = row.secret_ref
    desk.secrets.forget(ref)


def _rehearse(desk: Desk, school: str, open_connector: Open | None) -> int:
    from misconsole.services import runs
    from misconsole.sync import engine

    run_id = runs.queue(desk, school, dry_run=True, full=True, pid=os.getpid())
    rehearsal = Rehearsal()
    engine.execute(desk, run_id, open_connector=open_connector or opener(desk, school), anew=rehearsal.anew)
    view = runs.get(desk, run_id)
    if view.state != "succeeded":
        error = view.error or {}
        raise MisconsoleError(
            f"The rehearsal {view.state}: {error.get('message', '')}".strip(),
            mend=str(error.get("mend", "")),
            code=str(error.get("code", "failed")),
        )
    with desk.store.write() as s:
        row = prepared(s, resolve(s, school))
        settled = settling.still(cases_of(rehearsal.result), log_of(row.result))
        row.result = {**rehearsal.result, "run": run_id, "settled": kept_log(settled)}
        row.rehearsed_at = desk.now()
        s.add(row)
    return run_id


def _check_fresh(case: Case, row: MisMove) -> None:
    again = "Rehearse it again: misconsole connect SCHOOL --change --dry-run."
    if not row.result:
        raise Conflict("The move was not rehearsed yet.", mend=again, code="not_rehearsed")
    if row.result.get("version") != case.school.version:
        raise Conflict("The school changed since the rehearsal.", mend=again, code="rehearsal_stale")


def _claim(case: Case) -> None:
    from misconsole.sync import lease

    lease.claim(case.s, case.school_id, run_id=None, now=case.now, name=case.school.name)


def _with(row: MisMove, accept: Mapping[tuple[str, str], int], actor: str) -> tuple[Verdict, ...]:
    """What was settled before, and what is settled just now; each pair must be on the short list, and
    nobody taken twice."""
    cases, log = cases_of(row.result), log_of(row.result)
    for key, person in accept.items():
        verdict = Verdict(key, settling.SAME, person, actor)
        if said := settling.complaint(cases, log, verdict):
            raise (Conflict if "already" in said else Usage)(said, mend="Look at the short list again.")
        log = (*log, verdict)
    return log


def _held(row: MisMove) -> str:
    """Why the move wants a second look, "" when it does not."""
    result = row.result
    if not result:
        return ""
    if result["unread"]:
        return f"The new MIS did not deliver everybody: {' and '.join(result['unread'])} were not read whole."
    linked, found = result["linked"], result["linked_found"] + _settled(row)
    if linked and found * 100 < linked * SURE:
        return f"Only {found} of {linked} people with an account were found again in the new MIS."
    return ""


def _settled(row: MisMove) -> int:
    """People with an account whom somebody found on the short list."""
    held = {
        one["person"] for case in row.result["short_list"] for one in case["candidates"] if one["username"]
    }
    return len(held & set(settling.pairs(cases_of(row.result), log_of(row.result)).values()))


def _reminders(s: Session, school: School, former: Connection | None, desk: Desk) -> Iterator[str]:
    """B17, B18, S3, C: what is easily forgotten when a school moves."""
    if former is not None:
        entry = catalogue.find(former.mis)
        if entry.installs and entry.on_site_software:
            yield f"{entry.title} is no longer used afterwards: uninstall its agent on the school's server."
        yield f"End the approval for us in {entry.title}, or ask the school to."
    yield reviewed(moves.last_review(s, school.id or 0), desk.today)


__all__ = ["abandon_move", "apply_move", "move", "needed", "plan_move", "reviewed"]
