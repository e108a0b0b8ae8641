"""Whether somebody has a photo, and when it changed; the picture itself is looked at and let go (C14)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from hashlib import blake2b
from urllib.parse import quote

from connectors.errors import ScopeMissing
from connectors.http import Http, Raw
from connectors.http_errors import NotFound

Photo = tuple[str, str]  # reference and checksum


def of(http: Http, kind: str, ids: Sequence[str]) -> dict[str, Photo]:
    """Photos of "student" or "staff" by id; who has none (404) or hides it (403) is left out."""
    found: dict[str, Photo] = {}
    waiting: list[tuple[str, Future[Raw]]] = []
    for one in ids:
        if len(waiting) >= http.limits.parallel:
            _take(http, kind, *waiting.pop(0), found)
        path = f"rest-v2/profile-picture/{kind}/{quote(one, safe='')}"
        waiting.append((one, http.start_fetch(path, accept="image/*")))
    for each in waiting:
        _take(http, kind, *each, found)
    return found


def _take(http: Http, kind: str, one: str, future: Future[Raw], found: dict[str, Photo]) -> None:
    try:
        body = http.wait(future).body
    except (NotFound, ScopeMissing):
        return
    if body:
        found[one] = (f"{kind}/{one}", blake2b(body, digest_size=16).hexdigest())
