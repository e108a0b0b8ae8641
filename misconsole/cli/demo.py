"""``misconsole demo``: the console, or a headless rehearsal, on a throw-away estate of demo schools.

Never touches the operator's own store: the estate has a folder of its own, removed at the end unless
``--at`` names one to keep.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from misconsole.errors import Exit, Usage

if TYPE_CHECKING:
    from misconsole.cli.frame import Out
    from misconsole.services.demo import Estate
    from misconsole.services.desk import Desk


def add(sub: Any) -> None:
    parser = sub.add_parser("demo", help="the console on a throw-away estate of demo schools")
    parser.add_argument("--headless", action="store_true", help="sync every school and print a summary")
    parser.add_argument("--at", metavar="FOLDER", help="keep the estate in this folder, and use it again")
    parser.add_argument("--seed", type=int, default=2026, help="another number gives other people")
    parser.set_defaults(run=run)


@contextmanager
def folder_for(at: str | None) -> Iterator[Path]:
    if at:
        yield Path(at).expanduser().resolve()
        return
    with tempfile.TemporaryDirectory(prefix="misconsole-demo-") as name:
        yield Path(name) / "estate"


def run(args: argparse.Namespace, out: Out) -> int:
    from misconsole.__main__ import cannot_show, open_console
    from misconsole.cli.desk import desk_at
    from misconsole.services import demo

    if not args.headless and (refusal := cannot_show(os.environ)):
        raise Usage(refusal, mend="misconsole demo --headless syncs the same estate without a screen.")
    with folder_for(args.at) as folder, demo.estate(folder, seed=args.seed) as place:
        os.environ.update(place.environment())  # the console's and every run's store, secrets and clock
        with desk_at(place.store_url, origin="command") as desk:
            if args.headless:
                return headless(desk, place, args, out)
            urns = demo.furnish(desk, place, all_connected=False, note=out.note)
        demo.sync_in_background(place, urns)
        return open_console(place.store_url, demo=place)


def headless(desk: Desk, place: Estate, args: argparse.Namespace, out: Out) -> int:
    from misconsole.cli.run_words import sync_document
    from misconsole.services import demo, runs

    urns = demo.furnish(desk, place, all_connected=True, note=out.note)
    views = []
    for urn in urns:
        view = runs.run_now(desk, urn)
        out.note(f"{view.school_name}: {view.state}")
        views.append(view)
    good = sum(view.state == "succeeded" for view in views)
    if args.json:
        documents = [sync_document(view) | {"name": view.school_name} for view in views]
        out.json({"store": place.store_url, "schools": documents, "succeeded": good, "of": len(views)})
    else:
        out.table(
            ["School", "State", "Created", "Updated", "Linked", "Unallocated", "Unchanged", "Waiting"],
            [
                [view.school_name, view.state]
                + [
                    str(view.changes.get(k, 0))
                    for k in ("created", "updated", "linked", "unallocated", "unchanged")
                ]
                + [str(view.waiting.get("unmatched_staff", 0) + view.waiting.get("unmatched_pupils", 0))]
                for view in views
            ],
        )
        out.note(f"{good} of {len(views)} schools succeeded.")
    return Exit.DONE if good == len(views) else Exit.FAILED
