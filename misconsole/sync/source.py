"""Where a run reads from, and what it may read: the connection, the accepted reports, the declined fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.base import Access, AccessState, Connector, Declaration
from connectors.errors import AccessPending, AccessRefused, ConnectorError, NotAuthorised, Unreachable
from connectors.records import ExtractRequest, Report
from misconsole.errors import MisconsoleError
from misconsole.rules import digest
from misconsole.rules.standing import Scope

if TYPE_CHECKING:
    from data.tables import Connection, ReportScope, School
    from misconsole.services.desk import Desk
    from misconsole.sync.extract import Extract

#: Opens the connector of a school; the function it gets tells whether to stop.
Open = Callable[["Desk", "School", Callable[[], bool]], Connector]
_REFUSED: dict[AccessState, tuple[type[ConnectorError], str]] = {
    AccessState.NOT_ASKED: (NotAuthorised, "The school has not been asked for access yet."),
    AccessState.PENDING: (AccessPending, "The school has not approved the request yet."),
    AccessState.DECLINED: (AccessRefused, "The school declined the request."),
    AccessState.REVOKED: (AccessRefused, "The school took its approval back."),
    AccessState.REFUSED: (NotAuthorised, "Our own credentials are refused."),
    AccessState.OFFLINE: (Unreachable, "The link to the school's MIS is down; what it shows is out of date."),
}


def open_connector(desk: Desk, school: School, cancelled: Callable[[], bool]) -> Connector:
    """The real thing: settings from the store, secrets from where they are kept."""
    from connectors import registry
    from misconsole.services import connect

    route, setup = connect.setup_for(desk, school, cancelled)
    return registry.make(route, setup)


def check_access(access: Access) -> None:
    """Raises the connector error that says why we may not read; UNKNOWN is given a try."""
    refused = _REFUSED.get(access.state)
    if refused is not None:
        error, message = refused
        raise error(access.message or message, mend=access.mend)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the school lets through. ``marks`` tell whether a report's fields are those of last time."""

    reports: frozenset[Report]
    declined: dict[Report, frozenset[str]]
    accepted: frozenset[Report]
    supplied: frozenset[Report]

    @property
    def scope(self) -> Scope:
        return Scope(
            accepted=frozenset(r.value for r in self.accepted),
            declined={report.value: names for report, names in self.declined.items()},
            supplied=frozenset(r.value for r in self.supplied),
        )

    @property
    def marks(self) -> dict[str, str]:
        return {f"#{r.value}": digest.of(sorted(self.declined.get(r, ()))) for r in sorted(self.reports)}


def wanted(declaration: Declaration, scopes: Iterable[ReportScope], withheld: Collection[Report]) -> Wanted:
    """Accepted by the school, offered by the connector, and shared by the MIS. Raises MisconsoleError."""
    rows = {row.report: row for row in scopes if row.accepted}
    supplied = frozenset(offer.report for offer in declaration.reports)
    declined: dict[Report, frozenset[str]] = {}
    for offer in declaration.reports:
        row = rows.get(offer.report.value)
        if row is not None:
            unasked = {f.name for f in offer.fields if f.on_request} - set(row.fields_requested)
            declined[offer.report] = frozenset(unasked | set(row.fields_declined))
    accepted = frozenset(Report(name) for name in rows)
    reports = (accepted & supplied) - set(withheld)
    if not reports:
        raise MisconsoleError(
            "No report of this school can be read: none is accepted, or none is shared.",
            mend="Accept at least one report (misconsole reports SCHOOL accept staff students).",
            code="no_reports",
        )
    return Wanted(reports=reports, declined=declined, accepted=accepted, supplied=supplied)


def request(
    wanted: Wanted, connection: Connection, *, full: bool, delta: bool, days: int, now: datetime, today: date
) -> ExtractRequest:
    """Changes only, where the connector can tell them and the last full read is not too old."""
    recent = connection.last_full_at is not None and now - connection.last_full_at < timedelta(days=days)
    since: dict[Report, str] = {}
    if delta and recent and not full:
        since = {
            r: str(connection.since[r.value]) for r in wanted.reports if _usable(r, wanted, connection.since)
        }
    last = {r: str(connection.since[r.value]) for r in wanted.reports if r.value in connection.since}
    return ExtractRequest(
        reports=wanted.reports, declined=wanted.declined, since=since, last=last, today=today
    )


def described(
    connection: Connection, declaration: Declaration, found: Extract, now: datetime
) -> dict[str, Any]:
    """What was read, for the run's row (U6): the interface, or its files with their own dates and digests."""
    from connectors import filed

    named = str(connection.settings.get("path") or "") if declaration.kind == "files" else ""
    files = filed.look(named) if named else ()
    return {
        "kind": declaration.kind, "route": declaration.route, "title": declaration.title,
        "read_at": now.isoformat(), "delta": not found.full,
        "records": {report.value: page.received for report, page in found.pages.items()},
        "files": [
            {"name": f.name, "modified": f.modified.isoformat(), "bytes": f.bytes, "sha256": f.sha256}
            for f in files
        ],
    }  # fmt: skip


def _usable(report: Report, wanted: Wanted, since: dict[str, Any]) -> bool:
    """Other fields than last time need a full read, since the unchanged would lack them."""
    mark = f"#{report.value}"
    return report.value in since and since.get(mark) == wanted.marks[mark]
