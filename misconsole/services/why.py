"""Why somebody has no account: the very gates a sync asks, over what is stored, with who can mend it (W).

Also writes the text for a support case, so that nobody has to ask back for the details (W9, V6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session

from connectors.records import Report
from data import accounts as account_rows
from data import people as people_rows
from data import schools as school_rows
from data import search
from data.tables import Account, Connection, Person, ReportScope, School
from misconsole.errors import MisconsoleError, NotFound
from misconsole.rules import criteria, gates
from misconsole.rules.gates import GateContext, GateResult, Outcome
from misconsole.rules.names import fold
from misconsole.rules.standing import Scope
from misconsole.services import catalogue, clashes, lookup, mend_offers, present, reports, why_items
from misconsole.services.case_text import case_text
from misconsole.services.desk import Desk
from misconsole.services.facts import person_facts
from misconsole.services.record import record_of
from misconsole.services.schools import options_of, resolve
from misconsole.services.views import (
    AccountView,
    GateView,
    OfferView,
    PersonView,
    Reason,
    ReportView,
    WhyView,
)
from misconsole.sync import belongings, source
from misconsole.sync.extract import Extract
from misconsole.sync.snapshot import stored_facts

READ = tuple(report for report in Report if report is not Report.ATTENDANCE)  # what brings people and items


@dataclass(frozen=True, slots=True)
class Asked:
    """What is the same for everybody of a school."""

    s: Session
    school: School
    connection: Connection | None
    ctx: GateContext
    reports: tuple[ReportView, ...] = ()

    @property
    def id(self) -> int:
        return self.school.id or 0


def why(desk: Desk, school: str, who: str) -> tuple[WhyView, ...]:
    """One view a person meant by ``who``: a name in any order, an identifier, a username, an id in the MIS.

    Where nobody is meant, contacts, classes and groups are looked at (W6, W8).  What no extract ever had
    gets one view too, whose first gate failed.
    """
    with desk.store.read() as s:
        asked = _ask(s, resolve(s, school), desk)
        ids = lookup.people(s, who, school_id=asked.id)
        if ids:
            return tuple(_of_person(asked, each, who) for each in ids)
        return _of_items(asked, who) or (_of_nobody(asked, who),)


def why_person(desk: Desk, school: str, person_id: int) -> WhyView:
    with desk.store.read() as s:
        asked = _ask(s, resolve(s, school), desk)
        found = s.get(Person, person_id)
        if found is None or found.school_id != asked.id:
            raise NotFound(f"{asked.school.name} has no person with the number {person_id}.")
        return _of_person(asked, person_id, present.name_of(found))


def _ask(s: Session, school: School, desk: Desk) -> Asked:
    connection = school_rows.active_connection(s, school.id or 0)
    options = options_of(school)
    ctx = GateContext(
        options=options,
        today=desk.today,
        scope=_scope(s, school, connection),
        mode=school.mode,
        exclusions=clashes.compiled(account_rows.active_exclusions(s, school.id or 0)),
    )
    if options.class_criteria:
        ctx = _with_criteria(s, school.id or 0, ctx)
    return Asked(s, school, connection, ctx, reports.views(s, school))


def _scope(s: Session, school: School, connection: Connection | None) -> Scope:
    """What the school lets through now, exactly as a run would have it."""
    rows = people_rows.scopes(s, school.id or 0)
    accepted = frozenset(row.report for row in rows if row.accepted)
    declaration = catalogue.declaration_of(connection.route) if connection else None
    if declaration is None:
        return Scope(accepted=accepted)
    try:
        return source.wanted(declaration, _known(rows), ()).scope
    except MisconsoleError:  # no report can be read at all
        return Scope(accepted=accepted, supplied=frozenset(offer.report for offer in declaration.reports))


def _known(rows: Sequence[ReportScope]) -> list[ReportScope]:
    return [row for row in rows if row.report in set(Report)]


def _with_criteria(s: Session, school_id: int, ctx: GateContext) -> GateContext:
    """Class criteria hang on everybody, so everybody stored is judged (I4)."""
    table = belongings.timetable(Extract(asked=frozenset(), pages={}), s, school_id)
    pupils, staff = gates.counts_for_classes(stored_facts(s, school_id).values(), ctx)
    result = criteria.fixed_point(
        table.members,
        pupils=pupils,
        staff=staff,
        classes=table.classes,
        groups=table.groups,
        options=ctx.options,
    )
    return replace(ctx, criteria=result)


def _of_person(asked: Asked, person_id: int, who: str) -> WhyView:
    row = asked.s.get_one(Person, person_id)
    facts = person_facts(row, people_rows.every_identifier(asked.s, person_id))
    link = account_rows.link_of(asked.s, person_id)
    account = asked.s.get(Account, link.account_id) if link else None
    ctx = replace(
        asked.ctx,
        absent=frozenset() if row.present else frozenset({facts.key}),
        outcomes={facts.key: _outcome(row, account)},
    )
    results = gates.evaluate(facts, ctx)
    failed = _failed(results)
    offered = mend_offers.offers(
        mend_offers.Situation(
            s=asked.s, school=asked.school, connection=asked.connection, ctx=ctx, reports=asked.reports,
            code=failed.code if failed else "", facts=facts, row=row, account=account,
        )
    )  # fmt: skip
    view = _view(
        asked,
        who,
        results,
        person=present.one_person(asked.s, person_id),
        account=present.one_account(asked.s, account.id or 0) if account else None,
        offers=offered,
    )
    return replace(view, record=record_of(asked.s, row))


def _outcome(row: Person, account: Account | None) -> Outcome:
    """What became of the person: whether somebody waits is the matcher's word, kept with the person."""
    if account is not None:
        return Outcome(state="linked", username=account.username, account_state=account.state)
    if row.gate == "waiting_for_match":
        return Outcome(state="waiting", detail=row.gate_detail)
    return Outcome(state="free")


def _of_items(asked: Asked, who: str) -> tuple[WhyView, ...]:
    """Contacts, classes and groups meant by ``who``, each with what keeps it out."""
    return tuple(
        _view(
            asked, who, item.gates, person=None, account=None, subject=item.subject,
            offers=_offers(asked, item.code, item.report),
        )
        for item in why_items.meant(asked.s, asked.id, who, asked.ctx.scope)
    )  # fmt: skip


def _of_nobody(asked: Asked, who: str) -> WhyView:
    """Nobody stored: a record the last run left out whole, or one that never came."""
    account = account_rows.by_username(asked.s, asked.id, who)
    shown = present.one_account(asked.s, account.id or 0) if account else None
    results = _left_out(asked, who) or _never_came(asked, who)
    return _view(asked, who, results, person=None, account=shown, offers=_offers(asked, results[0].code))


def _never_came(asked: Asked, who: str) -> tuple[GateResult, ...]:
    """With what may be behind it: a report of people that is not accepted (W3, W12), or one that the route
    cannot supply (W11)."""
    first, *rest = gates.not_extracted(who)
    if asked.connection is None:
        return (replace(first, mend="Connect the school to its MIS first.", who_can="operator"), *rest)
    closed, ahead = (
        _named(asked, reports_, "available")
        for reports_ in (mend_offers.PEOPLE_REPORTS, mend_offers.FUTURE_REPORTS)
    )
    if closed:
        first = replace(
            first, detail=f"{first.detail} {closed} is not accepted, so nobody in it is read.",
            mend=f"Accept {closed} under Connect, Reports. {first.mend}", who_can="head",
        )  # fmt: skip
    if ahead:
        first = replace(
            first, mend=f"{first.mend} Somebody who starts later comes with {ahead}, once it is accepted."
        )
    if never := _named(asked, READ, "not available"):
        first = replace(first, detail=f"{first.detail} This route does not supply {never}.")
    return (first, *rest)


def _named(asked: Asked, which: Sequence[str], state: str) -> str:
    """Those of the reports that are in that state, by title."""
    *most, last = [r.title for r in asked.reports if r.report in which and r.state == state] or [""]
    return f"{', '.join(most)} or {last}" if most else last


def _offers(asked: Asked, code: str, report: str = "") -> tuple[OfferView, ...]:
    """For what is no person."""
    return mend_offers.offers(
        mend_offers.Situation(
            s=asked.s, school=asked.school, connection=asked.connection, ctx=asked.ctx,
            reports=asked.reports, code=code, report=report,
        )
    )  # fmt: skip


def _left_out(asked: Asked, who: str) -> tuple[GateResult, ...] | None:
    run = school_rows.last_complete_run(asked.s, asked.id)
    words = fold(who).split()
    if run is None or not words:
        return None
    for each in search.nameless_problems(asked.s, asked.id, run.id or 0):
        named = fold(each.subject).split()
        if each.source_id == who.strip() or all(any(n.startswith(w) for n in named) for w in words):
            first = GateResult(
                gate=gates.GATES[0], state="failed", code=each.code, detail=each.message, mend=each.mend,
                who_can=each.who,
            )  # fmt: skip
            return (first, *(GateResult(gate=gate, state="not_reached") for gate in gates.GATES[1:]))
    return None


def _failed(results: Sequence[GateResult]) -> GateResult | None:
    return next((each for each in results if each.state == "failed"), None)


def _view(
    asked: Asked,
    who: str,
    results: tuple[GateResult, ...],
    *,
    person: PersonView | None,
    account: AccountView | None,
    offers: tuple[OfferView, ...] = (),
    subject: str = "",
) -> WhyView:
    failed = _failed(results)
    reason = (
        Reason(code=failed.code, message=failed.detail, mend=failed.mend, who_can=failed.who_can)
        if failed
        else None
    )
    view = WhyView(
        school=asked.school.urn,
        school_name=asked.school.name,
        who=who,
        person=person,
        account=account,
        gates=tuple(
            GateView(gate=r.gate, title=gates.GATE_TITLES[r.gate], state=r.state, detail=r.detail)
            for r in results
        ),
        reason=reason,
        support_text="",
        offers=offers,
        subject=subject,
    )
    return case_text(view, school=asked.school, connection=asked.connection, run=_run(asked))


def _run(asked: Asked) -> str:
    """The last complete run, in words."""
    found = school_rows.last_complete_run(asked.s, asked.id)
    if found is None:
        return "none yet"
    ended = found.finished_at or found.started_at
    return f"{found.id}, {ended:%-d %B %Y %H:%M} UTC" if ended else str(found.id)
