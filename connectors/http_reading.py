"""What an answer holds: read within its limits, unpacked piece by piece, told from a web page, read as JSON.

Protects against a body that is endless, compressed to burst, cut off, or simply not data.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from connectors.errors import BadAnswer, Cancelled, ConnectorError, TooLarge, Unreachable
from connectors.http import Limits, Raw, Read, Refusal, redact
from connectors.http_errors import CutOff, as_data, excerpt, refused

ERROR_BODY = 16 * 1024


class Reader:
    """Reads answers within ``limits``; what is refused becomes an error, by ``judge`` where it knows better.

    ``secrets`` gives what must not be repeated from an answer.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        stop: threading.Event,
        secrets: Callable[[], tuple[str, ...]],
        judge: Callable[[Refusal], ConnectorError | None] | None,
    ) -> None:
        self._limits, self._stop, self._secrets, self._judge = limits, stop, secrets, judge

    def read(self, request: httpx.Request, response: httpx.Response, until: float, where: str) -> Raw:
        if response.status_code >= 400:
            raise self._refused(request, response, until)
        body = b"".join(self._chunks(response, until, self._limits.body))
        kind = response.headers.get("Content-Type", "").lower()
        if "html" in kind or body[:64].lstrip().lower().startswith((b"<!doctype html", b"<html")):
            raise web_page(where)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Raw(
            url=str(response.url), body=body, kind=kind, served_at=served_at(response), headers=headers
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
            excerpt(body, self._secrets() + request.extensions.get("secrets", ())),
            response.status_code,
        )
        judged = None
        if self._judge is not None and not request.extensions.get("unsigned"):
            path = redact(request.url.path, self._secrets())
            judged = self._judge(
                Refusal(method=request.method, path=path, status=status, said=said, data=as_data(body))
            )
        return judged or refused(status, said)

    def _chunks(self, response: httpx.Response, until: float, limit: int) -> Iterator[bytes]:
        size = 0
        for chunk in decoded(self._arriving(response), response.headers, limit):
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    f"An answer is larger than {limit // (1024 * 1024) or 1} MB.",
                    mend="Nothing was changed. Ask for fewer records a page (--set per_page=50).",
                )
            if self._stop.is_set():
                raise Cancelled("Cancelled while reading from the MIS.")
            if time.monotonic() > until:
                raise Unreachable(
                    f"The server takes longer than {self._limits.deadline:.0f} seconds over one answer."
                )
            yield chunk

    def _arriving(self, response: httpx.Response) -> Iterator[bytes]:
        """The raw body; a connection that ends in the middle of it is worth another try."""
        try:
            yield from response.iter_raw(65536)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            raise CutOff("The answer broke off before its end.") from None


def decoded(arriving: Iterator[bytes], headers: httpx.Headers, limit: int) -> Iterator[bytes]:
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


def parsed(body: bytes, where: str, read: Read | None = None) -> Any:
    """JSON, read fast; what the fast reader refuses (half a surrogate pair) is read slowly and mended.

    ``read`` may know what to leave out of answers of its shape; one of another shape is read whole.
    """
    from pydantic_core import from_json

    if not body.strip():
        raise BadAnswer("The answer is empty.", where=where)
    if read is not None:
        with suppress(ValueError):
            return read(body)
    try:
        return from_json(body, cache_strings="keys")  # values kept for later would hold whole pages in memory
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


def served_at(response: httpx.Response) -> datetime | None:
    try:
        stamp = parsedate_to_datetime(response.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return stamp.astimezone(UTC) if stamp.tzinfo else stamp.replace(tzinfo=UTC)
