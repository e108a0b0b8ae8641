"""How much waits in each queue of a school."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col

from data import queues as waiting
from data import schools as school_rows
from data.tables import Account, Person, Problem
from misconsole.services import clashes
from misconsole.services.desk import Desk
from misconsole.services.schools import resolve
from misconsole.services.views import Waiting


def counts(desk: Desk, school: str) -> Waiting:
    """What waits for a person, counted; kept accounts and settled exclusions are not waiting."""
    with desk.store.read() as s:
        found = resolve(s, school)
        return count_waiting(s, found.id or 0, mode=found.mode, today=desk.today)


def count_waiting(s: Session, school_id: int, *, mode: str, today: date) -> Waiting:
    run = school_rows.last_complete_run(s, school_id)
    idle = mode == "lookup"  # no accounts at all, so nobody waits for one (L8)
    roles = {
        role: 0 if idle else waiting.count(s, Person, *waiting.unmatched(school_id, role))
        for role in ("staff", "pupil")
    }
    return Waiting(
        unmatched_staff=roles["staff"],
        unmatched_pupils=roles["pupil"],
        unallocated=waiting.count(s, Account, *waiting.unallocated(school_id)),
        exclusions=clashes.count_due(s, school_id, today=today),
        # Before the MIS was ever read, no account can be said to have nobody in it.
        non_mis=waiting.count(s, Account, *waiting.non_mis(school_id), waiting.unreviewed(today))
        if run
        else 0,
        new_users=waiting.count(s, Account, *waiting.new_users(school_id)),
        problems=waiting.count(
            s, Problem, col(Problem.school_id) == school_id, col(Problem.run_id) == (run.id if run else 0)
        ),
    )
