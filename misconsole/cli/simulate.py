"""``misconsole simulate``: the simulated MIS estate alone, for training and tests, and what it can be told.

Without a verb it serves until it is stopped.  With a verb it speaks to a simulator that is already
running (found by its ready file): approve or decline as a school would, let days pass, switch faults.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit, NotFound, Usage

if TYPE_CHECKING:
    from connectors.simulator.control import Control
    from misconsole.cli.frame import Out

VERBS = ("approve", "decline", "revoke", "advance", "fault", "clear", "state")


def add(sub: Any) -> None:
    parser = sub.add_parser("simulate", help="the simulated MIS estate alone, for training and tests")
    parser.add_argument("--port", type=int, default=0, help="port on loopback (0: any free one)")
    parser.add_argument("--seed", type=int, default=2026, help="another number gives other people")
    parser.add_argument("--ready-file", metavar="FILE", help="where the running simulator leaves its address")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="tell a simulator that is running")
    for verb in ("approve", "decline", "revoke"):
        verbs.add_parser(verb, help=f"{verb} access, as the school would").add_argument(
            "school", metavar="URN"
        )
    verbs.add_parser("advance", help="let days pass").add_argument("days", type=int)
    fault = verbs.add_parser("fault", help="switch a fault on")
    fault.add_argument("kind", help="slow, status, half, empty, truncated ... (state lists them all)")
    fault.add_argument("--school", metavar="URN", help="one school only")
    fault.add_argument("--how", metavar="K=V", action="append", default=[], help="e.g. code=429, times=2")
    verbs.add_parser("clear", help="switch all faults off")
    verbs.add_parser("state", help="what the simulator holds now")
    parser.set_defaults(run=run)


def ready_file(args: argparse.Namespace) -> Path:
    if args.ready_file:
        return Path(args.ready_file).expanduser()
    from misconsole.paths import config_dir

    return config_dir() / "simulator.json"


def run(args: argparse.Namespace, out: Out) -> int:
    return tell(args, out) if args.verb else serve(args, out)


def serve(args: argparse.Namespace, out: Out) -> int:
    from connectors.simulator.__main__ import main

    file = ready_file(args)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    out.note(
        f"Serving on loopback until stopped; its address and token are in {file} (only you can read it)."
    )
    words = ["--port", str(args.port), "--seed", str(args.seed), "--ready-file", str(file)]
    return main(words)


def control_of(args: argparse.Namespace) -> Control:
    from connectors.simulator.control import Control

    file = ready_file(args)
    try:
        ready = json.loads(file.read_text(encoding="utf-8"))
        return Control(ready["url"], ready["control_key"])
    except (OSError, ValueError, KeyError):
        raise NotFound(
            f"No running simulator was found by {file}.",
            mend="Start one (misconsole simulate), or name its --ready-file.",
        ) from None


def settings(pairs: list[str]) -> dict[str, Any]:
    """``k=v`` words to keyword arguments; whole and decimal numbers become numbers."""
    found: dict[str, Any] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign:
            raise Usage(f"--how takes KEY=VALUE, not {pair!r}.")
        found[key] = _number(value)
    return found


def _number(value: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def tell(args: argparse.Namespace, out: Out) -> int:
    control = control_of(args)
    if args.verb in ("approve", "decline", "revoke"):
        getattr(control, args.verb)(args.school)
    elif args.verb == "advance":
        control.advance(args.days)
    elif args.verb == "fault":
        control.fault(args.school, args.kind, **settings(args.how))
    elif args.verb == "clear":
        control.clear_faults()
    out.json(control.state()) if args.json or args.verb == "state" else out.note("Done.")
    return Exit.DONE
