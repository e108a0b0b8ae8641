"""One collection with the includes that the school allows.

A 403 (or 422) for the whole call may be the fault of a single include: then each is tried alone on
one record, and the read goes on without those refused (§7, C7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from connectors.errors import ScopeMissing
from connectors.http import Http
from connectors.http_errors import Unacceptable
from connectors.wonde.paging import Collection

Rows = list[tuple[int, Any]]


@dataclass(slots=True)
class Source:
    """``lost`` names the includes that are not shared.  Iterate ``pages`` once."""

    collection: Collection
    pages: Iterator[Rows]
    lost: tuple[str, ...] = field(default=())

    @property
    def received(self) -> int:
        return self.collection.received

    @property
    def duplicates(self) -> int:
        return self.collection.duplicates

    @property
    def served_at(self) -> datetime | None:
        return self.collection.served_at


def opened(collection: Collection, includes: Sequence[str]) -> Source:
    """The collection with its first page under way.  ScopeMissing if not even the bare rows are shared."""
    try:
        return _begun(collection, includes)
    except (ScopeMissing, Unacceptable):
        if not includes:
            raise
        allowed = _allowed(collection.http, collection.url, includes)
        if len(allowed) == len(includes):
            raise
    source = _begun(_again(collection), allowed)
    source.lost = tuple(name for name in includes if name not in allowed)
    return source


def _begun(collection: Collection, includes: Sequence[str]) -> Source:
    collection.params = _with(collection.params, includes)
    pages = iter(collection)
    first = next(pages, None)
    return Source(collection, pages if first is None else chain((first,), pages))


def _with(params: Mapping[str, str], includes: Sequence[str]) -> dict[str, str]:
    plain = {key: value for key, value in params.items() if key != "include"}
    return {**plain, "include": ",".join(includes)} if includes else plain


def _again(collection: Collection) -> Collection:
    return Collection(
        collection.http,
        collection.url,
        collection.params,
        paging=collection.paging,
        per_page=collection.per_page,
        expected=collection.expected,
        read=collection.read,
    )


def _allowed(http: Http, url: str, includes: Sequence[str]) -> list[str]:
    """Those of ``includes`` that are answered on their own; raises if the bare collection is refused."""
    http.get(url, {"per_page": "1"})
    allowed: list[str] = []
    for name in includes:
        parent = name.rpartition(".")[0]
        if parent and parent not in allowed:
            continue
        try:
            http.get(url, {"per_page": "1", "include": name})
        except (ScopeMissing, Unacceptable):
            continue
        allowed.append(name)
    return allowed
