"""The gates between a person in the MIS and a right account, in order (product.md, Why; section W).

The run and *why* both ask here, so that they cannot disagree: ``first_failure`` for many people,
``evaluate`` for one person with every gate told.  The first six gates need the facts, the options and
the scope; ``match`` and ``account`` tell what became of the person (``Outcome``).

Codes by gate
  extracted        not_extracted, gone_from_mis
  report_accepted  report_not_accepted, report_not_supplied
  field_present    missing_*, not_supplied_*, declined_* (W1, W11, W12), wrong_date_of_birth
  criteria         no_qualifying_class (W5, W7)
  dates            not_started, not_arrived, left, status_not_transferred (W3, W10)
  exclusion        excluded (W12)
  match            waiting_for_match (W2)
  account          no_account, account_not_active, lookup_only
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from connectors.records import Report
from misconsole.rules.criteria import CriteriaResult
from misconsole.rules.exclusions import Exclusions
from misconsole.rules.facts import PersonFacts
from misconsole.rules.options import SchoolOptions
from misconsole.rules.standing import (
    CURRENT_REPORT,
    HEAD,
    OFFICE,
    OPERATOR,
    TITLES,
    Failure,
    Scope,
    date_failure,
    field_failure,
    report_failure,
)

GATES = (
    "extracted", "report_accepted", "field_present", "criteria", "dates", "exclusion", "match", "account",
)  # fmt: skip
#: The gates that decide eligibility; the last two tell what became of an eligible person.
ELIGIBILITY = GATES[:6]
GATE_TITLES = {
    "extracted": "In the MIS extract", "report_accepted": "Report accepted",
    "field_present": "Required fields present", "criteria": "Class criteria", "dates": "Dates and status",
    "exclusion": "Not excluded", "match": "Matched", "account": "Account",
}  # fmt: skip
#: Codes that say a person is no longer at the school by what the MIS itself says.
LEAVER_CODES = frozenset({"left", "status_not_transferred"})

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an eligible person.

    ``state``  linked, waiting, or free (nobody similar, no account yet)
    ``detail`` for waiting: the reason; ``username`` and ``account_state`` for linked
    """

    state: str
    detail: str = ""
    username: str = ""
    account_state: str = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateContext:
    """All that the gates need besides the person.

    ``absent``    keys of people who were in an earlier extract and not in the last complete one
    ``criteria``  None: class criteria have not been worked out; then a person passes only if none is set
    ``outcomes``  None: the last two gates are not reached (a person is *eligible* or not)
    """

    options: SchoolOptions
    today: date
    scope: Scope = field(default_factory=Scope)
    mode: str = "create"
    exclusions: Exclusions = field(default_factory=Exclusions)
    criteria: CriteriaResult | None = None
    absent: Collection[Key] = frozenset()
    outcomes: Mapping[Key, Outcome] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """``state``: passed, failed or not_reached; the rest is empty unless failed (``detail`` may be told)."""

    gate: str
    state: str
    code: str = ""
    detail: str = ""
    mend: str = ""
    who_can: str = ""


def _extracted(person: PersonFacts, ctx: GateContext) -> Failure | None:
    if person.key not in ctx.absent:
        return None
    return Failure(
        "gone_from_mis",
        "The last complete extract no longer had this person.",
        "If they are still here, look in the MIS whether the record was removed or hidden.",
        OFFICE,
    )


def _report_accepted(person: PersonFacts, ctx: GateContext) -> Failure | None:
    return report_failure(person, scope=ctx.scope, today=ctx.today)


def _field_present(person: PersonFacts, ctx: GateContext) -> Failure | None:
    return field_failure(person, options=ctx.options, scope=ctx.scope, today=ctx.today)


def _criteria(person: PersonFacts, ctx: GateContext) -> Failure | None:
    if not ctx.options.needs_class(person.role):
        return None
    if ctx.criteria is not None and ctx.criteria.qualifies(person.role, person.source_id):
        return None
    if _dates(person, ctx) is not None:
        return None  # not judged by classes: the next gate says what really stops this person
    if Report.GROUPS_CLASSES not in ctx.scope.accepted:
        title = TITLES[Report.GROUPS_CLASSES]
        detail = f"A class is needed, but the report {title} is not accepted."
        mend = f"Accept {title}, or switch the option {person.role}_needs_class off."
        return Failure("no_qualifying_class", detail, mend, HEAD)
    count = 0 if ctx.criteria is None else ctx.criteria.member_of.get(person.key, 0)
    detail = "In no class." if not count else f"In {count} {_classes(count)}, but none that qualifies."
    mend = "Put the person in a class with a pupil and a teacher who qualify, in the MIS."
    return Failure("no_qualifying_class", detail, mend, OFFICE)


def _classes(count: int) -> str:
    return "class" if count == 1 else "classes"


def _dates(person: PersonFacts, ctx: GateContext) -> Failure | None:
    return date_failure(person, options=ctx.options, scope=ctx.scope, today=ctx.today)


def _exclusion(person: PersonFacts, ctx: GateContext) -> Failure | None:
    item = ctx.exclusions.covering(person)
    if item is None:
        return None
    what = "This person" if item.person_id is not None else "This name"
    reason = f": {item.reason}" if item.reason else ""
    detail = f"{what} is excluded by {item.author or 'an operator'}{reason}"
    return Failure("excluded", detail, "Lift the exclusion, if it no longer holds.", OPERATOR)


def _match(person: PersonFacts, ctx: GateContext) -> Failure | None:
    outcome = (ctx.outcomes or {}).get(person.key)
    if outcome is None or outcome.state != "waiting":
        return None
    detail = outcome.detail or "A similar account exists."
    mend = "Decide in the unmatched queue: link, create, or exclude."
    return Failure("waiting_for_match", detail, mend, OPERATOR)


def _account(person: PersonFacts, ctx: GateContext) -> Failure | None:
    outcome = (ctx.outcomes or {}).get(person.key)
    if ctx.mode == "lookup" and (outcome is None or outcome.state != "linked"):
        detail = "This school is connected for looking people up; no accounts are made (G13, L8)."
        return Failure(
            "lookup_only", detail, "Change the school's mode, if it should have accounts.", OPERATOR
        )
    if outcome is None or outcome.state != "linked":
        detail = "Everything is in order, but there is no account yet."
        mend = "The next sync makes it; if it should not wait, create the account now."
        return Failure("no_account", detail, mend, OPERATOR)
    if outcome.account_state != "active":
        detail = f"The account {outcome.username} is {outcome.account_state}."
        return Failure("account_not_active", detail, "Restore the account.", OPERATOR)
    return None


Check = Callable[[PersonFacts, GateContext], Failure | None]
CHECKS: dict[str, Check] = {
    "extracted": _extracted, "report_accepted": _report_accepted, "field_present": _field_present,
    "criteria": _criteria, "dates": _dates, "exclusion": _exclusion, "match": _match, "account": _account,
}  # fmt: skip


def first_failure(person: PersonFacts, ctx: GateContext) -> GateResult | None:
    """The first gate this person fails, or None; without ``ctx.outcomes`` only eligibility is asked."""
    for gate in ELIGIBILITY if ctx.outcomes is None else GATES:
        if failure := CHECKS[gate](person, ctx):
            return _failed(gate, failure)
    return None


def evaluate(person: PersonFacts, ctx: GateContext) -> tuple[GateResult, ...]:
    """Every gate in order: passed up to the first that failed, ``not_reached`` after it."""
    results: list[GateResult] = []
    asked = ELIGIBILITY if ctx.outcomes is None else GATES
    failed = False
    for gate in GATES:
        if failed or gate not in asked:
            results.append(GateResult(gate=gate, state="not_reached"))
        elif failure := CHECKS[gate](person, ctx):
            failed = True
            results.append(_failed(gate, failure))
        else:
            results.append(GateResult(gate=gate, state="passed", detail=_passed(gate, person, ctx)))
    return tuple(results)


def not_extracted(who: str) -> tuple[GateResult, ...]:
    """The gates for somebody whom no extract has ever had (first question of every call to a desk)."""
    failure = Failure(
        "not_extracted",
        f"No extract of this school has had “{who}”.",
        "Check the spelling; look in the MIS whether the record exists and is not hidden from the interface.",
        OFFICE,
    )
    rest = (GateResult(gate=gate, state="not_reached") for gate in GATES[1:])
    return (_failed(GATES[0], failure), *rest)


def eligible(person: PersonFacts, ctx: GateContext) -> bool:
    """No gate up to ``exclusion`` fails."""
    return all(CHECKS[gate](person, ctx) is None for gate in ELIGIBILITY)


def counts_for_classes(people: Iterable[PersonFacts], ctx: GateContext) -> tuple[set[str], set[str]]:
    """(pupils, staff) by source id who stand on their own: what ``criteria.fixed_point`` starts from."""
    own: dict[str, set[str]] = {"pupil": set(), "staff": set()}
    for person in people:
        if not any(check(person, ctx) for check in (_extracted, _report_accepted, _field_present, _dates)):
            own[person.role].add(person.source_id)
    return own["pupil"], own["staff"]


def _failed(gate: str, failure: Failure) -> GateResult:
    return GateResult(
        gate=gate, state="failed", code=failure.code, detail=failure.detail, mend=failure.mend,
        who_can=failure.who_can,
    )  # fmt: skip


def _passed(gate: str, person: PersonFacts, ctx: GateContext) -> str:
    """What to say of a gate that was passed."""
    outcome = (ctx.outcomes or {}).get(person.key)
    return {
        "extracted": "In the last complete extract.",
        "report_accepted": f"{TITLES[CURRENT_REPORT[person.role]]} is accepted.",
        "field_present": "Every required field is there.",
        "criteria": "No class is needed."
        if not ctx.options.needs_class(person.role)
        else "In a class that qualifies.",
        "dates": "At the school today, or allowed ahead of time.",
        "exclusion": "No exclusion covers this person.",
        "match": "Linked." if outcome and outcome.state == "linked" else "Nobody similar.",
        "account": f"Has the account {outcome.username}." if outcome else "",
    }[gate]
