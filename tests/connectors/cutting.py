"""A relay between the adapter and a directory that cuts the connection where the test says."""

from __future__ import annotations

import socket
import threading
from types import TracebackType


class Relay:
    """Passes ``upto`` bytes of one direction in all, then cuts every connection hard; None: never.

    ``swallow``: the directory's answers are dropped from then on, and only then is it cut: what was asked
    happened, and nobody hears of it.  After the cut the relay is whole again (``healed``), as a network is.
    """

    def __init__(self, host: str, port: int, *, listen: str = "") -> None:
        self.upto: int | None = None
        self.swallow = False
        self.cuts = 0
        self.to_server = 0
        self._to = (host, port)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server((listen or host, 0))
        self.port = self._listening.getsockname()[1]
        self._start(self._accept)

    def cut_after(self, count: int, *, swallow: bool = False) -> None:
        """``count`` bytes from us to the directory get through (with ``swallow``: from it to us)."""
        with self._lock:
            self.to_server, self.upto, self.swallow, self.cuts = 0, count, swallow, 0

    def cut_now(self) -> None:
        with self._lock:
            self._cut()

    def heal(self) -> None:
        with self._lock:
            self.upto = None

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut_now()
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._to)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._pairs.append((near, far))
            self._start(self._pump, near, far, True)
            self._start(self._pump, far, near, False)

    def _pump(self, source: socket.socket, sink: socket.socket, outward: bool) -> None:
        while True:
            try:
                data = source.recv(65536)
                whole = bool(data) and self._pass(data, sink, outward)
            except OSError:
                whole = False
            if not whole:
                break
        for one in (source, sink):
            _end(one)

    def _pass(self, data: bytes, sink: socket.socket, outward: bool) -> bool:
        counted = outward != self.swallow
        with self._lock:
            room = None if self.upto is None or not counted else max(self.upto - self.to_server, 0)
            kept = data if room is None else data[:room]
            self.to_server += len(data) if counted else 0
            if kept:
                sink.sendall(kept)
            if room is not None and len(data) > room:
                self._cut()
                return False
        return True

    def _cut(self) -> None:
        self.cuts += 1
        self.upto = None
        pairs, self._pairs = self._pairs, []
        for near, far in pairs:
            _end(near)
            _end(far)


def _end(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        one.close()
