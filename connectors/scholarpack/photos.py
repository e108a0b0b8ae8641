"""Whether somebody has a photo, and when it changed; the answer is looked at and let go (C14)."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from connectors.errors import ConnectorError
from connectors.http import Http, Raw
from connectors.http_errors import NotFound
from connectors.scholarpack.answers import plainly


def with_photos(http: Http, folder: str, people: Sequence[Any], wanted: frozenset[str]) -> Iterator[Any]:
    """The records with reference and checksum where there is a photo; ``folder`` students or staff.

    ScopeMissing where photos are not granted.
    """
    waiting: deque[tuple[Any, str, Future[Raw]]] = deque()
    for one in people:
        path = f"{folder}/{quote(one.source_id, safe='')}/photos/"
        waiting.append((one, path, http.start_fetch(path)))
        if len(waiting) >= http.limits.parallel:
            yield _told(http, wanted, *waiting.popleft())
    while waiting:
        yield _told(http, wanted, *waiting.popleft())


def _told(http: Http, wanted: frozenset[str], one: Any, path: str, future: Future[Raw]) -> Any:
    try:
        raw = http.wait(future)
    except NotFound:
        return one
    except ConnectorError as problem:
        plain = plainly(problem, path)
        raise plain from None
    if not raw.body or _none_there(raw):
        return one
    told = {"photo_id": path.rstrip("/"), "photo_hash": blake2b(raw.body, digest_size=16).hexdigest()}
    return replace(one, **{name: value for name, value in told.items() if name in wanted})


def _none_there(raw: Raw) -> bool:
    """An envelope, or a list, without anything in it."""
    if "json" not in raw.kind:
        return False
    try:
        data = json.loads(raw.body)
    except ValueError:
        return False
    return not (data.get("data") if isinstance(data, dict) and "data" in data else data)
