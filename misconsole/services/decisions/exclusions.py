"""Decisions on names and people that must never get an account (R, Z25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlmodel import Session, col

from data import accounts as account_rows
from data import people as people_rows
from data import queues as waiting
from data.tables import Account, Exclusion, Person, Review
from misconsole.errors import Conflict, NotFound, Usage
from misconsole.rules.exclusions import (
    LETTERS,
    STAR,
    is_pattern,
    letters,
    name_key,
    pattern_key,
    review_day,
)
from misconsole.rules.gates import CHECKS, GateContext
from misconsole.rules.standing import Failure
from misconsole.services import clashes, present
from misconsole.services.decisions.case import (
    LOOK_AGAIN,
    Case,
    by,
    called,
    deciding,
    needs_reason,
    options_of,
)
from misconsole.services.desk import Desk
from misconsole.services.facts import person_facts
from misconsole.services.schools import resolve
from misconsole.services.views import DecisionView, ExclusionPreview

ROLES = ("", "staff", "pupil")


def exclude_person(
    desk: Desk, school: str, person_id: int, *, reason: str, review_on: date | None = None
) -> DecisionView:
    """This person never gets an account; comes back for review on ``review_on`` (a year on by default)."""
    with deciding(desk, school, "exclude") as case:
        exclude_one(case, person_id, reason=reason, review_on=review_on)
    return case.view


def exclude_one(case: Case, person_id: int, *, reason: str, review_on: date | None = None) -> None:
    reason, person = needs_reason(reason), case.person(person_id)
    for each in account_rows.active_exclusions(case.s, case.school_id):
        if each.person_id == person_id:
            _already(called(person), each)
    row = _exclude(case, reason, review_on, role=person.role, person_id=person_id)
    _bar(case, [person])
    said = f"Excluded {called(person)}: {reason}"
    if held := account_rows.link_of(case.s, person_id):
        account = case.account(held.account_id, local=True)
        said += f". The account {account.username} is untouched; decide about it under Exclusions"
    case.say(said, reason=reason, exclusion=row.id)


def exclude_name(
    desk: Desk, school: str, *, given: str, family: str, role: str = "", reason: str,
    review_on: date | None = None, pattern: bool = False,
) -> DecisionView:  # fmt: skip
    """Nobody of that name gets an account (R1). A live account of that name is shown, never touched (Z25).

    With ``pattern`` a star stands for any letters: given "Test", family "*" is everybody called Test.
    """
    given, family = _checked_name(given, family, role, pattern=pattern)
    with deciding(desk, school, "exclude-name") as case:
        reason = needs_reason(reason)
        for each in account_rows.active_exclusions(case.s, case.school_id):
            same = _key(each.given_name, each.family_name) == _key(given, family)
            if same and not each.person_id and each.role in ("", role):
                _already(f"{given} {family}", each)
        row = _exclude(case, reason, review_on, role=role, given_name=given, family_name=family)
        barred = _bar(case, _waiting(case, row))
        hit = clashes.find(case.s, case.school_id, [row])[row.id or 0]
        case.say(_name_summary(case, row, barred, hit), reason=reason, exclusion=row.id)
    return case.view


def _checked_name(given: str, family: str, role: str, *, pattern: bool) -> tuple[str, str]:
    given, family = given.strip(), family.strip()
    if role not in ROLES:
        raise Usage(f"“{role[:20]}” is not a role.", mend="Name staff, pupil, or neither for both.")
    if not pattern:
        if is_pattern(given, family):
            raise Usage(
                "A name has no star in it.", mend="Ask for a pattern (--pattern), or leave the star out."
            )
        if not all(name_key(given, family)):
            raise Usage("An excluded name needs a given name and a family name.")
        return given, family
    given, family = given or STAR, family or STAR
    if not is_pattern(given, family):
        raise Usage("A pattern has a star in it, such as Test *.", mend="Without one, exclude the very name.")
    if letters(pattern_key(given, family)) < LETTERS:
        raise Usage(
            f"The pattern {given} {family} would cover nearly everybody.",
            mend=f"Give it at least {LETTERS} letters besides its stars.",
        )
    return given, family


def _key(given: str, family: str) -> tuple[str, str]:
    return pattern_key(given, family) if is_pattern(given, family) else name_key(given, family)


def preview_exclusion(
    desk: Desk, school: str, *, given: str, family: str, role: str = "", pattern: bool = False
) -> ExclusionPreview:
    """Whom the exclusion would keep out, and the live accounts of that name; nothing is changed."""
    given, family = _checked_name(given, family, role, pattern=pattern)
    with desk.store.read() as s:
        school_id = resolve(s, school).id or 0
        row = Exclusion(id=0, school_id=school_id, role=role, given_name=given, family_name=family)
        people = _covered(s, school_id, row)
        hit = clashes.find(s, school_id, [row])[0]
        return ExclusionPreview(
            waiting=tuple(present.people(s, col(Person.id).in_(people))) if people else (),
            accounts=tuple(present.accounts(s, col(Account.id).in_(hit))) if hit else (),
        )


def _covered(s: Session, school_id: int, row: Exclusion) -> list[int]:
    """Ids of the people who wait for an account and whom the exclusion covers."""
    roles = [row.role] if row.role else ["staff", "pupil"]
    listed = [x for r in roles for x in people_rows.rows(s, *waiting.unmatched(school_id, r))]
    asked = clashes.compiled([row])
    found = []
    for each in clashes.may_bear([row], listed):
        person = s.get(Person, each.id)
        if person is not None and asked.covering(person_facts(person, ())) is not None:
            found.append(each.id)
    return found


def renew_exclusion(
    desk: Desk, school: str, exclusion_id: int, *, review_on: date | None = None
) -> DecisionView:
    """Looked at again and still right: it comes back on ``review_on``, or a year on."""
    with deciding(desk, school, "renew") as case:
        row = _exclusion(case, exclusion_id)
        today = case.now.date()
        if review_on is not None and review_on <= today:
            raise Usage("The review day has passed.", mend="Name a day in the future, or none.")
        day = review_on or review_day(today, months=options_of(case.school).exclusion_review)
        case.scribe.update(row, review_on=day)
        name = clashes.names(case.s, [row])[exclusion_id]
        case.say(
            f"Looked at the exclusion of {name} again: it holds until {day:%-d %B %Y}", exclusion=exclusion_id
        )
    return case.view


def _name_summary(case: Case, row: Exclusion, barred: int, hit: list[int]) -> str:
    said = f"Excluded the name {row.given_name} {row.family_name}: {row.reason}"
    if barred:
        said += f". {barred} waiting {'person does' if barred == 1 else 'people do'} not get an account"
    if hit:
        account = case.account(hit[0])
        said += f". The live account {account.username} has that name; it is untouched until you decide"
    return said


def _already(name: str, existing: Exclusion) -> None:
    raise Conflict(
        f"{name} is excluded already {by(existing.author, existing.created_at)}: {existing.reason}",
        mend=LOOK_AGAIN,
    )


def _exclude(
    case: Case, reason: str, review_on: date | None, *, role: str, person_id: int | None = None,
    given_name: str = "", family_name: str = "",
) -> Exclusion:  # fmt: skip
    today = case.now.date()
    if review_on is not None and review_on <= today:
        raise Usage("The review day has passed.", mend="Name a day in the future, or none.")
    row = Exclusion(
        school_id=case.school_id, role=role, person_id=person_id, given_name=given_name,
        family_name=family_name, reason=reason, author=case.desk.actor, created_at=case.now,
        review_on=review_on or review_day(today, months=options_of(case.school).exclusion_review),
    )  # fmt: skip
    return case.scribe.insert(row)


def _waiting(case: Case, row: Exclusion) -> list[Person]:
    """People who wait for an account and whom the exclusion may cover."""
    roles = [row.role] if row.role else ["staff", "pupil"]
    listed = [x for r in roles for x in people_rows.rows(case.s, *waiting.unmatched(case.school_id, r))]
    found = [case.s.get(Person, each.id) for each in clashes.may_bear([row], listed)]
    return [person for person in found if person]


def _bar(case: Case, people: list[Person]) -> int:
    """Record the gate that people fail now, so that queue and *why* tell the same before the next sync.

    Returns how many an exclusion keeps out."""
    barred = 0
    failure_of = _gate(case)
    for each in people:
        failure = failure_of(each)
        waits = each.present and each.gate in waiting.ELIGIBLE_GATES
        if failure and waits and account_rows.link_of(case.s, each.id or 0) is None:
            case.set_gate(each, failure.code, failure.detail)
            barred += 1
    return barred


def _gate(case: Case) -> Callable[[Person], Failure | None]:
    """What the very gate of a sync says of a person, with the exclusions as they are now."""
    active = account_rows.active_exclusions(case.s, case.school_id)
    ctx = GateContext(
        options=options_of(case.school), today=case.now.date(), exclusions=clashes.compiled(active)
    )
    return lambda person: CHECKS["exclusion"](person_facts(person, ()), ctx)


def lift_exclusion(desk: Desk, school: str, exclusion_id: int) -> DecisionView:
    """The name or person may have an account again; those it kept out wait for a decision."""
    with deciding(desk, school, "lift") as case:
        row = _exclusion(case, exclusion_id)
        case.scribe.update(row, active=False)
        failure_of = _gate(case)
        freed = [each for each in _kept_out(case) if failure_of(each) is None]
        for each in freed:
            case.set_gate(each, "waiting_for_match", "No longer excluded; it waits for a decision.")
        name = clashes.names(case.s, [row])[exclusion_id]
        said = f"Lifted the exclusion of {name}"
        if freed:
            said += f"; {len(freed)} {'person waits' if len(freed) == 1 else 'people wait'} to be matched"
        case.say(said, exclusion=exclusion_id)
    return case.view


def _exclusion(case: Case, exclusion_id: int) -> Exclusion:
    row = case.s.get(Exclusion, exclusion_id)
    if row is None or row.school_id != case.school_id:
        raise NotFound(f"{case.school.name} has no exclusion with the number {exclusion_id}.")
    if not row.active:
        case.refuse(f"The exclusion of {clashes.names(case.s, [row])[exclusion_id]} was lifted already")
    case.decision.person_id = row.person_id
    return row


def _kept_out(case: Case) -> list[Person]:
    excluded = (col(Person.school_id) == case.school_id, col(Person.gate) == "excluded")
    found = [case.s.get(Person, each.id) for each in people_rows.rows(case.s, *excluded)]
    return [each for each in found if each]


def settle_clash(desk: Desk, school: str, exclusion_id: int, verdict: str) -> DecisionView:
    """The live account of an excluded name: ``keep`` it on purpose, or ``unallocate`` it (Z25)."""
    if verdict not in ("keep", "unallocate"):
        raise Usage(f"“{verdict[:20]}” is not a verdict.", mend="Name keep or unallocate.")
    with deciding(desk, school, "settle") as case:
        row = _exclusion(case, exclusion_id)
        hit = clashes.find(case.s, case.school_id, [row])[exclusion_id]
        if not hit:
            case.refuse("No live account has that name any more")
        account = case.account(hit[0])
        if verdict == "keep":
            _keep(case, account, row)
        else:
            _unallocate(case, account)
        case.say(
            f"Kept {account.username} although its name is excluded"
            if verdict == "keep"
            else f"Unallocated {account.username}, whose name is excluded",
            exclusion=exclusion_id,
            verdict=verdict,
        )
    return case.view


def _keep(case: Case, account: Account, row: Exclusion) -> None:
    review = Review(
        school_id=case.school_id, account_id=account.id or 0, verdict="keep",
        reason=f"Kept although excluded: {row.reason}", by=case.desk.actor, at=case.now,
    )  # fmt: skip
    case.scribe.insert(review)


def _unallocate(case: Case, account: Account) -> None:
    people = []
    for each in account_rows.active_links(case.s, account.id or 0):
        if each.school_id != case.school_id:
            raise Conflict(
                f"{account.username} also belongs to somebody at another school.",
                mend="Unlink it there first, or keep the account.",
            )
        case.end_link(each, "excluded")
        people.append(case.s.get(Person, each.person_id))
    _bar(case, [person for person in people if person])
    case.scribe.update(
        account,
        state="unallocated",
        unallocated_at=case.now,
        unallocated_reason="excluded",
        kept_absent=False,
    )
