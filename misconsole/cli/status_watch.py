"""``status --watch``: the same again and again, in place on a terminal, one JSON line each for programs.

Ends on the first interrupt, with the exit code of what was last seen.  Standard library only.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING

from misconsole.cli import status as single
from misconsole.cli.out import Out
from misconsole.errors import Usage
from misconsole.services import status
from misconsole.text import fit

if TYPE_CHECKING:
    import argparse

LEAST = 0.2  # seconds
HOME, CLEAR_LINE, CLEAR_BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


def run(
    args: argparse.Namespace,
    out: Out,
    *,
    wait: Callable[[float], None] = time.sleep,
    rounds: int | None = None,
) -> int:
    """``rounds``: how often, None until interrupted."""
    if not args.watch >= LEAST:
        raise Usage(f"--watch takes {LEAST} seconds or more.")
    code = single.EXITS["unknown"]
    in_place = out.stdout.isatty() and not args.json and not args.plain
    if in_place:
        out.stdout.write(HOME + CLEAR_BELOW)
    try:
        while rounds is None or rounds > 0:
            code = _once(args, out, in_place=in_place)
            rounds = None if rounds is None else rounds - 1
            if rounds != 0:
                wait(args.watch)
    except KeyboardInterrupt:
        out.note("")
    return code


def _once(args: argparse.Namespace, out: Out, *, in_place: bool) -> int:
    lines: list[single.Line] = []
    problem: Exception | None = None
    try:
        lines = single.read(args)
    except Exception as error:
        if not hasattr(error, "mend"):
            raise
        problem = error
    lamp = status.worst(line["lamp"] for line in lines)
    if args.json:
        at = status.clock_now()
        document = {"at": at, **single.document(lamp, lines)}
        out.json_line(document if problem is None else {**document, "error": problem})
    elif problem is not None and not in_place:
        out.error(problem)
    else:
        _text(args, lines, out, in_place=in_place, problem=problem)
    return single.EXITS[lamp]


def _text(
    args: argparse.Namespace, lines: list[single.Line], out: Out, *, in_place: bool, problem: Exception | None
) -> None:
    held = StringIO()
    page = Out(plain=args.plain, stdout=held)
    page.lines([f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"])
    if problem is not None:
        page.lines([str(problem)])
    else:
        single.show(args, lines, page)
    text = held.getvalue().splitlines()
    if in_place:
        size = shutil.get_terminal_size()
        rows = size.lines - 1
        seen = text if len(text) <= rows else [*text[: rows - 1], f"… {len(text) - rows + 1} more"]
        cut = (fit(line, size.columns - 1).rstrip() for line in seen)
        out.stdout.write(HOME + "".join(f"{line}{CLEAR_LINE}\n" for line in cut) + CLEAR_BELOW)
    else:
        out.stdout.writelines(f"{line}\n" for line in text)
    out.stdout.flush()
