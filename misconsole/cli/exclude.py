"""``misconsole exclude``: names and people that must never get an account."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import queue, words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.desk import Desk


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
    new.add_argument("--pattern", action="store_true", help="a star stands for any letters: --given 'Test*'")
    new.add_argument("--dry-run", action="store_true", help="only show whom it would keep out")
    new.add_argument("--role", default="", choices=("", "staff", "pupil"), help="only of that role")
    new.add_argument("--person", metavar="PERSON", help="only this person: id in the MIS, UPN, or id:N")
    new.add_argument("--reason", default="", help="needed, but for --dry-run")
    new.add_argument("--review-on", metavar="DAY", help="when to look at it again")
    new.set_defaults(run=exclude)
    renew = verbs.add_parser("renew", help="looked at again and still right")
    renew.add_argument("school", metavar="SCHOOL")
    renew.add_argument("exclusion", type=int, metavar="ID")
    renew.add_argument("--review-on", metavar="DAY", help="when to look at it again; a year on by default")
    renew.set_defaults(run=renew_exclusion)
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
    if not args.reason.strip() and not args.dry_run:
        raise Usage("--reason is needed.")
    if args.dry_run and args.person:
        raise Usage("--dry-run goes with --given and --family.")
    day = words.day(args.review_on)
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.dry_run:
            return _preview(args, desk, urn, out)
        if args.person:
            person = lookup.person_id(desk, args.school, args.person)
            view = decide.exclude_person(desk, args.school, person, reason=args.reason, review_on=day)
        else:
            view = decide.exclude_name(
                desk, args.school, given=args.given, family=args.family, role=args.role, reason=args.reason,
                review_on=day, pattern=args.pattern,
            )  # fmt: skip
        return words.decided(out, urn, view)


def _preview(args: argparse.Namespace, desk: Desk, urn: str, out: Out) -> int:
    from misconsole.services import decide

    look = decide.preview_exclusion(
        desk, args.school, given=args.given, family=args.family, role=args.role, pattern=args.pattern
    )
    return words.listed(
        out,
        {"school": urn, "dry_run": True, "waiting": look.waiting, "accounts": look.accounts},
        ("WHO", "NAME", "ROLE", "WHAT HAPPENS"),
        [
            *((p.source_id, p.name, p.role, "gets no account") for p in look.waiting),
            *((a.username, a.display_name, a.role, "is asked about, never touched") for a in look.accounts),
        ],
    )


def renew_exclusion(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide

    day = words.day(args.review_on)
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        view = decide.renew_exclusion(desk, args.school, args.exclusion, review_on=day)
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
