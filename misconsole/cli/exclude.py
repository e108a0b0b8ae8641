"""``misconsole exclude``: names and people that must never get an account."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import queue, words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("exclude", help="names and people that must never get an account")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="the exclusions, those to be decided first")
    listing.add_argument("school", metavar="SCHOOL")
    listing.set_defaults(run=queue.queue, queue="exclusions")
    new = verbs.add_parser("add", help="exclude a name, or one person")
    new.add_argument("school", metavar="SCHOOL")
    new.add_argument("--given", default="", help="given name")
    new.add_argument("--family", default="", help="family name")
    new.add_argument("--role", default="", choices=("", "staff", "pupil"), help="only of that role")
    new.add_argument("--person", metavar="PERSON", help="only this person: id in the MIS, UPN, or id:N")
    new.add_argument("--reason", required=True)
    new.add_argument("--review-on", metavar="DAY", help="when to look at it again")
    new.set_defaults(run=exclude)
    lift = verbs.add_parser("lift", help="end an exclusion")
    lift.add_argument("school", metavar="SCHOOL")
    lift.add_argument("exclusion", type=int, metavar="ID")
    lift.set_defaults(run=lift_exclusion)
    settle = verbs.add_parser("settle", help="decide about the live account of an excluded name")
    settle.add_argument("school", metavar="SCHOOL")
    settle.add_argument("exclusion", type=int, metavar="ID")
    settle.add_argument("verdict", choices=("keep", "unallocate"))
    settle.set_defaults(run=settle_clash)


def exclude(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide, lookup

    if bool(args.person) == bool(args.given or args.family):
        raise Usage("Name either --person, or --given and --family.")
    day = words.day(args.review_on)
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.person:
            person = lookup.person_id(desk, args.school, args.person)
            view = decide.exclude_person(desk, args.school, person, reason=args.reason, review_on=day)
        else:
            view = decide.exclude_name(
                desk, args.school, given=args.given, family=args.family, role=args.role, reason=args.reason,
                review_on=day,
            )  # fmt: skip
        return words.decided(out, urn, view)


def lift_exclusion(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        return words.decided(out, urn, decide.lift_exclusion(desk, args.school, args.exclusion))


def settle_clash(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        return words.decided(out, urn, decide.settle_clash(desk, args.school, args.exclusion, args.verdict))
