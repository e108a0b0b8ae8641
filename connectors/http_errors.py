"""Statuses, bodies and httpx's exceptions in our own words, with every secret cut out (U7, D13)."""

from __future__ import annotations

import re
import ssl
from html import unescape
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

import httpx

from connectors import xml_rows
from connectors.errors import (
    BadAnswer,
    ConnectorError,
    NotAuthorised,
    RateLimited,
    ScopeMissing,
    TlsBlocked,
    Unreachable,
)
from connectors.http import Limits, redact

EXCERPT = 200
_MARKUP = re.compile(r"<[^<>]*>")
_XML_ERRORS = ("<Message", "<Error", "<error")
SAID = ("message", "error_description", "imsx_description", "error", "detail")


class Busy(RateLimited):
    """Refused as too much, told in another way than by 429: worth asking again after a while."""


class CutOff(BadAnswer):
    """The body ended before it was whole; worth asking again."""


def excerpt(body: bytes, secrets: tuple[str, ...]) -> str:
    """One line of at most EXCERPT characters out of an error's body."""
    text = body.decode("utf-8", "replace")
    if text.lstrip("\ufeff\ufffd \r\n").startswith("<"):
        return _line(_xml_words(body), secrets)
    try:
        from pydantic_core import from_json

        text = _told(from_json(body)) or text
    except ValueError:
        pass
    return _line(text, secrets)


def as_data(body: bytes) -> Any:
    """An error's body as JSON, None where it is none."""
    from pydantic_core import from_json

    try:
        return from_json(body)
    except ValueError:
        return None


def _line(text: str, secrets: tuple[str, ...]) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return redact(line, secrets)[:EXCERPT]


def _xml_words(body: bytes) -> str:
    """The words of an error told in XML; nothing of a web page, whose words are not the interface's."""
    text = xml_rows.plain(body).decode("utf-8", "replace").strip()
    return unescape(_MARKUP.sub(" ", text)) if text.startswith(_XML_ERRORS) else ""


def _told(value: Any, depth: int = 0) -> str:
    """What an error's JSON says, at its root or wrapped, once or twice, in an object or a list."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict) or depth > 2:
        return ""
    named = [value.get(k) for k in SAID]
    texts = [v for v in named if isinstance(v, str) and v]
    return next(chain(texts, filter(None, (_told(v, depth + 1) for v in value.values()))), "")


def refused(status: int, said: str, *, wait: float | None = None) -> ConnectorError:
    """The error for a status of 400 and above."""
    quoted = f" It says: {said}" if said else ""
    if status == 401:
        return NotAuthorised(
            f"The credentials are refused (401).{quoted}",
            mend="The token may have been changed or revoked; every school using it is affected. "
            "Type the new one (misconsole connect SCHOOL …).",
        )
    if status == 403:
        return ScopeMissing(f"This is not shared with us (403).{quoted}")
    if status == 404:
        return NotFound(f"There is nothing at this address, or it is no longer shared (404).{quoted}")
    if status == 429:
        asked = f" It asks for {wait:.0f} seconds." if wait else ""
        return RateLimited(f"The server says we ask too often (429).{asked}{quoted}")
    if status == 408 or status >= 500:
        return Unreachable(
            f"The server has a fault of its own ({status}).{quoted}",
            mend="Wait and run again; if it stays, tell the supplier.",
        )
    return Unacceptable(f"The server does not accept the question ({status}).{quoted}")


class NotFound(BadAnswer):
    """404: an unknown id, or a school not (or no longer) shared."""

    default_mend = "Check that the school still shares its data; then run again."


class Unacceptable(BadAnswer):
    """422 and other 4xx: the question itself is refused."""

    default_mend = "Nothing was changed. Send the message to your support desk."


def translated(problem: Exception, where: str, limits: Limits, secrets: tuple[str, ...]) -> ConnectorError:
    """An httpx exception in our words; its own text only after redaction."""
    if tls_trouble(problem):
        return TlsBlocked("The secure connection failed (TLS).", where=where)
    if isinstance(problem, httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unreachable(f"No connection within {limits.connect:.0f} seconds.", where=where)
    if isinstance(problem, httpx.TimeoutException):
        return Unreachable(f"No answer within {limits.read:.0f} seconds.", where=where)
    if isinstance(problem, httpx.RemoteProtocolError | httpx.ReadError):
        return Unreachable("The server closes the connection without an answer.", where=where)
    if isinstance(problem, httpx.NetworkError | httpx.ProxyError):
        return Unreachable(f"No connection to {urlsplit(where).netloc}.", where=where)
    detail = redact(" ".join(str(problem).split()), secrets)[:EXCERPT]
    return BadAnswer(f"The exchange failed ({type(problem).__name__}: {detail}).", where=where)


def tls_trouble(problem: BaseException | None) -> bool:
    while problem is not None:
        if isinstance(problem, ssl.SSLError) or "SSL:" in str(problem):
            return True
        problem = problem.__cause__ or problem.__context__
    return False
