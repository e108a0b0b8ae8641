"""``misconsole note``: write a note on a case, hand it over, or list the notes of a school."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("note", help="notes on cases, and handing them over")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("people", nargs="*", metavar="PERSON", help="id in the MIS, UPN, or id:N")
    parser.add_argument("--account", action="append", default=[], metavar="ACCOUNT", help="about an account")
    parser.add_argument("--text", help="the note; without it the notes are listed")
    parser.add_argument(
        "--to", metavar="NAME", help="who has the case in hand from now on; alone: whose to list"
    )
    parser.add_argument("--withdraw", type=int, metavar="ID", help="a note that no longer stands")
    parser.set_defaults(run=note)


def note(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import lookup, notes

    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if args.withdraw is not None:
            return words.decided(out, urn, notes.withdraw(desk, urn, args.withdraw))
        people = [lookup.person_id(desk, urn, each) for each in args.people]
        accounts = [lookup.account_id(desk, urn, each) for each in args.account]
        about: list[dict[str, Any]] = [{"person_id": i} for i in people]
        about += [{"account_id": i} for i in accounts]
        if args.text is None and (args.to is None or not about):
            return _list(out, urn, notes.listed(desk, urn, assigned_to=args.to, **(about or [{}])[0]))
        if not about:
            raise Usage("Name a person, or --account.")
        if len(about) > 1:
            text = args.text or "Handed over"
            done = notes.hand_over(desk, urn, args.to or "", text, person_ids=people, account_ids=accounts)
            return words.decided(out, urn, done)
        if args.text is None:
            return words.decided(out, urn, notes.assign(desk, urn, args.to, **about[0]))
        return words.decided(out, urn, notes.add(desk, urn, args.text, assigned_to=args.to or "", **about[0]))


def _list(out: Out, urn: str, items: Any) -> int:
    return words.listed(
        out,
        {"school": urn, "items": items},
        ("ID", "ABOUT", "WHEN", "BY", "IN HAND", "NOTE"),
        [(n.id, n.about, n.at, n.author, n.assigned_to, n.text) for n in items],
    )
