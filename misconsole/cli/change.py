"""``misconsole connect SCHOOL --mis M --change``: a change of MIS, rehearsed and then applied in one go.

Exit codes: 0 rehearsed or applied, 3 held (too few were found again; ``--yes`` applies it all the same),
4 the school has not approved the new MIS yet, 5 it cannot be reached.  Said again without ``--mis`` the
command goes on with what is prepared; ``--settle`` decides cases of the short list of the last rehearsal.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from misconsole.cli import words
from misconsole.errors import Exit, NotFound, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.guided_views import MovePlan


def wanted(args: argparse.Namespace, desk: Desk) -> bool:
    """Whether there is anybody to find again; otherwise the school simply connects anew."""
    from misconsole.services import moving

    return args.give_up or not args.mis or moving.needed(desk, args.school)


def change(args: argparse.Namespace, desk: Desk, out: Out) -> int:
    from misconsole.services import moving

    urn = words.urn_of(desk, args.school)
    if args.give_up:
        moving.abandon_move(desk, urn)
        if out.as_json:
            out.json({"school": urn, "applied": False})
        else:
            out.lines(["The change was given up."])
        return Exit.DONE
    _settle(args.settle, desk, urn)
    settings, secrets = _typed(args, desk, urn)
    plan = moving.plan_move(
        desk, urn, mis=args.mis or "", route=args.route, settings=settings, secrets=secrets
    )
    go = not args.dry_run and (plan.state == "ready" or (plan.state == "held" and args.yes))
    summary = moving.apply_move(desk, urn, anyway=args.yes).summary if go else ""
    if out.as_json:
        out.json({"school": urn, "applied": bool(summary), "plan": plan})
    else:
        _tell(out, plan, summary)
    return _code(plan, applied=bool(summary), dry_run=args.dry_run)


def _settle(wanted: Sequence[str], desk: Desk, urn: str) -> None:
    """``ID=WHO`` each: a person's number, ``new``, ``not:NUMBER`` or ``open``."""
    from misconsole.services import move_settle, moving

    cases = moving.move(desk, urn).short_list if wanted else ()
    for each in wanted:
        source, _, who = each.rpartition("=")
        found = [case for case in cases if source in (case.source_id, f"{case.role}:{case.source_id}")]
        number = who.removeprefix("not:")
        if len(found) != 1 or not (number.isdecimal() or who in ("new", "open")):
            raise Usage(
                f"--settle {each[:60]} names no case of the short list.",
                mend="Write ID=NUMBER, ID=not:NUMBER, ID=new or ID=open; the rehearsal lists them.",
            )
        role, source = found[0].role, found[0].source_id
        if who == "open":
            move_settle.reopen(desk, urn, role, source)
        elif who == "new":
            move_settle.settle(desk, urn, role, source, what="new")
        else:
            what = "not-same" if who.startswith("not:") else "same"
            move_settle.settle(desk, urn, role, source, what=what, person=int(number))


def _typed(args: argparse.Namespace, desk: Desk, urn: str) -> tuple[dict[str, str], dict[str, str]]:
    """Settings and secrets; required secrets are asked for unless the prepared change has them."""
    from misconsole.services import catalogue, moving

    try:
        known = moving.move(desk, urn)
    except NotFound:
        known = None
    if args.mis:
        route = catalogue.choose_route(catalogue.find(args.mis), args.route).route
        same = known is not None and (known.mis, known.route) == (catalogue.find(args.mis).id, route)
        fields = known.settings if same and known else catalogue.settings_of(catalogue.declaration_of(route))
    elif known is None:
        raise NotFound("No change of MIS is prepared.", mend="Name the new MIS with --mis.", code="no_move")
    else:
        fields = known.settings
    required = [x.name for x in fields if x.secret and x.required and not x.present]
    secrets = words.secrets(args, {x.name: x.title for x in fields if x.secret}, required)
    return words.pairs(args.set), secrets


def _code(plan: MovePlan, *, applied: bool, dry_run: bool) -> Exit:
    from misconsole.cli.out import exit_of

    if applied:
        return Exit.DONE
    if plan.problem:
        return exit_of(plan.problem)
    if plan.state == "access":
        return Exit.NOT_AUTHORISED
    if plan.state == "held":
        return Exit.DONE if dry_run else Exit.HELD
    return Exit.DONE if plan.state == "ready" else Exit.FAILED


def _tell(out: Out, plan: MovePlan, summary: str) -> None:
    out.lines(
        [f"{plan.school_name}: from {plan.before} to {plan.mis_title} by {plan.route}; access {plan.access}"]
    )
    if plan.message:
        out.lines([f"  {line}" for line in (plan.message, plan.mend) if line])
    if plan.run is not None:
        out.table(
            ("REHEARSAL", "HOW MANY"),
            [
                ("people known", plan.known), ("found again", plan.reanchored),
                ("of them with an account", f"{plan.linked_reanchored} of {plan.linked}"),
                *((f"  by {kind.replace('_', ' ')}", n) for kind, n in plan.by.items()),
                ("to decide", plan.open_cases), ("not found, account stays", len(plan.lost)),
                ("new people", plan.fresh), ("accounts lost", plan.accounts_lost),
                ("accounts doubled", plan.accounts_doubled),
            ],
        )  # fmt: skip
    if plan.short_list:
        out.table(
            ("ROLE", "NEW ID", "NAME", "MAY BE", "NUMBER", "ACCOUNT", "SCORE", "SETTLED"),
            [
                (
                    case.role,
                    case.source_id,
                    case.name,
                    one.name,
                    one.person_id,
                    one.username,
                    f"{one.score:.1f}",
                    one.state or case.settled,
                )
                for case in plan.short_list
                for one in case.candidates
            ],
        )
    if plan.lost:
        out.table(("NOT FOUND", "ROLE", "ACCOUNT"), [(x.name, x.role, x.username) for x in plan.lost])
    out.lines(f"{f'{route}: ' if route else ''}{text}" for route, text in plan.notes)
    if plan.held:
        out.lines([f"Held: {plan.held}"])
    out.lines([summary + "." if summary else "Nothing was changed yet."])
    out.lines(f"  {line}" for line in plan.reminders if plan.run is not None or summary)
    if summary:
        out.lines(["  Sync the school now; it reads the new MIS in full."])
