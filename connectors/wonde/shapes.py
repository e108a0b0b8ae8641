"""Includes as Wonde spells them (reference §8); single values are read by ``connectors.values``."""

from __future__ import annotations

from typing import Any

from connectors.values import Faults as Faults
from connectors.values import Row as Row
from connectors.values import day as day
from connectors.values import first_of as first_of
from connectors.values import flag as flag
from connectors.values import identity as identity
from connectors.values import moment as moment
from connectors.values import number as number
from connectors.values import text as text
from connectors.values import texts as texts

MISSING = object()


def one(row: Row, key: str, faults: Faults) -> Any:
    """A single include: its object, None when empty (either spelling), MISSING when not delivered."""
    value = row.get(key, MISSING)
    if value is MISSING or value is None:
        return value
    inner = value.get("data", value) if value.__class__ is dict else value
    if inner is None or inner.__class__ is dict:
        return inner
    if inner == []:  # PHP's empty object
        return None
    faults.note(key, key, value, "an object")
    return None


def many(row: Row, key: str, faults: Faults) -> Any:
    """A list include: its rows (other things dropped and told), MISSING when not delivered."""
    value = row.get(key, MISSING)
    if value is MISSING:
        return MISSING
    inner = value.get("data") if isinstance(value, dict) else value
    if inner is None:
        return []
    if not isinstance(inner, list):
        faults.note(key, key, value, "a list")
        return []
    rows = [item for item in inner if isinstance(item, dict)]
    if len(rows) != len(inner):
        bad = next(i for i, item in enumerate(inner) if not isinstance(item, dict))
        faults.note(key, f"{key}[{bad}]", inner[bad], "an object")
    return rows
