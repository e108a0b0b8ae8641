"""``misconsole notify``: who is told when a school turns red, a run is held, or all is well again."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from misconsole.cli import words
from misconsole.cli.desk import open_desk
from misconsole.errors import Exit, Usage
from misconsole.rules.notices import KINDS

if TYPE_CHECKING:
    from misconsole.cli.out import Out


def add(sub: Any) -> None:
    parser = sub.add_parser("notify", help="who is told when a school turns red, is held, or is well again")
    does = parser.add_subparsers(dest="does", required=True, parser_class=type(parser))
    does.add_parser("list", help="the channels, without their addresses").set_defaults(run=listed)
    new = does.add_parser("add", help="set a channel up; its address is asked for, or read from a file")
    new.add_argument("name", metavar="NAME", help="name of the channel: letters, digits, hyphens")
    new.add_argument("--address-file", metavar="FILE", help="the address; - reads standard input")
    new.add_argument(
        "--tell", default=",".join(KINDS), metavar="KINDS", help=f"of {', '.join(KINDS)}; all by default"
    )
    new.add_argument("--schools", default="", metavar="URNS", help="only these schools, with commas between")
    new.set_defaults(run=added)
    for name, text, run in (
        ("remove", "forget a channel", removed), ("test", "send a line to a channel now", tested),
    ):  # fmt: skip
        one = does.add_parser(name, help=text)
        one.add_argument("name", metavar="NAME", help="name of the channel")
        one.set_defaults(run=run)
    does.add_parser("send", help="look, and send what is new; the worker does it by itself").set_defaults(
        run=sent
    )
    told = does.add_parser("log", help="what was told, and what was not taken")
    told.add_argument("--limit", type=int, default=50, metavar="N")
    told.set_defaults(run=log)


def listed(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import notify

    with open_desk(args) as desk:
        found = notify.channels(desk)
    rows = [(c.name, ", ".join(c.tells), ", ".join(c.schools) or "all schools") for c in found]
    return words.listed(out, {"channels": found}, ("CHANNEL", "TELLS", "OF"), rows)


def added(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import notify, notify_send

    channel = notify.Channel(
        name=args.name, tells=_parts(args.tell), schools=tuple(s.strip() for s in _parts(args.schools))
    )
    address = _address(args)
    with open_desk(args) as desk:
        channel = notify.Channel(
            name=channel.name, tells=channel.tells,
            schools=tuple(words.urn_of(desk, each) for each in channel.schools),
        )  # fmt: skip
        notify.add(desk, channel, address, understood=notify_send.understood)
    if out.as_json:
        out.json({"channel": channel})
    else:
        out.lines([f"{channel.name} is set up; misconsole notify test {channel.name} tries it."])
    return Exit.DONE


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _address(args: argparse.Namespace) -> str:
    """Never from the words of the command: it holds a token."""
    import sys
    from getpass import getpass
    from pathlib import Path

    if args.address_file == "-":
        return sys.stdin.readline().strip()
    if args.address_file:
        try:
            return Path(args.address_file).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Usage(f"{args.address_file} cannot be read: {error}.") from None
    if not sys.stdin.isatty():
        raise Usage("The address is asked for on a terminal.", mend="Or give --address-file FILE, or -.")
    return getpass("Address (not shown): ").strip()


def removed(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import notify

    with open_desk(args) as desk:
        notify.remove(desk, args.name)
    if out.as_json:
        out.json({"removed": args.name})
    else:
        out.lines([f"{args.name} is forgotten."])
    return Exit.DONE


def tested(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import notify, notify_send

    with open_desk(args) as desk:
        error = notify.try_out(desk, args.name, notify_send.send)
    if out.as_json:
        out.json({"channel": args.name, "taken": not error, "error": error})
    else:
        out.lines([error or "It was taken."])
    return Exit.FAILED if error else Exit.DONE


def sent(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import notify, notify_send

    with open_desk(args) as desk:
        done = notify.tell(desk, notify_send.send)
    if out.as_json:
        out.json(done)
    else:
        out.lines([f"{done.written} new, {done.sent} sent, {done.failed} not taken."])
    return Exit.FAILED if done.failed else Exit.DONE


def log(args: argparse.Namespace, out: Out) -> int:
    from misconsole.services import notify

    with open_desk(args) as desk:
        items = notify.log(desk, limit=max(1, args.limit))
    rows = [(i.at, i.channel, i.kind, i.state, i.text, i.error) for i in items]
    return words.listed(out, {"items": items}, ("WHEN", "CHANNEL", "KIND", "STATE", "TEXT", "WHY NOT"), rows)
