"""The first tab of a school: how many, what happened last, and what to do next, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col

from data import moves
from data import people as people_rows
from data import queues as waiting
from data import schools as school_rows
from data.tables import Account, Connection, Person, ReportScope, School
from misconsole.services import catalogue, privacy_due
from misconsole.services.desk import Desk
from misconsole.services.schools import list_schools, resolve
from misconsole.services.views import Overview, RunView, Waiting

LAST_RUNS = 5
LEAVING_DAYS = 28


def reviewed(last: datetime | None, today: date) -> str:
    """The prompt to review accounts without a MIS person, with the age of the last review (B18, S3)."""
    if last is None:
        return "Review the accounts that no MIS person has (Non-MIS); they were never reviewed."
    days = max(0, (today - last.date()).days)
    told = "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
    return f"Review the accounts that no MIS person has (Non-MIS); they were last reviewed {told}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the hints are drawn from."""

    school: School
    connection: Connection | None
    former_mis: str
    asks: bool  # the route knows of asking and approving
    reports: int
    waiting: Waiting
    last: RunView | None
    synced: bool
    today: date
    reviewed_at: datetime | None = None  # when somebody last looked at an account without a MIS person
    moving_to: str = ""  # title of the MIS a change to is prepared (B14)
    leaving: int = 0  # people with an account who leave soon
    due: int = 0  # leavers due for erasure (X7)


def overview(desk: Desk, school: str) -> Overview:
    from misconsole.services import runs

    with desk.store.read() as s:
        found = resolve(s, school)
        people, accounts = _people(s, found.id or 0), _accounts(s, found.id or 0)
        connection = school_rows.active_connection(s, found.id or 0)
        former = [x.mis for x in school_rows.former_connections(s, found.id or 0)]
        accepted = waiting.count(
            s, ReportScope, col(ReportScope.school_id) == found.id, col(ReportScope.accepted).is_(True)
        )
        synced = school_rows.last_complete_run(s, found.id or 0) is not None
        reviewed_at = moves.last_review(s, found.id or 0)
        prepared = moves.prepared(s, found.id or 0)
        soon = waiting.leaving(found.id or 0, desk.today, desk.today + timedelta(days=LEAVING_DAYS))
        leaving = waiting.count(s, Person, *soon)
        due = privacy_due.count(s, found, desk)
    row = next(each for each in list_schools(desk) if each.urn == found.urn)
    last_runs = runs.list_runs(desk, found.urn, limit=LAST_RUNS)
    situation = Situation(
        school=found,
        connection=connection,
        former_mis=next((mis for mis in former if connection and mis != connection.mis), ""),
        asks=_asks(connection),
        reports=accepted,
        waiting=row.waiting,
        last=next((run for run in runs.list_runs(desk, found.urn) if run.kind != "push"), None),
        synced=synced,
        today=desk.today,
        reviewed_at=reviewed_at,
        moving_to=catalogue.find(prepared.mis).title if prepared else "",
        leaving=leaving,
        due=due,
    )
    messages = runs.get(desk, last_runs[0].id).messages if last_runs else ()
    return Overview(
        school=row,
        people=people,
        accounts=accounts,
        last_runs=last_runs,
        messages=messages,
        hints=hints(situation),
    )


def _asks(connection: Connection | None) -> bool:
    declaration = catalogue.declaration_of(connection.route) if connection else None
    return declaration is None or declaration.tells_approval


def _people(s: Session, school_id: int) -> dict[str, int]:
    here = (col(Person.school_id) == school_id, col(Person.present).is_(True))
    return {
        "staff": waiting.count(s, Person, *here, col(Person.role) == "staff"),
        "pupils": waiting.count(s, Person, *here, col(Person.role) == "pupil"),
        "eligible": waiting.count(s, Person, *here, waiting.eligible()),
        "linked": waiting.count(s, Person, *here, people_rows.has_active_link()),
    }


def _accounts(s: Session, school_id: int) -> dict[str, int]:
    here = col(Account.school_id) == school_id
    return {
        "active": waiting.count(s, Account, here, col(Account.state) == "active"),
        "unallocated": waiting.count(s, Account, *waiting.unallocated(school_id)),
        "non_mis": waiting.count(s, Account, *waiting.non_mis(school_id)),
        "new": waiting.count(s, Account, *waiting.new_users(school_id)),
    }


def hints(now: Situation) -> tuple[str, ...]:
    """What to do next, the most pressing first; one sentence each."""
    told = [*_moving(now), *_connecting(now), *_running(now)]
    if now.synced:
        told += [*_deciding(now), *_standing(now)]
    return tuple(told) or ("Nothing waits. The next sync runs by itself when it is scheduled.",)


def _moving(now: Situation) -> list[str]:
    if not now.moving_to:
        return []
    return [f"A change of MIS to {now.moving_to} is prepared and not made yet; Change MIS (Connect) goes on."]


def _connecting(now: Situation) -> list[str]:
    if now.connection is None:
        return ["Connect the school to its MIS."]
    state = now.connection.access if now.asks else "approved"
    if state == "not asked":
        return ["Ask the school for access to its MIS."]
    if state == "pending":
        return ["The school has not approved the request yet; ask it to, in its own system."]
    if state in ("declined", "revoked", "refused"):
        return [f"Access is {state}: speak to the school, then authorise again."]
    if state == "offline":
        return ["The MIS link at the school is down; its data is frozen until it is up again."]
    return [] if now.reports else ["Accept the reports that may flow."]


def _running(now: Situation) -> list[str]:
    if now.last is None:
        approved = now.connection is not None and (not now.asks or now.connection.access == "approved")
        ready = approved and now.reports
        return ["Start the first sync; a dry run shows what it would do."] if ready else []
    if now.last.state == "held" and not now.last.resolution and now.last.held:
        return [f"Run {now.last.id} is held: {now.last.held.get('message', '')} Approve or reject it."]
    if now.last.state == "failed" and now.last.error:
        error = now.last.error
        return [f"The last run failed: {error.get('message', '')} {error.get('mend', '')}".strip()]
    return []


def _deciding(now: Situation) -> list[str]:
    w = now.waiting
    queued = (
        (w.unmatched_staff, "member of staff waits", "members of staff wait", "to be matched."),
        (w.unmatched_pupils, "pupil waits", "pupils wait", "to be matched."),
        (w.unallocated, "account was unallocated;", "accounts were unallocated;", "restore or let go."),
        (w.exclusions, "exclusion wants", "exclusions want", "a decision."),
        (w.non_mis, "account has", "accounts have", "no MIS person; keep, link or remove."),
        (w.new_users, "new user is", "new users are", "ready to be handed out."),
        (
            w.problems,
            "record or field was",
            "records or fields were",
            "left out; Problems says who can mend it.",
        ),
    )
    return [f"{n} {one if n == 1 else many} {rest}" for n, one, many, rest in queued if n]


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _standing(now: Situation) -> list[str]:
    told = []
    if now.former_mis and now.waiting.non_mis:
        told.append(f"After a change of MIS: {_lower(reviewed(now.reviewed_at, now.today))}")
        if now.former_mis.startswith("sims"):
            told.append("SIMS is no longer used here: uninstall its agent on the school's server.")
    if now.leaving:
        who = "person with an account leaves" if now.leaving == 1 else "people with an account leave"
        told.append(f"{now.leaving} {who} within {LEAVING_DAYS} days; misconsole queue SCHOOL leaving-soon.")
    if now.due:
        who = "leaver is" if now.due == 1 else "leavers are"
        told.append(f"{now.due} {who} due for erasure; misconsole privacy SCHOOL --due, or the palette.")
    if now.school.mode == "link":
        told.append("Link mode: removing the accounts of leavers is up to you.")
    return told
