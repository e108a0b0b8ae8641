"""``misconsole doctor``: what is wrong with the installation, store, terminal and connections.

Exit codes: 0 all well or only hints, 1 something is wrong.
"""

from __future__ import annotations

import argparse
import os
import shutil
from typing import TYPE_CHECKING, Any

from misconsole.cli.desk import open_desk
from misconsole.errors import Exit
from misconsole.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from misconsole.cli.out import Out
    from misconsole.services.doctor import Finding

SIGNS = {"ok": "ok     ", "attention": "look at", "problem": "WRONG  "}


def add(sub: Any) -> None:
    parser = sub.add_parser("doctor", help="what is wrong with the installation, and mend what is safe")
    parser.add_argument("--mend", action="store_true", help="put right what can be put right without loss")
    parser.add_argument("--online", action="store_true", help="ask every MIS whether it answers, too")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, out: Out) -> int:
    from data.errors import StoreProblem
    from misconsole import paths
    from misconsole.config_file import ConfigProblem
    from misconsole.services import doctor, permits, status

    url = paths.store_url(args.store, os.environ)
    size = shutil.get_terminal_size()
    patient = doctor.Patient(
        env=os.environ, store=paths.sqlite_path(url), now=status.clock_now(), mend=args.mend,
        online=args.online, size=(size.columns, size.lines),
    )  # fmt: skip
    if patient.store is not None and not patient.store.is_file():
        found = doctor.examine(patient)
    else:
        try:
            with open_desk(args) as desk:
                if args.mend:
                    permits.need(desk, "keep_house")
                patient.desk = desk
                found = doctor.examine(patient)
        except (StoreProblem, ConfigProblem) as error:
            patient.trouble = error
            patient.mend = patient.mend and not isinstance(error, ConfigProblem)  # who asks is not known
            found = doctor.examine(patient)
    return _tell(found, out)


def _tell(found: Sequence[Finding], out: Out) -> int:
    wrong = [finding for finding in found if finding.state == "problem"]
    if out.as_json:
        out.json({"well": not wrong, "findings": list(found)})
    else:
        for finding in found:
            sign = "mended " if finding.mended else SIGNS[finding.state]
            out.lines([f"{sign} {finding.area:<12} {shown(finding.message, limit=300)}"])
            if finding.mend:
                out.lines([f"{'':20} {shown(finding.mend, limit=300)}"])
    return Exit.FAILED if wrong else Exit.DONE
