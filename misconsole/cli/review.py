"""``misconsole review``: keep or remove accounts that no MIS person has."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import queue, words
from misconsole.cli.desk import open_desk

if TYPE_CHECKING:
    from misconsole.cli.out import Out


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
        each.add_argument("account", metavar="ACCOUNT", help="username or id:N")
        if verb == "keep":
            each.add_argument("--reason", required=True)
            each.add_argument("--until", metavar="DAY", help="it comes back for review after that day")
        each.set_defaults(run=review)


def review(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide, lookup

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        account = lookup.account_id(desk, args.school, args.account)
        if args.verb == "keep":
            until = words.day(args.until)
            view = decide.keep(desk, args.school, account, reason=args.reason, until=until)
        elif args.verb == "remove":
            view = decide.remove(desk, args.school, account)
        else:
            view = decide.let_go(desk, args.school, account)
        return words.decided(out, urn, view)
