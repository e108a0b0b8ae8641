"""What a run read from, in one line (U6). Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

SHOWN = 2  # files named in one line


def told(source: Mapping[str, Any], when: Callable[[datetime], str]) -> str:
    """``when`` shows a time; empty where nothing is known."""
    if not source:
        return ""
    files = source.get("files") or []
    named = [
        f"{each['name']} of {when(datetime.fromisoformat(each['modified']))} ({size(int(each['bytes']))})"
        for each in files[:SHOWN]
    ]
    if len(files) > SHOWN:
        named.append(f"{len(files) - SHOWN} more")
    counts = ", ".join(f"{number:,} {report}" for report, number in (source.get("records") or {}).items())
    what = ", ".join(named) or counts or "nothing"
    only = ", changes only" if source.get("delta") else ""
    return f"{source.get('title', '')}: {what}{only}"


def size(number: int) -> str:
    """Bytes as people say them."""
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number} {unit}"
        number //= 1000
    return f"{number} GB"
