"""``misconsole match``: one decision on one person who waits."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import DecisionView


def add(sub: Any) -> None:
    parser = sub.add_parser("match", help="link, create, exclude, or not the same person")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("person", metavar="PERSON", help="id in the MIS, UPN, or id:N")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--link", metavar="ACCOUNT", help="this account is theirs")
    which.add_argument("--create", action="store_true", help="make a new account")
    which.add_argument("--exclude", action="store_true", help="never an account; needs --reason")
    which.add_argument("--not-same", metavar="ACCOUNT", help="not the same person")
    parser.add_argument("--reason", help="why the person is excluded")
    parser.add_argument("--review-on", metavar="DAY", help="when to look at the exclusion again")
    parser.set_defaults(run=match)


def match(args: argparse.Namespace, out: Out) -> int:
    if args.exclude and not (args.reason or "").strip():
        raise Usage("--exclude needs --reason.")
    if not args.exclude and (args.reason or args.review_on):
        raise Usage("--reason and --review-on go with --exclude.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        return words.decided(out, urn, _decide(args, desk))


def _decide(args: argparse.Namespace, desk: Desk) -> DecisionView:
    from misconsole.services import decide, lookup

    school = args.school
    person = lookup.person_id(desk, school, args.person)
    if args.create:
        return decide.create(desk, school, person)
    if args.exclude:
        day = words.day(args.review_on)
        return decide.exclude_person(desk, school, person, reason=args.reason, review_on=day)
    account = lookup.account_id(desk, school, args.link or args.not_same)
    if args.link:
        return decide.link(desk, school, person, account)
    return decide.not_same(desk, school, person, account)
