"""Accounts by hand: for people needed before the MIS has them, and for those it never will (J8, L3, S4).

One request says who it is, whether the MIS is to bring them and from when.  Somebody expected is found
again by the sync's own exact rules, so that nobody is ever doubled: where these do not suffice (no date of
birth, another spelling), the person waits beside this account.  Whom no MIS brings is kept with a reason,
so that the review of such accounts does not ask about them before the day named.  Nobody is entered while
somebody similar is there, unless a person has looked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from data import accounts as account_rows
from data.tables import Account, Review, School
from misconsole.errors import Conflict, Held, MisconsoleError, Usage
from misconsole.rules import suitable, usernames
from misconsole.rules.username_kinds import KINDS
from misconsole.services import clashes, name_domain, new_account, present, similar
from misconsole.services.decisions.case import Case, deciding, needs_reason
from misconsole.services.desk import Desk
from misconsole.services.manual_request import ROLES, Request, check, facts_of, tidied
from misconsole.services.schools import options_of, resolve
from misconsole.services.similar import Similar
from misconsole.services.views import AccountView

if TYPE_CHECKING:
    from sqlmodel import Session

AWAITED_DAYS = 28  # after the start, before the review of accounts without a MIS person asks


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What creating would do. ``problem`` is why it cannot be, "" for nothing; ``taken`` names who has the
    username the format would give; ``question`` asks about the username; ``later`` says how it goes on."""

    username: str
    email: str
    sign_in: str
    taken: str
    question: str
    problem: str
    later: str
    similar: tuple[Similar, ...]


def look(desk: Desk, school: str, request: Request) -> Look:
    """The account that would be made, and who is there already; nothing is written."""
    request = tidied(request)
    with desk.store.read() as s:
        found = resolve(s, school)
        try:
            check(request)
            username, taken = _username(s, found, request)
            problem = _excluded(s, found, request)
        except MisconsoleError as error:
            return Look(
                username="", email="", sign_in="", taken="", question="",
                problem=f"{error.message} {error.mend}".strip(), later="", similar=(),
            )  # fmt: skip
        alike = similar.find(s, found, facts_of(request))
        return Look(
            username=username,
            email=new_account.address(found, username) or "",
            sign_in=usernames.sign_in(username, found.scope),
            taken=taken,
            question=suitable.question(username, given=request.first, family=request.last),
            problem=problem,
            later=_later(request, found.mode, desk.today),
            similar=alike,
        )


def create(desk: Desk, school: str, request: Request, *, despite: bool = False) -> AccountView:
    """Make the account, as one decision that can be taken back.

    Raises Usage for what is typed wrong, Conflict for a name that is taken or excluded, Held (code
    similar_exists) while somebody similar is there, unless ``despite`` says that a person has looked.
    """
    request = tidied(request)
    check(request)
    if not request.awaited:
        needs_reason(request.reason)
    if request.until and request.until < desk.today:
        raise Usage("The day to keep it until has passed.", mend="Name today or a later day.")
    with deciding(desk, school, "account") as case:
        if problem := _excluded(case.s, case.school, request):
            raise Conflict(problem, mend="Lift the exclusion first, if it is wrong.", code="excluded")
        if not despite:
            _nobody_similar(case, request)
        username, _ = _username(case.s, case.school, request)
        account = new_account.insert(case, _row(case, request, username))
        case.scribe.insert(_review(case, request, account))
        case.decision.account_id = account.id
        _say(case, request, username)
    with desk.store.read() as s:
        made = present.one_account(s, account.id or 0)
    assert made is not None  # noqa: S101 - it was written a moment ago
    return made


def _excluded(s: Session, school: School, request: Request) -> str:
    """R1: a name that must never get an account gets none by hand either."""
    rules = clashes.compiled(account_rows.active_exclusions(s, school.id or 0))
    found = rules.covering(replace(facts_of(request), role=request.role))
    if found is None:
        return ""
    said = f": {found.reason}" if found.reason else ""
    return f"The name {request.name} is excluded by {found.author or 'somebody'}{said}."


def _nobody_similar(case: Case, request: Request) -> None:
    alike = similar.find(case.s, case.school, facts_of(request))
    if alike:
        told = ", ".join(each.username or f"{each.name} of the MIS" for each in alike)
        raise Held(
            f"Somebody similar to {request.name} is there already: {told}.",
            mend="Link, restore or rename that one; if it is somebody else, say --despite-similar.",
            code="similar_exists",
        )


def _username(s: Session, school: School, request: Request) -> tuple[str, str]:
    """(the username, whose the first choice of the format is already). Raises Usage or Conflict."""
    if request.username:
        return new_account.free(s, name_domain.key_of(school), request.username), ""
    form = options_of(school).username_format(request.kind)
    base = usernames.base(
        form, given=request.first, family=request.last,
        year_of_entry=request.year_of_entry if request.role == "pupil" else None,
    )  # fmt: skip
    where = name_domain.key_of(school)
    try:
        made = usernames.unique(base, form, account_rows.taken_names(s, where, starting=[base.text[:1]]))
    except usernames.FormatError as error:
        raise Usage(str(error), mend="Type a username.") from error
    return made, _whose(s, where, base.text) if made != base.text else ""


def _whose(s: Session, where: str, name: str) -> str:
    holder = account_rows.holder_of_name(s, where, name.lower())
    if holder is None:
        return f"{name} was somebody else's and stays reserved"
    return f"{name} is {account_rows.shown_name(holder) or 'somebody'}'s"


def _awaited_until(request: Request, today: date) -> date:
    return max(request.starts_on or today, today) + timedelta(days=AWAITED_DAYS)


def _later(request: Request, mode: str, today: date) -> str:
    if not request.awaited:
        lasting = f"until {request.until:%-d %B %Y}" if request.until else "for good"
        return f"Kept without a MIS person {lasting}."
    asks = f"The review asks after {_awaited_until(request, today):%-d %B %Y}."
    if mode != "create":
        return f"When the MIS brings this person, you confirm the link under Unmatched. {asks}"
    sure = request.role != "other" and (request.upn or request.staff_code or request.date_of_birth)
    if sure:
        return f"When the MIS brings this person with the same details, a sync links them by itself. {asks}"
    return (
        "Without a date of birth the person will wait under Unmatched beside this account; no second one "
        f"is made. {asks}"
    )


def _row(case: Case, request: Request, name: str) -> Account:
    return Account(
        school_id=case.school_id, domain_key=name_domain.key_of(case.school), username=name,
        username_key=name.lower(), email=new_account.address(case.school, name), role=request.role,
        display_name=request.name, given_name=request.given or None, family_name=request.family or None,
        preferred_given_name=request.preferred_given or None,
        preferred_family_name=request.preferred_family or None, date_of_birth=request.date_of_birth,
        year_of_entry=request.year_of_entry, upn=request.upn, mis_id=request.mis_id,
        staff_code=request.staff_code, state="active", origin="manual", created_at=case.now,
    )  # fmt: skip


def _review(case: Case, request: Request, account: Account) -> Review:
    """Who is expected, or rightly there without the MIS, is not asked about before the day named (S4)."""
    until, reason = request.until, request.reason
    if request.awaited:
        until = _awaited_until(request, case.now.date())
        since = f" from {request.starts_on:%-d %B %Y}" if request.starts_on else ""
        reason = f"Expected in the MIS{since}" + (f": {reason}" if reason else "")
    return Review(
        school_id=case.school_id, account_id=account.id or 0, verdict="keep", reason=reason, until=until,
        by=case.desk.actor, at=case.now,
    )  # fmt: skip


def _say(case: Case, request: Request, username: str) -> None:
    waits = "; expected in the MIS" if request.awaited else ""
    case.say(
        f"Created {username} for {request.name} by hand{waits}",
        expected=request.awaited, starts_on=request.starts_on.isoformat() if request.starts_on else "",
        kind=request.kind, reason=request.reason,
    )  # fmt: skip


__all__ = ["KINDS", "ROLES", "Look", "Request", "Similar", "create", "look"]
