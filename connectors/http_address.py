"""Addresses and secrets: what may be spoken to, and what must not be said again.

The token goes to the origin it was made for and nowhere else, and no message carries it (``redact``).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from connectors.errors import BadSettings

CUT = "[removed]"
_BEARER = re.compile(r"(?i)\b(bearer|basic|token|api[_-]?key)([\s:=\"']+)[A-Za-z0-9._~+/=-]{6,}")
_LONG = re.compile(r"[A-Za-z0-9_-]{32,}={0,2}")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without the secrets, in any spelling a server might echo, and without anything
    that looks like a token.  Shape: text in, text out; never raises."""
    for secret in sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True):
        for spelling in (secret, quote(secret, safe=""), _basic(secret)):
            text = text.replace(spelling, CUT)
    text = _BEARER.sub(rf"\1\2{CUT}", text)
    return _LONG.sub(CUT, text)


def _basic(secret: str) -> str:
    """The start of HTTP Basic with the secret as user name; padding depends on what follows."""
    return base64.b64encode(f"{secret}:".encode("utf-8", "replace")).decode("ascii").rstrip("=")


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a token belongs to.  Raises ValueError on a malformed address."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or (443 if scheme == "https" else 80)


def is_loopback(url: str) -> bool:
    return (urlsplit(url).hostname or "").lower() in _LOOPBACK


def plain_url(url: str) -> str:
    """An address fit for a message: no query, no user part."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "a malformed address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def check_base(url: str) -> str:
    """The base address with one trailing slash.  BadSettings unless https, or http on loopback:
    a token must not cross a network in the clear."""
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        scheme, host = "", ""
    if not host or not (scheme == "https" or (scheme == "http" and is_loopback(url))):
        raise BadSettings(
            "The address of the interface must begin with https://.",
            mend="Correct it (--set url=https://…); plain http is for this machine only.",
        )
    return url.rstrip("/") + "/"


def check_secret(value: str, *, title: str) -> str:
    """A secret that can stand in a header; BadSettings (without showing it) if it can't."""
    value = value.strip()
    if not value:
        raise BadSettings(f"The {title} is missing.", mend=f"Type the {title} at the connect step.")
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise BadSettings(
            f"The {title} holds blanks or characters that no {title} has.",
            mend=f"Copy the {title} again, whole and without blanks.",
        )
    return value
