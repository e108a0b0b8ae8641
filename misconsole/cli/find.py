"""``misconsole find``: people across schools."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("find", help="find people across schools")
    parser.add_argument(
        "text", nargs="+", metavar="TEXT", help="beginnings of names, an identifier, a username"
    )
    parser.add_argument("--school", metavar="SCHOOL", help="only there")
    parser.add_argument("--limit", type=int, default=50, metavar="N")
    parser.set_defaults(run=find)


def find(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services.find import SHORTEST
    from misconsole.services.find import find as search

    text = " ".join(args.text).strip()
    if len(text) < SHORTEST:
        raise Usage(f"“{text}” is too short to look for.", mend="Type two letters or more.")
    with open_desk(args) as desk:
        items = search(desk, text, school=args.school, limit=max(1, args.limit))
    if not items:
        out.note(
            "Nobody is called so in any school." if args.school is None else "Nobody there is called so."
        )
    return words.listed(
        out,
        {"text": text, "items": items},
        ("SCHOOL", "NAME", "ROLE", "ID IN THE MIS", "GROUP", "ACCOUNT"),
        [
            (
                i.school_name, i.person.name, i.person.role, i.person.source_id,
                i.person.registration_group or i.person.job_title, i.account,
            )
            for i in items
        ],
    )  # fmt: skip
