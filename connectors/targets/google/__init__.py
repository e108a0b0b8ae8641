"""Google Workspace: the users of a domain, by the Directory API of the Admin SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.targets.google.declaration import DECLARATION

if TYPE_CHECKING:
    from connectors.targets.base import TargetSetup
    from connectors.targets.google.adapter import Google


def make(setup: TargetSetup) -> Google:
    """The adapter, not yet connected. Raises BadSettings."""
    from connectors.targets.google.adapter import Google

    return Google(setup)


__all__ = ["DECLARATION", "make"]
