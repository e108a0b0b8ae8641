"""Saying that those who wait need no slip: they have their password already, or use Forgot password (P8)."""

from __future__ import annotations

from data import handouts as rows
from data.tables import Account, Handout, HandoutLine
from misconsole.errors import NotFound
from misconsole.services import handout, permits
from misconsole.services.decisions.case import deciding
from misconsole.services.desk import Desk
from misconsole.services.handout_views import Wish
from misconsole.services.views import DecisionView


def no_slips(desk: Desk, school: str, wish: Wish) -> DecisionView:
    """They wait no longer; no password is made, and undo brings them back. NotFound where nobody fits."""
    permits.need(desk, "handout", school)
    plan = handout.prepare(desk, school, wish)
    if not plan.people:
        raise NotFound("Nobody waits who fits.", mend="misconsole queue SCHOOL new-users lists who waits.")
    with deciding(desk, school, "no-slips") as case:
        handout.still(case, plan.people)
        many = len(plan.people)
        act = case.scribe.insert(
            Handout(
                school_id=case.school_id, at=case.now, by=desk.actor, form=rows.NO_SLIP, count=many,
                chosen={"role": wish.role, "group": wish.group, "named": bool(wish.ids)},
            )
        )  # fmt: skip
        case.scribe.insert_many(
            HandoutLine,
            [
                {"handout_id": act.id, "account_id": each.account, "username": each.username, "proof": ""}
                for each in plan.people
            ],
        )
        case.scribe.update_many(
            Account,
            [(each.account, {"handed_out_at": None}, {"handed_out_at": case.now}) for each in plan.people],
        )
        if many == 1:
            case.decision.account_id = plan.people[0].account
        whom = f"{many} new users need" if many > 1 else f"{plan.people[0].username} needs"
        case.say(f"{whom} no slip", count=many, role=wish.role, group=wish.group)
    return case.view
