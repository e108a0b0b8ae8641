"""The schedule of one school, from its options as they are stored, its MIS and its route.

Standard library only (the catalogue is read when a schedule is that of its MIS), because ``status`` asks
here whether a second slot was missed.  What is stored and not understood any more counts as the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from misconsole.rules import schedule as rules
from misconsole.rules import schedule_text as typed
from misconsole.rules.schedule import Schedule

T = TypeVar("T")
COUNTRY = "country"  # the value of ``timezone`` that stands for the zone of the school's country


def of(*, urn: str, country: str, options: Mapping[str, Any], mis: str, route: str) -> Schedule:
    """``mis`` empty: not connected, nothing is scheduled."""
    text = str(options.get("schedule", typed.MIS)) if mis else typed.OFF
    if text.strip().casefold() == typed.MIS:
        text = window(mis, route)
    zone = str(options.get("timezone", COUNTRY))
    return Schedule(
        urn=urn, country=country, zone=rules.zone_of(country) if zone == COUNTRY else zone,
        rules=_read(typed.rules, text), quiet=_read(typed.quiet, str(options.get("quiet", typed.NONE))),
        term_days_only=options.get("term_days_only") is True,
        terms=_read(typed.terms, str(options.get("terms", typed.NONE))),
    )  # fmt: skip


def window(mis: str, route: str) -> str:
    """The days and hours the catalogue gives for a MIS by a route (T2 to T10)."""
    from connectors import catalogue
    from connectors.catalogue.shapes import WINDOW
    from connectors.errors import ConnectorError

    try:
        found = catalogue.entry(mis).route(route)
    except ConnectorError:
        return WINDOW
    return found.window if found is not None else WINDOW


def _read(read: Callable[[str], tuple[T, ...]], text: str) -> tuple[T, ...]:
    try:
        return read(text)
    except ValueError:
        return ()
