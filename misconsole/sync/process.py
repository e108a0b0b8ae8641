"""A run as its own process: started detached, deaf to hang-ups, polite to SIGTERM and SIGINT.

Why its own process: when an SSH client stops reading, the console's event loop stops, and hanging up
kills it; a run must not care.  Nothing secret goes into argv: a store address with a password in it
travels in the environment instead.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from data import server
from misconsole.sync import lease

#: glibc's mallopt: how many heaps (a thread each by default), from which size a block is given back at once
#: when it is freed, and how much free memory at the end of the heap is kept.
HEAP = {"M_ARENA_MAX": (-8, 1), "M_MMAP_THRESHOLD": (-3, 1 << 18), "M_TRIM_THRESHOLD": (-1, 1 << 18)}
GC_THRESHOLD = 50_000  # records are many, small and without cycles; the default looks at them too often


def command(url: str, run_id: int) -> tuple[list[str], dict[str, str]]:
    """The command line of a detached run and what it needs in the environment besides ours.

    It keeps our working directory, because the store or a folder of files may be named relative to it,
    but nothing is imported from there (``-P``).
    """
    words = [sys.executable, "-P", "-m", "misconsole", "sync", "--run", str(run_id)]
    if server.has_password(url):
        return words, {"MISCONSOLE_STORE": url}
    return [*words, "--store", url], {}


def start(url: str, run_id: int) -> int:
    """Start the run in a session of its own and return its process id. Raises OSError."""
    words, extra = command(url, run_id)
    child = subprocess.Popen(  # the child outlives us on purpose; see lease.adopt
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **extra},
        start_new_session=True,
        close_fds=True,
    )
    lease.adopt(child)
    return child.pid


@contextmanager
def listening(*, detached: bool) -> Iterator[Callable[[], bool]]:
    """Turn SIGTERM and SIGINT into a wish to stop, asked for by the function this yields.

    The second SIGINT is not ours any more: it interrupts at once, as everywhere.
    """
    asked: list[int] = []

    def heard(number: int, _frame: FrameType | None) -> None:
        if asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.append(number)

    before = {}
    wanted = {signal.SIGTERM: heard, signal.SIGINT: heard}
    if detached and hasattr(signal, "SIGHUP"):
        wanted[signal.SIGHUP] = signal.SIG_IGN  # type: ignore[assignment]
    try:
        for number, action in wanted.items():
            before[number] = signal.signal(number, action)
    except ValueError:  # not the main thread: somebody else listens
        before.clear()
    try:
        yield lambda: bool(asked)
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def frugal_heap() -> None:
    """Give the memory of pages back once they are read, where the C library lets us say so.

    Answers of many megabytes are read by threads of their own; without this each thread's heap keeps the
    room of its largest answer, which made up a tenth of the memory of a large run.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with suppress(OSError, AttributeError):  # another C library than glibc
        for option, value in HEAP.values():
            ctypes.CDLL(None).mallopt(option, value)


@contextmanager
def calm_collector() -> Iterator[None]:
    """Look for garbage less often while very many records are alive."""
    before = gc.get_threshold()
    gc.set_threshold(GC_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
