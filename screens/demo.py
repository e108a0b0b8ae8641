"""What the palette needs of a demo estate; ``misconsole.services.demo.Estate`` is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Typed(Protocol):
    """What reaches a school by a route, by the names of the route's settings."""

    @property
    def settings(self) -> Mapping[str, str]: ...
    @property
    def secrets(self) -> Mapping[str, str]: ...


class DemoEstate(Protocol):
    """Answers as the schools would, lets days pass, and makes simulated MISs misbehave."""

    def typed(self, urn: str, route: str) -> Typed:
        """Asks the simulator; not on the event loop."""
        ...

    def approve(self, urn: str) -> None: ...
    def decline(self, urn: str) -> None: ...
    def revoke(self, urn: str) -> None: ...
    def fault(self, urn: str | None, kind: str, **how: Any) -> None: ...
    def clear_faults(self) -> None: ...
    def advance(self, days: int) -> None: ...
