"""A real pseudo-terminal for the end-to-end tests and the benchmarks: type, wait for words, count bytes.

``Terminal`` runs a command on a pty of a given size, keeps an emulated screen (pyte), and waits on
conditions, never on time: every wait has a limit after which the test fails showing the screen.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

import pyte

LIMIT = 60.0


@dataclass
class Terminal:
    """``received`` counts bytes from the program; ``raw`` keeps them all when ``keep`` is set."""

    words: Sequence[str]
    columns: int = 80
    rows: int = 24
    env: Mapping[str, str] | None = None
    cwd: str | None = None
    keep: bool = False
    received: int = 0
    raw: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Terminal:
        self.screen = pyte.Screen(self.columns, self.rows)
        self.stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
        env = dict(self.env if self.env is not None else os.environ)
        env.setdefault("TERM", "xterm-256color")
        for name in ("COLUMNS", "LINES"):
            env.pop(name, None)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            list(self.words),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            cwd=self.cwd,
            start_new_session=True,
        )
        os.close(slave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=5)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(OSError):
            os.close(self.master)

    # -- reading ------------------------------------------------------------------------------

    def pump(self, seconds: float) -> int:
        """Read what comes within ``seconds``; gives the bytes read (0: nothing came, or the end)."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return 0
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return 0
        self.received += len(data)
        if self.keep:
            self.raw += data
        self._answer(data)
        self.stream.feed(data)
        return len(data)

    def _answer(self, data: bytes) -> None:
        """Say what a terminal says when asked who it is, so that the program does not wait."""
        if b"\x1b[c" in data:
            os.write(self.master, b"\x1b[?62;c")
        if b"\x1b[?2026$p" in data:
            os.write(self.master, b"\x1b[?2026;0$y")

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait(self, until: Callable[[str], bool], what: str, *, limit: float = LIMIT) -> float:
        """Wait until the screen satisfies ``until``; gives the seconds since the start of the program."""
        ends = time.perf_counter() + limit
        while not until(self.text):
            if time.perf_counter() > ends:
                raise AssertionError(f"waited {limit:.0f} s for {what}; the screen was:\n{self.text}")
            if self.pump(0.05) == 0 and self.process.poll() is not None and self.pump(0) == 0:
                if until(self.text):
                    break
                raise AssertionError(f"the program ended ({self.process.poll()}) before {what}:\n{self.text}")
        return time.perf_counter() - self.started

    def wait_for(self, words: str, *, limit: float = LIMIT) -> float:
        return self.wait(lambda text: words in text, f"{words!r}", limit=limit)

    def wait_gone(self, words: str, *, limit: float = LIMIT) -> float:
        return self.wait(lambda text: words not in text, f"{words!r} to go", limit=limit)

    def settle(self, quiet: float = 0.15) -> None:
        """Read until nothing has come for ``quiet`` seconds."""
        while self.pump(quiet):
            pass

    # -- typing -------------------------------------------------------------------------------

    def send(self, keys: str | bytes) -> None:
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def press(self, keys: str | bytes, then: str, *, limit: float = LIMIT) -> float:
        """Type, then wait for words to be on the screen."""
        self.send(keys)
        return self.wait_for(then, limit=limit)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def end(self, *, limit: float = LIMIT) -> int:
        """Read to the end of the program and give its exit code."""
        ends = time.perf_counter() + limit
        while self.process.poll() is None:
            if time.perf_counter() > ends:
                raise AssertionError(f"the program did not end; the screen was:\n{self.text}")
            self.pump(0.05)
        while self.pump(0.05):
            pass
        return self.process.returncode


ENTER, ESCAPE, TAB, DOWN, UP = "\r", "\x1b", "\t", "\x1b[B", "\x1b[A"
PAGE_DOWN, PAGE_UP, HOME, END, F2, F3, F9 = (
    "\x1b[6~",
    "\x1b[5~",
    "\x1b[H",
    "\x1b[F",
    "\x1bOQ",
    "\x1bOR",
    "\x1b[20~",
)
