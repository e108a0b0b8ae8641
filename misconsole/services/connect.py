"""Connecting a school to its MIS: settings, secrets, access, test; resumable at every step.

Protects secrets (they go to ``Desk.secrets`` under a reference, are never returned and never stored) and
the links of a school (a change of MIS is refused unless it is asked for by name).
What speaks to the MIS is in ``services.access``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connectors import registry
from connectors.base import Declaration, SettingField
from data import schools as school_rows
from data.tables import Connection
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.services import access, catalogue, due, guide, permits
from misconsole.services.access import check_access, request_access, setup_for, wait_for_access
from misconsole.services.connection_view import active, view
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import ConnectionView, ProbeView

NO_STRINGS: Mapping[str, str] = {}


def connect(
    desk: Desk,
    school: str,
    *,
    mis: str,
    route: str = "",
    settings: Mapping[str, str] = NO_STRINGS,
    secrets: Mapping[str, str] = NO_STRINGS,
    change: bool = False,
) -> ConnectionView:
    """Connect a school, or go on with a connection to the same MIS and route.

    Raises NotFound for an unknown MIS, Usage for a bad setting, Conflict when the school is connected
    otherwise and ``change`` is not set; with it the old connection ends and its links stay as they are.
    """
    entry = catalogue.find(mis)
    chosen = catalogue.choose_route(entry, route)
    declaration = registry.declaration(chosen.route)
    typed = check(declaration, settings=settings, secrets=secrets)
    with deciding(desk, school, "connect") as case:
        former = school_rows.active_connection(case.s, case.school_id)
        if former is not None and (former.mis, former.route) == (entry.id, chosen.route):
            row = former
            case.scribe.update(row, settings={**row.settings, **typed})
            case.say(f"Went on connecting to {entry.title} by {chosen.title}")
        else:
            if former is not None:
                _end_former(case, former, change=change)
            row = _new_connection(case, entry.id, chosen.route, typed)
            case.say(f"Connected to {entry.title} by {chosen.title}")
        due.refresh(case.s, case.school, case.now)
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)
    return view(desk, school)


def _end_former(case: Case, former: Connection, *, change: bool) -> None:
    if not change:
        title = catalogue.find(former.mis).title
        raise Conflict(
            f"{case.school.name} is connected to {title} by {former.route}.",
            mend="A change of MIS must be asked for: connect with --change. Accounts and links stay.",
            code="connected_already",
        )
    case.scribe.update(former, active=False)


def _new_connection(case: Case, mis: str, route: str, settings: dict[str, str]) -> Connection:
    row = Connection(
        school_id=case.school_id, mis=mis, route=route, settings=settings, created_at=case.now,
        created_by=case.desk.actor,
    )  # fmt: skip
    case.scribe.insert(row)
    case.scribe.update(row, secret_ref=f"school-{case.school.urn}-connection-{row.id}")
    return row


def check(
    declaration: Declaration, *, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, str]:
    """The plain settings as they will be stored; Usage naming the first that is unknown or malformed."""
    known = {each.name: each for each in declaration.settings}
    for name in (*settings, *secrets):
        if name not in known:
            raise Usage(
                f"{declaration.title} has no setting “{name[:40]}”.",
                mend=f"Settings: {', '.join(known)}.",
                code="bad_settings",
            )
    for name in settings:
        if known[name].secret:
            raise Usage(
                f"{known[name].title} is a secret and must not stand on a command line.",
                mend="Leave it out to be asked for it, or use --secrets-file or --secrets-stdin.",
                code="bad_settings",
            )
    for name, value in {**settings, **secrets}.items():
        _check_value(known[name], value)
    return {name: value.strip() for name, value in settings.items()}


def _check_value(field: SettingField, value: str) -> None:
    """Never names the value: it may be a secret typed into the wrong place."""
    if field.required and not value.strip():
        raise Usage(f"{field.title} is missing.", mend=field.hint or field.help, code="bad_settings")
    if field.pattern and value.strip() and not re.fullmatch(field.pattern, value.strip()):
        raise Usage(
            f"{field.title} is not as it should be.", mend=f"It is {field.hint}.", code="bad_settings"
        )


def _keep_secrets(desk: Desk, ref: str, secrets: Mapping[str, str]) -> None:
    if secrets:
        desk.secrets.put(ref, {**desk.secrets.get(ref), **{k: v.strip() for k, v in secrets.items()}})


def set_settings(
    desk: Desk,
    school: str,
    *,
    settings: Mapping[str, str] = NO_STRINGS,
    secrets: Mapping[str, str] = NO_STRINGS,
) -> ConnectionView:
    """Type or correct settings and secrets of the connection there is."""
    with deciding(desk, school, "connection-settings") as case:
        row = active(case.s, case.school)
        typed = check(registry.declaration(row.route), settings=settings, secrets=secrets)
        case.scribe.update(row, settings={**row.settings, **typed})
        named = ", ".join(sorted({*settings, *secrets}))
        case.say(f"Set {named} of the connection")
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)
    return view(desk, school)


def connection(desk: Desk, school: str) -> ConnectionView | None:
    """The connection with its guide, settings and reports; None when the school has none."""
    with desk.store.read() as s:
        if school_rows.active_connection(s, resolve(s, school).id or 0) is None:
            return None
    return view(desk, school)


def probe(desk: Desk, school: str) -> tuple[ProbeView, ...]:
    """Test connection and data; a passed test completes the guide's step, a failed one opens it again."""
    results = access.probe(desk, school)
    tick_step(desk, school, guide.TESTED, done=bool(results) and all(each.ok for each in results))
    return results


def tick_step(desk: Desk, school: str, step_id: str, *, done: bool = True) -> ConnectionView:
    """Tick a step that does not complete itself, or take the tick back."""
    permits.need(desk, "connect", school)
    with desk.store.write() as s:
        row = active(s, resolve(s, school))
        route = catalogue.choose_route(catalogue.find(row.mis), row.route)
        if step_id != guide.TESTED and step_id not in {step.id for step in route.steps}:
            raise NotFound(f"This guide has no step “{step_id[:40]}”.")
        kept: Iterable[str] = (each for each in row.guide_done if each != step_id)
        row.guide_done = [*kept, *([step_id] if done else [])]
        s.add(row)
    return view(desk, school)


def disconnect(desk: Desk, school: str) -> None:
    """End the connection and forget its secrets; people, accounts and links stay as they are."""
    with deciding(desk, school, "disconnect") as case:
        row = active(case.s, case.school)
        case.scribe.update(row, active=False)
        due.refresh(case.s, case.school, case.now)
        case.say(f"Disconnected from {row.mis}")
        ref = row.secret_ref
    desk.secrets.forget(ref)


__all__ = [
    "check", "check_access", "connect", "connection", "disconnect", "probe", "request_access", "set_settings",
    "setup_for", "tick_step", "wait_for_access",
]  # fmt: skip
