"""Microsoft 365: the users of a tenant, by Microsoft Graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.targets.graph.declaration import DECLARATION

if TYPE_CHECKING:
    from connectors.targets.base import TargetSetup
    from connectors.targets.graph.adapter import Graph


def make(setup: TargetSetup) -> Graph:
    """The adapter, not yet connected. Raises BadSettings."""
    from connectors.targets.graph.adapter import Graph

    return Graph(setup)


__all__ = ["DECLARATION", "make"]
