"""What goes wrong on the way between a school and any connector: answers and files spoilt by kind.

A trouble stands around a harness's own school (``Harness.serve(…, around=…)``), so that every connector
meets each of them without its harness knowing them.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace

from harness import CANARY, Served
from loopback import Asked, Loopback, Reply, as_json, serving

Answer = Callable[[Asked], Reply | None]
Broken = Callable[[], AbstractContextManager[Served]]
Files = Mapping[str, bytes]


def broken_by(served: Callable[[Loopback], Served]) -> Callable[[Answer], Broken]:
    """Answer → a context whose server answers everything in that way."""

    def answering(answer: Answer) -> Broken:
        @contextmanager
        def broken() -> Iterator[Served]:
            with serving(answer) as server:
                yield served(server)

        return broken

    return answering


def usual(answering: Callable[[Answer], Broken]) -> dict[str, Broken]:
    """What any server, or what stands before it, may answer instead of data; each tells the secret."""
    elsewhere = {"Location": f"https://other.example/{CANARY}?t={CANARY}"}
    packed = gzip.compress(CANARY.encode())[:-4]
    return {
        "silence": answering(lambda _: None),
        "nonsense": answering(lambda _: Reply(200, CANARY.encode())),
        "page": answering(lambda _: Reply(200, f"<p>{CANARY}".encode(), {"Content-Type": "text/html"})),
        "elsewhere": answering(lambda _: Reply(302, headers=elsewhere)),
        "damaged gzip": answering(lambda _: Reply(200, packed, {"Content-Encoding": "gzip"})),
    }


# -- around a server ------------------------------------------------------------------


def refused(_: Answer) -> Answer:
    return lambda asked: as_json({"error": "unauthorized", "message": f"No: {_signed(asked)}"}, 401)


def cut_off(answer: Answer) -> Answer:
    """The connection ends in the middle of every answer that has data."""
    return lambda asked: _half(answer(asked))


def too_often(wait: str) -> Callable[[Answer], Answer]:
    """Every request is refused for too many, for good; ``wait`` is the Retry-After, blank for none."""
    return lambda _: lambda _: _busy(wait)


@dataclass
class Once:
    """Each request is answered by ``first``, and when it comes again by ``answer``."""

    answer: Answer
    first: Answer
    met: set[tuple[str, str, str, bytes]] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Reply | None:
        key = (asked.method, asked.path, repr(asked.query), asked.body)
        again = key in self.met
        self.met.add(key)
        return self.answer(asked) if again else self.first(asked)


@dataclass
class Expiring:
    """What a request is signed with counts for ``after`` requests, until a new token is asked for; with
    ``for_good`` none is given."""

    answer: Answer
    after: int
    token: str
    for_good: bool
    asked: int = 0
    expired: bool = False
    renewed: bool = False

    def __call__(self, asked: Asked) -> Reply | None:
        if asked.path == self.token:
            if self.expired and self.for_good:
                return as_json({"error": "invalid_grant"}, 401)
            self.renewed = self.expired
            return self.answer(asked)
        self.asked += 1
        self.expired |= self.asked > self.after
        if self.expired and not self.renewed:
            return as_json({"error": "expired", "message": f"expired: {CANARY}"}, 401)
        return self.answer(asked)


def _signed(asked: Asked) -> str:
    return asked.headers.get("Authorization") or asked.headers.get("ApplicationSecret") or ""


def _half(reply: Reply | None) -> Reply | None:
    if reply is None or reply.status != 200:
        return reply
    return replace(reply, body=reply.body[: len(reply.body) // 2], length=len(reply.body))


def _busy(wait: str) -> Reply:
    headers = {"Retry-After": wait} if wait else {}
    return as_json({"message": f"Too many requests with {CANARY}"}, 429, **headers)


# -- around files ---------------------------------------------------------------------


def each(files: Files, change: Callable[[bytes], bytes], *names: str) -> dict[str, bytes]:
    """``files`` with those of ``names`` changed, all of them if none is named."""
    return {name: change(body) if name in names or not names else body for name, body in files.items()}


def in_the_middle(body: bytes) -> bytes:
    """Cut within the last row, as a copy that was broken off leaves it."""
    return body.rstrip()[:-8]


def unreadable(_: bytes) -> bytes:
    return b"\x00\xff\xfe nothing of a file " * 9
