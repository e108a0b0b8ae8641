"""What every request passes on its way out: the pace kept, the signature, the retries, the connection.

Protects the server from being asked too often, and us from waiting longer than anybody would.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from httpx_retries import Retry

from connectors.errors import Cancelled
from connectors.http import Limits, Signer, is_loopback
from connectors.http_errors import refused, tls_trouble
from connectors.pace import TOO_MANY, Pace

# The libraries log headers as they come, and a server may echo a token in one.
for _name in ("httpx", "httpcore", "httpx_retries"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class PatientRetry(Retry):
    """httpx-retries, with waits that end on cancel and on the deadline, and no wait for a
    server that asks for longer than we are willing to stand at the door."""

    stop: threading.Event
    until: float
    longest: float
    pace: Pace

    def increment(self) -> PatientRetry:
        fresh = super().increment()
        assert isinstance(fresh, PatientRetry)  # noqa: S101 - copy_with keeps the class
        fresh.stop, fresh.until, fresh.longest = self.stop, self.until, self.longest
        fresh.pace = self.pace
        return fresh

    def is_retryable_exception(self, exception: Exception) -> bool:
        return super().is_retryable_exception(exception) and not tls_trouble(exception)

    def sleep(self, response: httpx.Response | Exception) -> None:
        headers = response.headers if isinstance(response, httpx.Response) else httpx.Headers()
        asked = self._asked(headers)
        seconds = asked if asked is not None else self.backoff_strategy()
        if seconds > self.longest or time.monotonic() + seconds > self.until:
            if isinstance(response, httpx.Response):
                raise refused(response.status_code, "", wait=asked)
            raise response
        if asked is not None or (isinstance(response, httpx.Response) and response.status_code == TOO_MANY):
            self.pace.hold(seconds)
        if self.stop.wait(seconds):
            raise Cancelled("Cancelled while waiting to ask again.")

    def _asked(self, headers: httpx.Headers) -> float | None:
        text = headers.get("Retry-After", "")
        try:
            return self.parse_retry_after(text) if text.strip() else None
        except (ValueError, OverflowError):
            return None


class SignedWire(httpx.BaseTransport):
    """Signs each request on its way out, a retry anew: a signature is good for one journey only.

    What it was signed with is left in ``extensions["signed"]``, absent where no signature could be made.
    """

    def __init__(self, wire: httpx.BaseTransport, signer: Signer) -> None:
        self._wire, self._signer = wire, signer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.extensions.get("unsigned"):
            request.extensions.pop("signed", None)
            headers = self._signer.headers(request.method, str(request.url))
            request.headers.update(headers)
            request.extensions["signed"] = headers
        return self._wire.handle_request(request)

    def close(self) -> None:
        self._wire.close()


class PacedWire(httpx.BaseTransport):
    """Every try of every request passes here, the first one as well as those made again.

    A request for a token (``unsigned``) does not wait: it is made while another one has its turn and needs
    it, and would wait for that one for ever."""

    def __init__(self, wire: httpx.BaseTransport, pace: Pace) -> None:
        self._wire, self._pace = wire, pace

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.extensions.get("unsigned"):
            return self._wire.handle_request(request)
        patience = request.extensions["retry"]
        self._pace.enter(until=patience.until, longest=patience.longest)
        good = False
        try:
            response = self._wire.handle_request(request)
            good = response.status_code < 500 and response.status_code != TOO_MANY
            return response
        finally:
            self._pace.leave(good=good)

    def close(self) -> None:
        self._wire.close()


def wire_to(base: str, limits: Limits) -> httpx.HTTPTransport:
    """The real connection.  The machine's proxy settings hold, except towards this machine itself."""
    pool = httpx.Limits(max_connections=limits.parallel * 2)
    if is_loopback(base):
        context: ssl.SSLContext | bool = base.startswith("https")
        return httpx.HTTPTransport(verify=context, limits=pool)
    parts = urlsplit(base)
    proxy = getproxies().get(parts.scheme)
    if proxy and proxy_bypass(parts.hostname or ""):
        proxy = None
    return httpx.HTTPTransport(proxy=proxy, limits=pool)
