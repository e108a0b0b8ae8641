"""What is wrong with an installation, its store, its terminal and its connections, and what is safe to mend.

Each check looks at one thing and says what it found, what mends it, and whether it can be mended here.
Nothing is mended that could lose anything: modes of files, runs whose process died, a log that grew.
"""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Iterator

from data.errors import StoreProblem
from misconsole import paths
from misconsole.errors import MisconsoleError
from misconsole.services.doctor_findings import Check, bad, hint, ok
from misconsole.services.doctor_findings import Finding as Finding
from misconsole.services.doctor_findings import Patient as Patient
from misconsole.services.doctor_store import backups, opened, store_file
from misconsole.services.doctor_work import connections, runs, secrets, worker

OLDEST_SQLITE = (3, 35, 0)  # upserts that RETURN


def examine(patient: Patient) -> tuple[Finding, ...]:
    """Every check in order; one that fails itself is told as a problem and does not stop the others."""
    found: list[Finding] = []
    for area, check in CHECKS:
        try:
            found += check(patient)
        except (StoreProblem, MisconsoleError) as error:
            found.append(bad(area, error.message, error.mend))
        except (OSError, sqlite3.Error) as error:
            found.append(bad(area, f"This could not be looked at: {type(error).__name__}.", ""))
    return tuple(found)


def installation(_: Patient) -> Iterator[Finding]:
    from misconsole import __version__

    yield ok("installation", f"misconsole {__version__} on Python {platform.python_version()}")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield bad(
            "installation", f"SQLite {sqlite3.sqlite_version} is too old.", "Install Python with SQLite 3.35."
        )
    if sys.flags.optimize:
        yield hint("installation", "Python runs with -O.", "Run it without: checks are left out by it.")


def terminal(patient: Patient) -> Iterator[Finding]:
    term, env = patient.env.get("TERM", ""), patient.env
    if term in ("", "dumb", "unknown"):
        yield hint(
            "terminal", f"TERM is {term or 'not set'}; the console cannot draw on it.", "Commands work."
        )
        return
    many = env.get("COLORTERM", "") in ("truecolor", "24bit") or term.endswith(
        ("256color", "direct", "kitty")
    )
    yield ok(
        "terminal", f"{term}, {'many' if many else 'sixteen'} colours, {patient.size[0]}x{patient.size[1]}"
    )
    if patient.size[0] < 80 or patient.size[1] < 24:
        yield hint(
            "terminal", "It is smaller than 80x24.", "Make the window larger; lists are cut otherwise."
        )
    words = (env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "").upper().replace("-", "")
    if "UTF8" not in words:
        yield hint(
            "terminal",
            "The locale does not say UTF-8, so plain signs are drawn.",
            "Set LANG=en_GB.UTF-8 or C.UTF-8.",
        )


def leftovers(patient: Patient) -> Iterator[Finding]:
    crashes = paths.crash_dir(patient.env)
    found = len(list(crashes.glob("*"))) if crashes.is_dir() else 0
    if found:
        yield hint(
            "crashes", f"{found} crash {'file lies' if found == 1 else 'files lie'} in {crashes}.",
            "They hold nobody's data; send the newest to your support desk, then remove them.",
        )  # fmt: skip


CHECKS: tuple[tuple[str, Check], ...] = (
    ("installation", installation), ("store", store_file), ("store", opened), ("backup", backups),
    ("secrets", secrets), ("runs", runs), ("worker", worker), ("terminal", terminal),
    ("connections", connections), ("crashes", leftovers),
)  # fmt: skip
