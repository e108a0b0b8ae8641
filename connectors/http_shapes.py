"""What is asked and answered over HTTP: limits, answers, refusals, and whoever signs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

Read = Callable[[bytes], Any]  # JSON of a shape that is known; ValueError where it has another


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds and bytes.  ``deadline`` bounds one request with all its retries and waits,
    ``overall`` everything one client does; ``longest_wait`` caps a single Retry-After: a server that
    asks for more is told about instead of waited for.  ``body`` counts decompressed bytes.
    ``parallel`` requests travel at once where it is known ahead what to ask for; one that is refused for
    too many holds all of them back (``connectors.pace``)."""

    connect: float = 10.0
    read: float = 30.0
    retries: int = 4
    backoff: float = 0.5
    longest_wait: float = 60.0
    deadline: float = 180.0
    overall: float = 6 * 3600.0
    body: int = 64 * 1024 * 1024
    parallel: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A parsed JSON answer. ``served_at`` is the server's own clock (its Date header), UTC.
    ``headers`` in lower case, for pages that are told there (Link, X-Total-Count).  ``size`` in bytes."""

    url: str
    data: Any
    size: int = 0
    served_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An answer as it came, unpacked but not read: XML, a file."""

    url: str
    body: bytes = field(repr=False)
    kind: str = ""
    served_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer of 400 and above. ``data`` is its body where that is JSON, as foreign as it came: read codes
    from it, never words; ``said`` is what it says, fit to be shown.  ``path`` is that of the address."""

    method: str
    path: str
    status: int
    said: str = ""
    data: Any = field(default=None, repr=False)


class Signer(Protocol):
    """Credentials that change: a token that expires, a signature over each request.

    Called on any thread.  ``fresh_secrets`` names what must not be shown besides the settings' own.
    """

    def headers(self, method: str, url: str) -> Mapping[str, str]:
        """The headers that sign this request; ``url`` is whole, with its query.  May ask for a token."""
        ...

    def renew(self, used: Mapping[str, str]) -> bool:
        """After a 401 to a request signed with ``used``: True if it is worth asking once more."""
        ...

    def fresh_secrets(self) -> tuple[str, ...]: ...
