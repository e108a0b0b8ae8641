"""``misconsole match``: one decision on one person who waits, or all that is likely at once."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import BulkPlan, DecisionView


def add(sub: Any) -> None:
    parser = sub.add_parser("match", help="link, create, exclude, or not the same person")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument(
        "people", metavar="PERSON", nargs="*", help="id in the MIS, UPN, or id:N; several for --accept-likely"
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--link", metavar="ACCOUNT", help="this account is theirs")
    which.add_argument("--create", action="store_true", help="make a new account")
    which.add_argument("--exclude", action="store_true", help="never an account; needs --reason")
    which.add_argument("--not-same", metavar="ACCOUNT", help="not the same person")
    which.add_argument(
        "--accept-likely", action="store_true", help="link everybody who is likely, or those named"
    )
    parser.add_argument("--role", choices=("staff", "pupil"), help="with --accept-likely: only these")
    parser.add_argument("--dry-run", action="store_true", help="with --accept-likely: only show a sample")
    parser.add_argument("--reason", help="why the person is excluded")
    parser.add_argument("--review-on", metavar="DAY", help="when to look at the exclusion again")
    parser.set_defaults(run=match)


def match(args: argparse.Namespace, out: Out) -> int:
    if args.exclude and not (args.reason or "").strip():
        raise Usage("--exclude needs --reason.")
    if not args.exclude and (args.reason or args.review_on):
        raise Usage("--reason and --review-on go with --exclude.")
    if not args.accept_likely and (args.dry_run or args.role):
        raise Usage("--dry-run and --role go with --accept-likely.")
    if not args.accept_likely and len(args.people) != 1:
        raise Usage("Name one person.", mend="“misconsole queue SCHOOL unmatched-pupils” lists them.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.accept_likely:
            return _accept(args, desk, urn, out)
        return words.decided(out, urn, _decide(args, desk))


def _accept(args: argparse.Namespace, desk: Desk, urn: str, out: Out) -> int:
    from misconsole.services import decide, lookup

    named = [lookup.person_id(desk, urn, each) for each in args.people] or None
    roles = (args.role,) if args.role else ("staff", "pupil")
    plans = [decide.bulk_plan(desk, urn, role, named) for role in roles]
    if args.dry_run:
        return _sample(out, urn, plans)
    wanted = [person for plan in plans for person, _ in plan.pairs]
    if not wanted and named is None:
        return _nothing(out, urn)
    return words.decided_many(out, urn, decide.accept_likely(desk, urn, wanted or named or ()))


def _nothing(out: Out, urn: str) -> int:
    if out.as_json:
        out.json({"school": urn, "decision": None, "done": 0, "refused": []})
    else:
        out.lines(["Nobody who waits is likely enough to be linked without a look."])
    return Exit.DONE


def _sample(out: Out, urn: str, plans: list[BulkPlan]) -> int:
    if out.as_json:
        out.json({"school": urn, "dry_run": True, "plans": plans})
        return Exit.DONE
    for plan in plans:
        out.lines([f"{plan.role}: {plan.total} would be linked, {len(plan.refused)} need a look. A sample:"])
        out.table(
            ("PERSON", "NAME", "BORN", "ACCOUNT", "SCORE", "MARGIN"),
            [
                (
                    item.person.source_id, item.person.name, item.person.date_of_birth,
                    item.candidates[0].account.username, f"{item.candidates[0].score:.1f}",
                    f"{item.candidates[0].margin:.1f}",
                )
                for item in plan.sample
            ],
        )  # fmt: skip
    return Exit.DONE


def _decide(args: argparse.Namespace, desk: Desk) -> DecisionView:
    from misconsole.services import decide, lookup

    school = args.school
    person = lookup.person_id(desk, school, args.people[0])
    if args.create:
        return decide.create(desk, school, person)
    if args.exclude:
        day = words.day(args.review_on)
        return decide.exclude_person(desk, school, person, reason=args.reason, review_on=day)
    account = lookup.account_id(desk, school, args.link or args.not_same)
    if args.link:
        return decide.link(desk, school, person, account)
    return decide.not_same(desk, school, person, account)
