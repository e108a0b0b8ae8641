"""``misconsole worker``: runs what is due, for ever; ``--once`` for the system's own scheduler.

On SIGTERM or SIGINT it begins nothing new and ends; runs under way are processes of their own and go on.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.frame import Out

SLICE = 0.5  # seconds after which a signal is noticed while waiting


def add(sub: Any) -> None:
    parser = sub.add_parser("worker", help="runs what is due, for ever")
    parser.add_argument("--once", action="store_true", help="run what is due now, wait for it, and end")
    parser.add_argument("--parallel", type=int, metavar="N", help="runs at once (4)")
    parser.add_argument("--per-supplier", type=int, metavar="N", help="of these, runs of one route (2)")
    parser.add_argument(
        "--grace", type=float, default=0.0, metavar="SECONDS",
        help="when told to stop, wait so long for runs under way; they go on in any case (0)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, out: Out) -> int:
    from misconsole import config
    from misconsole.cli.desk import open_desk
    from misconsole.services import worker, worker_hooks
    from misconsole.sync import process

    told = config.load(
        os.environ, {"worker.parallel": args.parallel, "worker.per_supplier": args.per_supplier}
    )
    parallel, per_supplier = int(told.get("worker.parallel")), int(told.get("worker.per_supplier"))
    if parallel < 1 or per_supplier < 1 or not args.grace >= 0:
        raise Usage("--parallel and --per-supplier take 1 or more, --grace 0 or more.")
    with open_desk(args, origin="worker") as desk, process.listening(detached=True) as stop:
        shift = worker.Shift(
            desk=desk,
            caps=worker.Caps(parallel=parallel, per_supplier=per_supplier),
            hooks=(worker_hooks.tidy,),
            mornings=(worker_hooks.morning,),
            often=(worker_hooks.tell,),
            targets=worker_hooks.names,
            push=worker_hooks.push,
            say=out.note,
        )
        worker.work(shift, wait=waiter(stop), stop=stop, once=args.once, grace=args.grace)
    if out.as_json:
        out.json({"started": shift.begun, "standing_by": shift.standing_by or None})
    return Exit.DONE


def waiter(stop: Callable[[], bool]) -> Callable[[float], None]:
    """Wait that long, but notice within half a second that somebody wants an end."""

    def wait(seconds: float) -> None:
        asked = stop()
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and (asked or not stop()):
            time.sleep(min(SLICE, left))

    return wait
