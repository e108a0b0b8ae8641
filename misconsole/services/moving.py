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
from contextlib import closing
from typing import TYPE_CHECKING, Any

from connectors import registry
from connectors.base import Access, AccessState
from connectors.errors import ConnectorError
from data import moves
from data import schools as school_rows
from data.tables import Connection, MisMove, School
from misconsole.errors import Conflict, Held, MisconsoleError, NotFound, Usage
from misconsole.services import access, catalogue
from misconsole.services.connect import NO_STRINGS, check
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.guided_views import MovePlan
from misconsole.services.move_apply import switch
from misconsole.services.move_people import Rehearsal
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
    if mis:
        _prepare(desk, school, mis, route, settings, secrets)
    elif settings or secrets:
        _correct(desk, school, settings, secrets)
    error: ConnectorError | MisconsoleError | None = None
    run_id = None
    try:
        if _approved(desk, school, open_connector):
            run_id = _rehearse(desk, school, open_connector)
    except (ConnectorError, MisconsoleError) as problem:
        error = problem
    return move(desk, school, run_id=run_id, error=error)


def move(
    desk: Desk,
    school: str,
    *,
    run_id: int | None = None,
    error: ConnectorError | MisconsoleError | None = None,
) -> MovePlan:
    """The prepared move as it stands, without asking anybody. Raises NotFound."""
    from misconsole.services import runs

    with desk.store.read() as s:
        found = resolve(s, school)
        row = _prepared(s, found)
        former = school_rows.active_connection(s, found.id or 0)
        reminders = tuple(_reminders(s, found, former, desk))
    run = (
        runs.get(desk, run_id or int(row.result.get("run") or 0)) if row.result.get("run") or run_id else None
    )
    return view(
        found, row, former=former, run=run, error=error, held=_held(row), reminders=reminders,
        secrets=desk.secrets.get(row.secret_ref),
    )  # fmt: skip


def apply_move(
    desk: Desk,
    school: str,
    *,
    accept: Mapping[tuple[str, str], int] | None = None,
    anyway: bool = False,
) -> DecisionView:
    """Switch the school over, exactly as rehearsed; the next sync then reads the new MIS in full.

    ``accept`` settles cases of the short list: (role, source id) -> id of the person we know.  Raises
    Conflict when the school changed since the rehearsal, Held when too few were found again and not
    ``anyway``, Busy while a run is under way.
    """
    with deciding(desk, school, "move") as case:
        row = _prepared(case.s, case.school)
        _check_fresh(case, row)
        if (held := _held(row)) and not anyway:
            raise Held(held, mend="Look at the lists; apply it all the same with --yes if they are right.")
        _claim(case)
        pairs = {(role, source): person for person, role, source, _ in row.result["pairs"]}
        pairs |= _accepted(row, pairs, accept or {})
        former = school_rows.active_connection(case.s, case.school_id)
        moved = switch(case, row, former, pairs)
        title = catalogue.find(row.mis).title
        case.say(
            f"Moved from {catalogue.find(former.mis).title if former else 'no MIS'} to {title}: "
            f"{len(pairs)} people found again, {moved} accounts to review",
            mis=row.mis, reanchored=len(pairs), to_review=moved,
        )  # fmt: skip
    return case.view


def abandon_move(desk: Desk, school: str) -> None:
    """Forget the prepared move and its secrets; the school goes on with its MIS."""
    with deciding(desk, school, "abandon-move") as case:
        row = _prepared(case.s, case.school)
        case.scribe.update(row, state="abandoned")
        case.say(f"Gave up the move to {catalogue.find(row.mis).title}")
        ref = row.secret_ref
    desk.secrets.forget(ref)


def _prepared(s: Session, school: School) -> MisMove:
    row = moves.prepared(s, school.id or 0)
    if row is None:
        raise NotFound(
            f"No change of MIS is prepared for {school.name}.",
            mend="Prepare it: misconsole connect SCHOOL --mis M --change --dry-run.",
            code="no_move",
        )
    return row


def _prepare(
    desk: Desk, school: str, mis: str, route: str, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> None:
    entry = catalogue.find(mis)
    chosen = catalogue.choose_route(entry, route)
    typed = check(catalogue.must_declare(chosen.route), settings=settings, secrets=secrets)
    with deciding(desk, school, "prepare-move") as case:
        former = school_rows.active_connection(case.s, case.school_id)
        if former is None:
            raise Usage(f"{case.school.name} is not connected to a MIS.", mend="Connect it without --change.")
        if (former.mis, former.route) == (entry.id, chosen.route):
            raise Conflict(
                f"{case.school.name} is connected to {entry.title} by {chosen.title} already.",
                mend="Name the MIS it moves to.",
            )
        row = moves.prepared(case.s, case.school_id)
        if row is not None and (row.mis, row.route) == (entry.id, chosen.route):
            case.scribe.update(row, settings={**row.settings, **typed})
        else:
            if row is not None:
                case.scribe.update(row, state="abandoned")
            row = MisMove(
                school_id=case.school_id, mis=entry.id, route=chosen.route, settings=typed,
                created_at=case.now, created_by=desk.actor,
            )  # fmt: skip
            case.scribe.insert(row)
            case.scribe.update(row, secret_ref=f"school-{case.school.urn}-move-{row.id}")
        case.say(f"Prepared the move to {entry.title} by {chosen.title}")
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)


def _correct(desk: Desk, school: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    with deciding(desk, school, "prepare-move") as case:
        row = _prepared(case.s, case.school)
        typed = check(catalogue.must_declare(row.route), settings=settings, secrets=secrets)
        case.scribe.update(row, settings={**row.settings, **typed})
        case.say(f"Set {', '.join(sorted({*settings, *secrets}))} of the prepared move")
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)


def _keep_secrets(desk: Desk, ref: str, secrets: Mapping[str, str]) -> None:
    if secrets:
        desk.secrets.put(ref, {**desk.secrets.get(ref), **{k: v.strip() for k, v in secrets.items()}})


def _opener(desk: Desk, school: str) -> Open:
    """Opens the MIS the school moves to, instead of the one in use."""

    def open_new(_desk: Desk, _school: School, cancelled: Any) -> Any:
        with desk.store.read() as s:
            found = resolve(s, school)
            row = _prepared(s, found)
        return registry.make(row.route, access.setup_of(desk, found, row, cancelled))

    return open_new


def _approved(desk: Desk, school: str, open_connector: Open | None) -> bool:
    """How access stands at the new MIS; where the school was never asked, it is asked now."""
    with desk.store.read() as s:
        found = resolve(s, school)
        row = _prepared(s, found)
    with closing((open_connector or _opener(desk, school))(desk, found, lambda: False)) as connector:
        told = connector.access()
        if told.state is AccessState.NOT_ASKED and connector.declaration.asks_for_access:
            told = connector.request_access()
    _remember(desk, row.id or 0, told)
    return told.state in (AccessState.APPROVED, AccessState.UNKNOWN)


def _remember(desk: Desk, move_id: int, told: Access) -> None:
    with desk.store.write() as s:
        row = s.get_one(MisMove, move_id)
        if told.state is not AccessState.UNKNOWN:
            row.access = told.state.value
        row.remote_id = told.remote_id or row.remote_id
        row.remote_name = told.remote_name or row.remote_name
        s.add(row)


def _rehearse(desk: Desk, school: str, open_connector: Open | None) -> int:
    from misconsole.services import runs
    from misconsole.sync import engine

    run_id = runs.queue(desk, school, dry_run=True, full=True, pid=os.getpid())
    rehearsal = Rehearsal()
    engine.execute(desk, run_id, open_connector=open_connector or _opener(desk, school), anew=rehearsal.anew)
    view = runs.get(desk, run_id)
    if view.state != "succeeded":
        error = view.error or {}
        raise MisconsoleError(
            f"The rehearsal {view.state}: {error.get('message', '')}".strip(),
            mend=str(error.get("mend", "")),
            code=str(error.get("code", "failed")),
        )
    with desk.store.write() as s:
        row = _prepared(s, resolve(s, school))
        row.result = {**rehearsal.result, "run": run_id}
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


def _accepted(
    row: MisMove, pairs: Mapping[tuple[str, str], int], accept: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """Cases of the short list that a person settled; each must be on it, and nobody taken twice."""
    offered = {
        (case["role"], case["source_id"]): {each["person"] for each in case["candidates"]}
        for case in row.result["short_list"]
    }
    taken = set(pairs.values())
    for key, person in accept.items():
        if person not in offered.get(key, ()):
            raise Usage(f"{key[1]} and person {person} are no pair of the short list.")
        if person in taken:
            raise Conflict(f"Person {person} is somebody else's already.", mend="Settle one of the two.")
        taken.add(person)
    return dict(accept)


def _held(row: MisMove) -> str:
    """Why the move wants a second look, "" when it does not."""
    result = row.result
    if not result:
        return ""
    if result["unread"]:
        return f"The new MIS did not deliver everybody: {' and '.join(result['unread'])} were not read whole."
    linked, found = result["linked"], result["linked_found"]
    if linked and found * 100 < linked * SURE:
        return f"Only {found} of {linked} people with an account were found again in the new MIS."
    return ""


def _reminders(s: Session, school: School, former: Connection | None, desk: Desk) -> Iterator[str]:
    """B17, B18, S3, C: what is easily forgotten when a school moves."""
    if former is not None:
        entry = catalogue.find(former.mis)
        if entry.installs and entry.on_site_software:
            yield f"{entry.title} is no longer used afterwards: uninstall its agent on the school's server."
        yield f"End the approval for us in {entry.title}, or ask the school to."
    yield reviewed(moves.last_review(s, school.id or 0), desk.today)


__all__ = ["abandon_move", "apply_move", "move", "needed", "plan_move", "reviewed"]
