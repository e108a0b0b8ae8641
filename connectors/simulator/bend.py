"""Pages bent by the paging faults: one served twice, one left out, an end that never comes.

The rows themselves stay in order and whole; only where a page begins, and whether another follows, is
wrong (``faults.py`` says what each kind means to the reader).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from connectors.simulator.faults import Fault
from connectors.simulator.listing import Page, Query, cut, size_of

_FAR = 10**9


def bent(total: int, query: Query, url: str, spoilt: Sequence[Fault]) -> Page:
    """The page of ``total`` rows that the call asks for, as the faults in force would have it."""
    for fault in spoilt:
        bend = _BENDS.get(fault.kind)
        if bend is not None:
            return bend(total, query, url, fault)
    return cut(total, query, url)


def _twice(total: int, query: Query, url: str, _fault: Fault) -> Page:
    size = size_of(query)
    longer = cut(total + size, query, url)
    start = max(0, longer.start - size)
    return Page(start, min(start + size, total), longer.meta)


def _left_out(total: int, query: Query, url: str, _fault: Fault) -> Page:
    size = size_of(query)
    if total <= size:
        return cut(total, query, url)
    shorter = cut(total - min(size, total - size), query, url)
    start = shorter.start + (size if shorter.start else 0)
    return Page(start, min(start + size, total), shorter.meta)


def _endless(total: int, query: Query, url: str, fault: Fault) -> Page:
    size, endless = size_of(query), cut(_FAR, query, url)
    start = min(endless.start, max(0, (total - 1) // size * size))
    meta = dict(endless.meta or {})
    if fault.how.get("loop"):
        meta["next"] = f"{url}?{urlencode(query)}"
    return Page(start, min(start + size, total), meta)


_BENDS: dict[str, Callable[[int, Query, str, Fault], Page]] = {
    "duplicated_page": _twice,
    "missing_page": _left_out,
    "endless_paging": _endless,
}
