"""How many requests of one client may travel, once the server has asked for patience.

What it protects: a server that says "too many" to one request is left alone by all of them until the time
it named, and is not rushed afterwards.  Then one request goes alone; each good answer lets one more travel
beside it, until the next refusal begins it anew.  Without a refusal nothing is held back here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from connectors.errors import Cancelled
from connectors.http_errors import refused

LOOK = 0.05  # seconds between two looks whether it is our turn
TOO_MANY = 429


class Pace:
    """Shared by all threads of one client.  ``stop`` ends every wait here at once."""

    def __init__(self, stop: threading.Event, *, now: Callable[[], float] = time.monotonic) -> None:
        self._stop, self._now = stop, now
        self._lock = threading.Lock()
        self._closed_until = 0.0
        self._travelling = 0
        self._most: int | None = None  # None: no limit of ours

    def hold(self, seconds: float) -> None:
        """The server asked one of us to wait: nobody asks before that, and then one alone."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._now() + seconds)
            self._most = 1

    def enter(self, *, until: float, longest: float) -> None:
        """Wait for our turn.  Raises RateLimited when that would be later than ``until`` or take longer than
        ``longest`` seconds, Cancelled when told to stop."""
        while (wait := self._turn()) > 0:
            if wait > longest or self._now() + wait > until:
                raise refused(TOO_MANY, "", wait=wait)
            if self._stop.wait(wait):
                raise Cancelled("Cancelled while waiting to ask again.")

    def leave(self, *, good: bool) -> None:
        """The answer began to arrive, or never will."""
        with self._lock:
            self._travelling -= 1
            if good and self._most is not None and self._now() >= self._closed_until:
                self._most += 1

    def _turn(self) -> float:
        """Seconds until it is worth looking again; 0 when the request may go, and then it travels."""
        with self._lock:
            if (left := self._closed_until - self._now()) > 0:
                return left
            if self._most is not None and self._travelling >= self._most:
                return LOOK
            self._travelling += 1
            return 0.0


__all__ = ["LOOK", "TOO_MANY", "Pace"]
