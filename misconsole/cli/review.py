"""``misconsole review``: keep or remove accounts that no MIS person has."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import queue, words
from misconsole.cli.desk import open_desk

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk
    from misconsole.services.views import DecisionView, ManyView


def add(sub: Any) -> None:
    parser = sub.add_parser("review", help="keep or remove accounts that no MIS person has")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="the accounts, those to be reviewed first")
    listing.add_argument("school", metavar="SCHOOL")
    listing.set_defaults(run=queue.queue, queue="non-mis")
    for verb, told in (
        ("keep", "it is rightly there"),
        ("remove", "take it out of use"),
        ("let-go", "an unallocated account stays away"),
    ):
        each = verbs.add_parser(verb, help=told)
        each.add_argument("school", metavar="SCHOOL")
        each.add_argument("accounts", metavar="ACCOUNT", nargs="+", help="username or id:N")
        if verb == "keep":
            each.add_argument("--reason", required=True)
            each.add_argument("--until", metavar="DAY", help="it comes back for review after that day")
        each.set_defaults(run=review)


def review(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import lookup

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        accounts = [lookup.account_id(desk, args.school, each) for each in args.accounts]
        if len(accounts) > 1:
            return words.decided_many(out, urn, _many(args, desk, accounts))
        return words.decided(out, urn, _one(args, desk, accounts[0]))


def _one(args: argparse.Namespace, desk: Desk, account: int) -> DecisionView:
    from misconsole.services import decide

    if args.verb == "keep":
        return decide.keep(desk, args.school, account, reason=args.reason, until=words.day(args.until))
    return (decide.remove if args.verb == "remove" else decide.let_go)(desk, args.school, account)


def _many(args: argparse.Namespace, desk: Desk, accounts: list[int]) -> ManyView:
    from misconsole.services import decide

    if args.verb == "keep":
        until = words.day(args.until)
        return decide.keep_many(desk, args.school, accounts, reason=args.reason, until=until)
    return (decide.remove_many if args.verb == "remove" else decide.let_go_many)(desk, args.school, accounts)
