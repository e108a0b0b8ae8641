"""The clock of the product: real time, or, on the demo estate only, real time moved on by whole days.

On the demo estate an operator can let days pass (leavers leave, starters start).  The console, the
commands and the run processes must then agree on the day, so the number of days lives in one small
file of the estate, named by ``MISCONSOLE_DEMO_CLOCK``.  Without that variable there is only real time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "MISCONSOLE_DEMO_CLOCK"


def real() -> datetime:
    return datetime.now(UTC)


def days_passed(file: Path) -> int:
    """Days the demo estate was moved on; an unreadable or foreign file counts as none."""
    try:
        return max(0, int(file.read_text(encoding="ascii").strip() or 0))
    except (OSError, ValueError):
        return 0


def clock(env: Mapping[str, str]) -> Callable[[], datetime]:
    """The clock to give to a desk: reads the estate's file at each call, so all processes agree."""
    named = env.get(VARIABLE)
    if not named:
        return real
    file = Path(named)
    return lambda: real() + timedelta(days=days_passed(file))
