"""One answer of a OneRoster service: its rows, its total, its next page (oneroster.md §2, §3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from connectors.errors import BadAnswer
from connectors.http import Answer, Http, origin, plain_url

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r"""(?i)\brel\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]+))""")


def rows_of(answer: Answer, key: str) -> list[Any]:
    """The list under ``key``, else the only list there is: some name it after the path.  BadAnswer if
    there is none; an empty list beside other things is not taken for the rows."""
    body = answer.data
    if isinstance(body, dict):
        if isinstance(body.get(key), list):
            return list(body[key])
        lists = [value for value in body.values() if isinstance(value, list)]
        if len(lists) == 1 and (lists[0] or len(body) == 1):
            return list(lists[0])
    raise BadAnswer(f"The answer holds no list of {key}.", where=plain_url(answer.url))


def single_of(answer: Answer, key: str) -> dict[str, Any]:
    """The object under ``key``, else the only object there is, else the answer itself if it has an id."""
    body = answer.data
    if isinstance(body, dict):
        inner = body.get(key)
        if isinstance(inner, dict):
            return inner
        objects = [value for value in body.values() if isinstance(value, dict)]
        if "sourcedId" in body:
            return body
        if len(objects) == 1:
            return objects[0]
    raise BadAnswer(f"The answer holds no {key}.", where=plain_url(answer.url))


def total_of(headers: Mapping[str, str]) -> int | None:
    text = headers.get("x-total-count", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def next_of(answer: Answer, http: Http) -> str | None:
    """The address of ``Link: rel="next"``, only if it is on the configured host (§3)."""
    for address, told in _LINK.findall(answer.headers.get("link", "")):
        rels = {word.lower() for found in _REL.findall(told) for part in found for word in part.split()}
        if "next" in rels:
            return _on_host(answer.url, address.strip(), http)
    return None


def _on_host(url: str, address: str, http: Http) -> str | None:
    try:
        full = urljoin(url, address)
        return full if origin(full) == origin(http.base) else None
    except ValueError:
        return None
