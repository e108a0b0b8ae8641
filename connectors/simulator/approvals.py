"""What each school decided about the application: asked, approved, refused, taken back; online or not.

Plays the school's administrator.  Transitions as wonde.md §3 has them: none → pending → approved or
declined; approved → revoked.  A refused or revoked school can be asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.simulator.schools import DemoSchool


@dataclass(slots=True)
class Standing:
    """``state``: "none", "pending", "approved", "declined" or "revoked"."""

    state: str = "none"
    online: bool = True
    asked: int = 0

    @property
    def approved(self) -> bool:
        return self.state == "approved"


class Approvals:
    def __init__(self, schools: Iterable[DemoSchool], *, approved: Iterable[str] = ()) -> None:
        wanted = set(approved)
        self.of = {school.urn: Standing() for school in schools}
        for school in schools:
            if "all" in wanted or {school.urn, school.slug, school.wonde_id} & wanted:
                self.of[school.urn].state = "approved"

    def request(self, urn: str) -> tuple[bool, str, str]:
        """The application asks; returns success, state and message of wonde.md §3."""
        standing = self.of[urn]
        if standing.approved:
            return False, "approved", "Access has already been approved."
        standing.asked += 1
        standing.state = "pending"
        return True, "pending", "Access has been requested."

    def hand_back(self, urn: str) -> tuple[bool, str, str]:
        standing = self.of[urn]
        if standing.state not in ("approved", "pending"):
            return False, standing.state, "There is no access to revoke."
        standing.state = "revoked"
        return True, "revoked", "Access has been revoked."

    def decide(self, urns: Iterable[str], state: str) -> None:
        """The school's own decision, from the control face."""
        for urn in urns:
            self.of[urn].state = state

    def offline(self, urn: str, *, on: bool) -> None:
        self.of[urn].online = not on
