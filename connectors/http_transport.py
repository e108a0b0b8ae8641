"""The half of connectors.http that knows httpx: retries, size limits, and errors put in our words.

Protects against a server that is slow, endless, compressed to burst, cut off, or simply not the
MIS (a filter's sign-in page).  Imported only when a request is about to be made.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from httpx_retries import Retry, RetryTransport

from connectors.errors import (
    BadAnswer,
    Cancelled,
    ConnectorError,
    NotAuthorised,
    TooLarge,
    Unreachable,
)
from connectors.http import Answer, Limits, Raw, Refusal, Signer, is_loopback, origin, plain_url, redact
from connectors.http_errors import Busy, CutOff, as_data, excerpt, refused, tls_trouble, translated
from connectors.pace import TOO_MANY, Pace

# The libraries log headers as they come, and a server may echo a token in one.
for _name in ("httpx", "httpcore", "httpx_retries"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

Result = TypeVar("Result")
READING, WRITING = ("GET", "HEAD"), ("POST", "PUT", "PATCH", "DELETE")
RETRIED = (408, 429, 500, 502, 503, 504)
MOST_REDIRECTS = 3
ERROR_BODY = 16 * 1024


class Repeat(Enum):
    """What may be sent again after a failure: a GET only, anything, or only what certainly was not done."""

    READING = "reading"
    ALWAYS = "always"
    UNDONE = "undone"


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
        self._judge = judge
        self.limits, self._secrets, self.stop, self.until = limits, secrets, stop, until
        self._signer = signer
        self._origin = origin(base)
        wire: httpx.BaseTransport = _wire(base, limits)
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
        self, url: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self._patiently(
            lambda until: self._answer(self._once("GET", url, until, params=params, headers=headers))
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

    def _answer(self, raw: Raw) -> Answer:
        where = redact(plain_url(raw.url), self.secrets)
        if raw.body[:64].lstrip().startswith(b"<"):
            raise web_page(where)
        data = parsed(raw.body, where)
        return Answer(url=raw.url, data=data, served_at=raw.served_at, headers=raw.headers)

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
                return self._read(request, response, until, where)
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

    def _read(self, request: httpx.Request, response: httpx.Response, until: float, where: str) -> Raw:
        if response.status_code >= 400:
            raise self._refused(request, response, until)
        body = b"".join(self._chunks(response, until, self.limits.body))
        kind = response.headers.get("Content-Type", "").lower()
        if "html" in kind or body[:64].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise web_page(where)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Raw(
            url=str(response.url), body=body, kind=kind, served_at=_served_at(response), headers=headers
        )

    def _refused(self, request: httpx.Request, response: httpx.Response, until: float) -> ConnectorError:
        """What an error's body says, whatever its shape, without anything like a token or what was sent in
        confidence; a request for a token (``unsigned``) is not the interface's to judge."""
        body = b""
        try:
            for chunk in self._chunks(response, until, ERROR_BODY):
                body += chunk
        except (TooLarge, CutOff):
            pass
        said, status = (
            excerpt(body, self.secrets + request.extensions.get("secrets", ())),
            response.status_code,
        )
        judged = None
        if self._judge is not None and not request.extensions.get("unsigned"):
            path = redact(request.url.path, self.secrets)
            judged = self._judge(
                Refusal(method=request.method, path=path, status=status, said=said, data=as_data(body))
            )
        return judged or refused(status, said)

    def _chunks(self, response: httpx.Response, until: float, limit: int) -> Iterator[bytes]:
        size = 0
        for chunk in _decoded(self._arriving(response), response.headers, limit):
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    f"An answer is larger than {limit // (1024 * 1024) or 1} MB.",
                    mend="Nothing was changed. Ask for fewer records a page (--set per_page=50).",
                )
            if self.stop.is_set():
                raise Cancelled("Cancelled while reading from the MIS.")
            if time.monotonic() > until:
                raise Unreachable(
                    f"The server takes longer than {self.limits.deadline:.0f} seconds over one answer."
                )
            yield chunk

    def _arriving(self, response: httpx.Response) -> Iterator[bytes]:
        """The raw body; a connection that ends in the middle of it is worth another try."""
        try:
            yield from response.iter_raw(65536)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            raise CutOff("The answer broke off before its end.") from None


def _wire(base: str, limits: Limits) -> httpx.HTTPTransport:
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


def _decoded(arriving: Iterator[bytes], headers: httpx.Headers, limit: int) -> Iterator[bytes]:
    """The body, unpacked piece by piece so that a small bomb never grows beyond ``limit``."""
    coding = headers.get("Content-Encoding", "").strip().lower()
    if coding in ("", "identity"):
        yield from arriving
        return
    if coding != "gzip":
        raise BadAnswer("The answer is compressed in a way nobody asked for.")
    unpack = zlib.decompressobj(wbits=31)
    try:
        for raw in arriving:
            while raw:
                yield unpack.decompress(raw, min(limit + 1, 1 << 20))
                raw = unpack.unconsumed_tail
    except zlib.error:
        raise CutOff("The compressed answer is damaged.") from None
    if not unpack.eof:
        raise CutOff("The answer broke off before its end.")


def web_page(where: str) -> BadAnswer:
    return BadAnswer(
        "The answer is a web page, not data.",
        mend="A filter or sign-in page may stand in between, or the address is wrong. Nothing was changed.",
        where=where,
    )


def parsed(body: bytes, where: str) -> Any:
    """JSON, read fast; what the fast reader refuses (half a surrogate pair) is read slowly and mended."""
    from pydantic_core import from_json

    if not body.strip():
        raise BadAnswer("The answer is empty.", where=where)
    try:
        return from_json(body)
    except ValueError as problem:
        return _read_slowly(body, where, str(problem))


def _read_slowly(body: bytes, where: str, why: str) -> Any:
    import json

    try:
        value = json.loads(body)
    except RecursionError:
        raise BadAnswer("The answer is nested too deeply to be data.", where=where) from None
    except ValueError:
        place = why.rpartition(" at ")[2][:60]
        raise CutOff(f"The answer is not whole, or not JSON ({place}).", where=where) from None
    return _mended(value)


def _mended(value: Any) -> Any:
    """The same with lone surrogates replaced: they are no characters and no store can hold them."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


def _served_at(response: httpx.Response) -> datetime | None:
    try:
        stamp = parsedate_to_datetime(response.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC)
