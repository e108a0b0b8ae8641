"""Speaking to the MIS before a sync: ask for access, see how it stands, test the connection and the data.

No store transaction is open while a MIS is spoken to.  Errors of a connector do not raise here: they come
back in the view, with what mends them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from connectors import registry
from connectors.base import Access, AccessState, Connector, SchoolRef, Setup
from connectors.errors import AccessPending, AccessRefused, ConnectorError, NotAuthorised
from connectors.records import ExtractRequest
from data.tables import Connection, MisMove, School
from misconsole.errors import MisconsoleError
from misconsole.services import permits
from misconsole.services.connection_view import active, view
from misconsole.services.desk import Desk
from misconsole.services.reports import consents
from misconsole.services.schools import resolve
from misconsole.services.views import ConnectionView, ProbeView


def setup_for(desk: Desk, school: Any, cancelled: Callable[[], bool]) -> tuple[str, Setup]:
    """(route, what its connector is made from) for a school: a row, or its URN or slug.

    Raises MisconsoleError: not connected, or a required setting is missing.
    """
    with desk.store.read() as s:
        found = resolve(s, school if isinstance(school, str) else school.urn)
        row = active(s, found)
    return row.route, setup_of(desk, found, row, cancelled)


def setup_of(desk: Desk, school: School, row: Connection | MisMove, cancelled: Callable[[], bool]) -> Setup:
    """The same for a connection in use, or one that is only prepared."""
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
    return Setup(
        school=SchoolRef(
            urn=school.urn, name=school.name, la_code=school.la_code,
            establishment_number=school.establishment_number, remote_id=row.remote_id,
        ),
        settings=settings,
        secrets=secrets,
        now=desk.now,
        cancelled=cancelled,
        keep=_keeper(desk, row.secret_ref),
        consent=_consent(desk, row),
    )  # fmt: skip


def _keeper(desk: Desk, ref: str) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    """Where a connector keeps secrets that change while it works, so that a rotated token outlives us.

    Nothing is put back under a connection whose secrets were forgotten meanwhile.
    """

    def keep(changed: Mapping[str, str]) -> Mapping[str, str]:
        kept = desk.secrets.get(ref)
        if changed and kept:
            kept = {name: value for name, value in {**kept, **changed}.items() if value}
            desk.secrets.put(ref, kept)
        return kept

    return keep


def _consent(desk: Desk, row: Connection | MisMove) -> ExtractRequest:
    """What the school accepted so far by this route."""
    with desk.store.read() as s:
        listed = consents(s, row)
    accepted = {each.report: each for each in listed if each.accepted}
    return ExtractRequest(
        reports=frozenset(accepted), declined={report: each.dropped for report, each in accepted.items()}
    )


def _made(desk: Desk, school: str) -> Connector:
    route, setup = setup_for(desk, school, lambda: False)
    return registry.make(route, setup)


def request_access(desk: Desk, school: str) -> ConnectionView:
    """Ask the school for access, where the route can ask; then the same as ``check_access``."""
    permits.need(desk, "connect", school)
    return _ask(desk, school, lambda connector: connector.request_access(), asked=True)


def check_access(desk: Desk, school: str) -> ConnectionView:
    """How authorisation stands at the other end now.

    A connector's error does not raise: the view carries its code in ``problem``, message and mend.
    """
    permits.need(desk, "connect", school)
    return _ask(desk, school, lambda connector: connector.access(), asked=False)


def _ask(desk: Desk, school: str, call: Callable[[Connector], Access], *, asked: bool) -> ConnectionView:
    error: ConnectorError | None = None
    try:
        with closing(_made(desk, school)) as connector:
            access = call(connector)
    except ConnectorError as problem:
        error, access = problem, _access_of(problem)
    _record(desk, school, access, asked=asked and error is None)
    return view(desk, school, error=error, access=access)


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
        row = active(s, resolve(s, school))
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
    found = check_access(desk, school)
    for _ in range(tries):
        if found.access not in ("pending", "not asked", "unknown") or found.problem:
            break
        sleep(every)
        found = check_access(desk, school)
    return found


def probe(desk: Desk, school: str) -> tuple[ProbeView, ...]:
    """Connectivity and data, tested apart (D10-D13, U7)."""
    permits.need(desk, "connect", school)
    try:
        with closing(_made(desk, school)) as connector:
            results = [
                ProbeView(name=each.name, ok=each.ok, message=each.message, mend=each.mend)
                for each in connector.probe()
            ]
    except ConnectorError as error:
        results = [ProbeView(name="connectivity", ok=False, message=error.message, mend=error.mend)]
    return tuple(results)
