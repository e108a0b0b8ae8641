"""Connecting a school to its MIS: settings, secrets, access, test; resumable at every step.

Protects secrets (they go to ``Desk.secrets`` under a reference, are never returned and never stored) and
the links of a school (a change of MIS is refused unless it is asked for by name).
No store transaction is open while a MIS is spoken to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any

from connectors import registry
from connectors.base import Access, AccessState, Connector, Declaration, SchoolRef, SettingField, Setup
from connectors.errors import AccessPending, AccessRefused, ConnectorError, NotAuthorised
from data import schools as school_rows
from data.tables import Connection, School
from misconsole.errors import Conflict, MisconsoleError, NotFound, Usage
from misconsole.services import catalogue, guide
from misconsole.services import reports as consent
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
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)
    return _view(desk, school)


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
        row = _active(case.s, case.school)
        typed = check(registry.declaration(row.route), settings=settings, secrets=secrets)
        case.scribe.update(row, settings={**row.settings, **typed})
        named = ", ".join(sorted({*settings, *secrets}))
        case.say(f"Set {named} of the connection")
        ref = row.secret_ref
    _keep_secrets(desk, ref, secrets)
    return _view(desk, school)


def _active(s: Any, school: School) -> Connection:
    found = school_rows.active_connection(s, school.id or 0)
    if found is None:
        raise MisconsoleError(
            f"{school.name} is not connected to a MIS.",
            mend="Connect it first (misconsole connect SCHOOL --mis M).",
            code="not_connected",
        )
    return found


def connection(desk: Desk, school: str) -> ConnectionView | None:
    """The connection with its guide, settings and reports; None when the school has none."""
    with desk.store.read() as s:
        if school_rows.active_connection(s, resolve(s, school).id or 0) is None:
            return None
    return _view(desk, school)


def _view(desk: Desk, school: str, *, error: ConnectorError | None = None) -> ConnectionView:
    with desk.store.read() as s:
        found = resolve(s, school)
        row = _active(s, found)
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
    return ConnectionView(
        school=found.urn,
        school_name=found.name,
        mis=row.mis,
        mis_title=entry.title,
        route=row.route,
        access=row.access,
        message=error.message if error else row.access_message,
        mend=error.mend if error else guide.MENDS.get(row.access, ""),
        steps=guide.steps(catalogue.choose_route(entry, row.route).steps, progress),
        settings=settings,
        reports=shown,
        problem=error.code if error else "",
    )


def setup_for(desk: Desk, school: Any, cancelled: Callable[[], bool]) -> tuple[str, Setup]:
    """(route, what its connector is made from) for a school: a row, or its URN or slug.

    Raises MisconsoleError: not connected, or a required setting is missing.
    """
    with desk.store.read() as s:
        found = resolve(s, school if isinstance(school, str) else school.urn)
        row = _active(s, found)
    declaration = registry.declaration(row.route)
    secrets = desk.secrets.get(row.secret_ref)
    defaults = {each.name: each.default for each in declaration.settings if each.default}
    settings = {**defaults, **{key: str(value) for key, value in row.settings.items() if value}}
    missing = [
        each.title
        for each in declaration.settings
        if each.required and not (secrets if each.secret else settings).get(each.name)
    ]
    if missing:
        raise MisconsoleError(
            f"{', '.join(missing)} must be typed first.",
            mend="Go on with the guide (misconsole connect SCHOOL --mis M).",
            code="bad_settings",
        )
    return row.route, Setup(
        school=SchoolRef(
            urn=found.urn, name=found.name, la_code=found.la_code,
            establishment_number=found.establishment_number, remote_id=row.remote_id,
        ),
        settings=settings,
        secrets=secrets,
        now=desk.now,
        cancelled=cancelled,
    )  # fmt: skip


def _made(desk: Desk, school: str) -> Connector:
    route, setup = setup_for(desk, school, lambda: False)
    return registry.make(route, setup)


def request_access(desk: Desk, school: str) -> ConnectionView:
    """Ask the school for access, where the route can ask; then the same as ``check_access``."""
    return _ask(desk, school, lambda connector: connector.request_access(), asked=True)


def check_access(desk: Desk, school: str) -> ConnectionView:
    """How authorisation stands at the other end now.

    A connector's error does not raise: the view carries its code in ``problem``, message and mend.
    """
    return _ask(desk, school, lambda connector: connector.access(), asked=False)


def _ask(desk: Desk, school: str, call: Callable[[Connector], Access], *, asked: bool) -> ConnectionView:
    error: ConnectorError | None = None
    try:
        with closing(_made(desk, school)) as connector:
            access = call(connector)
    except ConnectorError as problem:
        error, access = problem, _access_of(problem)
    _record(desk, school, access, asked=asked and error is None)
    return _view(desk, school, error=error)


def _access_of(problem: ConnectorError) -> Access:
    """What an error tells about access; being unreachable tells nothing about it."""
    states: dict[type[ConnectorError], AccessState] = {
        AccessPending: AccessState.PENDING,
        AccessRefused: AccessState.DECLINED,
    }
    state = states.get(
        type(problem), AccessState.REFUSED if isinstance(problem, NotAuthorised) else AccessState.UNKNOWN
    )
    return Access(state=state, message=problem.message)


def _record(desk: Desk, school: str, access: Access, *, asked: bool) -> None:
    """Keep what was learned; an unknown state leaves the known one."""
    with desk.store.write() as s:
        row = _active(s, resolve(s, school))
        now = desk.now()
        if access.state is not AccessState.UNKNOWN:
            row.access = access.state.value
            row.remote_id = access.remote_id or row.remote_id
            row.remote_name = access.remote_name or row.remote_name
        row.access_message = access.message
        row.access_checked_at = now
        if asked:
            row.requested_at = row.requested_at or now
        if access.state is AccessState.APPROVED and row.approved_at is None:
            row.approved_at = now
        s.add(row)


def wait_for_access(
    desk: Desk, school: str, *, sleep: Callable[[float], Any], every: float = 5.0, tries: int = 720
) -> ConnectionView:
    """Ask again every so often until the school has answered, or something is wrong."""
    view = check_access(desk, school)
    for _ in range(tries):
        if view.access not in ("pending", "not asked", "unknown") or view.problem:
            break
        sleep(every)
        view = check_access(desk, school)
    return view


def probe(desk: Desk, school: str) -> tuple[ProbeView, ...]:
    """Connectivity and data, tested apart (D10-D13, U7); a passed test completes the guide's step."""
    try:
        with closing(_made(desk, school)) as connector:
            results = [
                ProbeView(name=each.name, ok=each.ok, message=each.message, mend=each.mend)
                for each in connector.probe()
            ]
    except ConnectorError as error:
        results = [ProbeView(name="connectivity", ok=False, message=error.message, mend=error.mend)]
    tick_step(desk, school, guide.TESTED, done=bool(results) and all(each.ok for each in results))
    return tuple(results)


def tick_step(desk: Desk, school: str, step_id: str, *, done: bool = True) -> ConnectionView:
    """Tick a step that does not complete itself, or take the tick back."""
    with desk.store.write() as s:
        row = _active(s, resolve(s, school))
        route = catalogue.choose_route(catalogue.find(row.mis), row.route)
        if step_id != guide.TESTED and step_id not in {step.id for step in route.steps}:
            raise NotFound(f"This guide has no step “{step_id[:40]}”.")
        kept: Iterable[str] = (each for each in row.guide_done if each != step_id)
        row.guide_done = [*kept, *([step_id] if done else [])]
        s.add(row)
    return _view(desk, school)


def disconnect(desk: Desk, school: str) -> None:
    """End the connection and forget its secrets; people, accounts and links stay as they are."""
    with deciding(desk, school, "disconnect") as case:
        row = _active(case.s, case.school)
        case.scribe.update(row, active=False)
        case.say(f"Disconnected from {row.mis}")
        ref = row.secret_ref
    desk.secrets.forget(ref)
