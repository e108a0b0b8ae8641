"""Taking a decision back: its journal is played backwards, whole or not at all."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from data.errors import Stale
from data.journal import reverse
from data.tables import Candidate, Decision, Journal, School
from misconsole.counting import counted
from misconsole.errors import Conflict, NotFound
from misconsole.services import permits
from misconsole.services.decisions.case import Case, by, deciding, options_of, view_of
from misconsole.services.desk import Desk
from misconsole.services.in_the_way import blocks
from misconsole.services.schools import resolve
from misconsole.services.views import DecisionView

# What ``u`` takes back; connecting and consent have commands of their own.
QUEUE_KINDS = (
    "link", "create", "exclude", "not-same", "restore", "let-go", "exclude-name", "lift", "settle", "keep",
    "remove", "unlink", "rename", "keep-name", "account", "note", "renew", "room",
    "display-name", "no-slips",
)  # fmt: skip
UNDOABLE = (*QUEUE_KINDS, "import", "mode", "move", "contact")
MOST_TOLD = 3


def last(desk: Desk, school: str) -> DecisionView | None:
    """The newest decision this operator took on the school's queues and did not take back."""
    with desk.store.read() as s:
        found = _last(s, resolve(s, school).id or 0, desk.actor)
        return view_of(found) if found else None


def _last(s: Session, school_id: int, actor: str) -> Decision | None:
    asked = select(Decision).where(
        Decision.school_id == school_id,
        Decision.actor == actor,
        col(Decision.kind).in_(QUEUE_KINDS),
        col(Decision.undone_at).is_(None),
    )
    return s.exec(asked.order_by(col(Decision.id).desc()).limit(1)).first()


def undo_last(desk: Desk, school: str) -> DecisionView | None:
    """Take back ``last``; None when there is nothing to take back. Somebody else's is never touched."""
    found = last(desk, school)
    return undo(desk, found.id) if found else None


def undo(desk: Desk, decision_id: int) -> DecisionView:
    """Take one decision back; the view is of that decision, undone.

    Raises Conflict, and changes nothing, when somebody took it back before or something it did was
    changed since, naming what stands in the way.
    """
    school, kind = _decided(desk, decision_id)
    permits.need(desk, permits.ACT_OF_KIND.get(kind, "decide"), school)
    with deciding(desk, school, "undo") as case:
        found = case.s.get_one(Decision, decision_id)
        _check(found)
        _check_kept(case, found)
        _check_later(case, found)
        _drop_suggestions(case, found)
        try:
            taken = reverse(case.s, decision_id=decision_id, scribe=case.scribe)
        except Stale as stale:
            raise Conflict(
                f"“{found.summary}” cannot be taken back: {'; '.join(stale.blocked) or stale.message}.",
                mend=stale.mend,
            ) from stale
        found = case.s.get_one(Decision, decision_id)
        found.undone_at, found.undone_by = case.now, desk.actor
        case.decision.person_id, case.decision.account_id = found.person_id, found.account_id
        case.say(f"Took back: {found.summary}", undoes=decision_id, rows=taken.rows)
        return view_of(found)


def _decided(desk: Desk, decision_id: int) -> tuple[str, str]:
    """The URN of the school and the kind of a decision."""
    with desk.store.read() as s:
        found = s.get(Decision, decision_id)
        if found is None:
            raise NotFound(f"There is no decision {decision_id}.", mend="“misconsole audit” lists them.")
        return s.get_one(School, found.school_id).urn, found.kind


def _check(found: Decision) -> None:
    if found.kind == "handout":
        raise Conflict(
            "Passwords that were handed out are known; that cannot be taken back.",
            mend="Hand out again, by name, makes new ones (misconsole handout SCHOOL --again --only …).",
        )
    if found.kind not in UNDOABLE:
        raise Conflict(
            f"“{found.summary}” cannot be taken back here.", mend="Decide the opposite where it was decided."
        )
    if found.undone_at is not None:
        raise Conflict(
            f"“{found.summary}” was taken back already {by(found.undone_by, found.undone_at)}.",
            mend="There is nothing left to do.",
        )


def _check_kept(case: Case, found: Decision) -> None:
    """Without its changes before and after there is nothing to give back, and nothing may pretend to."""
    days = options_of(case.school).keep_runs_days
    old = found.at is not None and found.at < case.now - timedelta(days=days)
    kept = select(Journal.id).where(Journal.decision_id == found.id).limit(1)
    if old and case.s.exec(kept).first() is None:
        raise Conflict(
            f"“{found.summary}” is older than {counted(days, 'day')}, and what it changed is no longer kept.",
            mend="Decide the opposite by hand.", code="tidied",
        )  # fmt: skip


def _check_later(case: Case, found: Decision) -> None:
    """Conflict, naming what was decided or synced since and would be overrun."""
    later = list(blocks(case.s, decision_id=found.id))
    if later:
        told = "; ".join(each.message for each in later[:MOST_TOLD])
        more = f"; and {len(later) - MOST_TOLD} more" if len(later) > MOST_TOLD else ""
        raise Conflict(
            f"“{found.summary}” cannot be taken back, because of what came after: {told}{more}.",
            mend=later[0].mend,
            code="undo_blocked",
        )


def _drop_suggestions(case: Case, found: Decision) -> None:
    """Suggestions of accounts that are about to go are nobody's record; the next run makes them anew."""
    asked = select(Journal).where(Journal.decision_id == found.id, Journal.table_name == "account")
    made = [each.row_id for each in case.s.exec(asked) if each.before is None]
    for start in range(0, len(made), 1000):
        part = made[start : start + 1000]
        case.s.execute(delete(Candidate).where(col(Candidate.account_id).in_(part)))
    case.s.expire_all()
