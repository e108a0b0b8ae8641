"""A crash file: what is needed to mend a fault, and nothing about a pupil.

Version, screen, error type and the traceback's places; no local variables and no message text of the
error beyond its type, because either may hold somebody's data.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

from misconsole.paths import crash_dir


def write(error: BaseException, *, screen: str, at: datetime) -> Path | None:
    """Write the file (0600) and give its path; None where even that is impossible."""
    try:
        folder = crash_dir()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"crash-{at:%Y%m%d-%H%M%S-%f}.txt"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(report(error, screen=screen, at=at))
    except OSError:
        return None
    return path


def report(error: BaseException, *, screen: str, at: datetime) -> str:
    from importlib.metadata import version

    from misconsole.crash import chain, places

    lines = [
        f"misconsole {version('misconsole')}, textual {version('textual')}, Python {sys.version.split()[0]}",
        f"at {at.isoformat()} on screen {screen}",
    ]
    for chained in chain(error):
        lines += places(chained)
    return "\n".join(lines) + "\n"
