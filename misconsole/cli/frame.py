"""The frame every command runs in: the list of commands, the parser, the one writer, the exit codes.

Imports nothing but the standard library, and of the commands only the one that was asked for, so that
``--help``, ``--version`` and ``status`` answer at once.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from misconsole.cli.out import Out
from misconsole.errors import Exit, Usage

_CLI = "misconsole.cli"

# command -> (module, one line of help), in the order of --help
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": (f"{_CLI}.demo", "the console on a throw-away estate of demo schools"),
    "status": (f"{_CLI}.status", "last checked, last changed, lamp and queue counts"),
    "school": (f"{_CLI}.school", "add, list, show and set schools and their options"),
    "mis": (f"{_CLI}.mis", "the catalogue: every MIS, its routes, steps and limits"),
    "connect": (f"{_CLI}.connect", "connect a school to its MIS"),
    "authorise": (f"{_CLI}.connect", "ask for access, and wait for the school's approval"),
    "disconnect": (f"{_CLI}.connect", "end a connection; accounts stay as they are"),
    "columns": (f"{_CLI}.columns", "look at the columns of CSV files, and accept them"),
    "reports": (f"{_CLI}.connect", "accept or decline reports and fields"),
    "sync": (f"{_CLI}.sync", "run a sync, or a dry run"),
    "runs": (f"{_CLI}.sync", "the runs of a school"),
    "run": (f"{_CLI}.sync", "show, approve, reject, cancel or undo a run"),
    "undo": (f"{_CLI}.undoing", "take back one decision, or your last one"),
    "queue": (f"{_CLI}.queue", "what waits for a decision"),
    "match": (f"{_CLI}.match", "link, create, exclude, or not the same person"),
    "exclude": (f"{_CLI}.exclude", "names and people that must never get an account"),
    "restore": (f"{_CLI}.restore", "give an unallocated account back, or let it go"),
    "review": (f"{_CLI}.review", "keep or remove accounts that no MIS person has"),
    "note": (f"{_CLI}.note", "notes on cases, and handing them over"),
    "account": (f"{_CLI}.account", "list, show, import, create, rename, link and unlink accounts"),
    "rename": (f"{_CLI}.rename", "many usernames at once: rehearsed, applied, undone as one"),
    "handout": (f"{_CLI}.handout", "first passwords: set, and written as slips or a list, once"),
    "room": (f"{_CLI}.room", "rooms of staff: typed in here, never changed by a sync"),
    "why": (f"{_CLI}.why", "why somebody has no account: every gate in order"),
    "find": (f"{_CLI}.find", "find people across schools"),
    "contact": (f"{_CLI}.contact", "a pupil's contacts, asked of the MIS at this moment"),
    "attendance": (f"{_CLI}.attendance", "the attendance marks that are kept, as CSV"),
    "export": (f"{_CLI}.export", "files for Google, Microsoft, Apple, OneRoster, AD; plain tables"),
    "privacy": (f"{_CLI}.privacy", "what is held on a person, subject access, erasure"),
    "tidy": (f"{_CLI}.tidy", "remove what is older than the school keeps it"),
    "target": (f"{_CLI}.target", "directories that accounts are written to: set up, push, adopt"),
    "audit": (f"{_CLI}.audit", "who decided what, when and from where; whether the trail is whole"),
    "config": (f"{_CLI}.config", "settings of the installation, and where each was said"),
    "notify": (f"{_CLI}.notify", "who is told when a school turns red, is held, or is well again"),
    "worker": (f"{_CLI}.worker", "runs what is due, for ever"),
    "schedule": (f"{_CLI}.schedule", "when each school is due; units for the system's scheduler"),
    "figures": (f"{_CLI}.figures", "history as pictures: runs, changes, matching, waiting, decisions"),
    "doctor": (f"{_CLI}.doctor", "what is wrong with the installation, and mend what is safe"),
    "backup": (f"{_CLI}.backup", "copies of the store: make, list, check and restore them"),
    "completion": (f"{_CLI}.shell", "completion of words for a shell, to be read by it"),
    "man": (f"{_CLI}.shell", "the manual page, to be kept where man looks"),
    "simulate": (f"{_CLI}.simulate", "the simulated MIS estate alone, for training and tests"),
}

_EVERYWHERE = (
    "with every command: --store URL, --read-only, --json (one document on stdout), --plain (tabs, no colour)"
)
_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)")


class Globals(NamedTuple):
    """Options that every command takes, wherever they stand among its words."""

    store: str | None = None
    json: bool = False
    plain: bool = False
    read_only: bool = False


class Parser(argparse.ArgumentParser):
    """argparse whose mistakes are ``Usage`` errors, with a suggestion where one is near."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("epilog", _EVERYWHERE)
        kwargs.setdefault("allow_abbrev", False)
        if sys.version_info >= (3, 14):
            kwargs.setdefault("color", False)
        super().__init__(*args, **kwargs)

    def error(self, message: str) -> NoReturn:
        wrong = _CHOICE.search(message)
        if wrong:
            choices = re.findall(r"[^\s,']+", wrong[2])
            message = f"{wrong[1]!r} is not one of {', '.join(choices)}.{suggestion(wrong[1], choices)}"
        raise Usage(message, mend=f"{self.prog} --help shows the words this command takes.")


def suggestion(word: str, choices: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else ""


def split(argv: Sequence[str]) -> tuple[Globals, list[str]]:
    """Take the global options out of the words; what follows ``--`` is left as it is."""
    store: str | None = None
    flags: set[str] = set()
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in ("--json", "--plain", "--read-only"):
            flags.add(word)
        elif word == "--store" or word.startswith("--store="):
            store = word.partition("=")[2] or next(words, None)
            if not store:
                raise Usage("--store needs the address of a store.")
        else:
            rest.append(word)
    return Globals(
        store=store, json="--json" in flags, plain="--plain" in flags, read_only="--read-only" in flags
    ), rest


def overview() -> str:
    """The text of ``misconsole --help``; names no module's own parser, so imports none."""
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{text}" for name, (_, text) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: misconsole [--store URL] [--read-only] [COMMAND …]",
            "",
            "Connects a school's MIS to the school's accounts. Without a command it opens the console.",
            "",
            *lines,
            "",
            _EVERYWHERE,
            "",
            "misconsole COMMAND --help tells more; misconsole --version names the version.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 held for a person, 4 not authorised,",
            "5 the MIS could not be reached; status: 0 ok, 1 warning, 2 critical, 3 unknown.",
        ]
    )


def version() -> str:
    from misconsole import __version__

    return f"misconsole {__version__}"


def parser_for(command: str) -> Parser:
    """The parser of one command; imports its module."""
    module = importlib.import_module(COMMANDS[command][0])
    parser = Parser(prog="misconsole")
    module.add(parser.add_subparsers(dest="command", required=True, parser_class=Parser))
    return parser


def run(words: Sequence[str], chosen: Globals, out: Out) -> int:
    """Run one command; ``words`` begin with its name. Raises what the command raises."""
    name = words[0]
    if name in ("--help", "-h", "help"):
        out.lines(overview().splitlines())
        return Exit.DONE
    if name in ("--version", "-V"):
        out.lines([version()])
        return Exit.DONE
    if name not in COMMANDS:
        kind = "option" if name.startswith("-") else "command"
        raise Usage(
            f"{name!r} is not a {kind} of misconsole.{suggestion(name, list(COMMANDS))}",
            mend="misconsole --help lists the commands.",
        )
    if chosen.store and "@" in chosen.store:
        _warn(chosen.store, out)
    args = parser_for(name).parse_args(list(words))
    args.store, args.json, args.plain = chosen.store, chosen.json, chosen.plain
    args.read_only = chosen.read_only
    return int(args.run(args, out) or Exit.DONE)


def _warn(store: str, out: Out) -> None:
    from data import server

    if server.has_password(store):
        out.note(
            "The words of a command are seen by everybody on this machine: keep the password in ~/.pgpass, "
            "or the address in MISCONSOLE_STORE."
        )


__all__ = ["COMMANDS", "Globals", "Out", "Parser", "overview", "parser_for", "run", "split"]
