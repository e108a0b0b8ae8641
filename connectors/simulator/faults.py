"""Faults to switch on, each for one school or for all, some times or for ever.

``Faults.add(urn, kind, **how)``.  Every kind takes ``times`` (how many answers it spoils; absent: all)
and ``resource`` (only that one: "students", "employees", "contacts", "classes", "groups", "subjects",
"counts", "deletions", "schools", "meta", ...; absent: all).  Faults of one school do not touch the
discovery calls; faults of all schools do.

=================  =============================================================================
kind               what the reader meets
=================  =============================================================================
slow               the answer comes after ``seconds`` (default 2.0)
status             an error answer ``code`` (default 503); ``retry_after`` seconds are sent in
                   Retry-After when given
half               lists hold only the first half of their records, well formed; counts stay
empty              lists hold no record; counts stay
truncated          the body ends in the middle; its Content-Length agrees with what is sent
hang_up            the connection is closed in the middle of the body, short of Content-Length
drop               the connection is closed without any answer
lost               the same, but what was asked for is done before: a write whose answer never comes
wrong_type         ``how`` "html": a sign-in page with status 200; "list": ``data`` is a text;
                   "rows": every record is a number (default "html")
redirect           302 to ``location`` (default: another host name of this server, which notes whether
                   the token came along: ``state()["trap"]``)
expired_token      after ``after`` more good answers (default 3) every answer is 401, until cleared
duplicated_page    the first page is served twice, as page one and page two; nothing is lost
missing_page       the second page is left out; counts stay
endless_paging     ``more`` never ends: the last page comes again and again under new page numbers,
                   or, with ``loop`` true, ``next`` points to the page itself
huge_body          ``megabytes`` (default 64) of spaces before the end of the body, streamed
gzip_bomb          a small gzip body that unpacks to ``megabytes`` (default 256)
totals_disagree    counts say ``more`` records than the lists hold (default 25)
=================  =============================================================================
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

BEFORE = frozenset({"slow", "status", "redirect", "expired_token", "drop"})
LISTS = frozenset({"half", "empty", "duplicated_page", "missing_page", "endless_paging", "totals_disagree"})
BODIES = frozenset({"lost", "truncated", "hang_up", "wrong_type", "huge_body", "gzip_bomb"})
KINDS = BEFORE | LISTS | BODIES


@dataclass(slots=True)
class Fault:
    urn: str | None
    kind: str
    how: dict[str, Any] = field(default_factory=dict)
    left: int | None = None
    resource: str | None = None

    def hits(self, urn: str | None, resource: str) -> bool:
        here = self.urn is None or self.urn == urn
        return here and self.resource in (None, resource) and self.left != 0


class Faults:
    """The faults in force; safe to use from several threads."""

    def __init__(self) -> None:
        self._all: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, urn: str | None, kind: str, **how: Any) -> None:
        """Raises ``ValueError`` for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}; known: {', '.join(sorted(KINDS))}")
        times, resource = how.pop("times", None), how.pop("resource", None)
        fault = Fault(urn, kind, how, None if times is None else int(times), resource)
        with self._lock:
            self._all.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._all.clear()

    def take(self, urn: str | None, resource: str) -> list[Fault]:
        """Those that spoil this answer; each one's ``times`` is used up by one."""
        with self._lock:
            hit = [fault for fault in self._all if fault.hits(urn, resource)]
            for fault in hit:
                if fault.left is not None:
                    fault.left -= 1
            return hit

    def describe(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "urn": fault.urn,
                    "kind": fault.kind,
                    "left": fault.left,
                    "resource": fault.resource,
                    **fault.how,
                }
                for fault in self._all
            ]
