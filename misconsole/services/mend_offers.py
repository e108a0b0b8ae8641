"""What can be done here and now about the reason somebody has no account (W); ``mend`` carries it out.

Nothing is offered that the person at the keyboard could not do with its command.  What only the school office
can mend in the MIS is offered as the sync that picks it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from connectors.records import Report
from data import queues as waiting
from data.accounts import shown_name
from data.tables import Account, Connection, Person, School
from misconsole.rules.facts import PersonFacts
from misconsole.rules.gates import GateContext
from misconsole.rules.standing import CURRENT_REPORT, FUTURE_REPORT, starts_later
from misconsole.services import not_same
from misconsole.services.views import OfferView, ReportView

PEOPLE_REPORTS = (Report.STAFF, Report.STUDENTS)
FUTURE_REPORTS = (Report.STAFF_FUTURE, Report.STUDENTS_FUTURE)
CANDIDATES = 3
AGREED = "Only with the agreement of whoever decides for the school."
MODED = "This changes what happens to everybody of the school, from the next sync on; undo takes it back."
LOOSER = "This changes what the school requires of everybody, from the next sync on."
#: Codes that end in the name of a field.
FIELD_CODES = ("missing_", "wrong_", "not_supplied_", "declined_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What an offer is drawn from; ``facts`` and ``row`` are None where it is about no person."""

    s: Session
    school: School
    connection: Connection | None
    ctx: GateContext
    reports: Sequence[ReportView]
    code: str
    report: str = ""  # the report the record belongs to, where it is no person's
    facts: PersonFacts | None = None
    row: Person | None = None
    account: Account | None = None

    @property
    def urn(self) -> str:
        return self.school.urn


def offers(now: Situation) -> tuple[OfferView, ...]:
    """The surest first; at most nine, so that each has a digit."""
    for start, make in MAKERS.items():
        if now.code == start or (start.endswith("_") and now.code.startswith(start)):
            return tuple(make(now))[:9]
    return ()


# What is offered


def _not_extracted(now: Situation) -> Iterator[OfferView]:
    for report in (*PEOPLE_REPORTS, *FUTURE_REPORTS):
        yield from _accept(now, report)
    yield from _sync(now, "Sync now, after the record was put right in the MIS")


def _gone(now: Situation) -> Iterator[OfferView]:
    yield from _sync(now, "Sync now, after the record was put back in the MIS")


def _report(now: Situation) -> Iterator[OfferView]:
    yield from _accept(now, CURRENT_REPORT[now.facts.role] if now.facts else now.report)


def _field_missing(now: Situation) -> Iterator[OfferView]:
    yield from _sync(now, "Sync now, after it was entered in the MIS")
    yield from _stop_requiring(now)


def _field_not_supplied(now: Situation) -> Iterator[OfferView]:
    yield from _stop_requiring(now)


def _field_declined(now: Situation) -> Iterator[OfferView]:
    field = _field_of(now.code)
    wanted = {field, f"legal_{field}", f"preferred_{field}"}
    for report in now.reports:
        if now.facts is None or report.report not in _reports_of(now.facts) or report.state != "accepted":
            continue
        for each in report.fields:
            if each.name in wanted and each.state == "not uploaded":
                yield OfferView(
                    does="accept-field", title=f"Let {each.title} of {report.title} flow again", asks=AGREED,
                    command=f"misconsole reports {now.urn} field accept {report.report} {each.name}",
                    target=(report.report, each.name),
                )  # fmt: skip
    yield from _stop_requiring(now)


def _no_class(now: Situation) -> Iterator[OfferView]:
    if now.facts is None:
        return
    if Report.GROUPS_CLASSES not in now.ctx.scope.accepted:
        yield from _accept(now, Report.GROUPS_CLASSES)
    else:
        yield from _sync(now, "Sync now, after the classes were put right in the MIS")
    role = now.facts.role
    yield _set(now, f"{role}_needs_class", "no", f"Let a {_said(role)} do without a class")


def _not_started(now: Situation) -> Iterator[OfferView]:
    if now.facts is None or not starts_later(now.facts, now.ctx.today):
        return
    if not now.ctx.options.future:
        yield _set(now, "future", "yes", "Allow accounts before the start date")
    if FUTURE_REPORT[now.facts.role] not in now.ctx.scope.accepted:
        yield from _accept(now, FUTURE_REPORT[now.facts.role])


def _dates(now: Situation) -> Iterator[OfferView]:
    yield from _sync(now, "Sync now, after the dates or the status were put right in the MIS")


def _excluded(now: Situation) -> Iterator[OfferView]:
    item = now.ctx.exclusions.covering(now.facts) if now.facts is not None else None
    if item is not None:
        yield OfferView(
            does="lift", title="Lift the exclusion", command=f"misconsole exclude lift {now.urn} {item.id}",
            target=(str(item.id),),
        )  # fmt: skip


def _waiting(now: Situation) -> Iterator[OfferView]:
    if now.row is None:
        return
    person = now.row.id or 0
    refused = not_same.standing(now.s, now.school.id or 0)
    rows = waiting.candidates(now.s, now.school.id or 0, now.row.role)
    mine = [r for r in rows if r.person_id == person and (person, r.account_id) not in refused]
    for each in mine[:CANDIDATES]:
        account = now.s.get(Account, each.account_id)
        if account is not None:
            called = shown_name(account) or " ".join(
                part for part in (account.given_name, account.family_name) if part
            )
            yield OfferView(
                does="link", title=f"Link to {account.username}, {called} ({each.band})",
                command=f"misconsole match {now.urn} id:{person} --link {account.username}",
                target=(str(person), str(account.id)),
            )  # fmt: skip
    yield _create(now, person)


def _no_account(now: Situation) -> Iterator[OfferView]:
    if now.row is not None:
        yield _create(now, now.row.id or 0)
    if now.school.mode == "create":
        yield from _sync(now, "Sync now; it makes the account")


def _lookup_only(now: Situation) -> Iterator[OfferView]:
    """The two modes that give accounts (L8); what each would change is shown before it is chosen."""
    for mode, gives in (("create", "gives an account to everybody"), ("link", "links accounts that exist")):
        yield OfferView(
            does="mode", title=f"Look at {mode} mode, which {gives}", asks=MODED,
            command=f"misconsole school set {now.urn} mode={mode} --dry-run", target=(mode,),
        )  # fmt: skip


def _not_active(now: Situation) -> Iterator[OfferView]:
    if now.account is not None and now.account.state in ("unallocated", "let-go"):
        yield OfferView(
            does="restore", title=f"Restore {now.account.username}",
            command=f"misconsole restore {now.urn} {now.account.username}", target=(str(now.account.id),),
        )  # fmt: skip


def _responsibility(now: Situation) -> Iterator[OfferView]:
    yield from _sync(now, "Sync now, after it was marked in the MIS")
    yield _set(now, "parental_responsibility_only", "no", "Bring those without parental responsibility too")


def _class_people(now: Situation) -> Iterator[OfferView]:
    yield from _sync(now, "Sync now, after the class was put right in the MIS")
    if now.ctx.options.class_needs_both:
        yield _set(now, "class_needs_both", "no", "Let classes through without a pupil and a teacher")


def _in_the_mis(now: Situation) -> Iterator[OfferView]:
    yield from _sync(now, "Sync now, after it was put right in the MIS")


MAKERS: dict[str, Callable[[Situation], Iterator[OfferView]]] = {
    "not_extracted": _not_extracted, "gone_from_mis": _gone, "report_not_accepted": _report,
    "missing_": _field_missing, "wrong_": _field_missing, "not_supplied_": _field_not_supplied,
    "declined_": _field_declined, "no_qualifying_class": _no_class, "not_started": _not_started,
    "not_arrived": _dates, "left": _dates, "status_not_transferred": _dates, "excluded": _excluded,
    "waiting_for_match": _waiting, "no_account": _no_account, "account_not_active": _not_active,
    "lookup_only": _lookup_only,
    "no_parental_responsibility": _responsibility, "no_attached_pupil": _in_the_mis,
    "class_no_pupil": _class_people, "class_no_teacher": _class_people, "class_type": _in_the_mis,
    "group_type": _in_the_mis, "group_no_pupil": _in_the_mis,
}  # fmt: skip


def _field_of(code: str) -> str:
    return next(code.removeprefix(start) for start in FIELD_CODES if code.startswith(start))


def _reports_of(facts: PersonFacts) -> tuple[str, str]:
    return CURRENT_REPORT[facts.role].value, FUTURE_REPORT[facts.role].value


def _said(role: str) -> str:
    return "member of staff" if role == "staff" else role


def _accept(now: Situation, report: str) -> Iterator[OfferView]:
    """Only what the route can supply, is not accepted yet, and does not wait for the head to decide (C11)."""
    for each in now.reports:
        if each.report == report and each.state == "available" and each.accept_by != "headteacher":
            yield OfferView(
                does="accept-report", title=f"Accept the report {each.title}", asks=AGREED,
                command=f"misconsole reports {now.urn} accept {each.report}", target=(each.report,),
            )  # fmt: skip


def _stop_requiring(now: Situation) -> Iterator[OfferView]:
    field = _field_of(now.code)
    if now.facts is None or field in ("given_name", "family_name"):
        return
    required = now.ctx.options.required(now.facts.role)
    if field in required:
        rest = ",".join(name for name in required if name != field)
        what = f"Stop requiring it of every {_said(now.facts.role)}"
        yield _set(now, f"{now.facts.role}_required", rest, what)


def _set(now: Situation, name: str, value: str, title: str) -> OfferView:
    return OfferView(
        does="set", title=title, asks=LOOSER, command=f"misconsole school set {now.urn} {name}={value}",
        target=(name, value),
    )  # fmt: skip


def _create(now: Situation, person: int) -> OfferView:
    return OfferView(
        does="create", title="Create a new account",
        command=f"misconsole match {now.urn} id:{person} --create", target=(str(person),),
    )  # fmt: skip


def _sync(now: Situation, title: str) -> Iterator[OfferView]:
    if now.connection is not None:
        yield OfferView(does="sync", title=title, command=f"misconsole sync {now.urn}")
