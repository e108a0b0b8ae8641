"""Preparing a change of MIS beside the connection in use: choice, settings, secrets, asking for access."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from connectors import registry
from connectors.base import Access, AccessState, Connector
from data import moves
from data import schools as school_rows
from data.tables import MisMove, School
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.services import access, catalogue, permits
from misconsole.services.connect import check
from misconsole.services.decisions.case import deciding
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve

if TYPE_CHECKING:
    from connectors.base import Setup
    from misconsole.sync.source import Open

Strings = Mapping[str, str]


def prepared(s: Session, school: School) -> MisMove:
    row = moves.prepared(s, school.id or 0)
    if row is None:
        raise NotFound(
            f"No change of MIS is prepared for {school.name}.",
            mend="Prepare it: misconsole connect SCHOOL --mis M --change --dry-run.",
            code="no_move",
        )
    return row


def start(desk: Desk, school: str, mis: str, route: str, settings: Strings, secrets: Strings) -> None:
    """Choose the new MIS, or go on with the move to it that is prepared; another one is given up."""
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


def correct(desk: Desk, school: str, settings: Strings, secrets: Strings) -> None:
    with deciding(desk, school, "prepare-move") as case:
        row = prepared(case.s, case.school)
        typed = check(catalogue.must_declare(row.route), settings=settings, secrets=secrets)
        case.scribe.update(row, settings={**row.settings, **typed})
        case.say(f"Set {', '.join(sorted({*settings, *secrets}))} of the prepared move")
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)


def _keep_secrets(desk: Desk, ref: str, secrets: Strings) -> None:
    if secrets:
        desk.secrets.put(ref, {**desk.secrets.get(ref), **{k: v.strip() for k, v in secrets.items()}})


def setup_for(desk: Desk, school: str, cancelled: Any) -> tuple[str, Setup]:
    """(route, what its connector is made from) of the MIS the school moves to."""
    with desk.store.read() as s:
        found = resolve(s, school)
        row = prepared(s, found)
    return row.route, access.setup_of(desk, found, row, cancelled)


def opener(desk: Desk, school: str) -> Open:
    """Opens the MIS the school moves to, instead of the one in use."""

    def open_new(_desk: Desk, _school: School, cancelled: Any) -> Connector:
        return registry.make(*setup_for(desk, school, cancelled))

    return open_new


GOOD = (AccessState.APPROVED, AccessState.UNKNOWN)


def told_access(desk: Desk, school: str, open_connector: Open | None, *, ask: bool = True) -> Access:
    """How access stands at the new MIS; where the school was never asked, it is asked now (``ask``)."""
    permits.need(desk, "connect", school)
    with desk.store.read() as s:
        found = resolve(s, school)
        row = prepared(s, found)
    with closing((open_connector or opener(desk, school))(desk, found, lambda: False)) as connector:
        told = connector.access()
        if ask and told.state is AccessState.NOT_ASKED and connector.declaration.asks_for_access:
            told = connector.request_access()
    _remember(desk, row.id or 0, told)
    return told


def _remember(desk: Desk, move_id: int, told: Access) -> None:
    with desk.store.write() as s:
        row = s.get_one(MisMove, move_id)
        if told.state is not AccessState.UNKNOWN:
            row.access = told.state.value
        row.remote_id = told.remote_id or row.remote_id
        row.remote_name = told.remote_name or row.remote_name
        s.add(row)
