"""One way to speak HTTP to a MIS: bounded, cancellable, and careful with the token.

Protects three things.  The *token*: it goes to the origin it was made for and nowhere else, and
no message carries it (``redact``).  The *machine*: every answer has a time limit and a size
limit, counted after decompression.  The *operator*: whatever goes wrong ends in one of
``connectors.errors`` with what happened and what mends it.  Nothing is logged here.

httpx is imported when the first client is made, so that asking the registry what connectors
there are stays cheap.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as StillRunning
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.errors import BadAnswer, Cancelled, ConnectorError
from connectors.http_address import (
    CUT,
    check_base,
    check_secret,
    is_loopback,
    origin,
    plain_url,
    redact,
)
from connectors.http_shapes import Answer, Limits, Raw, Read, Refusal, Signer

if TYPE_CHECKING:
    from connectors.http_transport import Transport

__all__ = [
    "CUT", "Answer", "Http", "Limits", "Raw", "Read", "Refusal", "Signer", "check_base", "check_secret",
    "is_loopback", "origin", "plain_url", "redact",
]  # fmt: skip

Result = TypeVar("Result")


class Http:
    """Speaks to one origin.  ``cancelled`` is asked only on the caller's thread.

    ``get``/``post`` wait for the answer; ``start`` begins a GET on another thread (so that the next
    page travels while this one is worked on) and ``wait`` collects it; ``fetch`` gives an answer unread.
    ``signer`` signs every request, and once more after a 401 if it has something newer to show.
    ``judge`` may have a better error for an answer of 400 and above than ours; None leaves it to us.
    Close it when done.
    """

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str],
        secrets: Iterable[str] = (),
        limits: Limits | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        signer: Signer | None = None,
        judge: Callable[[Refusal], ConnectorError | None] | None = None,
    ) -> None:
        self.base = check_base(base)
        self.signer = signer
        self.judge = judge
        self.limits = limits or Limits()
        self.secrets = tuple(secrets)
        self._headers = dict(headers)
        self._cancelled = cancelled
        self._stop = threading.Event()
        self._until = time.monotonic() + self.limits.overall
        self._made: Transport | None = None
        self._threads: list[threading.Thread] = []

    @property
    def _transport(self) -> Transport:
        if self._made is None:
            from connectors.http_transport import Transport

            self._made = Transport(
                self.base,
                headers=self._headers,
                secrets=self.secrets,
                limits=self.limits,
                stop=self._stop,
                until=self._until,
                signer=self.signer,
                judge=self.judge,
            )
        return self._made

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """``url`` absolute, or relative to the base.  Raises ConnectorError only."""
        return self.wait(self.start(url, params, headers))

    def change(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        *,
        again: bool = True,
        secrets: tuple[str, ...] = (),
    ) -> Answer:
        """A PUT, PATCH, DELETE or POST that writes; ``data`` is None where nothing is answered.

        ``again``: doing it twice is doing it once, so it is retried as a GET is; without, only what the
        server refused as too much or never got.  ``secrets`` stand in the body and must not be shown either.
        Raises Unreachable where it may have happened or not.
        """
        self.check_cancelled()
        return self.wait(
            self._later(
                lambda t, u: t.change(method, u, body, again=again, secrets=secrets), self.address(url)
            )
        )

    def pause(self, seconds: float) -> None:
        """Waits; Cancelled within a quarter of a second of being cancelled."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._stop.wait(min(left, 0.25))
            self.check_cancelled()

    def fetch(self, url: str, params: Mapping[str, str] | None = None, *, accept: str = "*/*") -> Raw:
        """The body as it came; a web page where data was asked for (``html``) is still a BadAnswer."""
        return self.wait(self.start_fetch(url, params, accept=accept))

    def start_fetch(
        self, url: str, params: Mapping[str, str] | None = None, *, accept: str = "*/*"
    ) -> Future[Raw]:
        self.check_cancelled()
        return self._later(lambda t, u: t.fetch(u, params, accept), self.address(url))

    def ask(self, url: str, body: Mapping[str, Any]) -> Answer:
        """A POST that only reads (a GraphQL question, a search): as safe to repeat as a GET."""
        return self.wait(self.start_ask(url, body))

    def start_ask(self, url: str, body: Mapping[str, Any]) -> Future[Answer]:
        self.check_cancelled()
        return self._later(lambda t, u: t.ask(u, body), self.address(url))

    def start_question(
        self,
        url: str,
        body: bytes,
        *,
        kind: str,
        params: Mapping[str, str] | None = None,
        accept: str = "*/*",
    ) -> Future[Raw]:
        """The same in the interface's own format (``kind``, such as ``application/xml``), answered unread."""
        self.check_cancelled()
        return self._later(lambda t, u: t.question(u, body, kind, params, accept), self.address(url))

    def post(self, url: str, body: Mapping[str, Any] | None = None) -> Answer:
        """One attempt: what is not safe to repeat is not repeated."""
        return self.wait(self._later(lambda t, u: t.post(u, body or {}), self.address(url)))

    def post_form(
        self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A urlencoded form, one attempt, never signed: where tokens are asked for."""
        return self.wait(self._later(lambda t, u: t.post_form(u, form, headers or {}), self.address(url)))

    def start(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        read: Read | None = None,
    ) -> Future[Answer]:
        """``read``: how to take in an answer of which not everything is wanted."""
        self.check_cancelled()
        return self._later(lambda t, u: t.get(u, params, headers, read), self.address(url))

    def wait(self, future: Future[Result]) -> Result:
        """The answer, or its error; Cancelled within a quarter of a second of being cancelled."""
        while True:
            try:
                return future.result(timeout=0.25)
            except StillRunning:
                self.check_cancelled()

    def check_cancelled(self) -> None:
        if self._stop.is_set() or self._cancelled():
            self._stop.set()
            raise Cancelled("Cancelled while reading from the MIS.")

    def address(self, url: str) -> str:
        """The absolute address, refused unless it is on our own origin: the token stays there."""
        full = url if "://" in url else self.base + url.lstrip("/")
        try:
            same = origin(full) == origin(self.base)
        except ValueError:
            same = False
        if not same:
            raise BadAnswer(
                "The answer points to another host; it was not followed, and the token not sent there.",
                mend="Nothing was changed. Tell the supplier which address it gave.",
                where=redact(plain_url(full)[:200], self.secrets),
            )
        return full

    def _later(self, work: Callable[[Transport, str], Result], url: str) -> Future[Result]:
        """A daemon thread a request: a server that never answers must not keep the process alive."""
        future: Future[Result] = Future()
        transport = self._transport

        def run() -> None:
            try:
                future.set_result(work(transport, url))
            except BaseException as problem:  # noqa: BLE001 - it is raised again where it is waited for
                future.set_exception(problem)

        thread = threading.Thread(target=run, name="connector-http", daemon=True)
        self._threads = [t for t in self._threads if t.is_alive()]
        self._threads.append(thread)
        thread.start()
        return future

    def close(self) -> None:
        """Stops waits at once; requests in flight have two seconds to end by themselves."""
        self._stop.set()
        until = time.monotonic() + 2.0
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))
        if self._made is not None:
            self._made.close()
            self._made = None
