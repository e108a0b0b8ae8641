"""``misconsole restore``: give an unallocated account back, or let it go."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("restore", help="give an unallocated account back, or let it go")
    parser.add_argument("school", metavar="SCHOOL")
    parser.add_argument("accounts", metavar="ACCOUNT", nargs="+", help="username or id:N")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--let-go", action="store_true", help="the leaver's account stays away")
    which.add_argument("--username", help="under another name, where its own now belongs to somebody else")
    parser.set_defaults(run=restore)


def restore(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import decide, lookup

    if args.username and len(args.accounts) > 1:
        raise Usage("--username is for one account.")
    with open_desk(args) as desk:
        urn = words.urn_of(desk, args.school)
        accounts = [lookup.account_id(desk, args.school, each) for each in args.accounts]
        if len(accounts) > 1:
            many = decide.let_go_many if args.let_go else decide.restore_many
            return words.decided_many(out, urn, many(desk, args.school, accounts))
        account = accounts[0]
        if args.let_go:
            return words.decided(out, urn, decide.let_go(desk, args.school, account))
        return words.decided(out, urn, decide.restore(desk, args.school, account, username=args.username))
