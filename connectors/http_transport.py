"""The half of connectors.http that knows httpx: one client, its deadlines and sizes, errors in our words.

Protects against a server that is slow, endless, cut off, or simply not the MIS (a filter's sign-in page).
Imported only when a request is about to be made.  What a request passes on its way is in ``http_wires``,
what an answer holds in ``http_reading``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from httpx_retries import RetryTransport

from connectors.errors import BadAnswer, Cancelled, ConnectorError, NotAuthorised, Unreachable
from connectors.http import Answer, Limits, Raw, Read, Refusal, Signer, origin, plain_url, redact
from connectors.http_errors import Busy, CutOff, translated
from connectors.http_reading import Reader, parsed, web_page
from connectors.http_wires import PacedWire, PatientRetry, SignedWire, wire_to
from connectors.pace import TOO_MANY, Pace

Result = TypeVar("Result")
READING, WRITING = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
RETRIED = (408, 429, 500, 502, 503, 504)
MOST_REDIRECTS = 3


class Repeat(Enum):
    """What may be sent again after a failure: a GET only, anything, or only what certainly was not done."""

    READING = "reading"
    ALWAYS = "always"
    UNDONE = "undone"


class Transport:
    """One httpx client for one origin.  ``get`` retries, ``post`` does not."""

    def __init__(
        self,
        base: str,
        *,
        headers: Mapping[str, str],
        secrets: tuple[str, ...],
        limits: Limits,
        stop: threading.Event,
        until: float,
        signer: Signer | None = None,
        judge: Callable[[Refusal], ConnectorError | None] | None = None,
    ) -> None:
        self.limits, self._secrets, self.stop, self.until = limits, secrets, stop, until
        self._signer = signer
        self._origin = origin(base)
        self._reader = Reader(limits, stop=stop, secrets=lambda: self.secrets, judge=judge)
        wire: httpx.BaseTransport = wire_to(base, limits)
        if signer is not None:
            wire = SignedWire(wire, signer)
        self._pace = Pace(stop)
        self._client = httpx.Client(
            transport=RetryTransport(transport=PacedWire(wire, self._pace), retry=self._patience(until)),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", **headers},
            timeout=httpx.Timeout(limits.read, connect=limits.connect),
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def secrets(self) -> tuple[str, ...]:
        return self._secrets + (self._signer.fresh_secrets() if self._signer else ())

    def close(self) -> None:
        self._client.close()

    def _patience(self, until: float, *, repeat: Repeat = Repeat.READING) -> PatientRetry:
        """Up to ``retries`` more tries, none of them after ``until``."""
        undone = repeat is Repeat.UNDONE
        retry = PatientRetry(
            total=self.limits.retries,
            allowed_methods=READING if repeat is Repeat.READING else READING + WRITING,
            backoff_factor=self.limits.backoff,
            status_forcelist=(TOO_MANY,) if undone else RETRIED,
            retry_on_exceptions=(httpx.ConnectError, httpx.ConnectTimeout) if undone else None,
            max_backoff_wait=self.limits.longest_wait,
        )
        retry.stop, retry.until, retry.longest = self.stop, until, self.limits.longest_wait
        retry.pace = self._pace
        return retry

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None = None,
        read: Read | None = None,
    ) -> Answer:
        return self._patiently(
            lambda until: self._answer(self._once("GET", url, until, params=params, headers=headers), read)
        )

    def change(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None,
        *,
        again: bool,
        secrets: tuple[str, ...],
    ) -> Answer:
        repeat = Repeat.ALWAYS if again else Repeat.UNDONE

        def work(until: float) -> Answer:
            raw = self._once(method, url, until, body=body, repeat=repeat, secrets=secrets)
            return Answer(url=raw.url, data=None) if not raw.body.strip() else self._answer(raw)

        try:
            return self._patiently(work, cut_off=again)
        except CutOff as problem:
            raise Unreachable(
                f"{problem.message} The change may have been made or not.", where=problem.where
            ) from None

    def ask(self, url: str, body: Mapping[str, Any]) -> Answer:
        return self._patiently(
            lambda until: self._answer(self._once("POST", url, until, body=body, repeat=Repeat.ALWAYS))
        )

    def fetch(self, url: str, params: Mapping[str, str] | None, accept: str) -> Raw:
        return self._patiently(lambda until: self._once("GET", url, until, params=params, accept=accept))

    def question(
        self, url: str, body: bytes, kind: str, params: Mapping[str, str] | None, accept: str
    ) -> Raw:
        return self._patiently(
            lambda until: self._once(
                "POST", url, until, params=params, raw=body, kind=kind, accept=accept, repeat=Repeat.ALWAYS
            )
        )

    def post(self, url: str, body: Mapping[str, Any]) -> Answer:
        return self._answer(self._once("POST", url, self._deadline(), body=body))

    def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        request = self._client.build_request("POST", url, data=dict(form), headers=dict(headers))
        request.extensions["unsigned"] = True
        return self._answer(self._send(request, self._deadline()))

    def _deadline(self) -> float:
        return min(self.until, time.monotonic() + self.limits.deadline)

    def _patiently(self, work: Callable[[float], Result], *, cut_off: bool = True) -> Result:
        """A body that breaks off is asked for twice more (``cut_off``), what is refused as too much in the
        interface's own words as often as a 429; the request itself by PatientRetry."""
        until, attempts, waits = self._deadline(), min(self.limits.retries, 2) if cut_off else 0, 0
        while True:
            try:
                return work(until)
            except CutOff:
                if attempts <= 0 or time.monotonic() > until:
                    raise
                attempts, seconds = attempts - 1, self.limits.backoff
            except Busy:
                seconds = min(self.limits.backoff * 2**waits, self.limits.longest_wait)
                waits += 1
                if waits > self.limits.retries or time.monotonic() + seconds > until:
                    raise
                self._pace.hold(seconds)
            if self.stop.wait(seconds):
                raise Cancelled("Cancelled while waiting to ask again.") from None

    def _once(
        self,
        method: str,
        url: str,
        until: float,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        raw: bytes | None = None,
        kind: str = "",
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        repeat: Repeat = Repeat.READING,
        secrets: tuple[str, ...] = (),
    ) -> Raw:
        """One exchange; signed, and after a 401 signed anew if the signer has something newer."""
        headers = {"Accept": accept} | ({"Content-Type": kind} if kind else {}) | dict(headers or {})
        request = self._client.build_request(
            method, url, params=dict(params) if params else None, headers=headers,
            json=None if body is None else dict(body), content=raw,
        )  # fmt: skip
        request.extensions["secrets"] = secrets
        try:
            return self._send(request, until, repeat=repeat)
        except NotAuthorised:
            signed = request.extensions.get("signed")
            if self._signer is None or signed is None or not self._signer.renew(signed):
                raise
        return self._send(request, until, repeat=repeat)

    def _answer(self, raw: Raw, read: Read | None = None) -> Answer:
        where = redact(plain_url(raw.url), self.secrets)
        if raw.body[:64].lstrip().startswith(b"<"):
            raise web_page(where)
        data = parsed(raw.body, where, read)
        return Answer(
            url=raw.url, data=data, size=len(raw.body), served_at=raw.served_at, headers=raw.headers
        )

    def _send(self, request: httpx.Request, until: float, *, repeat: Repeat = Repeat.READING) -> Raw:
        where = redact(plain_url(str(request.url)), self.secrets)
        try:
            return self._exchange(request, until, where, repeat=repeat)
        except ConnectorError as problem:
            problem.where = problem.where or where
            raise
        except Exception as problem:  # noqa: BLE001 - whatever httpx raises becomes our error
            raise translated(problem, where, self.limits, self.secrets) from None

    def _exchange(self, request: httpx.Request, until: float, where: str, *, repeat: Repeat) -> Raw:
        patience = self._patience(until, repeat=repeat)
        for _ in range(MOST_REDIRECTS + 1):
            request.extensions["retry"] = patience
            response = self._client.send(request, stream=True)
            try:
                if response.is_redirect:
                    request = self._redirected(request, response, where)
                    continue
                return self._reader.read(request, response, until, where)
            finally:
                response.close()
        raise BadAnswer("The server redirects in a circle.", where=where)

    def _redirected(self, request: httpx.Request, response: httpx.Response, where: str) -> httpx.Request:
        """A redirect is followed only for reading and only on our own origin."""
        target = urljoin(str(request.url), response.headers.get("Location", ""))
        try:
            same = origin(target) == self._origin
        except ValueError:
            same = False
        if request.method != "GET" or not same:
            host = redact(urlsplit(target).netloc.rpartition("@")[2][:100], self.secrets)
            raise BadAnswer(
                f"The server redirects to another address ({host}); it was not followed.",
                mend="Nothing was changed. Check the address; a filter may stand in between.",
                where=where,
            )
        return self._client.build_request("GET", target, headers={"Accept": request.headers["Accept"]})
