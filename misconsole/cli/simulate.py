"""``misconsole simulate``: the simulated MIS estate alone, for training and tests, and what it can be told.

Without a verb it serves until it is stopped.  With a verb it speaks to a simulator that is already
running (found by its ready file): approve or decline as a school would, let days pass, switch faults, and
tell what an operator would type to connect a school.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit, MisconsoleError, NotFound, Usage

if TYPE_CHECKING:
    from connectors.simulator.control import Control
    from misconsole.cli.frame import Out

VERBS = ("approve", "decline", "revoke", "advance", "fault", "clear", "state", "typed", "target")


def add(sub: Any) -> None:
    from connectors.simulator.faults import KINDS

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
    fault.add_argument("kind", help=", ".join(sorted(KINDS)))
    fault.add_argument("--school", metavar="URN", help="one school only")
    fault.add_argument("--how", metavar="K=V", action="append", default=[], help="e.g. code=429, times=2")
    verbs.add_parser("clear", help="switch all faults off")
    verbs.add_parser("state", help="what the simulator holds now")
    typed = verbs.add_parser("typed", help="what an operator would type to connect a school")
    typed.add_argument("school", metavar="URN", help="of the school to connect")
    typed.add_argument("--route", required=True, help="wonde, csv, oneroster ... (“misconsole mis show MIS”)")
    typed.add_argument("--folder", metavar="DIR", default="", help="where routes by file write their files")
    typed.add_argument(
        "--secrets-file", metavar="FILE", help="where secrets go, for connect; only you can read it"
    )
    target = verbs.add_parser("target", help="what an operator would type to write accounts to a directory")
    target.add_argument("school", metavar="URN", help="whose simulated directory")
    target.add_argument("--kind", required=True, choices=("google", "graph"), help="of directory")
    target.add_argument(
        "--secrets-file", metavar="FILE", required=True, help="where secrets go; only you can read it"
    )
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
    if args.verb == "typed":
        return tell_typed(control, args, out)
    if args.verb == "target":
        return tell_target(control, args, out)
    from connectors.simulator.control import ControlProblem

    try:
        _do(control, args)
        state = control.state() if args.json or args.verb == "state" else None
    except ControlProblem as problem:
        raise MisconsoleError(
            f"The simulator says: {problem}",
            mend="“misconsole simulate state” lists the schools; --ready-file names another simulator.",
        ) from problem
    out.note("Done.") if state is None else out.json(state)
    return Exit.DONE


def _do(control: Control, args: argparse.Namespace) -> None:
    if args.verb in ("approve", "decline", "revoke"):
        getattr(control, args.verb)(args.school)
    elif args.verb == "advance":
        control.advance(args.days)
    elif args.verb == "fault":
        control.fault(args.school, args.kind, **settings(args.how))
    elif args.verb == "clear":
        control.clear_faults()


def tell_typed(control: Control, args: argparse.Namespace, out: Out) -> int:
    """Settings on stdout; secrets only to the file that was named, which ``connect --secrets-file`` takes."""
    from connectors.simulator.control import ControlProblem

    folder = str(Path(args.folder).expanduser().resolve()) if args.folder else ""
    try:
        found = control.typed(args.school, args.route, folder=folder)
        mis = next((one["mis"] for one in control.schools() if args.school in (one["urn"], one["slug"])), "")
    except ControlProblem as problem:
        raise MisconsoleError(
            f"The simulator says: {problem}",
            mend="Routes by file need a --folder; “misconsole simulate state” lists the schools.",
        ) from problem
    secrets = found["secrets"]
    if secrets and not args.secrets_file:
        raise Usage(
            f"This route needs secrets ({', '.join(secrets)}), which are never shown.",
            mend="Name a file for them with --secrets-file.",
        )
    file = _keep(secrets, args.secrets_file) if secrets else None
    command = connecting(args.school, mis, args.route, found["settings"], file)
    if args.json:
        told = {"school": args.school, "mis": mis, "route": args.route, "settings": found["settings"]}
        out.json({**told, "secrets": sorted(secrets), "secrets_file": file, "command": command})
    else:
        out.lines([command])
    return Exit.DONE


def tell_target(control: Control, args: argparse.Namespace, out: Out) -> int:
    """The command that sets the target up, on stdout; secrets only to the file that was named."""
    from connectors.simulator.control import ControlProblem

    try:
        found = control.target(args.school, args.kind)
    except ControlProblem as problem:
        raise MisconsoleError(
            f"The simulator says: {problem}", mend="“misconsole simulate state” lists the schools."
        ) from problem
    file = _keep(found["secrets"], args.secrets_file)
    words = ["misconsole", "target", args.school, "add", args.kind, "--kind", args.kind]
    command = _with(words, found["settings"], file)
    if args.json:
        told = {"school": args.school, "kind": args.kind, "settings": found["settings"], "command": command}
        out.json({**told, "secrets": sorted(found["secrets"]), "secrets_file": file})
    else:
        out.lines([command])
    return Exit.DONE


def _keep(secrets: Mapping[str, str], name: str) -> Path:
    from misconsole.private_file import private_file

    path = Path(name).expanduser().resolve()
    with private_file(path) as file:
        json.dump(dict(secrets), file)
    return path


def connecting(school: str, mis: str, route: str, settings: Mapping[str, str], file: Path | None) -> str:
    """The command that connects the school so, ready to paste."""
    return _with(["misconsole", "connect", school, "--mis", mis, "--route", route], settings, file)


def _with(words: list[str], settings: Mapping[str, str], file: Path | None) -> str:
    for name, value in settings.items():
        words = [*words, "--set", f"{name}={value}"]
    return shlex.join([*words, "--secrets-file", str(file)] if file else words)
