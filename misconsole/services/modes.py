"""Moving a school between create, link and lookup mode (L, B24): what would change, told before it does.

The answer is the plan of the next sync itself, made over the people as they are stored and in the other
mode; nothing is guessed and nothing is written.  Changing the mode writes only the mode: people and
accounts change with the next sync, which the limits guard as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from data import schools as school_rows
from data.queues import ELIGIBLE_GATES
from data.tables import School
from misconsole.counting import counted
from misconsole.errors import Conflict, Usage
from misconsole.rules import facts_from, plan
from misconsole.rules.facts import PersonFacts
from misconsole.rules.gates import LEAVER_CODES
from misconsole.rules.known import Judged, Known, Naming, Roll
from misconsole.rules.plan import Plan
from misconsole.rules.plan_accounts import display_name
from misconsole.services.decisions.case import deciding
from misconsole.services.desk import Desk
from misconsole.services.guided_views import ModePlan, RenameShown
from misconsole.services.schools import MODES, resolve
from misconsole.services.views import DecisionView

if TYPE_CHECKING:
    from sqlmodel import Session

    from misconsole.sync.snapshot import Here

SHOWN = 50
BY_HAND = "Removing the accounts of leavers is up to you in link mode; the overview counts them."
UNREAD = "This MIS was never read whole, so it is no reliable source yet: sync once, then look here again."
NAMES = "First, last and display names always come from the MIS; that cannot be set otherwise."


def plan_mode(desk: Desk, school: str, mode: str) -> ModePlan:
    """What the next sync would do in ``mode``, over the people as they were last read.

    Raises Usage for a word that is no mode, Conflict when the school is in it already.
    """
    with desk.store.read() as s:
        found = resolve(s, school)
        _check(found, mode)
        here, roll, made = _rehearse(s, found, mode, desk.today)
        read = school_rows.last_complete_run(s, found.id or 0) is not None
    return _view(found, mode, here.known, roll, made, read=read)


def change_mode(desk: Desk, school: str, mode: str) -> DecisionView:
    """Set the mode; people and accounts follow with the next sync. It can be undone until then."""
    with deciding(desk, school, "mode") as case:
        _check(case.school, mode)
        before = case.school.mode
        case.scribe.update(case.school, mode=mode)
        case.say(f"Changed from {before} mode to {mode} mode", before=before, after=mode)
    return case.view


def _check(school: School, mode: str) -> None:
    if mode not in MODES:
        raise Usage(f"“{mode[:40]}” is not a mode.", mend=f"Choose {', '.join(MODES)}.")
    if school.mode == mode:
        raise Conflict(f"{school.name} is in {mode} mode already.", mend="There is nothing to change.")


def _rehearse(s: Session, school: School, mode: str, today: date) -> tuple[Here, Roll, Plan]:
    from misconsole.sync import locality, match, snapshot

    here = snapshot.read(s, school.id or 0)
    here = replace(here, known=replace(here.known, mode=mode))
    people = {
        key: _judged(here, facts_from.remember(facts, here.former.get(facts.person_id or 0, ())))
        for key, facts in snapshot.stored_facts(s, school.id or 0).items()
    }
    roll = Roll(people=people, rolls=frozenset({"staff", "pupil"}))
    naming = Naming(formats=here.options.username_formats, day=today)
    matched = match.run(roll, here, locality.nearby(s, roll, here))
    made = plan.build(roll, known=here.known, matched=matched, naming=naming)
    return here, roll, made


def _judged(here: Here, facts: PersonFacts) -> Judged:
    """As the last run judged this person; what waits or has an account is judged anew."""
    known = here.known.people[facts.key]
    gate = "" if known.gate in ELIGIBLE_GATES else known.gate
    return Judged(facts, gate, known.gate_detail if gate else "", left=gate if gate in LEAVER_CODES else "")


def _view(school: School, mode: str, known: Known, roll: Roll, made: Plan, *, read: bool) -> ModePlan:
    renames = (*_renamed(known, made), *(_on_linking(known, roll, made) if mode == "link" else ()))
    return ModePlan(
        school=school.urn,
        school_name=school.name,
        before=school.mode,
        after=mode,
        means=MODES[mode],
        creates=len(made.accounts_new),
        created=tuple(f"{a.data.display_name} ({a.username})" for a in made.accounts_new[:SHOWN]),
        links=made.planned["link"],
        linked=tuple(f"{n.name} ({n.username})" for n in made.links_new if n.account_id)[:SHOWN],
        waits={
            "staff": 0 if mode == "lookup" else made.unmatched["staff"],
            "pupil": 0 if mode == "lookup" else made.unmatched["pupil"],
        },
        renames=renames,
        unallocates=len(made.unallocations),
        unallocated=tuple(f"{u.name} ({u.username})" for u in made.unallocations[:SHOWN]),
        leavers_by_hand=made.leavers_by_hand,
        warnings=tuple(_warnings(mode, known, made, len(renames), read=read)),
    )


def _renamed(known: Known, made: Plan) -> Iterator[RenameShown]:
    """Whose name shown would change; a display name of the holder's own stays (O9)."""
    for each in made.accounts_changed:
        account = known.accounts.get(each.account_id)
        if account is not None and account.own_display_name:
            continue
        if each.before.display_name != each.after.display_name:
            yield RenameShown(
                username=each.username, before=each.before.display_name, after=each.after.display_name,
                when="next sync",
            )  # fmt: skip


def _on_linking(known: Known, roll: Roll, made: Plan) -> Iterator[RenameShown]:
    """O11: whose name would change once the first suggestion is confirmed."""
    for each in made.suggestions:
        account = known.accounts.get(each.account_id)
        if each.rank != 1 or account is None or account.own_display_name or not account.display_name:
            continue
        shown = display_name(roll.people[each.key].facts)
        if shown != account.display_name:
            yield RenameShown(
                username=account.username, before=account.display_name, after=shown, when="on linking"
            )


def _warnings(mode: str, known: Known, made: Plan, renames: int, *, read: bool) -> Iterable[str]:
    if not read and mode != "lookup":
        yield UNREAD
    if mode == "link":
        yield "Nothing is linked or created by itself any more: every link is confirmed by a person."
        yield NAMES
        if renames:
            yield (
                f"{counted(renames, 'display name differs', 'display names differ')} "
                "from the MIS; the list names them."
            )
        yield BY_HAND
        if made.leavers_by_hand:
            yield (
                f"{counted(made.leavers_by_hand, 'account in use belongs', 'accounts in use belong')} "
                "to people who left."
            )
    elif mode == "create":
        yield "From the next sync on the MIS creates, changes and unallocates accounts."
        yield NAMES
        if made.unallocations:
            left = len(made.unallocations)
            yield (
                f"{counted(left, 'account of people who left is', 'accounts of people who left are')} "
                "unallocated by the next sync; "
                "a dry run names them, and the limits hold a run that takes too many."
            )
        if made.accounts_new:
            yield (
                f"{counted(len(made.accounts_new), 'new account is', 'new accounts are')} "
                "then to be handed out (New users)."
            )
    else:
        held = sum(1 for account in known.accounts.values() if account.linked_to and not account.local)
        yield "People are only looked up: nobody waits, and no account is made, changed or unallocated."
        if held:
            yield f"{held} linked accounts stay as they are, also when their people leave."
