"""The simulator on loopback: one small threaded HTTP/1.1 server with every face there is.

Paths: ``/wonde/v1.0/…`` (UK), ``/wonde-apse2/v1.0/…`` (another region on the same server), the prefixes of
the other faces, ``/_control/…`` (needs ``X-Control-Key``) and ``/_trap/…`` (where redirects point).
Nothing listens beyond 127.0.0.1.
No answer carries the machine's clock.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from connectors.simulator.approvals import Approvals
from connectors.simulator.control_face import ControlFace
from connectors.simulator.face import Answer, Call, Face, Ground, directories, dumps, faces
from connectors.simulator.faces.wonde import WondeFace
from connectors.simulator.faults import Faults
from connectors.simulator.spoil import Reply, before, spoil
from connectors.simulator.world import World

MOST_BODY = 1_000_000


class Simulator:
    """Serves ``world`` in a thread while the ``with`` block lasts.

    ``approved``: URNs or slugs of schools that have approved already, or ``("all",)``; none by default.
    ``url``, ``wonde_url`` and ``token`` are what a reader needs, ``control_key`` what ``Control`` needs.
    """

    def __init__(
        self, world: World, *, port: int = 0, token: str | None = None, approved: tuple[str, ...] = ()
    ) -> None:
        self.world = world
        self.token = token or secrets.token_hex(20)
        self.control_key = secrets.token_hex(20)
        self.approvals = Approvals(world.schools, approved=approved)
        self.faults, self.lock, self.stopping = Faults(), threading.RLock(), threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.wonde_url = f"{self.url}/wonde/v1.0/"
        ground = Ground(world=world, approvals=self.approvals, token=self.token, origin=self.url)
        self.faces = {route: face(ground) for route, face in faces().items()}
        self.directories = {kind: face(ground) for kind, face in directories().items()}
        everything = (*self.faces.values(), *self.directories.values())
        self.by_prefix = {prefix: face for face in everything for prefix in face.prefixes}
        self.face = cast(WondeFace, self.faces["wonde"]).inner
        self.control = ControlFace(self.face, self.faces, self.faults, self.lock, self.directories)
        self._server.simulator = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Simulator:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops listening, ends open connections, and waits for both."""
        self.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    def asked(self, face: Face, call: Call) -> Reply | None:
        """The answer with whatever faults are on; None means: close without a word."""
        hit = self.faults.take(*face.aim(call))
        early = before(hit, self)
        if early is not None:
            return early.reply
        with self.lock:
            self.control.requests += 1
            answer = face.answer(call, hit)
        return None if any(fault.kind == "lost" for fault in hit) else spoil(answer, hit)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128
    simulator: Simulator

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that went away is no news; anything else is told by the answer it got."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        """Nothing: addresses could carry what belongs in no log."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, MOST_BODY))
        parts = urlsplit(self.path)
        words = tuple(unquote(word) for word in parts.path.split("/") if word)
        reply = self._reply(method, words, parts.query, body)
        if reply is None:
            self.close_connection = True
            return
        self._send(reply)

    def _reply(self, method: str, words: tuple[str, ...], query: str, body: bytes) -> Reply | None:
        simulator = self.server.simulator
        match words:
            case ("_control", name) if method == "POST":
                return self._control(name, body)
            case ("_trap", *_):
                token = bool(self.headers.get("Authorization"))
                simulator.control.trap.append({"path": "/".join(words), "authorization": token})
                return Reply(Answer(200, dumps({"data": []})))
            case (prefix, *rest) if prefix in simulator.by_prefix:
                call = Call(
                    method=method, prefix=prefix, path=tuple(rest), query=query, body=body,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    url=f"{simulator.url}{urlsplit(self.path).path}",
                )  # fmt: skip
                return simulator.asked(simulator.by_prefix[prefix], call)
        return Reply(Answer(404, dumps({"error": "Not found."})))

    def _control(self, name: str, body: bytes) -> Reply:
        simulator = self.server.simulator
        key = self.headers.get("X-Control-Key") or ""
        if not hmac.compare_digest(key.encode(), simulator.control_key.encode()):
            return Reply(Answer(401, dumps({"error": "wrong control key"})))
        try:
            document = json.loads(body or b"{}")
        except ValueError:
            document = None
        if not isinstance(document, dict):
            return Reply(Answer(422, dumps({"error": "a JSON object is needed"})))
        status, result = simulator.control.answer(name, document)
        return Reply(Answer(status, dumps(result)))

    def _send(self, reply: Reply) -> None:
        answer = reply.answer
        lines = [f"HTTP/1.1 {answer.status} Simulated", f"Content-Type: {answer.kind}; charset=utf-8"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        lines.append(f"Content-Length: {reply.length if reply.length is not None else len(answer.body)}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        try:
            self.connection.sendall(head + answer.body)
            for chunk in reply.more:
                self.connection.sendall(chunk)
        except OSError:
            self.close_connection = True
        if reply.hang_up:
            self.close_connection = True
