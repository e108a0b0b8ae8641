"""What the worker does less often than it looks: it looks every two seconds while runs are under way.

By the clock, and at once where the clock went back: what was planned by one that was ahead is seen to then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TELL_EVERY = timedelta(seconds=30)  # notices: each round reads how every school stands
HEAL_EVERY = timedelta(hours=1)  # slots that a clock which was ahead has planned


@dataclass(slots=True)
class Pace:
    """Something that is done at most once in ``every``, the first time at once."""

    every: timedelta
    last: datetime | None = None
    seen: datetime | None = None  # the clock as it was when last asked

    def is_time(self, now: datetime) -> bool:
        """Whether to do it now; who is told yes does it."""
        back = self.seen is not None and now < self.seen
        self.seen = now
        if self.last is not None and not back and now - self.last < self.every:
            return False
        self.last = now
        return True
