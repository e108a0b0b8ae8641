"""Words that several commands take: settings, secrets, days; and how a decision is told.

Standard library only; secrets are read from a prompt, a file or standard input, never from the words.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.out import Out
    from misconsole.services.views import DecisionView, ManyView

LONGEST_SECRETS = 65_536  # characters


def pairs(words: Sequence[str]) -> dict[str, str]:
    """``--set k=v`` as a dictionary; Usage for a word without "=" or a name given twice."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise Usage(f"“{word[:60]}” is not a setting.", mend="Write --set name=value.")
        if name.strip() in found:
            raise Usage(f"{name.strip()} is set twice.")
        found[name.strip()] = value
    return found


def day(text: str | None) -> date | None:
    """A day as 2026-09-30; Usage otherwise."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise Usage(f"“{text[:40]}” is not a day.", mend="Write it as 2026-09-30.") from error


def moment(text: str | None) -> datetime | None:
    """A day, or a time with its offset, as an aware time; a day begins at midnight here."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        begins = day(text)
        found = datetime.combine(begins or date.min, time())
    return found if found.tzinfo else found.astimezone()


def add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", action="append", default=[], metavar="K=V", help="a setting; may be repeated"
    )


def add_secrets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--secrets-file", metavar="FILE", help="name=value lines, or JSON, or the one secret")
    parser.add_argument("--secrets-stdin", action="store_true", help="the same from standard input")


def secrets(args: argparse.Namespace, wanted: Mapping[str, str], required: Iterable[str]) -> dict[str, str]:
    """Secrets by name. ``wanted`` maps name to title; ``required`` ones are asked for at a terminal.

    Raises Usage when a required one is nowhere and nobody can be asked.
    """
    if args.secrets_file and args.secrets_stdin:
        raise Usage("Give the secrets in a file or on standard input, not both.")
    found: dict[str, str] = {}
    if args.secrets_file:
        found = _parsed(_file(Path(args.secrets_file).expanduser()), wanted)
    elif args.secrets_stdin:
        found = _parsed(sys.stdin.read(LONGEST_SECRETS), wanted)
    for name in required:
        if not found.get(name):
            found[name] = _asked(wanted[name])
    return found


def _file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(LONGEST_SECRETS)
    except (OSError, UnicodeDecodeError) as error:
        raise Usage(
            f"The secrets file {path} cannot be read.", mend="Check the path and its mode."
        ) from error


def _parsed(text: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """JSON, ``name=value`` lines, or one line that is the only secret there is. Errors name no content."""
    text = text.strip()
    if text.startswith("{"):
        try:
            values = json.loads(text)
        except ValueError as error:
            raise Usage("The secrets are not valid JSON.") from error
        return {str(name): str(value) for name, value in values.items()}
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    named = [line.partition("=") for line in lines]
    if named and all(equals and name.strip() in wanted for name, equals, _ in named):
        return {name.strip(): value.strip() for name, _, value in named}
    if len(lines) == 1 and len(wanted) == 1:
        return {next(iter(wanted)): lines[0]}
    if not lines:
        return {}
    raise Usage(
        "The secrets are not understood.",
        mend=f"Write name=value lines; names: {', '.join(wanted) or 'none'}.",
    )


def _asked(title: str) -> str:
    if not sys.stdin.isatty():
        raise Usage(
            f"{title} is needed.", mend="Use --secrets-file or --secrets-stdin, or run at a terminal."
        )
    typed = getpass.getpass(f"{title}: ").strip()
    if not typed:
        raise Usage(f"{title} is needed.")
    return typed


def decided(out: Out, school: str, view: DecisionView) -> int:
    """Tell what a decision did."""
    if out.as_json:
        out.json({"school": school, "decision": view})
    else:
        out.lines([f"{view.summary}."])
    return Exit.DONE


def decided_many(out: Out, school: str, view: ManyView) -> int:
    """Tell what a decision on many did, and whom it left out."""
    if out.as_json:
        out.json({"school": school, "decision": view.decision, "done": view.done, "refused": view.refused})
        return Exit.DONE
    out.lines([f"{view.decision.summary}."])
    out.lines(f"  left out: {each.name or each.id}: {each.reason}" for each in view.refused)
    return Exit.DONE


def listed(
    out: Out, document: Mapping[str, Any], headers: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    """A list: the whole document as JSON, or a table."""
    if out.as_json:
        out.json(document)
    else:
        out.table(headers, rows)
    return Exit.DONE


def urn_of(desk: Any, school: str) -> str:
    """The URN for JSON, whatever the school was named by; NotFound for no such school."""
    from misconsole.services.schools import resolve

    with desk.store.read() as s:
        return str(resolve(s, school).urn)
