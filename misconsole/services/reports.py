"""Consent: which reports may flow from a school, and which of their fields (C).

Nothing flows by default; a person accepts each report.  Every decision is signed and journalled; where
the MIS leaves it to the headteacher, with the head's name beside that of whoever typed it (C11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, select

from connectors.base import Declaration, FieldOffer, FieldStatus, ReportOffer
from connectors.catalogue.shapes import RouteEntry
from connectors.records import Report
from data import declining
from data import marks as mark_rows
from data import schools as school_rows
from data.tables import Connection, MisMove, ReportScope, School
from misconsole.errors import MisconsoleError, NotFound, Usage
from misconsole.services import catalogue, declined, permits
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import ReportField, ReportView

TITLES = {
    Report.STAFF: "Staff (Current)",
    Report.STUDENTS: "Students (Current)",
    Report.STAFF_FUTURE: "Staff (Future)",
    Report.STUDENTS_FUTURE: "Students (Future)",
    Report.GROUPS_CLASSES: "Groups & Classes",
    Report.CONTACTS: "Contacts",
    Report.ATTENDANCE: "Attendance",
}
FUTURE = {Report.STAFF_FUTURE: Report.STAFF, Report.STUDENTS_FUTURE: Report.STUDENTS}
LONGEST_NAME = 120  # characters of a head's name
WITHOUT = {Report.GROUPS_CLASSES: "Services built on classes and groups will be limited."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One report of one connection with all that is known of it."""

    report: Report
    route: RouteEntry
    offer: ReportOffer | None
    scope: ReportScope | None

    @property
    def available(self) -> bool:
        return self.offer is not None and self.route.can_accept(self.report.value)

    @property
    def accepted(self) -> bool:
        return self.available and self.scope is not None and self.scope.accepted

    @property
    def dropped(self) -> frozenset[str]:
        """Fields the school declined, and those on request that nobody asked for (C8, C14)."""
        on_request = {each.name for each in self.offer.fields if each.on_request} if self.offer else set()
        if self.scope is None:
            return frozenset(on_request)
        return frozenset(on_request - set(self.scope.fields_requested)) | set(self.scope.fields_declined)


def reports(desk: Desk, school: str) -> tuple[ReportView, ...]:
    """Every report with its state and fields (C1, C3, C5-C8); none before the school is connected."""
    with desk.store.read() as s:
        return views(s, resolve(s, school))


def views(s: Session, school: School) -> tuple[ReportView, ...]:
    connection = school_rows.active_connection(s, school.id or 0)
    if connection is None:
        return ()
    listed = consents(s, connection)
    accepted = {each.report for each in listed if each.accepted}
    return tuple(_view(each, accepted, removes=_removes(s, each)) for each in listed)


def _removes(s: Session, consent: Consent) -> int:
    """Marks, or contacts, that would go if the report were declined."""
    if consent.scope is None or consent.report not in (Report.ATTENDANCE, Report.CONTACTS):
        return 0
    if consent.report is Report.CONTACTS:
        return declining.held_contacts(s, consent.scope.school_id)
    return mark_rows.held(s, consent.scope.school_id).marks


def consents(s: Session, connection: Connection | MisMove) -> list[Consent]:
    route = catalogue.choose_route(catalogue.find(connection.mis), connection.route)
    declaration = catalogue.declaration_of(connection.route)
    scopes = {row.report: row for row in _scopes(s, connection.school_id)}
    return [
        Consent(report=report, route=route, offer=_offer(declaration, report), scope=scopes.get(report.value))
        for report in TITLES
    ]


def _scopes(s: Session, school_id: int) -> list[ReportScope]:
    return list(s.exec(select(ReportScope).where(ReportScope.school_id == school_id)))


def _offer(declaration: Declaration | None, report: Report) -> ReportOffer | None:
    return declaration.offer(report) if declaration else None


def _view(consent: Consent, accepted: set[Report], *, removes: int) -> ReportView:
    state = "accepted" if consent.accepted else "available" if consent.available else "not available"
    return ReportView(
        report=consent.report.value,
        title=TITLES[consent.report],
        purpose=consent.offer.purpose if consent.offer else "",
        state=state,
        reason=_reason(consent, accepted),
        accept_by=consent.route.accept_by,
        fields=tuple(_field(consent, each) for each in (consent.offer.fields if consent.offer else ())),
        removes=removes,
    )


def _reason(consent: Consent, accepted: set[Report]) -> str:
    if consent.accepted:
        return ""
    if not consent.available:
        told = consent.route.report_reasons.get(consent.report.value, "")
        lost = WITHOUT.get(consent.report, "")
        return " ".join(part for part in (told or "This route does not supply it.", lost) if part)
    if FUTURE.get(consent.report) in accepted:
        return "Recommended: accounts are then ready to hand out before people start."
    return WITHOUT.get(consent.report, "") or consent.route.report_reasons.get(consent.report.value, "")


def _field(consent: Consent, offer: FieldOffer) -> ReportField:
    limit = consent.route.limits.get(f"{consent.report.value}.{offer.name}") or consent.route.limits.get(
        offer.name, ""
    )
    return ReportField(
        name=offer.name,
        title=offer.title,
        state=_field_state(consent, offer),
        on_request=offer.on_request,
        reason=limit,
    )


def _field_state(consent: Consent, offer: FieldOffer) -> str:
    if offer.status is FieldStatus.MANDATORY:
        return "mandatory"
    scope = consent.scope
    if offer.on_request:
        return "uploaded" if scope and offer.name in scope.fields_requested else "not uploaded"
    return "not uploaded" if scope and offer.name in scope.fields_declined else "uploaded"


def accept(desk: Desk, school: str, report: str, *, decided_by: str = "") -> ReportView:
    """Let a report flow from the next sync on. Usage when this route cannot supply it (C3, C13).

    ``decided_by`` is the headteacher's name, without which a route that asks for it refuses (C11); whoever
    has the role of the school's head decides as such and names nobody.
    """
    return _decide(desk, school, report, kind="accept-report", change=_accept, head=decided_by)


def decline(desk: Desk, school: str, report: str, *, decided_by: str = "") -> ReportView:
    """Stop a report; nobody is unallocated by it.  What was stored of it goes (``services.declined``):
    contacts, marks and places in classes whole (``ReportView.removes`` says how many), of people what is
    optional."""
    return _decide(desk, school, report, kind="decline-report", change=_decline, head=decided_by)


def accept_field(desk: Desk, school: str, report: str, field: str, *, decided_by: str = "") -> ReportView:
    """Let an optional field flow again, or ask for one that comes only on request (C14, C15)."""
    return _decide(
        desk, school, report, kind="accept-field", head=decided_by,
        change=lambda c, k, r: _field_flows(c, k, r, field, True),
    )  # fmt: skip


def decline_field(desk: Desk, school: str, report: str, field: str, *, decided_by: str = "") -> ReportView:
    """Opt out of an optional field (C8); a mandatory one cannot be declined alone (C6)."""
    return _decide(
        desk, school, report, kind="decline-field", head=decided_by,
        change=lambda c, k, r: _field_flows(c, k, r, field, False),
    )  # fmt: skip


Change = Callable[[Case, Consent, ReportScope], None]


def _decide(
    desk: Desk, school: str, report: str, *, kind: str, change: Change, head: str = ""
) -> ReportView:  # fmt: skip
    wanted = _report(report)
    permits.need(desk, "reports", school)
    head = head or (desk.actor if decides_as_head(desk, school) else "")
    with deciding(desk, school, kind) as case:
        connection = school_rows.active_connection(case.s, case.school_id)
        if connection is None:
            raise MisconsoleError(
                f"{case.school.name} is not connected to a MIS.",
                mend="Connect it first (misconsole connect SCHOOL --mis M).",
                code="not_connected",
            )
        consent = next(each for each in consents(case.s, connection) if each.report is wanted)
        by = _decider(consent.route, head)
        row = consent.scope or _new_scope(case, wanted)
        change(case, consent, row)
        detail = {**case.decision.detail, "report": wanted.value}
        if by:
            entered = "the school's head" if by == desk.actor else f"entered by {desk.actor}"
            case.scribe.update(row, decided_by=f"{by} ({entered})")
            case.decision.summary += f", as {by} decided"
            detail["decided_by"] = by
        case.decision.detail = detail
        shown = views(case.s, case.school)
    return next(each for each in shown if each.report == wanted.value)


def decides_as_head(desk: Desk, school: str) -> bool:
    """Whether the person in front is the school's head by their role, and need not be asked for a name."""
    return "head" in permits.held_at(desk, school)


def _report(report: str) -> Report:
    try:
        return Report(report.strip().lower())
    except ValueError as error:
        raise NotFound(
            f"There is no report “{report[:40]}”.",
            mend=f"Reports: {', '.join(Report)}.",
            code="no_such_report",
        ) from error


def _decider(route: RouteEntry, head: str) -> str:
    """Whose decision it is, in words; Usage where only the head may decide and nobody is named (C11)."""
    name = " ".join(head.split())[:LONGEST_NAME]
    if route.accept_by == "headteacher" and not name:
        raise Usage(
            f"Only the headteacher may accept or remove reports of {route.title}.",
            mend="Ask the headteacher, then name who decided (--decided-by NAME).",
            code="head_decides",
        )
    return name


def _new_scope(case: Case, report: Report) -> ReportScope:
    return case.scribe.insert(ReportScope(school_id=case.school_id, report=report.value))


def _accept(case: Case, consent: Consent, row: ReportScope) -> None:
    title = TITLES[consent.report]
    if not consent.available:
        raise Usage(f"{title} cannot be accepted: {_reason(consent, set())}", code="report_not_available")
    case.scribe.update(row, accepted=True, decided_by=case.desk.actor, decided_at=case.now)
    case.say(f"Accepted the report {title}")


def _decline(case: Case, consent: Consent, row: ReportScope) -> None:
    case.scribe.update(row, accepted=False, decided_by=case.desk.actor, decided_at=case.now)
    gone = _withdrawn(case, consent.report) or declined.report_declined(case, consent, _listed(case))
    case.say(f"Declined the report {TITLES[consent.report]}{gone}")


def _listed(case: Case) -> list[Consent]:
    connection = school_rows.active_connection(case.s, case.school_id)
    return consents(case.s, connection) if connection else []


def _withdrawn(case: Case, report: Report) -> str:
    """Marks go with their report, and how far it was read with them; accepted again, it is read anew."""
    if report is not Report.ATTENDANCE:
        return ""
    removed = mark_rows.remove(case.s, case.school_id)
    mark_rows.remember(case.s, case.school_id, report.value, None)
    return f"; {removed} attendance marks were removed" if removed else ""


def _field_flows(case: Case, consent: Consent, row: ReportScope, name: str, flows: bool) -> None:
    offer = next(
        (each for each in (consent.offer.fields if consent.offer else ()) if each.name == name), None
    )
    title = TITLES[consent.report]
    if offer is None:
        raise NotFound(f"{title} has no field “{name[:40]}”.", mend="“misconsole reports SCHOOL” lists them.")
    if offer.status is FieldStatus.MANDATORY:
        raise Usage(
            f"{offer.title} is mandatory: without it {title} cannot be processed.",
            mend="Decline the whole report, if it must not flow.",
        )
    column = "fields_requested" if offer.on_request else "fields_declined"
    named = set(getattr(row, column)) - {name}
    if flows == offer.on_request:
        named.add(name)
    case.scribe.update(row, **{column: sorted(named)}, decided_by=case.desk.actor, decided_at=case.now)
    gone = "" if flows else declined.field_declined(case, consent, name, _listed(case))
    case.say(f"{'Accepted' if flows else 'Declined'} the field {offer.title} of {title}{gone}")
