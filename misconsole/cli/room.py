"""``misconsole room``: the room of a member of staff, typed in here; without PERSON all of them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("room", help="rooms of staff: typed in here, never changed by a sync")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("person", nargs="?", metavar="PERSON", help="staff code, id in the MIS, or id:N")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--set", metavar="ROOM", help="as on the door")
    what.add_argument("--clear", action="store_true", help="take it away")
    parser.set_defaults(run=room)


def room(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import lookup, rooms

    if args.set is not None and not args.set.strip():
        raise Usage("A room has a name.", mend="--clear takes it away.")
    deciding = args.clear or args.set is not None
    if deciding != (args.person is not None):
        raise Usage("PERSON goes with --set or --clear.", mend="Without either, all rooms are listed.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        if deciding:
            person = lookup.person_id(desk, urn, args.person)
            return words.decided(out, urn, rooms.set_room(desk, urn, person, args.set or ""))
        items = rooms.listed(desk, urn)
    return words.listed(
        out,
        {"school": urn, "items": items},
        ("ID", "STAFF CODE", "NAME", "ROOM"),
        [(p.source_id, p.staff_code, p.name, p.room) for p in items],
    )
