"""``misconsole completion`` and ``misconsole man``, from the parsers of the commands themselves."""

from __future__ import annotations

import argparse
import importlib
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit

if TYPE_CHECKING:
    from misconsole.cli.out import Out

SHELLS = ("bash", "zsh", "tcsh")
ABOUT = "Connects a school's MIS to the school's accounts. Without a command it opens the console."

SHORT = "connects a school's MIS to the school's accounts"  # what whatis(1) and apropos(1) find
ENDINGS = """
.SH EXIT STATUS
0 done; 1 failed, nothing half\\-applied; 2 wrong usage; 3 held for a person; 4 not authorised; 5 the MIS
could not be reached. For status: 0 ok, 1 warning, 2 critical, 3 unknown.
.SH ENVIRONMENT
.TP
.B MISCONSOLE_STORE
the store, where \\-\\-store does not say it
.TP
.B NO_COLOR
no colours, on the screen and elsewhere"""


def add(sub: Any) -> None:
    shell = sub.add_parser("completion", help="completion of words for a shell, to be read by it")
    shell.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    shell.set_defaults(run=completion)
    page = sub.add_parser("man", help="the manual page, to be kept where man looks")
    page.set_defaults(run=man)


def whole_parser() -> argparse.ArgumentParser:
    """Every command in one parser; slow, for it imports all of them."""
    from misconsole.cli import frame

    parser = frame.Parser(prog="misconsole", description=ABOUT)
    parser.add_argument("--store", metavar="URL", help="the store; MISCONSOLE_STORE, or a file of your own")
    parser.add_argument("--read-only", action="store_true", help="nothing can be changed, whoever it is")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout, nothing else there")
    parser.add_argument("--plain", action="store_true", help="tabs between cells, no headings, no colour")
    parser.add_argument("--version", action="store_true", help="name the version, and nothing else")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=frame.Parser)
    for module in dict.fromkeys(module for module, _ in frame.COMMANDS.values()):
        importlib.import_module(module).add(commands)
    return parser


def completion(args: argparse.Namespace, out: Out) -> int:
    import shtab

    script = shtab.complete(whole_parser(), args.shell).rstrip("\n")
    return _write(out, script, {"shell": args.shell, "script": script})


def _write(out: Out, text: str, document: dict[str, str]) -> int:
    """For a program to read: as it is, not cleaned for a terminal."""
    if out.as_json:
        out.json(document)
    else:
        out.stdout.write(text + "\n")
    return Exit.DONE


def man(args: argparse.Namespace, out: Out) -> int:  # noqa: ARG001
    from argparse_manpage.manpage import Manpage

    from misconsole import __version__

    parser = whole_parser()
    page = Manpage(
        parser,
        _data={
            "project_name": "misconsole",
            "prog": "misconsole",
            "version": __version__,
            "manual_title": "misconsole",
            "description": SHORT,
        },
    )
    text = str(page).rstrip("\n").replace("\n.SH COMMENTS", f"{ENDINGS}\n.SH COMMENTS")
    return _write(out, text, {"page": text})
