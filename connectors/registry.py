"""Which connectors there are, found by looking, not by a list.

A connector is a module or package in ``connectors/`` with an attribute ``CONNECTOR``: its class, with a
``declaration``.  Adding one touches nothing here.  Importing such a module must stay cheap: heavy
libraries (httpx, pydantic) are imported where they are first used.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol, cast

import connectors
from connectors.base import Connector, Declaration, Setup
from connectors.errors import BadSettings

# The ground connectors stand on; everything else is looked into.
FOUNDATION = frozenset(
    {
        "base",
        "catalogue",
        "clock",
        "closing",
        "delimited",
        "errors",
        "findings",
        "http",
        "http_address",
        "http_errors",
        "http_reading",
        "http_shapes",
        "http_transport",
        "http_wires",
        "in_turn",
        "notices",
        "oauth",
        "offers",
        "oneroster_common",
        "pace",
        "probes",
        "records",
        "registry",
        "simulator",
        "typed",
        "values",
        "xml_rows",
    }
)


class ConnectorClass(Protocol):
    declaration: Declaration

    def __call__(self, setup: Setup) -> Connector: ...


@cache
def _classes() -> dict[str, ConnectorClass]:
    """Route → class, in order of title."""
    found: list[ConnectorClass] = []
    for module in pkgutil.iter_modules(connectors.__path__):
        if module.name not in FOUNDATION:
            loaded = importlib.import_module(f"connectors.{module.name}")
            if hasattr(loaded, "CONNECTOR"):
                found.append(cast(ConnectorClass, loaded.CONNECTOR))
    found.sort(key=lambda c: c.declaration.title)
    return {c.declaration.route: c for c in found}


def declarations() -> tuple[Declaration, ...]:
    """What every connector declares."""
    return tuple(c.declaration for c in _classes().values())


def has(route: str) -> bool:
    return route in _classes()


def declaration(route: str) -> Declaration:
    """Raises BadSettings for a route without a connector."""
    return _class(route).declaration


def make(route: str, setup: Setup) -> Connector:
    """A connector ready to use; close it when done.  Raises BadSettings, never reaches out."""
    return _class(route)(setup)


def _class(route: str) -> ConnectorClass:
    try:
        return _classes()[route]
    except KeyError:
        known = ", ".join(_classes())
        raise BadSettings(
            f"There is no connector for the route {route[:60]!r}.", mend=f"Choose one of: {known}."
        ) from None
