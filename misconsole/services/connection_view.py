"""A connection as screens and commands see it: guide, settings, reports; never a secret."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from connectors.base import Access
from connectors.errors import ConnectorError
from data import schools as school_rows
from data.tables import Connection, School
from misconsole.errors import MisconsoleError
from misconsole.services import catalogue, guide
from misconsole.services import reports as consent
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import ConnectionView, GuideStep

FILES = "files"
CHECK_FILES = "Check the path and the files, then try again."


def active(s: Session, school: School) -> Connection:
    found = school_rows.active_connection(s, school.id or 0)
    if found is None:
        raise MisconsoleError(
            f"{school.name} is not connected to a MIS.",
            mend="Connect it first (misconsole connect SCHOOL --mis M).",
            code="not_connected",
        )
    return found


def view(
    desk: Desk, school: str, *, error: ConnectorError | None = None, access: Access | None = None
) -> ConnectionView:
    """``error`` or ``access``: what a call to the MIS just said; it is fuller than what is kept of it."""
    with desk.store.read() as s:
        found = resolve(s, school)
        row = active(s, found)
        shown = consent.views(s, found)
        synced = school_rows.synced_since(s, found.id or 0, row.created_at)
    entry = catalogue.find(row.mis)
    settings = catalogue.settings_of(
        catalogue.declaration_of(row.route), values=row.settings, secrets=desk.secrets.get(row.secret_ref)
    )
    progress = guide.Progress(
        ticked=row.guide_done,
        settings=settings,
        access=row.access,
        asked=row.requested_at is not None,
        reports_accepted=any(each.state == "accepted" for each in shown),
        tested=guide.TESTED in row.guide_done,
        synced=synced,
        problem=error.message if error else "",
        mend=error.mend if error else "",
    )
    steps = guide.steps(catalogue.choose_route(entry, row.route).steps, progress)
    return ConnectionView(
        school=found.urn,
        school_name=found.name,
        mis=row.mis,
        mis_title=entry.title,
        route=row.route,
        access=row.access,
        message=error.message if error else row.access_message,
        mend=error.mend if error else _mend(row, access),
        steps=tuple(_linked(step, access, {each.name for each in settings if each.once}) for step in steps),
        settings=settings,
        reports=shown,
        problem=error.code if error else "",
    )


def _mend(row: Connection, access: Access | None) -> str:
    if access is not None and access.mend:
        return access.mend
    declaration = catalogue.declaration_of(row.route)
    if row.access == "refused" and declaration is not None and declaration.kind == FILES:
        return CHECK_FILES
    return guide.MENDS.get(row.access, "")


def _linked(step: GuideStep, access: Access | None, once: set[str]) -> GuideStep:
    """The page where this very school approves, once the MIS has named it: where the answer is waited for,
    and where what that page gives is typed."""
    if access is None or not access.link or not (step.kind == "wait" or once & set(step.fields)):
        return step
    return replace(step, link=access.link)
