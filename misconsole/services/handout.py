"""Handing out first passwords: one confirmed act that makes them, sets them and writes them, once (P1-P7).

Order: the file is written out of sight, the directories are told, and then the file takes its place in the
transaction that says who was handed out, when and by whom.  So nobody counts as handed out whose file is not
there, and in the file is nobody whose password a directory refused; those go on waiting.  A password is in
the file and in the directories, and nowhere else; it cannot be shown again, only made anew.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import col, select

from connectors.errors import ConnectorError
from data import handouts as rows
from data.tables import Account
from misconsole.counting import counted
from misconsole.errors import Conflict, MisconsoleError, NotFound
from misconsole.rules import handout_settings, passwords
from misconsole.rules.options import SchoolOptions
from misconsole.rules.passwords import Below, Password, Passwords
from misconsole.services import handout_content, handout_people, permits
from misconsole.services.decisions.case import Case, deciding
from misconsole.services.desk import Desk
from misconsole.services.handout_people import Ready
from misconsole.services.handout_place import Place, placed
from misconsole.services.handout_views import FORMS, Done, LeftOut, Wish
from misconsole.services.schools import options_of, resolve

if TYPE_CHECKING:
    from misconsole.handouts.slip import Sheet

Say = Callable[[str], None]
RANDOM: Below = randomness.SystemRandom().randrange


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is handed out and what their file is made of; no password yet."""

    school: str
    people: tuple[Ready, ...]
    left: tuple[LeftOut, ...]
    upload: handout_content.Upload | None
    sheet: Sheet
    options: SchoolOptions
    targets: tuple[str, ...]

    @property
    def change(self) -> frozenset[int]:
        asked = self.options.password_change
        return frozenset(each.account for each in self.people if each.kind in asked)


def prepare(desk: Desk, school: str, wish: Wish) -> Plan:
    """Usage, NotFound or NotPermitted where the wish cannot be; nothing is made or told."""
    permits.need(desk, "handout", school)
    with desk.store.read() as s:
        found = resolve(s, school)
        handout_people.check(found, wish)
        options = options_of(found)
        people, left = handout_people.chosen(s, found, wish, today=desk.today)
        upload, unfit = handout_content.upload(s, found, wish, people, today=desk.today)
        out = {each.account for each in unfit}
        return Plan(
            school=found.urn, people=tuple(each for each in people if each.account not in out),
            left=(*left, *unfit), upload=upload, options=options, targets=rows.targets(s, found.id or 0),
            sheet=handout_people.sheet(found, options, desk.today),
        )  # fmt: skip


def hand_out(
    desk: Desk, school: str, wish: Wish, path: Path, *, replace: bool = False, say: Say = lambda _: None,
    below: Below = RANDOM,
) -> Done:  # fmt: skip
    """Make, set and write the passwords. Raises what says why nobody was handed out; then all go on waiting.

    ``say`` hears what is under way; ``below`` is the source of the passwords.
    """
    plan = prepare(desk, school, wish)
    if not plan.people:
        raise _nobody(plan)
    with placed(path, folder=wish.folder, replace=replace) as place:
        made = draw(plan, below)
        notices = _stage(place, wish, plan, plan.people, made)
        refused = _tell(desk, plan, made, say)
        people = [each for each in plan.people if each.account not in refused]
        left = [*plan.left, *_refused(plan, refused)]
        if not people:
            raise _refused_all(left)
        if refused:
            notices = _stage(place, wish, plan, people, made)
        proofs = _proofs(plan, people, made)
        with deciding(desk, school, "handout") as case:
            still(case, people)
            number = _record(case, wish, path, people, proofs)
            place.publish()
    return Done(
        school=plan.school, handout=number, form=wish.form, file=str(path), count=len(people),
        usernames=tuple(each.username for each in people), left_out=tuple(left), notices=notices,
        decision=case.view,
    )  # fmt: skip


def draw(plan: Plan, below: Below) -> dict[int, Password]:
    """A password each, no two alike."""
    taken: set[str] = set()
    made: dict[int, Password] = {}
    for each in plan.people:
        policy = passwords.parse(getattr(plan.options, f"password_{each.kind}"))
        try:
            made[each.account] = passwords.make(policy, below, own=each.own, taken=taken)
        except ValueError as error:
            raise MisconsoleError(str(error), mend="misconsole school set SCHOOL --set …") from error
        taken.add(made[each.account].reveal())
    return made


def _stage(
    place: Place, wish: Wish, plan: Plan, people: Sequence[Ready], made: dict[int, Password]
) -> tuple[str, ...]:
    files, notices = handout_content.files(
        wish, people, made, sheet=plan.sheet, upload=plan.upload, change=plan.change
    )
    place.stage(files)
    return notices


def _tell(desk: Desk, plan: Plan, made: dict[int, Password], say: Say) -> dict[int, str]:
    """Set them in every directory of the school (P4, P5); account -> why one did not take it."""
    if not plan.targets:
        return {}
    from misconsole.services.target_passwords import set_passwords

    with_change = [made.keys() - plan.change, made.keys() & plan.change]
    refused: dict[int, str] = {}
    begun = False
    for must, accounts in zip((False, True), with_change, strict=True):
        given = Passwords({number: made[number].reveal() for number in made if number in accounts})
        if not given:
            continue
        say(f"Setting {counted(len(given), 'password')} in {', '.join(plan.targets)}")
        try:
            told = set_passwords(desk, plan.school, given, must_change=must)
        except (MisconsoleError, ConnectorError) as error:
            if not begun:
                raise
            told = dict.fromkeys(given, error.message)
        begun = True
        refused |= {number: told.get(number, "It was not set.") for number in given}
    return {number: reason for number, reason in refused.items() if reason}


def _refused(plan: Plan, refused: dict[int, str]) -> list[LeftOut]:
    return [
        LeftOut(account=each.account, username=each.username, reason=refused[each.account])
        for each in plan.people
        if each.account in refused
    ]


def _proofs(plan: Plan, people: Sequence[Ready], made: dict[int, Password]) -> dict[int, str]:
    if plan.options.password_proof == handout_settings.NOTHING:
        return {}
    from misconsole.rules.proof import proof

    return {
        each.account: proof(made[each.account].reveal(), random=randomness.token_bytes) for each in people
    }


def still(case: Case, people: Sequence[Ready]) -> None:
    """Conflict where somebody was renamed, taken away or handed out since: the file would be wrong."""
    wanted = {each.account: (each.username, "active", each.before) for each in people}
    ids = list(wanted)
    for start in range(0, len(ids), rows.AT_ONCE):
        asked = select(Account).where(col(Account.id).in_(ids[start : start + rows.AT_ONCE]))
        for row in case.s.exec(asked):
            if (row.username, row.state, row.handed_out_at) == wanted.pop(row.id or 0):
                continue
            case.refuse(f"{row.username} was changed meanwhile, so nobody was handed out", account_id=row.id)
    if wanted:
        raise Conflict("An account is gone meanwhile, so nobody was handed out.", mend="Hand out again.")


def _record(case: Case, wish: Wish, path: Path, people: Sequence[Ready], proofs: dict[int, str]) -> int:
    about = {"role": wish.role, "group": wish.group, "again": wish.again, "named": bool(wish.ids)}
    number = rows.add(
        case.s, school_id=case.school_id, at=case.now, by=case.desk.actor, form=wish.form, file=path.name,
        chosen=about, people=[(each.account, each.username, proofs.get(each.account, "")) for each in people],
    )  # fmt: skip
    case.scribe.update_many(
        Account,
        [(each.account, {"handed_out_at": each.before}, {"handed_out_at": case.now}) for each in people],
    )
    if len(people) == 1:
        case.decision.account_id = people[0].account
    many = f"{len(people)} passwords" if len(people) > 1 else f"a password for {people[0].username}"
    again = "again, the first one was lost: " if wish.again else ""
    case.say(
        f"Handed out {again}{many} as {FORMS[wish.form]}", handout=number, form=wish.form, file=path.name,
        count=len(people), **about,
    )  # fmt: skip
    return number


def _nobody(plan: Plan) -> MisconsoleError:
    if plan.left:
        one = plan.left[0]
        return MisconsoleError(f"{one.username}: {one.reason}", mend="Nobody was handed out.", code="nobody")
    return NotFound(
        "Nobody waits who fits; nobody was handed out.",
        mend="misconsole queue SCHOOL new-users lists who waits.", code="nobody",
    )  # fmt: skip


def _refused_all(left: Sequence[LeftOut]) -> MisconsoleError:
    return MisconsoleError(
        f"No directory took a password: {left[-1].username}: {left[-1].reason}",
        mend="Nobody was handed out and no file was written; mend it there and hand out again.",
        code="not_set",
    )
