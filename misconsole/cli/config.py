"""``misconsole config``: every setting, its value and where it was said; and whether the files are right."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.config import Config, Told

HIDDEN = "(set, not shown)"


def add(sub: Any) -> None:
    parser = sub.add_parser("config", help="settings of the installation, and where each was said")
    which = parser.add_subparsers(dest="what", required=True)
    show = which.add_parser("show", help="every setting, its value and where it was said")
    show.set_defaults(run=config_show)
    check = which.add_parser("check", help="whether the settings files are right, with file and line")
    check.set_defaults(run=config_check)


def _flags(args: argparse.Namespace) -> dict[str, Any]:
    return {"store": args.store, "read_only": args.read_only}


def config_show(args: argparse.Namespace, out: Out) -> int:
    from misconsole import config

    found = config.load(os.environ, _flags(args))
    listed = [_line(each) for each in found.listed()]
    if out.as_json:
        out.json({"files": [_file(path, found) for path in config.paths(os.environ)], "settings": listed,
                  "you": _you(found)})  # fmt: skip
        return Exit.DONE
    rows = [(each["name"], _text(each["value"]), each["source"], each["doc"]) for each in listed]
    out.table(("SETTING", "VALUE", "FROM", "WHAT FOR"), rows)
    for path in config.paths(os.environ):
        out.note(f"{path}: {'read' if _file(path, found)['read'] else 'not there'}")
    out.note(_who(found))
    return Exit.DONE


def _line(told: Told) -> dict[str, Any]:
    value = HIDDEN if told.setting.secret and told.value else told.value
    if told.name == "store" and value:
        from data import server

        value = server.without_password(str(value)) if server.is_server(str(value)) else value
    return {"name": told.name, "value": value, "source": told.source, "takes": told.setting.takes,
            "doc": told.setting.doc}  # fmt: skip


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _file(path: Any, found: Config) -> dict[str, Any]:
    return {"path": str(path), "read": any(each.path == path for each in found.files)}


def _you(found: Config) -> dict[str, Any]:
    """Who sits in front, as the files have it."""
    from misconsole import config

    name, standing = config.standing(os.environ, found)
    if standing is None:
        return {"account": name, "roles": ["administrator"], "at": {}}
    at = {school: sorted(held) for school, held in standing.at.items()}
    return {"account": name, "roles": sorted(standing.everywhere), "at": at}


def _who(found: Config) -> str:
    you = _you(found)
    roles = [", ".join(you["roles"])] if you["roles"] else []
    roles += [f"{', '.join(held)} at {school}" for school, held in you["at"].items()]
    return f"You are {you['account']}: {'; '.join(roles) or 'no role'}."


def config_check(args: argparse.Namespace, out: Out) -> int:
    """Exit 2 when something in a file cannot be used."""
    from misconsole import config

    found = config.look(os.environ, _flags(args))
    if out.as_json:
        wrong = [
            {"file": str(m.path), "line": m.line, "message": m.message, "mend": m.mend}
            for m in found.mistakes
        ]
        out.json({"right": not wrong, "mistakes": wrong})
    else:
        out.lines(_told(found))
    return Exit.USAGE if found.mistakes else Exit.DONE


def _told(found: Config) -> Iterator[str]:
    for each in found.mistakes:
        problem = each.problem()
        yield problem.message
        yield f"  {problem.mend}"
    if not found.files:
        yield "There is no settings file; everybody who can open the store is an administrator."
    elif not found.mistakes:
        yield f"{', '.join(str(each.path) for each in found.files)}: everything in it can be used."
