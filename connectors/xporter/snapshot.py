"""When Xporter took the data, and from which MIS: its ``meta`` row (reference §6, §9).

Xporter answers from its last extract; while the link to the MIS is down the data is frozen, not empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.clock import SCHOOL_TIME
from connectors.errors import MisOffline
from connectors.records import Notice
from connectors.values import Row

LONDON = ZoneInfo(SCHOOL_TIME)
USUAL = timedelta(hours=36)  # a night, and the day after it
KNOWN = {"simsnet": "sims"}  # Xporter's word for a MIS, where it is not one of the catalogue's


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``mis`` in Xporter's word; ``taken`` aware, None where it is not told."""

    mis: str
    taken: datetime | None


def of(meta: Mapping[str, object] | Row) -> Snapshot:
    """Local times carry no zone (reference §7)."""
    stamp, mis = meta.get("datetime"), meta.get("mis")
    taken = None
    if isinstance(stamp, str):
        try:
            taken = datetime.fromisoformat(stamp[:19])
        except ValueError:
            taken = None
    if taken is not None and taken.tzinfo is None:
        taken = taken.replace(tzinfo=LONDON)
    return Snapshot(str(mis).strip()[:40] if isinstance(mis, str) else "", taken)


def title(mis: str) -> str:
    """The MIS in the catalogue's words; as Xporter says it where the catalogue does not know it."""
    from connectors import catalogue

    try:
        return catalogue.entry(KNOWN.get(mis.lower(), mis)).title
    except catalogue.UnknownMis:
        return mis


def limited(mis: str) -> frozenset[str]:
    """Fields that this MIS is known not to supply by this route (E12)."""
    from connectors import catalogue

    try:
        route = catalogue.entry(KNOWN.get(mis.lower(), mis)).route("xporter")
    except catalogue.UnknownMis:
        return frozenset()
    return frozenset(route.limits) if route else frozenset()


def told(seen: Snapshot) -> str:
    """``Xporter took this data from SIMS on 15 January 2026 at 02:10.``"""
    source = f" from {title(seen.mis)}" if seen.mis else ""
    if seen.taken is None:
        return f"Xporter reads this school{source}."
    return f"Xporter took this data{source} on {seen.taken.day} {seen.taken:%B %Y} at {seen.taken:%H:%M}."


def notice(seen: Snapshot, now: datetime) -> Notice | None:
    if seen.taken is None:
        return None
    old = now - seen.taken > USUAL
    return Notice(
        level="warning" if old else "info", code="data_old" if old else "data_taken", message=told(seen),
        mend="Xporter refreshes overnight. If it stays old, ask the school whether the server with the "
        "Xporter agent is on, and Groupcall whether its extract works." if old else "",
    )  # fmt: skip


def fresh_enough(seen: Snapshot, now: datetime, oldest: timedelta | None) -> None:
    """MisOffline where the extract is older than the school's limit."""
    if oldest is not None and seen.taken is not None and now - seen.taken > oldest:
        raise MisOffline(
            f"{told(seen)} That is {(now - seen.taken).days} days ago: the link to the MIS seems to be down.",
            mend="Nothing was changed. Ask the school whether the server with the Xporter agent is on and "
            "connected; then run again. The limit is the setting oldest.",
        )
