"""``misconsole contact``: the contacts of a pupil, asked of the MIS now; only one that is used is kept."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("contact", help="the contacts of a pupil, asked of the MIS at this moment")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("person", metavar="PERSON", help="id in the MIS, UPN, or id:N")
    parser.add_argument("--use", type=int, metavar="N", help="keep this one, because it is used now")
    parser.add_argument("--reason", help="what it is used for; needed with --use")
    parser.add_argument(
        "--used", action="store_true", help="those that were kept before; the MIS is not asked"
    )
    parser.set_defaults(run=contact)


def contact(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import contact_now, lookup

    if (args.use is None) != (args.reason is None):
        raise Usage("--use and --reason go together.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        person = lookup.person_id(desk, urn, args.person)
        if args.used:
            return _used(out, urn, contact_now.used(desk, urn, person))
        found = contact_now.contacts_for(desk, urn, person)
        if args.use is not None:
            chosen = next((each for each in found if each.number == args.use), None)
            if chosen is None:
                raise Usage(f"There is no contact {args.use}.", mend=f"There are {len(found)}.")
            done = contact_now.use_contact(desk, urn, person, chosen, reason=args.reason)
            return words.decided(out, urn, done)
    return words.listed(
        out,
        {"school": urn, "person": args.person, "items": found},
        ("N", "NAME", "RELATIONSHIP", "RESPONSIBLE", "PRIORITY", "E-MAIL", "PHONE"),
        [
            (c.number, c.name, c.relationship, c.parental_responsibility, c.priority, c.email, c.phone)
            for c in found
        ],
    )


def _used(out: Out, urn: str, items: Any) -> int:
    return words.listed(
        out,
        {"school": urn, "items": items},
        ("WHEN", "BY", "WHO", "RELATIONSHIP", "E-MAIL", "PHONE", "WHY"),
        [(u.at, u.by, u.name, u.relationship, u.email, u.phone, u.reason) for u in items],
    )
