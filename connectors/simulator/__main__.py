"""``python -m connectors.simulator``: the simulated estate alone, in a process of its own.

Writes its addresses and keys to a private ready file once it serves; ends on SIGTERM, on Ctrl+C, or when
the process that started it is gone, so that no simulator is ever left behind.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.simulator.server import Simulator
from connectors.simulator.world import World, build_bulk_world, build_world


def parser() -> argparse.ArgumentParser:
    known = argparse.ArgumentParser(prog="python -m connectors.simulator", description=__doc__)
    known.add_argument("--port", type=int, default=0, help="0 takes a free one")
    known.add_argument("--seed", type=int, default=2026)
    known.add_argument("--today", type=date.fromisoformat, help="the simulated day, ISO; default: this day")
    known.add_argument("--schools", nargs="*", help="only these (URN, slug or MIS id)")
    known.add_argument("--scale", type=float, default=1.0, help="multiplies every roll")
    known.add_argument("--people", type=int, help="instead: one school with about this many people")
    known.add_argument("--approved", nargs="*", default=(), help="schools that have approved, or: all")
    known.add_argument("--ready-file", type=Path, help="where to write address and keys, mode 0600")
    known.add_argument("--stay", action="store_true", help="go on when the starting process ends")
    return known


def world_for(args: argparse.Namespace) -> World:
    today = args.today or datetime.now(tz=UTC).date()
    if args.people:
        return build_bulk_world(people=args.people, seed=args.seed, today=today)
    return build_world(seed=args.seed, today=today, schools=args.schools or None, scale=args.scale)


def announce(simulator: Simulator, path: Path | None) -> None:
    ready = {
        "url": simulator.url, "wonde_url": simulator.wonde_url, "token": simulator.token,
        "control_key": simulator.control_key, "pid": os.getpid(),
    }  # fmt: skip
    if path is None:
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        return
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(ready, file)
    part.replace(path)


def main(argv: list[str] | None = None) -> int:
    args = parser().parse_args(argv)
    parent, stop = os.getppid(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        world = world_for(args)
    except KeyError as unknown:
        sys.stderr.write(f"{unknown.args[0]}\n")
        return 2
    gc.freeze()  # the world lives as long as the process: no collection need look at it again
    with Simulator(world, port=args.port, approved=tuple(args.approved)) as simulator:
        announce(simulator, args.ready_file)
        while not stop.wait(0.5):
            if not args.stay and os.getppid() != parent:
                break
    return 0


if __name__ == "__main__":
    sys.exit(main())
